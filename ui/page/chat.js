// The conversation and the box for the next question, drawn into the page's shell and kept by the server.
(() => {
  const { make, send, say, tell } = seedqa;
  const LONGEST = 10_000;
  const mouse = matchMedia("(pointer: fine)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // The parts

  const room = document.createElement("div");
  room.id = "sq-talk";
  const log = make("div", { id: "sq-log" }, room);
  log.setAttribute("role", "region");
  log.setAttribute("aria-label", "Conversation");
  log.tabIndex = 0;
  const lost = make("p", { id: "sq-lost", hidden: true }, room);
  lost.setAttribute("role", "alert");
  const form = make("form", { id: "ask" }, room);
  make("label", { className: "sq-hidden", htmlFor: "sq-question", textContent: "Your question" }, form);
  const box = make("textarea", { id: "sq-question", rows: 1, placeholder: "Ask a question", autocomplete: "off" }, form);
  const stop = make("button", { type: "button", id: "sq-stop", hidden: true }, form);
  stop.setAttribute("aria-label", "Stop");
  const submit = make("button", { type: "submit", id: "sq-submit" }, form);
  submit.setAttribute("aria-label", "Ask");
  const below = make("div", { id: "sq-below" }, room);
  const hint = make("p", { id: "sq-hint" }, below);
  hint.setAttribute("role", "status");
  const mode = make("button", { type: "button", id: "sq-mode", textContent: "Search only" }, below);
  mode.setAttribute("aria-pressed", "false");
  mode.title = "Show the passages that fit, without an answer";
  const welcome = make("div", { className: "sq-welcome" }, log);
  make("h2", { textContent: "Ask your documents" }, welcome);
  make("p", {
    textContent: "Every answer is an exact quote, shown where it stands. If the documents do not say, you are told so.",
  }, welcome);
  const tries = make("div", { id: "sq-tries" }, document.createDocumentFragment());

  // Which conversation: the address says, so that reload and Back bring it back

  let id = new URLSearchParams(location.search).get("c");
  let opening = null; // a conversation that is being made
  let sending = Promise.resolve(); // questions arrive in the order in which they were asked
  let working = 0;

  const address = (conversation) => {
    const url = new URL(location.href);
    if (conversation) url.searchParams.set("c", conversation);
    else url.searchParams.delete("c");
    return url;
  };
  const named = () => {
    opening ??= id ? Promise.resolve(id) : send("POST", "/api/conversations").then((made) => {
      sessionStorage.removeItem("seedqa.draft.");
      id = made.id;
      history.replaceState(history.state, "", address(id));
      keepDraft();
      return id;
    }).catch((error) => { opening = null; throw error; });
    return opening;
  };

  // Only our own elements get into the page, whatever the markup says: a second wall behind the escaping

  const TAGS = new Set(("article b bdi blockquote button code details div em h2 li mark p q section span strong summary " +
    "table tbody td th thead tr ul").split(" "));
  const NAMES = /^(aria-(label|expanded)|class|data-[a-z]+|dir|open|role|scope|tabindex|title|type)$/;
  const ours = (html) => {
    const template = make("template", { innerHTML: html }, document.createDocumentFragment());
    for (const element of template.content.querySelectorAll("*")) {
      const fits = TAGS.has(element.localName) && [...element.attributes].every(({ name }) => NAMES.test(name));
      if (!fits) throw new Error(`The page does not show a <${element.localName}> here.`);
    }
    return template.content;
  };

  // Exchanges

  const blank = (question) => {
    const article = make("article", { className: "sq-exchange" }, document.createDocumentFragment());
    const asked = make("h2", { className: "sq-asked" }, article);
    make("span", { className: "sq-hidden", textContent: "You asked: " }, asked);
    make("span", { dir: "auto", textContent: question }, asked);
    return article;
  };
  const fill = (article, exchange) => {
    article.replaceChildren(ours(exchange.html));
    Object.assign(article.dataset, { number: exchange.number, state: exchange.state });
    article.exchange = exchange;
    for (const wide of article.querySelectorAll(".sq-row")) wide.tabIndex = 0; // it may scroll: keys must reach it
  };
  const busy = (article, words) => {
    let line = article.querySelector(".sq-working");
    if (!line) {
      line = make("div", { className: "sq-working" }, article);
      make("span", { className: "sq-dots" }, line);
      make("span", {}, line);
    }
    line.lastChild.textContent = words;
  };
  const failed = (article, words) => {
    article.querySelector(".sq-working")?.remove();
    const notice = make("div", { className: "sq-notice" }, article);
    make("span", { textContent: `${words} ` }, notice);
    const again = make("button", { type: "button", className: "sq-way", textContent: "Ask again" }, notice);
    again.dataset.do = "again";
  };
  const stage = (event) =>
    event.stage === "waiting" ? `Waiting: ${event.before === 1 ? "one question is" : `${event.before} questions are`} before yours…` :
    event.stage === "reading" ? `Reading passage ${event.passage} of ${event.of}…` : "Searching your documents…";

  const announce = (article) => {
    const words = (name) => article.querySelector(name)?.textContent ?? "";
    const facts = [...article.querySelectorAll(".sq-facts > .sq-part")].map((part) => part.textContent);
    say([words(".sq-none"), words(".sq-why"), words(".sq-answer, .sq-guess, .sq-notice"), ...facts]
      .filter(Boolean).map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(" "));
  };
  const show = (article) => {
    article.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  };

  // Asking

  const problem = (question) => {
    if (!question) return "Type a question first.";
    const length = question.length.toLocaleString("en");
    return question.length > LONGEST
      ? `This has ${length} characters; a question can have 10,000. Please shorten it.` : "";
  };
  const count = (more) => {
    working += more;
    stop.hidden = working < 1;
  };

  const ask = (question, { mode: how = chosen(), context = true, where = seedqa.where(), instead } = {}) => {
    const article = blank(question);
    article.exchange = { asked: question, mode: how, context, number: null };
    busy(article, "Searching your documents…");
    for (const each of [welcome, tries]) each.remove();
    if (instead) instead.replaceWith(article);
    else log.append(article);
    show(article);
    count(1);
    const body = { question, mode: how, context, ...(where ? { where } : {}) };
    if (instead?.exchange.number) body.instead_of = instead.exchange.number;
    const began = sending.then(() => named()).then((name) => begin(article, name, body));
    sending = began.catch(() => {});
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
  const heard = (article, conversation, event) => {
    if (!event.exchange) {
      busy(article, stage(event));
      return;
    }
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
  const unanswered = (article, error) => {
    const away = error instanceof TypeError; // what fetch throws where nobody answers
    if (away && article.exchange.number === null && !box.value) { // nobody has it but this page
      article.remove();
      put(article.exchange.asked);
    } else failed(article, away ? "Not answered: there is no connection to seedqa." : error.message);
    if (error.status === 404) { id = null; opening = null; }
    if (away) wait();
  };

  // A connection that is lost: said above the box, which stays usable, and looked for until it is back

  let waiting = false;
  const wait = async () => {
    if (waiting) return;
    waiting = true;
    lost.textContent = "The connection to seedqa is lost. What you type here is kept.";
    lost.hidden = false;
    const is_there = () => fetch("/api/health").then((reply) => reply.ok, () => false);
    while (!(await is_there())) await new Promise((resolve) => { setTimeout(resolve, 1000); });
    waiting = false;
    lost.hidden = true;
    open(id, { keep: true });
  };

  // The box: emptied by what is sent from it, and by nothing else

  const chosen = () => (mode.getAttribute("aria-pressed") === "true" ? "search" : "answer");
  let recalled = null; // how far back ArrowUp went, and what was typed before
  let saving = 0;

  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  };
  const store = () => `seedqa.draft.${id ?? ""}`;
  const keepDraft = () => {
    if (box.value) sessionStorage.setItem(store(), box.value);
    else sessionStorage.removeItem(store());
  };
  const sendDraft = (options = {}) => {
    clearTimeout(saving);
    saving = 0;
    if (!id && !box.value) return;
    const body = JSON.stringify({ draft: box.value.slice(0, LONGEST) });
    const headers = { "Content-Type": "application/json" };
    const patch = (name) => fetch(`/api/conversations/${name}`, { method: "PATCH", headers, body, ...options });
    if (options.keepalive && id) patch(id).catch(() => {}); // the page is going: now or never
    else sending = sending.then(named).then(patch).then(() => tell("draft", { id }), () => {}); // it is in the tab too
  };
  const put = (text) => {
    box.value = text;
    fit();
    box.focus();
    box.setSelectionRange(text.length, text.length);
    typed();
  };
  const typed = () => {
    hint.textContent = "";
    keepDraft();
    clearTimeout(saving);
    saving = setTimeout(sendDraft, 500);
  };
  box.addEventListener("input", () => {
    recalled = null;
    fit();
    typed();
  });
  addEventListener("pagehide", () => { if (saving) sendDraft({ keepalive: true }); });

  const asked = () => [...log.querySelectorAll(".sq-exchange")].reverse().flatMap(({ exchange }) => {
    const { asked: typedWords, searched } = exchange ?? {};
    return [...new Set([typedWords, searched])].filter(Boolean);
  });
  const recall = (step) => {
    const all = asked();
    recalled ??= { at: -1, draft: box.value };
    const at = Math.min(recalled.at + step, all.length - 1);
    const before = recalled;
    put(at < 0 ? recalled.draft : all[at]);
    recalled = at < 0 ? null : { ...before, at };
  };
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "ArrowUp" && (!box.value || recalled)) {
      event.preventDefault();
      recall(1);
    } else if (event.key === "ArrowDown" && recalled) {
      event.preventDefault();
      recall(-1);
    } else if (event.key === "Escape" && recalled) {
      event.stopPropagation();
      put(recalled.draft);
      recalled = null;
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = box.value.trim();
    hint.textContent = problem(question);
    if (hint.textContent) return;
    clearTimeout(saving); // the server forgets the draft with the question
    saving = 0;
    sessionStorage.removeItem(store());
    box.value = "";
    recalled = null;
    fit();
    ask(question);
  });
  stop.addEventListener("click", () => {
    if (id) send("POST", `/api/conversations/${id}/stop`).catch(() => {});
    box.focus();
  });
  mode.addEventListener("click", () => {
    const on = mode.getAttribute("aria-pressed") !== "true";
    mode.setAttribute("aria-pressed", String(on));
    box.placeholder = on ? "Search your documents" : "Ask a question";
    box.focus();
  });

  // What can be done with an answer

  const WAYS = {
    again: ({ asked: question, mode: how, context }, article) => ask(question, { mode: how, context, instead: article }),
    alone: ({ asked: question, mode: how }) => ask(question, { mode: how, context: false }),
    search: ({ searched, asked: question }) => ask(searched || question, { mode: "search" }),
    everywhere: ({ asked: question, mode: how, context }) => ask(question, { mode: how, context, where: null }),
    documents: () => tell("documents"),
    reread: (_exchange, _article, button) => {
      const { path } = button.dataset;
      send("POST", "/api/documents/again", { paths: [path] }).then(
        () => { hint.textContent = "It is being read again. Then ask again."; },
        () => { hint.textContent = `It cannot be read again from here. Type in a terminal: seedqa add "${path}"`; },
      );
    },
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // not allowed, or not a secure page
      const area = make("textarea", { value: text });
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  log.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    const article = event.target.closest(".sq-exchange");
    if (!button) return;
    if (button.matches(".sq-way")) WAYS[button.dataset.do](article.exchange, article, button);
    if (button.matches(".sq-try")) ask(button.textContent);
    if (button.matches(".sq-try, .sq-way") && mouse.matches) box.focus(); // it may be gone
    if (button.matches(".sq-edit")) {
      const draft = box.value;
      put(button.dataset.text);
      recalled = { at: 0, draft };
    }
    if (button.matches(".sq-show")) {
      const isOpen = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(isOpen));
      button.textContent = isOpen ? "Show less" : "Show passage";
    }
    if (button.matches(".sq-copy")) {
      await copy(button.dataset.copy);
      button.classList.add("sq-done");
      setTimeout(() => button.classList.remove("sq-done"), 1500);
      button.focus();
      say("Copied.");
    }
  });

  // Opening a conversation

  const suggest = async () => {
    const { questions } = await send("GET", "/api/suggestions");
    if (log.querySelector(".sq-exchange") || !welcome.isConnected) return;
    tries.replaceChildren();
    for (const question of questions) {
      make("button", { type: "button", className: "sq-try", dir: "auto", textContent: question }, tries);
    }
    log.append(tries);
  };
  const add = (exchange, before = null) => {
    const article = blank(exchange.asked);
    fill(article, exchange);
    if (exchange.state === "running") {
      busy(article, "Reading your documents…");
      watch(article, id);
    }
    log.insertBefore(article, before);
    return article;
  };
  const watch = async (article, conversation) => {
    count(1);
    try {
      for (;;) {
        await new Promise((resolve) => { setTimeout(resolve, 400); });
        const at = `/api/conversations/${conversation}/questions/${article.exchange.number}`;
        const exchange = await send("GET", at);
        if (!article.isConnected) return;
        if (exchange.state === "running") continue;
        fill(article, exchange);
        announce(article);
        return;
      }
    } catch (error) {
      unanswered(article, error);
    } finally {
      count(-1);
    }
  };
  const fresh = () => {
    log.replaceChildren(welcome);
    suggest().catch(() => {});
  };
  const open = async (conversation, { keep = false, draft = true } = {}) => {
    const typedNow = keep ? box.value : null;
    id = conversation;
    opening = null;
    const stored = () => typedNow || (draft && sessionStorage.getItem(store())) || "";
    hint.textContent = "";
    let found = null;
    try {
      if (id) found = await send("GET", `/api/conversations/${id}`);
    } catch (error) {
      if (error.status !== 404) { wait(); return; }
      history.replaceState(history.state, "", address((id = null)));
      hint.textContent = "That conversation is no longer there.";
    }
    if (id !== conversation && found) return; // another one was opened meanwhile
    const unsent = [...log.querySelectorAll(".sq-exchange")].filter((each) => keep && each.exchange.number === null);
    log.replaceChildren();
    const articles = (found?.exchanges ?? []).map((exchange) => add(exchange));
    if (!articles.length && !unsent.length) fresh();
    log.append(...unsent);
    box.value = stored() || found?.draft || "";
    fit();
    articles.at(-1)?.scrollIntoView({ block: "start" });
    tell("conversation", { id });
    if (found && !found.is_all) earlier(conversation, articles[0]);
  };
  const earlier = async (conversation, first) => {
    const found = await send("GET", `/api/conversations/${conversation}?before=${first.exchange.number}`);
    if (id !== conversation || !first.isConnected) return;
    const height = log.scrollHeight - log.scrollTop;
    const articles = found.exchanges.map((exchange) => add(exchange, first));
    log.scrollTop = log.scrollHeight - height;
    if (!found.is_all) earlier(conversation, articles[0]);
  };
  const go = (conversation) => {
    if (saving) sendDraft();
    history.pushState(null, "", address(conversation));
    return open(conversation);
  };
  document.addEventListener("seedqa:changed", () => suggest().catch(() => {})); // other documents answer other questions
  addEventListener("popstate", () => {
    const now = new URLSearchParams(location.search).get("c");
    if (now !== id) open(now);
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    }
  });

  Object.assign(seedqa, { ask, go, current: () => id });

  // The shell comes with Gradio's page, in its own time

  const enter = () => {
    const shell = document.querySelector("#chat");
    if (!shell || room.isConnected) return;
    shell.append(room);
    if (mouse.matches) box.focus();
    open(id);
  };
  new MutationObserver(enter).observe(document, { childList: true, subtree: true });
  enter();
})();
