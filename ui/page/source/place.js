// The address of a place: the file's own hash, so that it holds whatever the file is called.

const NAMES = ["source", "start", "end"];
const fragment = () => new URLSearchParams(location.hash.slice(1));

export const placed = () => { // what the address says; null where it names no source
  const [document, start, end] = NAMES.map((name) => fragment().get(name));
  return document === null ? null : { document, start: start ?? 0, end: end ?? 0 };
};
export const address = ({ sha256, document, start, end }) => {
  const parts = fragment();
  NAMES.forEach((name, at) => parts.set(name, [sha256 || document, start, end][at]));
  return `#${parts}`;
};
export const bare = () => {
  const parts = fragment();
  for (const name of NAMES) parts.delete(name);
  return location.pathname + location.search + (String(parts) && `#${parts}`);
};
