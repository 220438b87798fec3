// Opening a conversation: the latest questions at once, the earlier ones while there is nothing else to do.
import { hear, tell, whenThere } from "../rooms.js";
import { make } from "../make.js";
import { send } from "../server.js";
import { count, unanswered } from "./asking.js";
import { advise, below, fillWith, focus, form, keep, typed } from "./box.js";
import { address, current, drafts, fromAddress } from "./current.js";
import { announce, blank, busy, fill, log } from "./log.js";
import { lost, wait } from "./lost.js";
import { greet } from "./welcome.js";

const mouse = matchMedia("(pointer: fine)");
const FIRST = 5; // questions that are there at once
const idle = (act) => (window.requestIdleCallback ?? setTimeout)(act, { timeout: 500 });

const add = (exchange, before = null) => {
  const article = blank(exchange.asked);
  fill(article, exchange);
  if (exchange.state === "running") {
    busy(article, "Reading your documents…");
    watch(article, current.id);
  }
  log.insertBefore(article, before);
  return article;
};
const watch = async (article, conversation) => { // it was asked before the page was opened: the server goes on
  count(1);
  try {
    do {
      await new Promise((resolve) => { setTimeout(resolve, 400); });
      const at = `/api/conversations/${conversation}/questions/${article.exchange.number}`;
      const exchange = await send("GET", at);
      if (!article.parentNode) return; // another conversation was opened
      if (exchange.state !== "running") fill(article, exchange);
    } while (article.exchange.state === "running");
    announce(article);
  } catch (error) {
    unanswered(article, error);
  } finally {
    count(-1);
  }
};

const found = async (conversation) => {
  try {
    return conversation && await send("GET", `/api/conversations/${conversation}?most=${FIRST}`);
  } catch (error) {
    if (error.status !== 404) throw error;
    current.id = null;
    history.replaceState(history.state, "", address(null));
    advise("That conversation is no longer there.");
    return null;
  }
};
export const open = async (conversation, { isBack = false } = {}) => {
  const before = isBack ? typed() : "";
  current.id = conversation;
  current.opening = null;
  advise("");
  let kept;
  try {
    kept = await found(conversation);
  } catch {
    return void wait();
  }
  if (kept && current.id !== conversation) return; // another one was opened meanwhile
  const unsent = [...log.querySelectorAll(".sq-exchange")].filter(({ exchange }) => isBack && exchange.number === null);
  log.replaceChildren();
  const articles = (kept?.exchanges ?? []).map((exchange) => add(exchange));
  if (!articles.length && !unsent.length) greet();
  log.append(...unsent);
  fillWith(before || drafts.of(current.id) || kept?.draft || "");
  toLast();
  tell("conversation", { id: current.id });
  if (kept && !kept.is_all) idle(() => earlier(conversation, articles[0]));
};
const toLast = () => log.querySelector(".sq-exchange:last-child")?.scrollIntoView({ block: "start" });

const earlier = async (conversation, first) => {
  const { exchanges, is_all: isAll } = await send("GET",
    `/api/conversations/${conversation}?before=${first.exchange.number}`);
  if (current.id !== conversation || !first.parentNode) return;
  const height = log.scrollHeight - log.scrollTop;
  const articles = exchanges.map((exchange) => add(exchange, first));
  log.scrollTop = log.scrollHeight - height;
  if (!isAll) idle(() => earlier(conversation, articles[0]));
};

export const go = (conversation) => {
  keep();
  history.pushState(null, "", address(conversation));
  return open(conversation);
};
addEventListener("popstate", () => {
  if (fromAddress() !== current.id) open(fromAddress());
});
hear("back", () => open(current.id, { isBack: true }));

// The room is drawn before Gradio's page has a place for it.
const room = make("div", { id: "sq-talk" });
room.append(log, lost, form, below);
open(current.id);
whenThere("#chat", (shell) => {
  if (room.isConnected) return;
  shell.append(room);
  fillWith(typed());
  toLast();
  if (mouse.matches) focus();
});
