// Words that are looked for in the document, wherever in it they stand.
import { button, make } from "../make.js";
import { get, into, tell, view } from "./parts.js";
import { paint } from "./paint.js";

export const search = make("form", { className: "sq-find", role: "search" });
const words = make("input", { type: "search", placeholder: "Find", maxLength: 200, autocomplete: "off" }, search);
words.ariaLabel = "Find in document";
const matches = make("span", { className: "sq-count", role: "status" }, search);
const back = button("↑", () => next(-1), search, { label: "Previous match", look: "icon" });
const forth = button("↓", () => next(1), search, { label: "Next match", look: "icon" });

let answer = { asked: "", more: false };
export const forget = () => {
  Object.assign(view, { found: [], at: -1 });
  answer = { asked: "", more: false };
  words.value = "";
  count();
};
const count = () => {
  const total = view.found.length;
  const shown = `${total.toLocaleString("en")}${answer.more ? "+" : ""}`;
  matches.textContent = !answer.asked ? "" : total ? `${Math.max(view.at, 0) + 1} of ${shown}` : "Not found";
  back.hidden = forth.hidden = total < 2;
};
const look = async () => {
  const asked = words.value.trim();
  const { document: number } = view.shown;
  const { found, more = false } = asked ? await get("/api/source/find", { document: number, words: asked }) : { found: [] };
  if (view.shown?.document !== number || words.value.trim() !== asked) return;
  answer = { asked, more };
  Object.assign(view, { found, at: -1 });
  if (found.length) return go(Math.max(0, found.findIndex(([start]) => start >= view.shown.from)));
  count();
  paint();
};
const next = (way) => go((view.at + way + view.found.length) % view.found.length);
const go = async (to) => {
  const { shown, found } = view;
  view.at = to;
  const [start, end] = found[to];
  if (start < shown.from || end > shown.until) {
    const window = await get("/api/source", { document: shown.document, start, end });
    Object.assign(shown, { from: window.from, until: window.until, windows: [window.blocks] });
  }
  paint();
  into(".sq-here");
  count();
};
search.addEventListener("submit", (event) => {
  event.preventDefault();
  const isSame = view.found.length && answer.asked === words.value.trim();
  (isSame ? next(1) : look()).catch((error) => tell(error.message));
});
