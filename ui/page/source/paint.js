// The text of the document around the quote, and more of it as it is scrolled to.
import { make } from "../make.js";
import { source as room } from "../rooms.js";
import { draw } from "./blocks.js";
import { get, prepend, tell, text, view } from "./parts.js";
import { leaf } from "./picture.js";

const MARKDOWN = /\.(md|markdown)$/i;
const NEAR = 600; // pixels from an end at which more is asked for

const layers = ({ shown: { passage, start, end }, found, at }) => [
  { ranges: [passage], tag: "span", className: "sq-tint" },
  { ranges: [[start, end]], tag: "mark", className: "" },
  { ranges: found, tag: "span", className: "sq-found" },
  { ranges: at < 0 ? [] : [found[at]], tag: "span", className: "sq-here" },
];
const drawn = (window) => {
  const part = make("div", { className: "sq-window" }, text);
  const how = { layers: layers(view), isQuiet: MARKDOWN.test(view.shown.path) };
  for (const block of window) draw(block, part, how);
  for (const grid of part.querySelectorAll(".sq-grid")) {
    if (grid.scrollWidth > grid.clientWidth) grid.tabIndex = 0; // what scrolls must be reached with keys
  }
  return part;
};
const finish = () => {
  text.querySelector(".sq-end")?.remove();
  if (view.shown.until >= view.shown.length) {
    make("p", { className: "sq-end", textContent: "End of the document" }, text);
  }
};
export const paint = () => {
  view.pages = null;
  text.replaceChildren();
  view.shown.windows.forEach(drawn);
  finish();
};

const more = async () => {
  const { shown, loading, pages } = view;
  if (!shown || loading || room.hidden) return;
  const high = text.scrollTop < NEAR;
  const low = text.scrollHeight - text.scrollTop - text.clientHeight < NEAR;
  if (pages) {
    if (high && pages.low > 1) await leaf(pages.low - 1);
    else if (low && pages.high < shown.pages) await leaf(pages.high + 1);
  } else if (high && shown.from > 0) await further("before", shown.from);
  else if (low && shown.until < shown.length) await further("after", shown.until);
};
const further = async (way, offset) => {
  const { shown } = view;
  const mine = (view.loading = {});
  try {
    const window = await get(`/api/source/${way}`, { document: shown.document, offset });
    if (view.loading !== mine) return;
    if (way === "before") {
      prepend(() => drawn(window.blocks));
      shown.windows.unshift(window.blocks);
      shown.from = window.from;
    } else {
      drawn(window.blocks);
      shown.windows.push(window.blocks);
      shown.until = window.until;
    }
    finish();
    view.loading = null;
  } catch (error) {
    tell(error.message);
  }
};
text.addEventListener("scroll", () => void more(), { passive: true });
