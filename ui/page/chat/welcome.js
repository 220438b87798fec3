// The first view: a word of welcome, and questions that the documents answer.
import { make } from "../make.js";
import { hear } from "../rooms.js";
import { send } from "../server.js";
import { log } from "./log.js";

const welcome = make("div", { className: "sq-welcome" });
make("h2", { textContent: "Ask your documents" }, welcome);
make("p", {
  textContent: "Every answer is an exact quote, shown where it stands. If the documents do not say, you are told so.",
}, welcome);
const tries = make("div", { id: "sq-tries" });

const suggest = async () => {
  const { questions } = await send("GET", "/api/suggestions");
  if (!welcome.parentNode) return; // asked meanwhile
  tries.replaceChildren(...questions.map((question) =>
    make("button", { type: "button", className: "sq-try", dir: "auto", textContent: question })));
  log.append(tries);
};
export const greet = () => {
  log.replaceChildren(welcome);
  suggest().catch(() => {});
};
export const leave = () => {
  for (const each of [welcome, tries]) each.remove();
};
hear("changed", () => suggest().catch(() => {})); // other documents answer other questions
