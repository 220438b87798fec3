// What questions are confined to: the documents that are ticked, said by a chip at the box.
import { button, literal, make, nameOf, plural } from "../make.js";
import { scope as room, whenThere } from "../rooms.js";
import { attempt, call } from "./state.js";

export const chosen = new Map(); // path → the id of its document
export const ticked = make("div", { className: "sq-ticked" });
const chip = make("div", { id: "sq-scope", hidden: true });
whenThere("#ask", (form) => chip.isConnected || form.before(chip));
room.where = () => (chosen.size ? { documents: [...new Set(chosen.values())] } : null);

let list = { words: "", matching: 0, redraw: () => {}, remove: () => {} }; // as the list told it last

export const tick = (rows, isOn) => {
  for (const { path, id } of rows) isOn ? chosen.set(path, id) : chosen.delete(path);
  draw();
};
const all = attempt(async () => {
  const { items } = await call("/choose", {}, { query: list.words });
  for (const [path, id] of items) chosen.set(path, id);
  draw();
  list.redraw();
});
const none = () => {
  chosen.clear();
  draw();
  list.redraw();
};
export const forget = (paths) => {
  for (const path of paths) chosen.delete(path);
  draw();
};
export const follow = async () => { // a document that is read again has another id, and one that is gone has none
  if (!chosen.size) return;
  const { items } = await call("/ids", { paths: [...chosen.keys()] });
  chosen.clear();
  for (const [path, id] of items) chosen.set(path, id);
};

export const draw = (told = {}) => {
  list = { ...list, ...told };
  const names = [...chosen.keys()].map(nameOf);
  ticked.replaceChildren();
  if (names.length) some(names.length);
  else if (list.matching > 1) button(list.words ? "Tick all that are found" : "Tick all", all, ticked);
  chip.hidden = !names.length;
  chip.replaceChildren();
  if (!names.length) return;
  const inside = make("span", { className: "sq-chip" }, chip);
  make("span", { textContent: "Only in " }, inside);
  literal(make("bdi", {}, inside), names.length === 1 ? names[0] : plural(names.length, "document"));
  button("", none, inside, { label: "Ask all documents", look: "x" });
};
const some = (count) => {
  make("span", { textContent: `${count.toLocaleString("en")} ticked: only ${count === 1 ? "it is" : "they are"} asked.` }, ticked);
  button("Untick all", none, ticked);
  const words = `Remove ${count.toLocaleString("en")}`;
  const label = `Remove ${plural(count, "ticked document")}`;
  button(words, () => list.remove({ paths: [...chosen.keys()] }), ticked, { label }).classList.add("sq-changes");
};
