// What can be done with an answer: opened further, copied, asked in another way.
import { make } from "../make.js";
import { say, tell } from "../rooms.js";
import { send } from "../server.js";
import { ask } from "./asking.js";
import { advise, edit, focus } from "./box.js";
import { log } from "./log.js";

const mouse = matchMedia("(pointer: fine)");

const WAYS = {
  again: ({ asked, mode, context }, article) => ask(asked, { mode, context, instead: article }),
  alone: ({ asked, mode }) => ask(asked, { mode, context: false }),
  search: ({ searched, asked }) => ask(searched || asked, { mode: "search" }),
  everywhere: ({ asked, mode, context }) => ask(asked, { mode, context, where: null }),
  documents: () => tell("documents"),
  reread: (_exchange, _article, { dataset: { path } }) => send("POST", "/api/documents/again", { paths: [path] }).then(
    () => advise("It is being read again. Then ask again."),
    () => advise(`It cannot be read again from here. Type in a terminal: seedqa add "${path}"`),
  ),
};

export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not allowed, or not a secure page
    const area = make("textarea", { value: text }, document.body);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied.");
};

const ACTS = {
  "sq-way": (pressed, article) => WAYS[pressed.dataset.do](article.exchange, article, pressed),
  "sq-try": (pressed) => ask(pressed.textContent),
  "sq-edit": (pressed) => edit(pressed.dataset.text),
  "sq-show": (pressed) => {
    const isOpen = pressed.ariaExpanded !== "true";
    pressed.ariaExpanded = String(isOpen);
    pressed.textContent = isOpen ? "Show less" : "Show passage";
  },
  "sq-copy": async (pressed) => {
    await copy(pressed.dataset.copy);
    pressed.classList.add("sq-done");
    setTimeout(() => pressed.classList.remove("sq-done"), 1500);
    pressed.focus();
  },
};
log.addEventListener("click", ({ target }) => {
  const pressed = target.closest("button");
  const act = pressed && Object.keys(ACTS).find((name) => pressed.classList.contains(name));
  if (!act) return;
  ACTS[act](pressed, pressed.closest(".sq-exchange"));
  if (pressed.matches(".sq-try, .sq-way") && mouse.matches) focus(); // it may be gone
});
