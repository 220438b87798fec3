// The drawer that holds the rooms where there is no space beside the chat.
(() => {
  const { make } = seedqa;
  const side = document.getElementById("sq-side");
  const narrow = matchMedia("(max-width: 1099px)");

  const button = document.createElement("button");
  Object.assign(button, { type: "button", id: "sq-menu" });
  button.setAttribute("aria-label", "Conversations and documents");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "sq-side");
  const back = make("button", { type: "button", id: "sq-back", textContent: "Back to the chat" }, side);
  side.prepend(back);

  const open = (isOpen, focus = true) => {
    document.body.classList.toggle("sq-drawn", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    const rest = document.querySelector(".gradio-container");
    if (rest) rest.inert = isOpen && narrow.matches;
    if (focus) (isOpen ? back : button).focus();
  };
  button.addEventListener("click", () => open(!document.body.classList.contains("sq-drawn")));
  back.addEventListener("click", () => open(false));
  narrow.addEventListener("change", () => open(false, false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("sq-drawn")) open(false);
  });
  document.addEventListener("seedqa:chosen", () => {
    if (narrow.matches) open(false, false);
    document.querySelector("#sq-question")?.focus();
  });
  document.addEventListener("seedqa:documents", () => {
    if (narrow.matches) open(true);
    seedqa.documents.querySelector("button, input")?.focus();
  });

  const enter = () => { // the top comes with Gradio's page, in its own time
    const top = document.querySelector("#top");
    if (top && !button.isConnected) top.prepend(button);
  };
  new MutationObserver(enter).observe(document, { childList: true, subtree: true });
  enter();
})();
