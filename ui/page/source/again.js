// Reading a changed file again, and showing where its quote stands now.
import { button } from "../make.js";
import { isFixed } from "../rooms.js";
import { send } from "../server.js";
import { get } from "./parts.js";

const DONE = ["done", "failed", "stopped"];
const LONGEST = 200; // of the words that are looked for

const finished = async (number) => {
  for (;;) {
    const { queue } = await send("GET", "/api/documents/state");
    const job = queue.jobs.find(({ id }) => id === number);
    if (!job || DONE.includes(job.state)) return job;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
};
export const reread = async ({ path, quote }) => { // where the quote stands now; the document's start if it is gone
  const { jobs: [number] } = await send("POST", "/api/documents/again", { paths: [path] });
  const job = await finished(number);
  if (job && job.state !== "done") throw new Error(job.reason || "It could not be read.");
  const { items: [found] } = await send("POST", "/api/documents/ids", { paths: [path] });
  if (!found) throw new Error("The file is not in the index any more.");
  const document = found[1];
  const words = quote.slice(0, LONGEST);
  const { found: [place] } = words.trim() ? await get("/api/source/find", { document, words }) : { found: [] };
  return place ? { document, start: place[0], end: place[1], isThere: true } : { document, start: 0, end: 0 };
};

export const againButton = (act) => {
  const made = button("Read again", act);
  made.hidden = isFixed;
  return made;
};
