// Asking: a question goes to the server, its stages are shown while it works, then what came of it.
import { scope, tell } from "../rooms.js";
import { isAway, send } from "../server.js";
import { chosen, focus, form, put, stop, take, typed } from "./box.js";
import { current, named } from "./current.js";
import { announce, blank, busy, failed, fill, log, show } from "./log.js";
import { wait } from "./lost.js";
import { leave } from "./welcome.js";

let working = 0;
export const count = (more) => {
  working += more;
  stop.hidden = working < 1;
};

export const ask = (question, { mode = chosen(), context = true, where = scope.where(), instead } = {}) => {
  const article = blank(question);
  article.exchange = { asked: question, mode, context, number: null };
  busy(article, "Searching your documents…");
  leave();
  if (instead) instead.replaceWith(article);
  else log.append(article);
  show(article);
  count(1);
  const body = { question, mode, context, ...(where ? { where } : {}) };
  article.replaces = instead?.exchange.number ?? instead?.replaces; // which stays kept if this one is turned away
  if (article.replaces) body.instead_of = article.replaces;
  const began = current.sending.then(named).then((name) => begin(article, name, body));
  current.sending = began.catch(() => {});
  began.then((rest) => rest()).catch((error) => unanswered(article, error)).finally(() => count(-1));
};
const begin = async (article, conversation, body) => {
  const reply = await send("POST", `/api/conversations/${conversation}/ask`, body);
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  return () => follow(article, conversation, reader);
};
const follow = async (article, conversation, reader) => {
  let kept = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (kept + value).split("\n");
    kept = lines.pop();
    for (const line of lines) heard(article, conversation, JSON.parse(line));
  }
  if (!article.dataset.state || article.dataset.state === "running") throw new TypeError("The answer broke off.");
};
const STAGES = {
  waiting: ({ before }) => `Waiting: ${before === 1 ? "one question is" : `${before} questions are`} before yours…`,
  reading: ({ passage, of }) => `Reading passage ${passage} of ${of}…`,
};
const stage = (event) => STAGES[event.stage]?.(event) ?? "Searching your documents…";
const heard = (article, conversation, event) => {
  if (!event.exchange) return void busy(article, stage(event));
  fill(article, event.exchange);
  if (event.stage === "done") {
    if (article === log.lastChild) show(article);
    announce(article);
    tell("asked", { id: conversation });
  } else {
    busy(article, "Searching your documents…");
    tell("asked", { id: conversation, question: event.exchange.asked });
  }
};
export const unanswered = (article, error) => {
  if (isAway(error) && article.exchange.number === null && !typed()) { // nobody has it but this page
    article.remove();
    put(article.exchange.asked);
  } else failed(article, isAway(error) ? "Not answered: there is no connection to seedqa." : error.message);
  if (error.status === 404) current.id = current.opening = null;
  if (isAway(error)) wait();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = take();
  if (question) ask(question);
});
stop.addEventListener("click", () => {
  if (current.id) send("POST", `/api/conversations/${current.id}/stop`).catch(() => {});
  focus();
});
