// The rooms around the chat: what was asked and what is indexed on the left, the source of a quote on the right.
import { make } from "./make.js";

const room = (id, label, parent) => make("section", { id, ariaLabel: label }, parent);

export const side = make("aside", { id: "sq-side", ariaLabel: "Conversations and documents" }, document.body);
export const conversations = room("sq-conversations", "Conversations", side);
export const documents = room("sq-documents", "Documents", side);
export const source = room("sq-source", "Source", document.body);
source.hidden = true;

// What questions are confined to, as the routes take it; the list of documents says.
export const scope = { where: () => null };

// Whether documents can be added and taken out from here.
export const isFixed = document.querySelector('meta[name="sq-read-only"]') !== null;

// Read out, and not seen.
const news = make("p", { id: "sq-news", className: "sq-hidden", role: "status" }, document.body);
export const say = (text) => { news.textContent = text; };

// What rooms tell each other.
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`seedqa:${name}`, { detail }));
export const hear = (name, act) => document.addEventListener(`seedqa:${name}`, ({ detail }) => act(detail ?? {}));

// Gradio draws its page in its own time, and may draw a part of it anew: what `act` puts there, it puts there once.
export const whenThere = (selector, act) => {
  const look = () => {
    const found = document.querySelector(selector);
    if (found) act(found);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
};
