// The room "Documents": what is indexed, what is being added, and what questions are confined to.
// Names and reasons are other people's text: they are only ever written as text.
(() => {
  const { documents: room, make } = window.seedqa;
  const PAGE = 100;
  const HIDDEN = /([\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])/;
  const plural = (count, word) => `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;

  const show = (element, text) => {
    element.replaceChildren(
      ...String(text).split(HIDDEN).map((part, at) => {
        if (at % 2 === 0) return document.createTextNode(part);
        const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
        return Object.assign(document.createElement("span"), { className: "sq-d-code", textContent: `U+${code}` });
      }),
    );
    return element;
  };

  const button = (text, act, parent, name = text) => {
    const made = make("button", { type: "button", textContent: text, className: "sq-d-button" }, parent);
    if (name !== text) made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
  };

  const call = async (path, body, query = {}) => {
    const address = `/api/documents${path}?${new URLSearchParams(query)}`;
    const options = body === undefined ? {} : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    };
    const reply = await fetch(address, options);
    const data = await reply.json();
    if (!reply.ok) throw new Error(data.error ?? data.detail ?? "Something went wrong here. Try it again.");
    return data;
  };

  const size = (bytes) => {
    const steps = ["bytes", "kB", "MB", "GB"];
    let at = 0;
    while (bytes >= 1000 && at < 3) [bytes, at] = [bytes / 1000, at + 1];
    return `${at && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${steps[at]}`;
  };
  const time = (seconds) => {
    if (seconds < 60) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`;
    const minutes = Math.round(seconds / 60);
    return minutes < 90 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
  };

  // The parts of the room

  const head = make("div", { className: "sq-d-head" }, room);
  make("h2", { textContent: "Documents" }, head);
  const count = make("span", { className: "sq-d-count" }, head);
  const actions = make("div", { className: "sq-d-actions" }, room);
  const picker = (folder) => {
    const input = make("input", { type: "file", multiple: true, hidden: true, webkitdirectory: folder }, room);
    input.addEventListener("change", () => {
      take([...input.files].map((file) => [file, file.webkitRelativePath || file.name]), folder);
      input.value = "";
    });
    return input;
  };
  const files = picker(false);
  const folders = picker(true);
  const adders = [
    button("Add files", () => files.click(), actions),
    button("Add folder", () => folders.click(), actions),
  ];
  const opener = button("Index a folder on this computer", () => unfold(place.hidden), actions);
  opener.classList.add("sq-d-quiet");
  opener.setAttribute("aria-expanded", "false");
  opener.hidden = true;
  const place = make("form", { className: "sq-d-place", hidden: true }, room);
  make("label", { htmlFor: "sq-d-path", textContent: "Folder on this computer" }, place);
  const path = make("input", { id: "sq-d-path", type: "text", placeholder: "/home/ann/reports" }, place);
  path.autocomplete = "off";
  path.spellcheck = false;
  make("p", { textContent: "It is read where it is. Nothing is copied." }, place);
  make("button", { type: "submit", textContent: "Index this folder", className: "sq-d-button" }, place);
  const problem = make("p", { className: "sq-d-problem", hidden: true }, room);
  problem.setAttribute("role", "alert");
  const said = make("p", { className: "sq-d-said" }, room);
  said.setAttribute("role", "status");
  const undoing = make("div", { className: "sq-d-undo" }, room);
  undoing.setAttribute("role", "status");
  const queue = make("div", { className: "sq-d-queue", hidden: true }, room);
  const tools = make("div", { className: "sq-d-tools" }, room);
  const search = make("input", { type: "search", placeholder: "Find a document" }, tools);
  search.setAttribute("aria-label", "Find a document");
  const order = make("select", {}, tools);
  order.setAttribute("aria-label", "Order of the documents");
  for (const [value, text] of [["name", "By name"], ["changed-down", "Newest first"], ["size-down", "Largest first"],
    ["passages-down", "Most passages first"], ["kind", "By kind"]]) {
    make("option", { value, textContent: text }, order);
  }
  const ticked = make("div", { className: "sq-d-ticked" }, room);
  const list = make("ul", { className: "sq-d-list", tabIndex: 0 }, room);
  list.setAttribute("aria-label", "Files");
  const none = make("p", { className: "sq-d-none", hidden: true }, room);
  const more = button("Show more", () => load(true).catch(complain), room);
  more.hidden = true;
  const samples = button("Remove samples", () => remove({ samples: true }), room);
  samples.classList.add("sq-d-quiet");
  samples.hidden = true;

  const complain = (error) => {
    show(problem, error instanceof TypeError ? "The server cannot be reached. Is seedqa running?" : error.message);
    problem.hidden = false;
  };
  const attempt = (work) => async (...given) => {
    problem.hidden = true;
    try {
      await work(...given);
      wake();
    } catch (error) {
      complain(error);
    }
  };
  const unfold = (open) => {
    place.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) path.focus();
  };
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await call("/add", { paths: [path.value.trim()] });
      path.value = "";
      unfold(false);
      opener.focus();
    })();
  });

  // Sending files: three at a time, what nobody can read not at all

  let state = { kinds: [], most_bytes: 0, queue: { jobs: [] } };
  let waiting = [];
  let unsent = [];
  let sending = 0;
  let sent = 0;
  const stopping = { signal: null };

  const refusal = (file, name) => {
    const last = name.split("/").pop();
    const dot = last.lastIndexOf(".");
    const kind = dot > 0 ? last.slice(dot).toLowerCase() : "";
    if (!state.kinds.includes(kind)) return `Files of this kind (${kind || "without a suffix"}) cannot be read.`;
    if (file.size > state.most_bytes) return `It has ${size(file.size)}; ${size(state.most_bytes)} is the most.`;
    return "";
  };

  const take = (chosen, quietly) => {
    problem.hidden = true;
    const seen = chosen.filter(([, name]) => !name.split("/").some((part) => /^(\.|~\$)/.test(part)));
    let passed = 0;
    for (const [file, name] of seen) {
      const why = refusal(file, name);
      if (!why) waiting.push([file, name]);
      else if (quietly && why.startsWith("Files of this kind")) passed += 1;
      else unsent.push({ name, why, again: null });
    }
    const others = passed ? `; ${plural(passed, "file")} of other kinds left out` : "";
    said.textContent = `${plural(waiting.length, "file")} to send${others}.`;
    stopping.signal ??= new AbortController();
    while (sending < 3 && waiting.length) send();
    draw();
  };

  const send = async () => {
    sending += 1;
    while (waiting.length) {
      const [file, name] = waiting.shift();
      draw();
      try {
        const query = new URLSearchParams({ name: name.replace(/[\ud800-\udfff]/gu, "_") });
        const reply = await fetch(`/api/documents/upload?${query}`, {
          method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file,
          signal: stopping.signal.signal,
        });
        const data = await reply.json();
        if (!reply.ok) throw new Error(data.error ?? "It could not be sent.");
        sent += 1;
        const as = (data.known ?? "").split(/[/\\]/).pop();
        if (as) unsent.push({ name, why: `The same file is there already, as ${as}.`, good: true });
      } catch (error) {
        const why = error.name === "AbortError" ? "Stopped before it was sent."
          : error instanceof TypeError ? "It could not be sent: the server cannot be reached, or the file was changed."
            : error.message;
        unsent.push({ name, why, again: [file, name] });
      }
    }
    sending -= 1;
    if (!sending) {
      stopping.signal = null;
      sent = 0;
    }
    wake();
  };

  const stop = attempt(async () => {
    unsent.push(...waiting.map((each) => ({ name: each[1], why: "Stopped before it was sent.", again: each })));
    waiting = [];
    stopping.signal?.abort();
    await call("/stop", {});
  });

  // The queue

  const line = (parent, name, state, reason, acts) => {
    const item = make("li", { className: `sq-d-job sq-d-${state}` }, parent);
    show(make("bdi", { className: "sq-d-name" }, item), name);
    make("span", { className: "sq-d-state", textContent: { ...STATES }[state] ?? state }, item);
    if (reason) show(make("p", { dir: "auto" }, item), reason);
    for (const [text, act] of acts) button(text, act, item, `${text}: ${name}`).classList.add("sq-d-quiet");
    return item;
  };
  const STATES = {
    waiting: "Waiting", running: "Reading", done: "Done", failed: "Not read", stopped: "Stopped", unsent: "Not sent",
    known: "There already",
  };
  const made = (job) => {
    if (job.kind === "remove") return job.state === "done" ? "Removed." : "";
    const { added = 0, replaced = 0, unchanged = 0, moved = 0, removed = 0, failed = 0 } = job.counts;
    if (added + replaced + unchanged + moved + removed + failed < 2) return "";
    const words = [[added, "added"], [replaced, "read again"], [unchanged, "unchanged"], [moved, "moved"],
      [removed, "removed"], [failed, "not read"]];
    return `${words.filter(([n]) => n).map(([n, word]) => `${n.toLocaleString()} ${word}`).join(", ")}.`;
  };

  let drawn = "";
  const draw = () => {
    const { jobs, hidden = 0, done = 0, total = 0, share = 0, seconds_left: left = null, now = null } = state.queue;
    const busy = jobs.some((job) => ["waiting", "running"].includes(job.state)) || sending > 0;
    const look = JSON.stringify([state.queue, unsent.map((each) => [each.name, each.why]), waiting.length, sending]);
    if (look === drawn) return;
    if (drawn && !busy && queue.dataset.busy === "yes") {
      const failed = jobs.filter((job) => job.state === "failed").length + unsent.filter((each) => !each.good).length;
      said.textContent = failed ? `Finished; ${plural(failed, "file")} could not be read.` : "Finished: all is read.";
    }
    drawn = look;
    const focused = queue.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label")
      ?? document.activeElement.textContent : null;
    queue.dataset.busy = busy ? "yes" : "no";
    queue.hidden = !jobs.some((job) => job.kind === "add" || job.state !== "done") && !unsent.length && !busy;
    queue.replaceChildren();
    if (busy) {
      const bar = make("progress", { max: 1, value: sending && !total ? 0 : share }, queue);
      bar.setAttribute("aria-label", "Reading the documents");
      const text = make("p", { className: "sq-d-now" }, queue);
      const parts = [];
        if (waiting.length + sending) parts.push(`sending ${plural(waiting.length + sending, "file")}`);
      if (now?.files_total > 1 && total === 1) parts.push(`reading ${now.files_done + 1} of ${now.files_total}`);
      else if (total) parts.push(`reading ${Math.min(done + 1, total)} of ${total}`);
      if (now) parts.push(now.name);
      if (now?.passages) parts.push(`passage ${now.passage} of ${now.passages}`);
      if (left !== null) parts.push(time(left));
      const whole = parts.join(" · ");
      show(text, whole.charAt(0).toUpperCase() + whole.slice(1));
      button("Stop adding", stop, queue);
    }
    const lines = make("ul", { className: "sq-d-jobs" }, queue);
    lines.setAttribute("aria-label", "What is being added");
    lines.tabIndex = 0;
    for (const each of unsent.slice(-50)) {
      const acts = each.again ? [["Try again", () => {
        unsent = unsent.filter((other) => other !== each);
        take([each.again], false);
      }]] : [];
      line(lines, each.name, each.good ? "known" : "unsent", each.why, acts);
    }
    for (const job of [...jobs].reverse().filter((each) => each.kind === "add" || each.state !== "done")) {
      const acts = [];
      if (job.can_retry) acts.push(["Try again", attempt(() => call("/retry", { job: job.id }))]);
      if (job.can_stop) acts.push(["Stop", attempt(() => call("/stop", { job: job.id }))]);
      const item = line(lines, job.name, job.state, job.reason || made(job), acts);
      if (job.failures.length) {
        const reasons = make("ul", {}, item);
        for (const failure of job.failures) {
          const entry = make("li", {}, reasons);
          show(make("bdi", {}, entry), failure.name);
          show(make("span", {}, entry), ` ${failure.reason}`);
        }
        const rest = (job.counts.failed ?? 0) - job.failures.length;
        if (rest > 0) make("li", { textContent: `and ${rest.toLocaleString()} more` }, reasons);
      }
    }
    if (hidden) make("p", { textContent: `and ${hidden.toLocaleString()} more` }, queue);
    if (!busy) {
      button("Clear this list", attempt(async () => {
        unsent = [];
        await call("/clear", {});
      }), queue).classList.add("sq-d-quiet");
    }
    if (focused) [...queue.querySelectorAll("button")].find((each) =>
      (each.getAttribute("aria-label") ?? each.textContent) === focused)?.focus();
  };

  // The list

  let rows = [];
  let matching = 0;
  let asked = 0;
  const chosen = new Map(); // path → the id of its document
  const items = new Map(); // path → its line

  const load = async (further = false) => {
    const from = further ? rows.length : 0;
    const wanted = further ? from + PAGE : Math.max(PAGE, Math.min(rows.length, 500));
    const turn = (asked += 1);
    const [sort, down] = order.value.split("-");
    const query = { query: search.value, sort, down: down ? "true" : "false" };
    const found = await call("", undefined, { ...query, offset: from, limit: wanted - from });
    if (turn !== asked) return; // something newer is on its way
    matching = found.matching;
    rows = [...rows.slice(0, from), ...found.items];
    fill();
  };

  const fill = () => {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const lines = rows.map((row) => fresh(items.get(row.path) ?? built(row), row));
    if (lines.length !== list.children.length || lines.some((item, at) => item !== list.children[at])) {
      list.replaceChildren(...lines);
      if (focused?.isConnected) focused.focus();
      else if (focused) list.focus();
    }
    for (const known of items.keys()) if (!items.get(known).isConnected) items.delete(known);
    more.hidden = rows.length >= matching;
    none.hidden = rows.length > 0;
    list.hidden = !rows.length;
    none.textContent = search.value ? "No document has these words in its name." : "No documents yet.";
  };

  const built = (row) => {
    const item = make("li", { className: "sq-d-row" }, list);
    const label = make("label", {}, item);
    const box = make("input", { type: "checkbox" }, label);
    box.addEventListener("change", () => tick([item.row], box.checked));
    const text = make("span", { className: "sq-d-text" }, label);
    make("bdi", { className: "sq-d-name" }, text);
    make("span", { className: "sq-d-facts" }, text);
    const aside = make("span", { className: "sq-d-aside" }, item);
    button("Read again", attempt(() => call("/again", { paths: [item.row.path] })), aside);
    button("", () => remove({ paths: [item.row.path] }), aside).classList.add("sq-d-x");
    items.set(row.path, item);
    return item;
  };

  const fresh = (item, row) => {
    item.row = row;
    const box = item.querySelector("input");
    box.checked = chosen.has(row.path);
    const look = JSON.stringify(row);
    if (item.look === look) return item;
    item.look = look;
    item.title = row.path;
    show(item.querySelector(".sq-d-name"), row.name);
    const day = row.changed && new Date(row.changed).toLocaleDateString();
    const states = { changed: "changed since it was read", gone: "the file is gone" };
    const folder = row.folder && row.folder !== "." ? row.folder : "";
    const facts = [states[row.state], row.sample ? "sample" : folder, row.kind.toUpperCase(),
      row.size === null ? "" : size(row.size), day, plural(row.passages, "passage")];
    show(item.querySelector(".sq-d-facts"), facts.filter(Boolean).join(" · "));
    const [again, x] = item.querySelectorAll("button");
    again.hidden = row.state !== "changed";
    again.setAttribute("aria-label", `Read again: ${row.name}`);
    x.setAttribute("aria-label", `Remove ${row.name}`);
    item.classList.toggle("sq-d-stale", Boolean(row.state));
    return item;
  };

  const tick = (which, on) => {
    for (const row of which) on ? chosen.set(row.path, row.id) : chosen.delete(row.path);
    scope();
  };

  const chooseAll = attempt(async () => {
    const { items: all } = await call("/choose", {}, { query: search.value });
    for (const [path, id] of all) chosen.set(path, id);
    scope();
    fill();
  });
  const chooseNone = () => {
    chosen.clear();
    scope();
    fill();
  };

  const scope = () => {
    const names = [...chosen.keys()].map((path) => path.split(/[/\\]/).pop());
    const text = names.length === 1 ? names[0] : plural(names.length, "document");
    ticked.replaceChildren();
    if (names.length) {
      make("span", { textContent: `${names.length.toLocaleString()} ticked: questions are asked of these.` }, ticked);
      button("Untick all", chooseNone, ticked).classList.add("sq-d-quiet");
      button(`Remove ${names.length.toLocaleString()}`, () => remove({ paths: [...chosen.keys()] }), ticked,
        `Remove ${plural(names.length, "ticked document")}`).classList.add("sq-d-quiet");
    } else if (matching > 1) {
      button(search.value ? "Tick all that are found" : "Tick all", chooseAll, ticked).classList.add("sq-d-quiet");
    }
    const chip = scopeBox();
    chip.hidden = !names.length;
    if (!names.length) return chip.replaceChildren();
    const inside = make("span", { className: "sq-d-chip" });
    make("span", { textContent: "Only in " }, inside);
    show(make("bdi", {}, inside), text);
    button("", chooseNone, inside, "Ask all documents").classList.add("sq-d-x");
    return chip.replaceChildren(inside);
  };
  const scopeBox = () => {
    const found = document.getElementById("sq-scope") ?? make("div", { id: "sq-scope", hidden: true });
    const ask = document.getElementById("ask");
    if (ask && found.parentNode === document.body) ask.before(found);
    return found;
  };
  window.seedqa.where = () => (chosen.size ? { documents: [...new Set(chosen.values())] } : null);

  // Removing

  let removal = 0;
  const remove = attempt(async (what) => {
    const { removal: number, files: gone, seconds } = await call("/remove", what);
    for (const path of what.paths ?? []) chosen.delete(path);
    scope();
    removal = number;
    const name = what.paths?.length === 1 ? what.paths[0].split(/[/\\]/).pop() : plural(gone, "document");
    undoing.replaceChildren();
    show(make("bdi", {}, undoing), name);
    make("span", { textContent: " removed from the index." }, undoing);
    const undo = button("Undo", attempt(async () => {
      undoing.replaceChildren();
      await call("/undo", { job: number });
    }), undoing);
    if (!document.activeElement || document.activeElement === document.body) undo.focus();
    setTimeout(() => {
      if (removal === number) undoing.replaceChildren();
    }, (seconds - 5) * 1000);
  });

  // What changes, whoever changes it

  let timer = 0;
  let generation = null;
  const look = async () => {
    clearTimeout(timer);
    let pause = 2000;
    try {
      state = await call("/state");
      const busy = state.queue.total > state.queue.done;
      pause = document.hidden ? 5000 : busy ? 500 : 1000;
      count.textContent = plural(state.files, "file");
      opener.hidden = !state.local;
      samples.hidden = !state.samples;
      files.accept = state.kinds.join(",");
      if (generation !== state.generation) {
        const first = generation === null;
        if (chosen.size) await follow();
        await load();
        scope();
        generation = state.generation;
        if (!first) document.dispatchEvent(new CustomEvent("seedqa:changed"));
      }
      draw();
    } catch {
      // the server is gone, or is being started again: the page itself says so
    }
    timer = setTimeout(look, pause);
  };
  const follow = async () => {
    const { items: found } = await call("/ids", { paths: [...chosen.keys()] });
    chosen.clear();
    for (const [path, id] of found) chosen.set(path, id);
  };
  const wake = () => {
    clearTimeout(timer);
    timer = setTimeout(look, 50);
  };
  document.addEventListener("visibilitychange", () => document.hidden || wake());

  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      rows = [];
      load().then(scope).catch(complain);
    }, 150);
  });
  order.addEventListener("change", () => {
    rows = [];
    load().catch(complain);
  });
  list.addEventListener("scroll", () => {
    const near = list.scrollTop + list.clientHeight > list.scrollHeight - 400;
    if (near && !more.hidden && rows.length < matching) load(true).catch(complain);
  });

  // Dropping files, anywhere

  const drop = make("div", { className: "sq-d-drop", hidden: true });
  make("p", { textContent: "Drop files or folders to add them" }, drop);
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const entriesOf = async (entry, before = "") => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [[file, before + entry.name]];
    }
    const reader = entry.createReader();
    const inside = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      inside.push(...some);
    }
    const nested = [];
    for (const each of inside) nested.push(...(await entriesOf(each, `${before}${entry.name}/`)));
    return nested;
  };
  let over = 0;
  const cover = (by) => {
    over = by === 0 ? 0 : Math.max(0, over + by);
    drop.hidden = !over;
  };
  addEventListener("dragenter", (event) => holdsFiles(event) && cover(1));
  addEventListener("dragleave", (event) => holdsFiles(event) && cover(-1));
  addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    cover(0);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...event.dataTransfer.files].map((file) => [file, file.name]);
    const found = entries.length ? Promise.all(entries.map((entry) => entriesOf(entry))) : Promise.resolve([loose]);
    const folder = entries.some((entry) => entry.isDirectory);
    found.then((parts) => take(parts.flat(), folder)).catch(complain);
  }, true);

  for (const each of adders) each.classList.add("sq-d-first");
  look();
})();
