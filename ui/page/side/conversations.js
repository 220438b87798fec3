// What was asked before, on the left: found, opened, renamed, deleted and brought back.
import { current } from "../chat/current.js";
import { go } from "../chat/opening.js";
import { button, literal, make } from "../make.js";
import { conversations as room, hear, say, tell } from "../rooms.js";
import { send } from "../server.js";

make("h2", { textContent: "Conversations" }, room);
button("New conversation", () => { go(null); tell("chosen"); }, room, { look: "block", options: { id: "sq-new" } });
const find = make("input", { type: "search", id: "sq-find", placeholder: "Find in conversations" }, room);
find.ariaLabel = "Find in conversations";
const list = make("ul", { id: "sq-list" }, room);
const note = make("p", { id: "sq-note", role: "status" }, room);
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

const when = (seconds) => {
  const minutes = (seconds - Date.now() / 1000) / 60;
  if (minutes > -1) return "now";
  if (minutes > -60) return relative.format(Math.round(minutes), "minute");
  if (minutes > -1440) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 1440), "day");
};

// A row

const row = (each) => {
  const item = make("li", { className: "sq-talked" });
  item.each = each;
  const name = make("button", { type: "button", className: "sq-name" }, item);
  literal(make("span", { className: "sq-title", dir: "auto" }, name), each.title || "Not asked yet");
  make("span", { className: "sq-when", textContent: each.questions ? when(each.changed) : "draft" }, name);
  if (each.id === current.id) name.setAttribute("aria-current", "true");
  const tools = make("div", { className: "sq-tools" }, item);
  const tool = (word, act) => button(word, act, tools, { label: `${word}: ${each.title || "not asked yet"}` });
  name.addEventListener("click", () => { go(each.id); tell("chosen"); });
  tool("Rename", () => rename(item));
  tool("Export", () => save(each));
  tool("Delete", () => remove(item));
  return item;
};
const draw = ({ conversations, kept, calibrated }) => {
  tell("server", { calibrated });
  if (list.querySelector("input, .sq-undo")) return; // something is being done there
  const focused = list.contains(document.activeElement) && document.activeElement;
  const [id, label] = [focused && focused.closest("li").each?.id, focused?.ariaLabel];
  list.replaceChildren(...conversations.map(row));
  if (focused) [...list.querySelectorAll("button")].find((each) =>
    each.closest("li").each.id === id && each.ariaLabel === label)?.focus();
  const none = find.value ? "Nothing found." : "What you ask is listed here.";
  const unkept = "Kept until seedqa is stopped: it was started with --no-history.";
  note.textContent = conversations.length ? (kept ? "" : unkept) : none;
};
let turn = 0; // an older answer must not undo what was asked since
let drawn = 0;
const refresh = async () => {
  const mine = (turn += 1);
  const words = encodeURIComponent(find.value.trim().slice(0, 200));
  const found = await send("GET", `/api/conversations?words=${words}`).catch(() => null);
  if (mine !== turn) return;
  drawn = mine;
  if (found) draw(found);
};

// What can be done with it

const rename = (item) => {
  const input = make("input", { value: item.each.title, maxLength: 120, ariaLabel: "Title" });
  item.replaceChildren(input);
  input.focus();
  input.select();
  let isOver = false;
  const end = async (isKept) => {
    if (isOver) return;
    isOver = true;
    const title = input.value.trim();
    let { each } = item;
    if (isKept && title !== each.title) {
      each = await send("PATCH", `/api/conversations/${each.id}`, { title }).catch(() => each);
    }
    const drawn = row(each);
    const wasFocused = item.contains(document.activeElement);
    item.replaceWith(drawn);
    if (wasFocused) drawn.querySelector("button").focus();
  };
  input.addEventListener("blur", () => end(true));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(false);
  });
};
const save = (each) => {
  const name = `${each.title || "conversation"}.md`;
  const link = make("a", { href: `/api/conversations/${each.id}/export`, download: name }, document.body);
  link.click();
  link.remove();
};
const remove = async (item) => {
  const { each } = item;
  try {
    await send("DELETE", `/api/conversations/${each.id}`);
  } catch (error) {
    note.textContent = error.message;
    return;
  }
  const wasOpen = each.id === current.id;
  const undone = make("li", { className: "sq-undo" });
  make("span", { textContent: "Deleted." }, undone);
  const undo = button("Undo", async () => {
    await send("POST", `/api/conversations/${each.id}/restore`).catch(() => {});
    undone.remove();
    if (wasOpen) go(each.id);
    await refresh();
  }, undone);
  for (const old of list.querySelectorAll(".sq-undo")) old.remove();
  item.replaceWith(undone);
  undo.focus();
  say("Deleted. Undo is possible.");
  if (wasOpen) await go(null);
};

// When it changes: by what is asked here, or elsewhere

let typing = 0;
find.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, 150);
});
const rows = () => [...list.querySelectorAll(".sq-talked")];
const mark = () => {
  for (const item of rows()) {
    if (item.each.id === current.id) item.firstChild.setAttribute("aria-current", "true");
    else item.firstChild.removeAttribute("aria-current");
  }
};
hear("asked", ({ id, question }) => {
  if (!question || find.value) return;
  const old = rows().find((item) => item.each.id === id);
  const each = { questions: 1, title: "", ...old?.each, id, changed: Date.now() / 1000 };
  old?.remove();
  list.prepend(row({ ...each, title: each.title || question.slice(0, 120), questions: each.questions || 1 }));
  if (!note.textContent.startsWith("Kept")) note.textContent = "";
  mark();
  if (drawn !== turn) refresh();
});
hear("conversation", mark);
hear("draft", ({ id }) => {
  if (!rows().some((item) => item.each.id === id)) refresh();
});
addEventListener("focus", refresh);
refresh();
