// The room "Documents": what is indexed, what is being added, and what questions are confined to.
import { button, literal, make, plural } from "../make.js";
import { documents as room } from "../rooms.js";
import { actions, place } from "./adding.js";
import "./dropping.js";
import { list, more, none, tools } from "./list.js";
import { queue } from "./queue.js";
import { remove, undoing } from "./removing.js";
import { attempt, call, onState, problem, said, wake } from "./state.js";

const head = make("div", { className: "sq-head" });
make("h2", { textContent: "Documents" }, head);
const count = make("span", { className: "sq-count" }, head);

const watched = make("ul", { className: "sq-watched", hidden: true, ariaLabel: "Folders whose changes are followed" });
let followed = "";
const drawWatched = (folders) => {
  if (followed === JSON.stringify(folders)) return;
  followed = JSON.stringify(folders);
  watched.replaceChildren();
  watched.hidden = !folders.length;
  for (const folder of folders) {
    const item = make("li", {}, watched);
    make("span", { textContent: "Followed: " }, item);
    literal(make("bdi", {}, item), folder);
    const drop = attempt(() => call("/unwatch", { paths: [folder] }));
    button("Follow no more", drop, item, { label: `Follow no more: ${folder}` }).classList.add("sq-changes");
  }
};

const samples = button("Remove samples", () => remove({ samples: true }));
samples.classList.add("sq-changes");
samples.hidden = true;

room.append(head, actions, place, problem, said, undoing, queue, tools, list, none, more, watched, samples);
onState((state) => {
  count.textContent = plural(state.files, "file");
  samples.hidden = !state.samples;
  drawWatched(state.watched);
});
wake();
