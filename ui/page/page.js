// What Gradio's page leaves out: names and live regions for screen readers, and a view that starts at the question.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const mouse = matchMedia("(pointer: fine)");
  let shown = "";

  const repair = () => {
    // Gradio labels each message with its raw markup; the message's own text is the better label.
    for (const message of document.querySelectorAll("[data-testid=bot], [data-testid=user]")) {
      message.removeAttribute("aria-label");
    }
    document.querySelector("#ask [data-testid=submit-button]")?.setAttribute("aria-label", "Ask");
    document.querySelector("#chat .examples")?.removeAttribute("role"); // a list of buttons, none of them an item
    document.querySelector("#documents .sq-panel")?.setAttribute("tabindex", "0"); // it scrolls: keys must reach it
    const hint = document.querySelector("#hint");
    if (hint && !hint.hasAttribute("role")) {
      hint.setAttribute("role", "status");
    }
  };

  const follow = () => {
    const questions = document.querySelectorAll("#chat .user-row");
    const replies = document.querySelectorAll("#chat [data-testid=bot]");
    const now = `${replies.length} ${replies[replies.length - 1]?.textContent}`;
    if (now !== shown && questions.length) {
      const behavior = calm.matches ? "auto" : "smooth";
      questions[questions.length - 1].scrollIntoView({ block: "start", behavior });
      if (mouse.matches && document.activeElement === document.body) {
        document.querySelector("#ask textarea")?.focus(); // the example that was clicked is gone
      }
    }
    shown = now;
  };

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      repair();
      follow();
    });
  }).observe(document, { childList: true, subtree: true });
})();
