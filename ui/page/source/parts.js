// The parts of the room "Source", what it shows now, and how it asks for it.
import { button, make } from "../make.js";
import { source as room } from "../rooms.js";
import { send } from "../server.js";

export const view = {
  shown: null, // what the server said of the document, with the windows that were loaded since
  opener: null, // the button to which the focus goes back
  found: [], // where the words stand that were looked for
  at: -1, // which of them is in view
  pages: null, // which pages of a PDF are there as pictures; null where its text is
  loading: null, // one request at a time; a newer place makes an older answer void
};

const top = make("header", { className: "sq-source-top" }, room);
export const title = make("h2", {}, top);
export const close = button("", null, top, { label: "Close source", look: "x" });
export const spot = make("p", { className: "sq-source-place" }, room);
export const tools = make("div", { className: "sq-source-tools" }, room);
export const note = make("div", { className: "sq-source-note", hidden: true }, room);
const words = make("p", { role: "status" }, note);
export const text = make("div", { className: "sq-source-text", tabIndex: 0, role: "group" }, room);

export const get = (path, parameters) => send("GET", `${path}?${new URLSearchParams(parameters)}`);

// A word on the state of the file; what can be done about it goes after it.
export const tell = (message, ...acts) => {
  words.textContent = message;
  note.replaceChildren(words, ...acts);
  note.hidden = !message;
};

export const into = (selector) => {
  const target = text.querySelector(selector);
  if (!target) return void text.scrollTo(0, 0);
  const [frame, box] = [text.getBoundingClientRect(), target.getBoundingClientRect()];
  text.scrollTop += box.top - frame.top - frame.height / 3;
  const grid = target.closest(".sq-grid");
  if (grid) grid.scrollLeft += box.left - grid.getBoundingClientRect().left - grid.clientWidth / 3;
};

// What is put in above keeps what is in view where it is.
export const prepend = (draw) => {
  const left = text.scrollHeight - text.scrollTop;
  text.prepend(draw());
  text.scrollTop = text.scrollHeight - left;
};
