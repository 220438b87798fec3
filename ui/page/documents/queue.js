// What is being added: each file's state, why it could not be read, how far it is, and how long it will take.
import { button, literal, make, plural } from "../make.js";
import { timeLeft } from "./facts.js";
import { attempt, call, latest, onState, said } from "./state.js";

export const queue = make("div", { className: "sq-queue", hidden: true });
export const outbox = { waiting: [], unsent: [], sending: 0, stopping: null }; // what this page has to send
export const stopping = { act: () => {} };

const STATES = {
  waiting: "Waiting", running: "Reading", done: "Done", failed: "Not read", stopped: "Stopped", unsent: "Not sent",
  known: "There already",
};
const COUNTED = [["added", "added"], ["replaced", "read again"], ["unchanged", "unchanged"], ["moved", "moved"],
  ["removed", "removed"], ["failed", "not read"]];

const line = (parent, name, state, reason, acts) => {
  const item = make("li", { className: `sq-job sq-is-${state}` }, parent);
  literal(make("bdi", { className: "sq-job-name" }, item), name);
  make("span", { className: "sq-state", textContent: STATES[state] ?? state }, item);
  if (reason) literal(make("p", { dir: "auto" }, item), reason);
  for (const [text, act] of acts) button(text, act, item, { label: `${text}: ${name}` }).classList.add("sq-changes");
  return item;
};
const made = ({ kind, state, counts }) => {
  if (kind === "remove") return state === "done" ? "Removed." : "";
  const said = COUNTED.filter(([name]) => counts[name]);
  const sum = said.reduce((total, [name]) => total + counts[name], 0);
  return sum < 2 ? "" : `${said.map(([name, word]) => `${counts[name].toLocaleString("en")} ${word}`).join(", ")}.`;
};
const job = (each, parent) => {
  const acts = [];
  if (each.can_retry) acts.push(["Try again", attempt(() => call("/retry", { job: each.id }))]);
  if (each.can_stop) acts.push(["Stop", attempt(() => call("/stop", { job: each.id }))]);
  const item = line(parent, each.name, each.state, each.reason || made(each), acts);
  if (!each.failures.length) return;
  const reasons = make("ul", {}, item);
  for (const failure of each.failures) {
    const entry = make("li", {}, reasons);
    literal(make("bdi", {}, entry), failure.name);
    literal(make("span", {}, entry), ` ${failure.reason}`);
  }
  const rest = (each.counts.failed ?? 0) - each.failures.length;
  if (rest > 0) make("li", { textContent: `and ${rest.toLocaleString("en")} more` }, reasons);
};
const leftOver = (each, parent) => {
  const again = () => {
    outbox.unsent = outbox.unsent.filter((other) => other !== each);
    each.again();
  };
  line(parent, each.name, each.good ? "known" : "unsent", each.why, each.again ? [["Try again", again]] : []);
};

const progress = ({ done = 0, total = 0, share = 0, seconds_left: left = null, now = null }) => {
  const sending = outbox.waiting.length + outbox.sending;
  const bar = make("progress", { max: 1, value: sending && !total ? 0 : share }, queue);
  bar.ariaLabel = "Reading the documents";
  const parts = [];
  if (sending) parts.push(`sending ${plural(sending, "file")}`);
  if (now?.files_total > 1 && total === 1) parts.push(`reading ${now.files_done + 1} of ${now.files_total}`);
  else if (total) parts.push(`reading ${Math.min(done + 1, total)} of ${total}`);
  if (now) parts.push(now.name);
  if (now?.passages) parts.push(`passage ${now.passage} of ${now.passages}`);
  if (left !== null) parts.push(timeLeft(left));
  const whole = parts.join(" · ");
  literal(make("p", { className: "sq-now" }, queue), whole.charAt(0).toUpperCase() + whole.slice(1));
  button("Stop adding", () => stopping.act(), queue).classList.add("sq-changes");
};

const concerns = (each) => each.kind === "add" || each.state !== "done";
const named = (each) => each.ariaLabel ?? each.textContent;
let drawn = "";
let wasBusy = false;

export const draw = () => {
  const { jobs, hidden = 0 } = latest.state.queue;
  const isBusy = jobs.some(({ state }) => ["waiting", "running"].includes(state)) || outbox.sending > 0;
  const counts = [outbox.unsent.map((each) => [each.name, each.why]), outbox.waiting.length, outbox.sending];
  const look = JSON.stringify([latest.state.queue, counts]);
  if (look === drawn) return;
  drawn = look;
  if (wasBusy && !isBusy) {
    const failed = jobs.filter(({ state }) => state === "failed").length + outbox.unsent.filter((each) => !each.good).length;
    said.textContent = failed ? `Finished; ${plural(failed, "file")} could not be read.` : "Finished: all is read.";
  }
  wasBusy = isBusy;
  const focused = queue.contains(document.activeElement) ? named(document.activeElement) : null;
  queue.hidden = !jobs.some(concerns) && !outbox.unsent.length && !isBusy;
  queue.replaceChildren();
  if (isBusy) progress(latest.state.queue);
  const lines = make("ul", { className: "sq-jobs", tabIndex: 0, ariaLabel: "What is being added" }, queue);
  const inState = (...states) => jobs.filter((each) => states.includes(each.state) && concerns(each));
  for (const each of [...inState("running"), ...inState("failed", "stopped").reverse()]) job(each, lines);
  for (const each of outbox.unsent.slice(-50)) leftOver(each, lines);
  for (const each of [...inState("waiting"), ...inState("done").reverse()]) job(each, lines);
  if (hidden) make("p", { textContent: `and ${hidden.toLocaleString("en")} more` }, queue);
  if (!isBusy) button("Clear this list", clear, queue).classList.add("sq-changes");
  if (focused) [...queue.querySelectorAll("button")].find((each) => named(each) === focused)?.focus();
};
const clear = attempt(async () => {
  outbox.unsent = [];
  await call("/clear", {});
});
onState(draw);
