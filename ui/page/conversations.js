// What was asked before, on the left: found, opened, renamed, deleted and brought back.
(() => {
  const { make, send, say, tell, conversations: room } = seedqa;
  make("h2", { textContent: "Conversations" }, room);
  const fresh = make("button", { type: "button", id: "sq-new", textContent: "New conversation" }, room);
  const find = make("input", { type: "search", id: "sq-find", placeholder: "Find in conversations" }, room);
  find.setAttribute("aria-label", "Find in conversations");
  const list = make("ul", { id: "sq-list" }, room);
  const note = make("p", { id: "sq-note" }, room);
  const now = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

  const when = (seconds) => {
    const minutes = (seconds - Date.now() / 1000) / 60;
    if (minutes > -1) return "now";
    if (minutes > -60) return now.format(Math.round(minutes), "minute");
    if (minutes > -1440) return now.format(Math.round(minutes / 60), "hour");
    return now.format(Math.round(minutes / 1440), "day");
  };

  // A row

  const row = (each) => {
    const item = make("li", { className: "sq-talked" }, document.createDocumentFragment());
    item.each = each;
    const name = make("button", { type: "button", className: "sq-name" }, item);
    make("span", { className: "sq-title", dir: "auto", textContent: each.title || "Not asked yet" }, name);
    make("span", { className: "sq-when", textContent: each.questions ? when(each.changed) : "draft" }, name);
    if (each.id === seedqa.current?.()) name.setAttribute("aria-current", "true");
    const tools = make("div", { className: "sq-tools" }, item);
    const tool = (word) => {
      const button = make("button", { type: "button", textContent: word }, tools);
      button.setAttribute("aria-label", `${word}: ${each.title || "not asked yet"}`);
      return button;
    };
    name.addEventListener("click", () => { seedqa.go(each.id); tell("chosen"); });
    tool("Rename").addEventListener("click", () => rename(item));
    tool("Export").addEventListener("click", () => save(each));
    tool("Delete").addEventListener("click", () => remove(item));
    return item;
  };
  const draw = (found) => {
    if (list.querySelector("input, .sq-undo")) return; // something is being done there
    list.replaceChildren(...found.conversations.map(row));
    const none = find.value ? "Nothing found." : "What you ask is listed here.";
    const unkept = "Kept until seedqa is stopped: it was started with --no-history.";
    note.textContent = found.conversations.length ? (found.kept ? "" : unkept) : none;
  };
  const refresh = () => {
    const words = find.value.trim();
    return send("GET", `/api/conversations?words=${encodeURIComponent(words.slice(0, 200))}`).then(draw, () => {});
  };

  // What can be done with it

  const rename = (item) => {
    const input = make("input", { value: item.each.title, maxLength: 120 }, document.createDocumentFragment());
    input.setAttribute("aria-label", "Title");
    item.replaceChildren(input);
    input.focus();
    input.select();
    let isOver = false;
    const end = async (isKept) => {
      if (isOver) return;
      isOver = true;
      const title = input.value.trim();
      let each = item.each;
      if (isKept && title !== each.title) {
        each = await send("PATCH", `/api/conversations/${each.id}`, { title }).catch(() => each);
      }
      const drawn = row(each);
      item.replaceWith(drawn);
      drawn.querySelector("button").focus();
    };
    input.addEventListener("blur", () => end(true));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") { event.stopPropagation(); end(false); }
    });
  };
  const save = (each) => {
    const link = make("a", { href: `/api/conversations/${each.id}/export`, download: `${each.title || "conversation"}.md` });
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
    const wasOpen = each.id === seedqa.current();
    const undone = make("li", { className: "sq-undo" }, document.createDocumentFragment());
    make("span", { textContent: "Deleted." }, undone);
    const undo = make("button", { type: "button", textContent: "Undo" }, undone);
    undo.addEventListener("click", async () => {
      await send("POST", `/api/conversations/${each.id}/restore`).catch(() => {});
      undone.remove();
      if (wasOpen) seedqa.go(each.id);
      await refresh();
    });
    for (const old of list.querySelectorAll(".sq-undo")) old.remove();
    item.replaceWith(undone);
    undo.focus();
    say("Deleted. Undo is possible.");
    if (wasOpen) await seedqa.go(null);
  };

  // When it changes: by what is asked here, or elsewhere

  fresh.addEventListener("click", () => { seedqa.go(null); tell("chosen"); });
  let typing = 0;
  find.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(refresh, 150);
  });
  const mark = () => {
    for (const item of list.querySelectorAll(".sq-talked")) {
      const isOpen = item.each.id === seedqa.current();
      if (isOpen) item.firstChild.setAttribute("aria-current", "true");
      else item.firstChild.removeAttribute("aria-current");
    }
  };
  const top = ({ detail: { id, question } }) => {
    if (!question || find.value) return;
    const old = [...list.children].find((item) => item.each?.id === id);
    const each = { questions: 1, title: question.slice(0, 120), ...old?.each, id, changed: Date.now() / 1000 };
    old?.remove();
    each.title ||= question.slice(0, 120);
    list.prepend(row({ ...each, questions: each.questions || 1 }));
    note.textContent = note.textContent.startsWith("Kept") ? note.textContent : "";
    mark();
  };
  document.addEventListener("seedqa:asked", top);
  document.addEventListener("seedqa:conversation", mark);
  document.addEventListener("seedqa:draft", ({ detail: { id } }) => {
    if (![...list.children].some((item) => item.each?.id === id)) refresh();
  });
  addEventListener("focus", refresh);
  refresh();
})();
