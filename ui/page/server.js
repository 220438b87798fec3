// Our own routes. What goes wrong is an Error whose message can be shown.

export const send = async (method, path, body) => {
  const json = { "Content-Type": "application/json" };
  const request = method === "GET" ? {} : { headers: json, body: JSON.stringify(body ?? {}) };
  return answered(await fetch(path, { method, ...request }));
};
export const answered = async (reply) => {
  const isJson = /^application\/(problem\+)?json/.test(reply.headers.get("Content-Type") ?? "");
  if (reply.ok) return isJson ? reply.json() : reply;
  const said = isJson ? await reply.json() : {};
  const message = said.error ?? said.detail ?? `The server said ${reply.status}. Try it again.`;
  throw Object.assign(new Error(message), { status: reply.status });
};
export const isAway = (error) => error instanceof TypeError; // what fetch throws where nobody answers
