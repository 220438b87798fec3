// The foot of the page: what is to be known of the server, and the way out for who logged in.
import { button, make } from "../make.js";
import { hear, whenThere } from "../rooms.js";

const parts = [];
const atFoot = (part) => {
  parts.push(part);
  whenThere("#footer", (footer) => part.isConnected || footer.append(part));
};

if (document.querySelector('meta[name="sq-signed-in"]')) {
  const leaving = make("form", { id: "sq-leave", method: "post", action: "/logout" });
  button("Log out", null, leaving, { options: { type: "submit" } });
  atFoot(leaving);
}

// What the reader's scores mean was never learned: then a share of answers that are right would be made up.
hear("server", ({ calibrated }) => {
  document.documentElement.classList.toggle("sq-uncalibrated", !calibrated);
  if (calibrated || parts.some(({ id }) => id === "sq-unknown")) return;
  atFoot(make("p", {
    id: "sq-unknown",
    className: "sq-footer",
    textContent: "How sure an answer is, is not known: this reader is not calibrated (seedqa eval --calibrate does it).",
  }));
});
