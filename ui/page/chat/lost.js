// A connection that is lost: said above the box, which stays usable, and looked for until it is back.
import { make } from "../make.js";
import { tell } from "../rooms.js";

export const lost = make("p", { id: "sq-lost", hidden: true, role: "alert" });

const isThere = () => fetch("/api/health").then((reply) => reply.ok, () => false);
const pause = () => new Promise((resolve) => { setTimeout(resolve, 1000); });

export const wait = async () => {
  if (!lost.hidden) return;
  lost.textContent = "The connection to seedqa is lost. What you type here is kept.";
  lost.hidden = false;
  while (!(await isThere())) await pause();
  lost.hidden = true;
  tell("back");
};
