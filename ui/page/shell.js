// The rooms around the chat: what was asked and what is indexed on the left, the source of a quote on the right.
window.seedqa = (() => {
  const make = (tag, options = {}, parent = document.body) => {
    const element = Object.assign(document.createElement(tag), options);
    parent.append(element);
    return element;
  };
  const room = (id, label, parent) => {
    const found = document.getElementById(id);
    if (found) return found;
    const section = make("section", { id }, parent);
    section.setAttribute("aria-label", label);
    return section;
  };
  const side = document.getElementById("sq-side") ?? make("aside", { id: "sq-side" });
  side.setAttribute("aria-label", "Conversations and documents");
  const news = make("p", { id: "sq-news", className: "sq-hidden" });
  news.setAttribute("role", "status");

  // Ask our own routes. What goes wrong is an Error whose message can be shown.
  const send = async (method, path, body) => {
    const json = { "Content-Type": "application/json" };
    const request = method === "GET" ? {} : { headers: json, body: JSON.stringify(body ?? {}) };
    const reply = await fetch(path, { method, ...request });
    const type = reply.headers.get("Content-Type") ?? "";
    if (reply.ok) return type.startsWith("application/json") ? reply.json() : reply;
    const said = type.startsWith("application/json") ? await reply.json() : {};
    throw Object.assign(new Error(said.error ?? said.detail ?? `The server said ${reply.status}.`), {
      status: reply.status,
    });
  };

  return {
    make,
    send,
    conversations: room("sq-conversations", "Conversations", side),
    documents: room("sq-documents", "Documents", side),
    source: Object.assign(room("sq-source", "Source", document.body), { hidden: true }),
    where: () => null, // what questions are confined to, as the routes take it; the list of documents says
    say: (text) => { news.textContent = text; }, // read out, and not seen
    tell: (name, detail) => document.dispatchEvent(new CustomEvent(`seedqa:${name}`, { detail, cancelable: true })),
  };
})();
