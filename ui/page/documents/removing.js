// Taking documents out of the index: they stay where they are, and for a while it can be undone.
import { button, literal, make, nameOf, plural } from "../make.js";
import { forget } from "./scope.js";
import { attempt, call } from "./state.js";

export const undoing = make("div", { className: "sq-undoing", role: "status" });

let latest = 0;
export const remove = attempt(async (what) => {
  const { removal, files, seconds } = await call("/remove", what);
  forget(what.paths ?? []);
  latest = removal;
  undoing.replaceChildren();
  literal(make("bdi", {}, undoing), what.paths?.length === 1 ? nameOf(what.paths[0]) : plural(files, "document"));
  make("span", { textContent: " removed from the index." }, undoing);
  const undo = button("Undo", attempt(async () => {
    undoing.replaceChildren();
    const { job } = await call("/undo", { job: removal });
    if (job === null) undoing.textContent = "It has been added again already.";
  }), undoing);
  if (!document.activeElement || document.activeElement === document.body) undo.focus();
  setTimeout(() => latest === removal && undoing.replaceChildren(), (seconds - 5) * 1000);
});
