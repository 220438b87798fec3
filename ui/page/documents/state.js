// What the server says of the documents, asked again and again: whoever changes the index, the page is right soon.
import { make } from "../make.js";
import { tell } from "../rooms.js";
import { answered, isAway } from "../server.js";

export const problem = make("p", { className: "sq-problem", hidden: true, role: "alert" });
export const said = make("p", { className: "sq-said", role: "status" });

export const call = async (path, body, query = {}) => {
  const address = `/api/documents${path}?${new URLSearchParams(query)}`;
  const json = { "Content-Type": "application/json" };
  const options = body === undefined ? {} : { method: "POST", headers: json, body: JSON.stringify(body) };
  return answered(await fetch(address, options));
};

export const complain = (error) => {
  problem.textContent = isAway(error) ? "The server cannot be reached. Is seedqa running?" : error.message;
  problem.hidden = false;
};
export const attempt = (work) => async (...given) => {
  problem.hidden = true;
  try {
    await work(...given);
    wake();
  } catch (error) {
    complain(error);
  }
};

// The latest state, and who wants to know it. One who is told of other documents gets `isOther`.
export const latest = { state: { kinds: [], most_bytes: 0, queue: { jobs: [] } } };
const listeners = [];
export const onState = (act) => listeners.push(act);

let timer = 0;
let generation = null;
const look = async () => {
  clearTimeout(timer);
  let pause = 2000;
  try {
    const state = await call("/state");
    latest.state = state;
    const busy = state.queue.total > state.queue.done;
    pause = document.hidden ? 5000 : busy ? 500 : 1000;
    const isOther = generation !== state.generation;
    for (const act of listeners) await act(state, isOther);
    if (isOther && generation !== null) tell("changed");
    generation = state.generation;
  } catch {
    // the server is gone, or is being started again: the page itself says so
  }
  timer = setTimeout(look, pause);
};
export const wake = () => {
  clearTimeout(timer);
  timer = setTimeout(look, 50);
};
document.addEventListener("visibilitychange", () => document.hidden || wake());
