// The source of a quote: its document at the quote. All that comes from a document is written as text nodes.
(() => {
  const { draw, literal, make, named, source: room } = window.seedqa;
  const CITATION = ".sq-open[data-document]";
  const NARROW = matchMedia("(max-width: 599px)");
  const NOTES = {
    changed: "This file has changed since it was read. Below is what it said then; add it again to see it as it is now.",
    gone: "This file is not where it was any more. Below is what it said when it was read.",
  };
  const button = (label, text, act, parent) => {
    const made = make("button", { type: "button", textContent: text, onclick: act }, parent);
    made.setAttribute("aria-label", label);
    return made;
  };

  // The room: a title, tools, a word on the file's state, and the text.
  const top = make("header", { className: "sq-source-top" }, room);
  const title = make("h2", {}, top);
  const close = button("Close source", "", () => shut(), top);
  close.className = "sq-close";
  const spot = make("p", { className: "sq-source-place" }, room);
  const tools = make("div", { className: "sq-source-tools" }, room);
  const steps = make("span", { className: "sq-steps" }, tools);
  button("Previous citation", "‹", () => step(-1), steps);
  const count = make("span", { className: "sq-count" }, steps);
  button("Next citation", "›", () => step(1), steps);
  const search = make("form", { className: "sq-find" }, tools);
  const words = make("input", { type: "search", placeholder: "Find", maxLength: 200, autocomplete: "off" }, search);
  words.setAttribute("aria-label", "Find in document");
  const matches = make("span", { className: "sq-count" }, search);
  matches.setAttribute("role", "status");
  const back = button("Previous match", "↑", () => next(-1), search);
  const forth = button("Next match", "↓", () => next(1), search);
  const links = make("span", { className: "sq-links" }, tools);
  const as = make("button", { type: "button" }, links);
  const original = make("a", { textContent: "Open original", target: "_blank", rel: "noopener" }, links);
  const permalink = make("a", { textContent: "Link" }, links);
  const note = make("p", { className: "sq-source-note", hidden: true }, room);
  note.setAttribute("role", "status");
  const text = make("div", { className: "sq-source-text", tabIndex: 0 }, room);
  text.setAttribute("role", "group");

  let shown = null; // what the server said of the document, with the windows that were loaded since
  let opener = null; // the button to which the focus goes back
  let found = []; // where the words stand that were looked for
  let at = -1; // which of them is in view
  let pages = null; // which pages of a PDF are there as pictures; null where its text is
  let loading = null; // one request at a time; a newer place makes an older answer void

  const get = async (path, parameters) => {
    const reply = await fetch(`${path}?${new URLSearchParams(parameters)}`);
    const data = await reply.json();
    if (!reply.ok) throw new Error(data.detail ?? data.error ?? "This cannot be shown.");
    return data;
  };

  const layers = () => [
    { ranges: [shown.passage], tag: "span", className: "sq-tint" },
    { ranges: [[shown.start, shown.end]], tag: "mark", className: "" },
    { ranges: found, tag: "span", className: "sq-found" },
    { ranges: at < 0 ? [] : [found[at]], tag: "span", className: "sq-here" },
  ];

  const drawn = (window) => {
    const part = make("div", { className: "sq-window" }, text);
    for (const block of window) draw(block, part, layers());
    for (const grid of part.querySelectorAll(".sq-grid")) {
      if (grid.scrollWidth > grid.clientWidth) grid.tabIndex = 0; // what scrolls must be reached with keys
    }
    return part;
  };
  const paint = () => {
    pages = null;
    as.textContent = "Show page";
    text.replaceChildren();
    shown.windows.forEach(drawn);
    finish();
  };
  const finish = () => {
    text.querySelector(".sq-end")?.remove();
    if (shown.until >= shown.length) make("p", { className: "sq-end", textContent: "End of the document" }, text);
  };
  const into = (selector) => {
    const target = text.querySelector(selector);
    if (!target) return void text.scrollTo(0, 0);
    const [frame, box] = [text.getBoundingClientRect(), target.getBoundingClientRect()];
    text.scrollTop += box.top - frame.top - frame.height / 3;
    const grid = target.closest(".sq-grid");
    if (grid) grid.scrollLeft += box.left - grid.getBoundingClientRect().left - grid.clientWidth / 3;
  };

  // More of a long document, as it is scrolled to.
  const more = async () => {
    if (!shown || loading || room.hidden) return;
    const [high, low] = [text.scrollTop < 600, text.scrollHeight - text.scrollTop - text.clientHeight < 600];
    if (pages) {
      if (high && pages.low > 1) await leaf(pages.low - 1);
      else if (low && pages.high < shown.pages) await leaf(pages.high + 1);
      return;
    }
    const [up, down] = [high && shown.from > 0, low && shown.until < shown.length];
    if (!up && !down) return;
    const mine = (loading = {});
    const [way, offset] = up ? ["before", shown.from] : ["after", shown.until];
    try {
      const window = await get(`/api/source/${way}`, { document: shown.document, offset });
      if (loading !== mine) return;
      const left = text.scrollHeight - text.scrollTop;
      const part = drawn(window.blocks);
      if (up) {
        text.prepend(part);
        shown.windows.unshift(window.blocks);
        shown.from = window.from;
        text.scrollTop = text.scrollHeight - left;
      } else {
        shown.windows.push(window.blocks);
        shown.until = window.until;
      }
      finish();
      loading = null;
    } catch (error) {
      tell(error.message);
    }
  };
  const tell = (message) => {
    note.textContent = message;
    note.hidden = !message;
  };

  // The page of a PDF as it looks, the quote boxed in it.
  const portray = async (number) => {
    const quoted = number === shown.page;
    const span = quoted ? { start: shown.start, end: shown.end } : {};
    const page = await get("/api/source/page", { document: shown.document, page: number, ...span });
    const sheet = make("div", { className: "sq-page" }, document.createDocumentFragment());
    const { picture: src, width, height, boxes } = page;
    make("img", { src, width, height, alt: `Page ${number} of ${shown.name}` }, sheet);
    if (quoted && boxes.length) box(boxes, sheet, width / height);
    make("p", { className: "sq-part", textContent: `Page ${number} of ${shown.pages}` }, sheet);
    return sheet;
  };
  const box = (boxes, sheet, ratio) => {
    const least = (at) => Math.min(...boxes.map((each) => each[at]));
    const most = (at) => Math.max(...boxes.map((each) => each[at] + each[at + 2]));
    const [left, top] = [least(0), least(1)];
    const [width, height] = [most(0) - left, most(1) - top];
    const put = (element, [x, y, wide, high]) =>
      Object.assign(element.style, Object.fromEntries(
        Object.entries({ left: x, top: y, width: wide, height: high }).map(([name, share]) => [name, `${share * 100}%`])));
    const over = make("div", { className: "sq-over" }, sheet);
    over.style.aspectRatio = ratio;
    const mark = make("mark", {}, over);
    put(mark, [left, top, width, height]);
    literal(make("span", { className: "sq-said" }, mark), shown.quote);
    for (const [x, y, wide, high] of boxes) {
      const place = [(x - left) / width, (y - top) / height, wide / width, high / height];
      put(make("span", { className: "sq-box" }, mark), place);
    }
  };
  const picture = async () => {
    const mine = (loading = {});
    try {
      const sheet = await portray(shown.page);
      if (loading !== mine) return;
      if (shown.end > shown.start && !sheet.querySelector("mark")) throw new Error("The quote was not found on the page’s picture.");
      text.replaceChildren(sheet);
      pages = { low: shown.page, high: shown.page };
      as.textContent = "Show text";
      into("mark");
    } catch (error) {
      if (loading === mine) tell(error.message);
    }
    if (loading === mine) loading = null;
  };
  const leaf = async (number) => {
    const mine = (loading = {});
    try {
      const sheet = await portray(number);
      if (loading !== mine) return;
      const left = text.scrollHeight - text.scrollTop;
      if (number < pages.low) text.prepend(sheet);
      else text.append(sheet);
      if (number < pages.low) text.scrollTop = text.scrollHeight - left;
      pages = { low: Math.min(pages.low, number), high: Math.max(pages.high, number) };
      loading = null;
    } catch (error) {
      tell(error.message);
    }
  };

  // Opening and closing.
  const open = async (place, from = null) => {
    const mine = (loading = {});
    if (from) opener = from;
    try {
      const start = place.start ?? 0;
      const data = await get("/api/source", { document: place.document, start, end: place.end ?? start });
      if (loading !== mine) return;
      shown = { ...data, windows: [data.blocks] };
      [found, at] = [[], -1];
      words.value = "";
      tell(NOTES[data.state] ?? "");
      present();
      paint();
    } catch (error) {
      if (loading !== mine) return;
      shown = null;
      text.replaceChildren();
      title.textContent = "Not to be shown";
      spot.textContent = "";
      tools.hidden = true;
      tell(error.message);
    }
    loading = null;
    reveal();
    if (!shown) return;
    into(shown.end > shown.start ? "mark" : ".sq-nowhere");
    if (!as.hidden) await picture();
  };
  const present = () => {
    tools.hidden = false;
    title.replaceChildren();
    title.title = shown.path;
    text.setAttribute("aria-label", `Text of ${shown.name}`);
    literal(make("bdi", { dir: "ltr" }, title), shown.name);
    spot.replaceChildren();
    for (const place of shown.place) literal(make("bdi", {}, make("span", {}, spot)), named(place));
    as.hidden = !shown.pages || shown.state !== "current";
    original.href = `/api/original?document=${shown.document}`;
    original.hidden = shown.state !== "current";
    permalink.href = address(shown);
    permalink.hidden = !shown.sha256;
    permalink.textContent = "Link";
    matched();
    const all = citations();
    const place = all.indexOf(opener);
    steps.hidden = place < 0 || all.length < 2;
    count.textContent = `${place + 1} of ${all.length}`;
  };
  const reveal = () => {
    room.hidden = false;
    document.documentElement.classList.add("sq-sourced");
    confine();
    text.focus({ preventScroll: true }); // the arrow keys scroll it at once
    if (!shown) return;
    // One step of Back closes the source, however many citations were looked at.
    if (new URLSearchParams(location.hash.slice(1)).has("source")) history.replaceState(history.state, "", address(shown));
    else history.pushState({ ...history.state, source: true }, "", address(shown));
  };
  const confine = () => {
    // On a phone the source covers the page: what is behind it must not get the focus.
    for (const other of document.body.children) {
      if (!other.contains(room)) other.inert = NARROW.matches && !room.hidden;
    }
  };
  const shut = ({ byHistory = false } = {}) => {
    if (room.hidden) return;
    room.hidden = true;
    loading = null;
    document.documentElement.classList.remove("sq-sourced");
    confine();
    const again = opener?.isConnected ? opener : same(opener);
    (again ?? document.querySelector("#ask textarea"))?.focus();
    if (byHistory) return;
    if (history.state?.source) history.back();
    else history.replaceState(history.state, "", bare());
  };
  const same = (gone) =>
    gone && [...document.querySelectorAll(CITATION)].find((each) =>
      ["document", "start", "end"].every((name) => each.dataset[name] === gone.dataset[name]));

  // The address of a place: the file's own hash, so that it holds whatever the file is called.
  const address = ({ sha256, document: number, start, end }) => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    for (const [name, value] of Object.entries({ source: sha256 || number, start, end })) fragment.set(name, value);
    return `#${fragment}`;
  };
  const bare = () => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    for (const name of ["source", "start", "end"]) fragment.delete(name);
    return location.pathname + location.search + (String(fragment) && `#${fragment}`);
  };
  const follow = () => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    if (!fragment.has("source")) return void shut({ byHistory: true });
    const [key, start, end] = ["source", "start", "end"].map((name) => fragment.get(name) ?? 0);
    const here = shown && [shown.sha256, String(shown.document)].includes(key);
    if (!room.hidden && here && shown.start === Number(start) && shown.end === Number(end)) return;
    void open({ document: key, start, end });
  };

  // Citations: those of the answer that the first one was opened from.
  const citations = () => {
    const answer = opener?.closest(".sq-exchange, .sq-reply") ?? document.getElementById("chat");
    return [...(answer?.querySelectorAll(CITATION) ?? [])];
  };
  const step = (way) => {
    const all = citations();
    const to = all[(all.indexOf(opener) + way + all.length) % all.length];
    if (to) void open(to.dataset, to);
  };

  // Finding.
  const look = async () => {
    const asked = words.value.trim();
    [found, at] = [[], -1];
    const { document: number } = shown;
    const answer = asked ? await get("/api/source/find", { document: number, words: asked }) : { found: [] };
    if (shown?.document !== number || words.value.trim() !== asked) return;
    found = answer.found;
    matched(asked, answer.more);
    if (found.length) await go(Math.max(0, found.findIndex(([start]) => start >= shown.from)));
    else paint();
  };
  const matched = (asked = "", more = false) => {
    const total = `${found.length.toLocaleString("en")}${more ? "+" : ""}`;
    matches.textContent = !asked && !found.length ? "" : found.length ? `${Math.max(at, 0) + 1} of ${total}` : "Not found";
    back.hidden = forth.hidden = found.length < 2;
  };
  const next = (way) => found.length && go((at + way + found.length) % found.length);
  const go = async (to) => {
    at = to;
    const [start, end] = found[at];
    if (start < shown.from || end > shown.until) {
      const window = await get("/api/source", { document: shown.document, start, end });
      Object.assign(shown, { from: window.from, until: window.until, windows: [window.blocks] });
    }
    paint();
    into(".sq-here");
    matched(words.value, matches.textContent.includes("+"));
  };

  as.addEventListener("click", () => {
    if (!pages) return void picture();
    paint();
    into("mark");
  });
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    if (found.length && words.dataset.asked === words.value.trim()) return void next(1);
    words.dataset.asked = words.value.trim();
    look().catch((error) => tell(error.message));
  });
  permalink.addEventListener("click", (event) => {
    if (!navigator.clipboard) return; // then it is a link like any other, to be copied from the menu
    event.preventDefault();
    navigator.clipboard.writeText(permalink.href).then(() => (permalink.textContent = "Link copied"));
  });
  document.addEventListener("click", (event) => {
    const citation = event.target.closest?.(CITATION);
    if (citation) void open(citation.dataset, citation);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) shut();
  });
  text.addEventListener("scroll", () => void more(), { passive: true });
  NARROW.addEventListener("change", confine);
  addEventListener("popstate", follow);
  window.seedqa.show = (place) => open(place, document.activeElement);
  if (location.hash.includes("source=")) follow();
})();
