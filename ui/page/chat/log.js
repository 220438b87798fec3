// The conversation as it is shown: each question with what came of it.
import { make } from "../make.js";
import { say } from "../rooms.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export const log = make("div", { id: "sq-log", role: "region", ariaLabel: "Conversation", tabIndex: 0 });

// Only our own elements get into the page, whatever the markup says: a second wall behind the escaping.
const TAGS = new Set(("article b bdi blockquote button code details div em h2 li mark p q section span strong summary " +
  "table tbody td th thead time tr ul").split(" "));
const NAMES = /^(aria-(label|expanded)|class|data-[a-z]+|datetime|dir|open|role|scope|tabindex|title|type)$/;
const ours = (html) => {
  const template = make("template", { innerHTML: html });
  for (const element of template.content.querySelectorAll("*")) {
    const fits = TAGS.has(element.localName) && [...element.attributes].every(({ name }) => NAMES.test(name));
    if (!fits) throw new Error(`The page does not show a <${element.localName}> here.`);
  }
  return template.content;
};

export const blank = (question) => {
  const article = make("article", { className: "sq-exchange" });
  const asked = make("h2", { className: "sq-asked" }, article);
  make("span", { className: "sq-hidden", textContent: "You asked: " }, asked);
  make("span", { dir: "auto", textContent: question }, asked);
  return article;
};
export const fill = (article, exchange) => {
  article.replaceChildren(ours(exchange.html));
  Object.assign(article.dataset, { number: exchange.number, state: exchange.state });
  article.exchange = exchange;
  for (const wide of article.querySelectorAll(".sq-row, .sq-grid")) wide.tabIndex = 0; // it may scroll: keys must reach it
};
export const busy = (article, words) => {
  let line = article.querySelector(".sq-working");
  if (!line) {
    line = make("div", { className: "sq-working" }, article);
    make("span", { className: "sq-dots" }, line);
    make("span", {}, line);
  }
  line.lastChild.textContent = words;
};
export const failed = (article, words) => {
  article.querySelector(".sq-working")?.remove();
  const notice = make("div", { className: "sq-notice" }, article);
  make("span", { textContent: `${words} ` }, notice);
  make("button", { type: "button", className: "sq-way", textContent: "Ask again" }, notice).dataset.do = "again";
};

export const announce = (article) => {
  const words = (name) => article.querySelector(name)?.textContent ?? "";
  const facts = [...article.querySelectorAll(".sq-facts > .sq-part")].map((part) => part.textContent);
  say([words(".sq-none"), words(".sq-why"), words(".sq-answer, .sq-guess, .sq-notice"), ...facts]
    .filter(Boolean).map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(" "));
};
export const show = (article) => {
  article.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
};

// What was asked, the latest first: as typed, then as understood.
export const asked = () => [...log.querySelectorAll(".sq-exchange")].reverse().flatMap(({ exchange }) => {
  const { asked: typed, searched } = exchange ?? {};
  return [...new Set([typed, searched])].filter(Boolean);
});
