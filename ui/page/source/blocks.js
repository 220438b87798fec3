// A stretch of a document, written as text nodes and never read as markup: its paragraphs, headings and tables.
import { literal, make } from "../make.js";

const MARKS = /((?:^|(?<=\n))[ \t]*(?:#{1,6}(?=[ \t])|>(?=[ \t])|(?:```|~~~)[^\n]*|\|?[ \t]*:?-{3,}[-:| \t]*(?=\n|$))|\*\*|__|`+)/;

// Offsets count code points, as Python does.
const points = (string) => (/[\ud800-\udfff]/.test(string) ? Array.from(string) : string);
const string = (slice) => (typeof slice === "string" ? slice : slice.join(""));

// Ranges of the text, and the element that goes around each; within them the text, its Markdown marks pale.
const write = (parent, slice, start, { layers, isQuiet }) => {
  if (!slice.length) return;
  if (!layers.length) return void plain(parent, string(slice), isQuiet);
  const [{ ranges, tag, className }, ...rest] = layers;
  const inner = { layers: rest, isQuiet };
  let done = 0;
  for (const [first, last] of ranges) {
    const from = Math.max(first - start, done);
    const to = Math.min(last - start, slice.length);
    if (to <= from) continue;
    write(parent, slice.slice(done, from), start + done, inner);
    write(make(tag, { className }, parent), slice.slice(from, to), start + from, inner);
    done = to;
  }
  write(parent, slice.slice(done), start + done, inner);
};
const plain = (parent, text, isQuiet) => {
  if (!isQuiet) return void literal(parent, text);
  text.split(MARKS).forEach((piece, number) =>
    literal(number % 2 ? make("span", { className: "sq-quiet" }, parent) : parent, piece));
};

const PART = { page: "Page ", slide: "Slide ", sheet: "Sheet " };
export const named = ({ of, kind, label }) => `${PART[of ?? kind] ?? ""}${label}`;

const paragraph = (className, block, parent, how) =>
  write(make("div", { className }, parent), points(block.text), block.start, how);

const table = ({ heads, rows }, parent, how) => {
  const grid = make("table", {}, make("div", { className: "sq-grid" }, parent));
  const width = Math.max(heads.length, ...rows.flatMap(({ cells }) => cells.map(([column]) => column + 1)));
  if (heads.length) {
    const row = make("tr", { className: "sq-heads" }, grid);
    for (const head of heads) literal(make("th", { scope: "col" }, row), head);
  }
  for (const { header, cells } of rows) {
    const row = make("tr", {}, grid);
    const places = Array.from({ length: width }, () => make(header ? "th" : "td", {}, row));
    for (const [column, start, said] of cells) write(places[column], points(said), start, how);
  }
};

const BLOCKS = {
  text: (block, parent, how) => paragraph("sq-text", block, parent, how),
  heading: (block, parent, how) => paragraph(`sq-heading sq-level-${block.level}`, block, parent, how),
  part: (block, parent) => literal(make("p", { className: "sq-begins" }, parent), named(block)),
  table,
};

// A block, with what is tinted, marked and found in it; `isQuiet` where the text has marks of Markdown.
export const draw = (block, parent, how) => BLOCKS[block.kind](block, parent, how);
