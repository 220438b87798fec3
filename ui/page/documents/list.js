// The files that are indexed: found by name, sorted, ticked, read again and removed. Names are others' text.
import { button, make, plural, write } from "../make.js";
import { size } from "./facts.js";
import { remove } from "./removing.js";
import { chosen, draw as drawScope, follow, tick, ticked } from "./scope.js";
import { attempt, call, complain, onState } from "./state.js";

const PAGE = 100;
const ORDERS = [["name", "By name"], ["changed-down", "Newest first"], ["size-down", "Largest first"],
  ["passages-down", "Most passages first"], ["kind", "By kind"]];
const STATES = { changed: "changed since it was read", gone: "the file is gone" };

export const tools = make("div", { className: "sq-search" });
const search = make("input", { type: "search", placeholder: "Find a document", ariaLabel: "Find a document" }, tools);
tools.append(ticked);
const order = make("select", { ariaLabel: "Order of the documents" }, tools);
for (const [value, textContent] of ORDERS) make("option", { value, textContent }, order);

export const list = make("ul", { className: "sq-files", tabIndex: 0, ariaLabel: "Files" });
export const none = make("p", { className: "sq-none-yet", hidden: true });
export const more = button("Show more", () => load(true).catch(complain));
more.hidden = true;

let rows = [];
let matching = 0;
let asked = 0;
const items = new Map(); // path → its line

export const load = async (further = false) => {
  const from = further ? rows.length : 0;
  const wanted = further ? from + PAGE : Math.max(PAGE, Math.min(rows.length, 500));
  const turn = (asked += 1);
  const [sort, down] = order.value.split("-");
  const query = { query: search.value, sort, down: down ? "true" : "false" };
  const found = await call("", undefined, { ...query, offset: from, limit: wanted - from });
  if (turn !== asked) return; // something newer is on its way
  matching = found.matching;
  rows = [...rows.slice(0, from), ...found.items];
  fill();
  goOn();
};

const fill = () => {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const lines = rows.map((row) => fresh(items.get(row.path) ?? built(row), row));
  if (lines.length !== list.children.length || lines.some((item, at) => item !== list.children[at])) {
    list.replaceChildren(...lines);
    if (focused?.isConnected) focused.focus();
    else if (focused) list.focus();
  }
  for (const known of items.keys()) if (!items.get(known).isConnected) items.delete(known);
  more.hidden = rows.length >= matching;
  none.hidden = rows.length > 0;
  list.hidden = !rows.length;
  tools.hidden = !rows.length && !search.value;
  none.textContent = search.value ? "No document has these words in its name." : "No documents yet.";
};

const built = (row) => {
  const item = make("li", { className: "sq-file-row" });
  const label = make("label", {}, item);
  const box = make("input", { type: "checkbox" }, label);
  box.addEventListener("change", () => tick([item.row], box.checked));
  const text = make("span", { className: "sq-file-text" }, label);
  make("bdi", { className: "sq-file-name" }, text);
  make("span", { className: "sq-file-facts" }, text);
  make("span", { className: "sq-file-facts sq-file-folder" }, text);
  const again = attempt(() => call("/again", { paths: [item.row.path] }));
  button("Read again", again, item).classList.add("sq-changes");
  button("", () => remove({ paths: [item.row.path] }), item, { look: "x" }).classList.add("sq-changes");
  items.set(row.path, item);
  return item;
};

const fresh = (item, row) => {
  item.row = row;
  item.querySelector("input").checked = chosen.has(row.path);
  const look = JSON.stringify(row);
  if (item.look === look) return item;
  Object.assign(item, { look, title: row.path });
  write(item.querySelector(".sq-file-name"), row.name);
  const [facts, folder] = item.querySelectorAll(".sq-file-facts");
  const known = [STATES[row.state], row.kind.toUpperCase(), row.size === null ? "" : size(row.size),
    plural(row.passages, "passage")];
  write(facts, known.filter(Boolean).join(" · "));
  const day = row.changed && new Date(row.changed).toLocaleDateString(undefined, { dateStyle: "medium" });
  const home = row.sample ? "sample" : row.folder && row.folder !== "." ? row.folder : "";
  write(folder, [day, home].filter(Boolean).join(" · "));
  const [again, x] = item.querySelectorAll("button");
  again.hidden = row.state !== "changed";
  again.ariaLabel = `Read again: ${row.name}`;
  x.ariaLabel = `Remove ${row.name}`;
  item.classList.toggle("sq-stale", Boolean(row.state));
  return item;
};

let typing = 0;
const anew = () => {
  rows = [];
  return load().then(told).catch(complain);
};
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(anew, 150);
});
order.addEventListener("change", anew);

const goOn = () => { // whoever has come near the end wants more; a list that is not seen has no end to come near
  const near = list.clientHeight > 0 && list.scrollTop + list.clientHeight > list.scrollHeight - 400;
  if (near && rows.length < matching) load(true).catch(complain);
};
list.addEventListener("scroll", goOn);

const told = () => drawScope({ words: search.value, matching, redraw: fill, remove });
onState(async (_state, isOther) => {
  if (!isOther) return;
  await follow();
  await load();
  told();
});
