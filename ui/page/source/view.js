// The source of a quote: its document at the quote. All that comes from a document is written as text nodes.
import { button, literal, make } from "../make.js";
import { source as room, tell as news } from "../rooms.js";
import { againButton, reread } from "./again.js";
import { named } from "./blocks.js";
import { forget, search } from "./find.js";
import { paint } from "./paint.js";
import { close, get, into, spot, tell, text, title, tools, view } from "./parts.js";
import { picture } from "./picture.js";
import { address, bare, placed } from "./place.js";

const CITATION = ".sq-open[data-document]";
const NARROW = matchMedia("(max-width: 599px)");
const NOTES = {
  changed: "This file has changed since it was read. Below is what it said then.",
  gone: "This file is not where it was any more. Below is what it said when it was read.",
};

const steps = make("span", { className: "sq-steps" }, tools);
button("‹", () => step(-1), steps, { label: "Previous citation", look: "icon" });
const count = make("span", { className: "sq-count" }, steps);
button("›", () => step(1), steps, { label: "Next citation", look: "icon" });
tools.append(search);
const links = make("span", { className: "sq-links" }, tools);
const as = button("Show text", () => swap(), links, { look: "link" });
const link = { className: "sq-button sq-link" };
const original = make("a", { ...link, textContent: "Open original", target: "_blank", rel: "noopener" }, links);
const permalink = make("a", { ...link, textContent: "Link" }, links);

const open = async (place, from = null) => {
  const mine = (view.loading = {});
  if (from) view.opener = from;
  try {
    const start = place.start ?? 0;
    const data = await get("/api/source", { document: place.document, start, end: place.end ?? start });
    if (view.loading !== mine) return;
    view.shown = { ...data, windows: [data.blocks] };
    forget();
    warn(data);
    present();
    paint();
  } catch (error) {
    if (view.loading !== mine) return;
    refuse(error.message);
  }
  view.loading = null;
  reveal();
  if (!view.shown) return;
  into(view.shown.end > view.shown.start ? "mark" : ".sq-nowhere");
  if (!as.hidden) await swap();
};
const refuse = (message) => {
  view.shown = null;
  text.replaceChildren();
  title.textContent = "Not to be shown";
  spot.textContent = "";
  tools.hidden = true;
  tell(message);
};
const warn = (shown) => {
  if (shown.state !== "changed") return tell(NOTES[shown.state] ?? "");
  const again = againButton(async () => {
    again.disabled = true;
    tell("Reading it again…");
    try {
      const now = await reread(shown);
      await open(now);
      tell(now.isThere ? "Read again: this is what it says now." : "Read again: the quote is not in it any more.");
      news("changed");
    } catch (error) {
      tell(error.message);
    }
  });
  tell(NOTES.changed, again);
};
const swap = async () => { // a page's picture for its text, and back
  if (view.pages) {
    paint();
    into("mark");
  } else await picture();
  as.textContent = view.pages ? "Show text" : "Show page";
};
const present = () => {
  const { shown } = view;
  tools.hidden = false;
  title.replaceChildren();
  title.title = shown.path;
  text.ariaLabel = `Text of ${shown.name}`;
  literal(make("bdi", { dir: "ltr" }, title), shown.name);
  spot.replaceChildren();
  for (const place of shown.place) literal(make("bdi", {}, make("span", {}, spot)), named(place));
  as.hidden = !shown.pages || shown.state !== "current";
  as.textContent = "Show page";
  original.href = `/api/original?document=${shown.document}`;
  original.hidden = shown.state !== "current";
  permalink.href = address(shown);
  permalink.hidden = !shown.sha256;
  permalink.textContent = "Link";
  const all = citations();
  const place = all.indexOf(view.opener);
  steps.hidden = place < 0 || all.length < 2;
  count.textContent = `${place + 1} of ${all.length}`;
};
const reveal = () => {
  room.hidden = false;
  document.documentElement.classList.add("sq-sourced");
  confine();
  text.focus({ preventScroll: true }); // the arrow keys scroll it at once
  if (!view.shown) return;
  // One step of Back closes the source, however many citations were looked at.
  const here = location.pathname + location.search + address(view.shown); // the page's base is not where it is
  if (placed()) history.replaceState(history.state, "", here);
  else history.pushState({ ...history.state, source: true }, "", here);
};
const confine = () => { // on a phone the source covers the page: what is behind it must not get the focus
  for (const other of document.body.children) {
    if (!other.contains(room)) other.inert = NARROW.matches && !room.hidden;
  }
};
const shut = ({ byHistory = false } = {}) => {
  if (room.hidden) return;
  room.hidden = true;
  view.loading = null;
  document.documentElement.classList.remove("sq-sourced");
  confine();
  const again = view.opener?.isConnected ? view.opener : same(view.opener);
  (again ?? document.querySelector("#ask textarea"))?.focus();
  if (byHistory) return;
  if (history.state?.source) history.back();
  else history.replaceState(history.state, "", bare());
};
const same = (gone) => gone && [...document.querySelectorAll(CITATION)].find((each) =>
  ["document", "start", "end"].every((name) => each.dataset[name] === gone.dataset[name]));

const follow = () => {
  const place = placed();
  if (!place) return void shut({ byHistory: true });
  const { shown } = view;
  const isHere = !room.hidden && shown && [shown.sha256, String(shown.document)].includes(place.document);
  if (isHere && shown.start === Number(place.start) && shown.end === Number(place.end)) return;
  void open(place);
};

// Citations: those of the answer that the first one was opened from.
const citations = () => {
  const answer = view.opener?.closest(".sq-exchange, .sq-reply") ?? document.getElementById("chat");
  return [...(answer?.querySelectorAll(CITATION) ?? [])];
};
const step = (way) => {
  const all = citations();
  const to = all[(all.indexOf(view.opener) + way + all.length) % all.length];
  if (to) void open(to.dataset, to);
};

close.addEventListener("click", () => shut());
permalink.addEventListener("click", (event) => {
  if (!navigator.clipboard) return; // then it is a link like any other, to be copied from the menu
  event.preventDefault();
  navigator.clipboard.writeText(permalink.href).then(() => { permalink.textContent = "Link copied"; });
});
document.addEventListener("click", ({ target }) => {
  const citation = target.closest?.(CITATION);
  if (citation) void open(citation.dataset, citation);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) shut();
});
NARROW.addEventListener("change", confine);
addEventListener("popstate", follow);
if (placed()) follow();
