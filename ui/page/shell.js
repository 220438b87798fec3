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
  return {
    make,
    conversations: room("sq-conversations", "Conversations", side),
    documents: room("sq-documents", "Documents", side),
    source: Object.assign(room("sq-source", "Source", document.body), { hidden: true }),
    where: () => null, // what questions are confined to, as the routes take it; the list of documents says
  };
})();
