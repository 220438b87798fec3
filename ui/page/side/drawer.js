// The drawer that holds the left side where there is no space beside the chat.
import { button } from "../make.js";
import { documents, hear, side, whenThere } from "../rooms.js";

const narrow = matchMedia("(max-width: 1099px)");
const root = document.documentElement;
const isOpen = () => root.classList.contains("sq-drawn");

const menu = button("", () => draw(!isOpen()), null, { label: "Conversations and documents", options: { id: "sq-menu" } });
menu.ariaExpanded = "false";
menu.setAttribute("aria-controls", "sq-side");
const back = button("Back to the chat", () => draw(false), null, { look: "block", options: { id: "sq-back" } });
side.prepend(back);

const draw = (open, { focus = true } = {}) => {
  root.classList.toggle("sq-drawn", open);
  menu.ariaExpanded = String(open);
  const rest = document.querySelector(".gradio-container");
  if (rest) rest.inert = open && narrow.matches;
  if (focus) (open ? back : menu).focus();
};
narrow.addEventListener("change", () => draw(false, { focus: false }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) draw(false);
});
document.addEventListener("pointerdown", ({ target }) => { // what is beside it is inert: the press reaches the root
  if (isOpen() && narrow.matches && !side.contains(target)) draw(false);
});
hear("chosen", () => {
  if (narrow.matches) draw(false, { focus: false });
  document.querySelector("#sq-question")?.focus();
});
hear("documents", () => {
  if (narrow.matches) draw(true);
  documents.querySelector("button, input")?.focus();
});

whenThere("#top", (top) => menu.isConnected || top.prepend(menu));
