// Adding: files and folders that are chosen, and a folder of this computer that is read where it is.
import { button, make, nameOf, plural } from "../make.js";
import { isAway, answered } from "../server.js";
import { size } from "./facts.js";
import { draw, outbox, stopping } from "./queue.js";
import { attempt, call, complain, latest, onState, problem, said, wake } from "./state.js";

export const actions = make("div", { className: "sq-actions sq-changes" });
const picker = (isFolder) => {
  const input = make("input", { type: "file", multiple: true, hidden: true, webkitdirectory: isFolder }, actions);
  input.addEventListener("change", () => {
    take([...input.files].map((file) => [file, file.webkitRelativePath || file.name]), { quietly: isFolder });
    input.value = "";
  });
  return input;
};
const files = picker(false);
const folders = picker(true);
button("Add files", () => files.click(), actions, { look: "first" });
button("Add folder", () => folders.click(), actions, { look: "first" });
const opener = button("Index a folder on this computer", () => unfold(place.hidden), actions, { look: "wide" });
opener.ariaExpanded = "false";
opener.hidden = true;

export const place = make("form", { className: "sq-place sq-changes", hidden: true });
make("label", { htmlFor: "sq-path", textContent: "Folder on this computer" }, place);
const path = make("input", { id: "sq-path", type: "text", placeholder: "/home/ann/reports" }, place);
Object.assign(path, { autocomplete: "off", spellcheck: false });
make("p", { textContent: "It is read where it is. Nothing is copied." }, place);
const keep = make("label", { className: "sq-keep" }, place);
const watch = make("input", { type: "checkbox", checked: true }, keep);
make("span", { textContent: "Follow its changes" }, keep);
button("Index this folder", null, place, { look: "block", options: { type: "submit" } });
const unfold = (isOpen) => {
  place.hidden = !isOpen;
  opener.ariaExpanded = String(isOpen);
  (isOpen ? path : opener).focus();
};
place.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await call("/add", { paths: [path.value.trim()], watch: watch.checked });
    path.value = "";
    unfold(false);
  })();
});
onState(({ local, kinds }) => {
  opener.hidden = !local;
  files.accept = kinds.join(",");
});

// Sending: three at a time, what nobody can read not at all

const refusal = (file, name) => {
  const last = nameOf(name);
  const dot = last.lastIndexOf(".");
  const kind = dot > 0 ? last.slice(dot).toLowerCase() : "";
  const { kinds, most_bytes: most } = latest.state;
  if (!kinds.includes(kind)) return `Files of this kind (${kind || "without a suffix"}) cannot be read.`;
  return file.size > most ? `It has ${size(file.size)}; ${size(most)} is the most.` : "";
};
const isSeen = (name) => !name.split("/").some((part) => /^(\.|~\$)/.test(part));

export const take = (chosen, { quietly = false } = {}) => {
  problem.hidden = true;
  if (!latest.state.kinds.length) { // the page is younger than the first answer: what can be read is not known yet
    call("/state").then((state) => { latest.state = state; take(chosen, { quietly }); }).catch(complain);
    return;
  }
  let passed = 0;
  for (const [file, name] of chosen.filter(([, each]) => isSeen(each))) {
    const why = refusal(file, name);
    if (!why) outbox.waiting.push([file, name]);
    else if (quietly && why.startsWith("Files of this kind")) passed += 1;
    else outbox.unsent.push({ name, why });
  }
  const others = passed ? `; ${plural(passed, "file")} of other kinds left out` : "";
  said.textContent = `${plural(outbox.waiting.length, "file")} to send${others}.`;
  outbox.stopping ??= new AbortController();
  while (outbox.sending < 3 && outbox.waiting.length) send();
  draw();
};

const upload = async (file, name) => {
  const query = new URLSearchParams({ name: name.replace(/[\ud800-\udfff]/gu, "_") });
  const headers = { "Content-Type": "application/octet-stream" };
  const { signal } = outbox.stopping;
  const data = await answered(await fetch(`/api/documents/upload?${query}`,
    { method: "POST", headers, body: file, signal }));
  if (data.known) outbox.unsent.push({ name, why: `The same file is there already, as ${nameOf(data.known)}.`, good: true });
};
const send = async () => {
  outbox.sending += 1;
  while (outbox.waiting.length) {
    const [file, name] = outbox.waiting.shift();
    draw();
    const again = () => take([[file, name]]);
    await upload(file, name).catch((error) => outbox.unsent.push({ name, why: unsent(error), again }));
  }
  outbox.sending -= 1;
  if (!outbox.sending) {
    outbox.stopping = null;
    said.textContent = ""; // what is sent shows in the queue
  }
  wake();
};
const unsent = (error) => {
  if (error.name === "AbortError") return "Stopped before it was sent.";
  return isAway(error) ? "It could not be sent: the server cannot be reached, or the file was changed." : error.message;
};
stopping.act = attempt(async () => {
  for (const [file, name] of outbox.waiting.splice(0)) {
    outbox.unsent.push({ name, why: "Stopped before it was sent.", again: () => take([[file, name]]) });
  }
  outbox.stopping?.abort();
  await call("/stop", {});
});
