// The box for the next question: emptied by what is sent from it, and by nothing else.
import { button, make } from "../make.js";
import { tell } from "../rooms.js";
import { current, drafts, named } from "./current.js";
import { asked } from "./log.js";

const LONGEST = 10_000;

export const form = make("form", { id: "ask" });
make("label", { className: "sq-hidden", htmlFor: "sq-question", textContent: "Your question" }, form);
const box = make("textarea", { id: "sq-question", rows: 1, placeholder: "Ask a question", autocomplete: "off" }, form);
export const stop = button("", null, form, { label: "Stop", look: "round", options: { id: "sq-stop", hidden: true } });
button("", null, form, { label: "Ask", look: "round", options: { id: "sq-submit", type: "submit" } });

export const below = make("div", { id: "sq-below" });
const hint = make("p", { id: "sq-hint", role: "status" }, below);
const mode = button("Search only", () => {
  const on = mode.ariaPressed !== "true";
  mode.ariaPressed = String(on);
  box.placeholder = on ? "Search your documents" : "Ask a question";
  box.focus();
}, below, { options: { id: "sq-mode", title: "Show the passages that fit, without an answer" } });
mode.ariaPressed = "false";

export const chosen = () => (mode.ariaPressed === "true" ? "search" : "answer");
export const advise = (words) => { hint.textContent = words; };
export const focus = () => box.focus();
export const typed = () => box.value;

let recalled = null; // how far back ArrowUp went, and what was typed before
let saving = 0;

const fit = () => {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
};
const changed = () => {
  advise("");
  drafts.keep(current.id, box.value);
  clearTimeout(saving);
  saving = setTimeout(keep, 500);
};
export const keep = ({ isLast = false } = {}) => {
  if (!saving && !isLast) return;
  clearTimeout(saving);
  saving = 0;
  const { id } = current;
  if (!id && !box.value) return;
  const body = JSON.stringify({ draft: box.value.slice(0, LONGEST) });
  const patch = (name, options = {}) => fetch(`/api/conversations/${name}`, {
    method: "PATCH", headers: { "Content-Type": "application/json" }, body, ...options,
  });
  if (isLast && id) patch(id, { keepalive: true }).catch(() => {}); // the page is going: now or never
  else current.sending = current.sending.then(named).then(patch).then(() => tell("draft", { id: current.id }), () => {});
};
addEventListener("pagehide", () => saving && keep({ isLast: true }));

export const fillWith = (text) => { // what was typed in the conversation that is opened
  box.value = text;
  fit();
};
export const put = (text) => {
  fillWith(text);
  box.focus();
  box.setSelectionRange(text.length, text.length);
  changed();
};
export const edit = (text) => { // Escape gives back what was there
  const draft = box.value;
  put(text);
  recalled = { at: 0, draft };
};

const recall = (step) => {
  const all = asked();
  const before = recalled ?? { at: -1, draft: box.value };
  const at = Math.min(before.at + step, all.length - 1);
  put(at < 0 ? before.draft : all[at]);
  recalled = at < 0 ? null : { ...before, at };
};
const KEYS = {
  Enter: (event) => !event.shiftKey && (() => form.requestSubmit()),
  ArrowUp: () => (!box.value || recalled) && (() => recall(1)),
  ArrowDown: () => recalled && (() => recall(-1)),
  Escape: () => recalled && (() => { put(recalled.draft); recalled = null; }),
};
box.addEventListener("keydown", (event) => {
  const act = !event.isComposing && KEYS[event.key]?.(event);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
});
box.addEventListener("input", () => {
  recalled = null;
  fit();
  changed();
});

const problem = (question) => {
  if (!question) return "Type a question first.";
  const length = question.length.toLocaleString("en");
  return question.length > LONGEST ? `This has ${length} characters; a question can have 10,000. Please shorten it.` : "";
};
export const take = () => { // the question, and with it the draft: the server forgets it too
  const question = box.value.trim();
  advise(problem(question));
  if (problem(question)) return "";
  clearTimeout(saving);
  saving = 0;
  drafts.keep(current.id, "");
  recalled = null;
  fillWith("");
  return question;
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  box.focus();
});
