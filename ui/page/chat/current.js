// Which conversation is open: the address says, so that reload and Back bring it back. And what is typed in each.
import { send } from "../server.js";

export const fromAddress = () => new URLSearchParams(location.search).get("c");
export const address = (conversation) => {
  const url = new URL(location.href);
  if (conversation) url.searchParams.set("c", conversation);
  else url.searchParams.delete("c");
  return url;
};

export const current = {
  id: fromAddress(),
  opening: null, // a conversation that is being made
  sending: Promise.resolve(), // questions arrive in the order in which they were asked
};

// A draft is kept in the tab at once, and by the server soon after.
const store = (id) => `seedqa.draft.${id ?? ""}`;
export const drafts = {
  of: (id) => sessionStorage.getItem(store(id)) ?? "",
  keep: (id, text) => (text ? sessionStorage.setItem(store(id), text) : sessionStorage.removeItem(store(id))),
};

const begun = async () => {
  const { id } = await send("POST", "/api/conversations");
  drafts.keep(id, drafts.of(null));
  drafts.keep(null, "");
  current.id = id;
  history.replaceState(history.state, "", address(id));
  return id;
};
export const named = () => {
  current.opening ??= current.id ? Promise.resolve(current.id) : begun().catch((error) => {
    current.opening = null;
    throw error;
  });
  return current.opening;
};
