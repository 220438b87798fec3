// The page of a PDF as it looks, the quote boxed in it; the pages before and after it as they are scrolled to.
import { literal, make } from "../make.js";
import { get, into, prepend, tell, text, view } from "./parts.js";

const portray = async (number) => {
  const { shown } = view;
  const isQuoted = number === shown.page;
  const span = isQuoted ? { start: shown.start, end: shown.end } : {};
  const { picture: src, width, height, boxes } =
    await get("/api/source/page", { document: shown.document, page: number, ...span });
  const sheet = make("div", { className: "sq-page" });
  make("img", { src, width, height, alt: `Page ${number} of ${shown.name}` }, sheet);
  if (isQuoted && boxes.length) box(boxes, sheet, width / height);
  make("p", { className: "sq-begins", textContent: `Page ${number} of ${shown.pages}` }, sheet);
  return sheet;
};
const put = (element, places) => {
  ["left", "top", "width", "height"].forEach((name, at) => { element.style[name] = `${places[at] * 100}%`; });
};
const box = (boxes, sheet, ratio) => {
  const least = (at) => Math.min(...boxes.map((each) => each[at]));
  const most = (at) => Math.max(...boxes.map((each) => each[at] + each[at + 2]));
  const [left, top] = [least(0), least(1)];
  const [width, height] = [most(0) - left, most(1) - top];
  const over = make("div", { className: "sq-over" }, sheet);
  over.style.aspectRatio = ratio;
  const mark = make("mark", {}, over);
  put(mark, [left, top, width, height]);
  literal(make("span", { className: "sq-hidden" }, mark), view.shown.quote);
  for (const [x, y, wide, high] of boxes) {
    put(make("span", { className: "sq-box" }, mark), [(x - left) / width, (y - top) / height, wide / width, high / height]);
  }
};

export const picture = async () => {
  const { shown } = view;
  const mine = (view.loading = {});
  try {
    const sheet = await portray(shown.page);
    if (view.loading !== mine) return;
    if (shown.end > shown.start && !sheet.querySelector("mark")) {
      throw new Error("The quote was not found on the page’s picture.");
    }
    text.replaceChildren(sheet);
    view.pages = { low: shown.page, high: shown.page };
    into("mark");
  } catch (error) {
    if (view.loading === mine) tell(error.message);
  }
  if (view.loading === mine) view.loading = null;
};
export const leaf = async (number) => {
  const mine = (view.loading = {});
  try {
    const sheet = await portray(number);
    if (view.loading !== mine) return;
    const { low, high } = view.pages;
    if (number < low) prepend(() => sheet);
    else text.append(sheet);
    view.pages = { low: Math.min(low, number), high: Math.max(high, number) };
    view.loading = null;
  } catch (error) {
    tell(error.message);
  }
};
