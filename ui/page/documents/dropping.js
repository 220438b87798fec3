// Files and folders that are dropped, anywhere on the page.
import { make } from "../make.js";
import { isFixed } from "../rooms.js";
import { take } from "./adding.js";
import { complain } from "./state.js";

const veil = make("div", { className: "sq-drop", hidden: true }, document.body);
make("p", { textContent: "Drop files or folders to add them" }, veil);
const holdsFiles = (event) => !isFixed && [...(event.dataTransfer?.types ?? [])].includes("Files");

const inside = async (folder) => {
  const reader = folder.createReader();
  const found = [];
  for (;;) { // a hundred at a time, says the standard
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
};
const filesOf = async (entry, before = "") => {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[file, before + entry.name]];
  }
  const nested = [];
  for (const each of await inside(entry)) nested.push(...(await filesOf(each, `${before}${entry.name}/`)));
  return nested;
};

let over = 0;
const cover = (by) => {
  over = by === 0 ? 0 : Math.max(0, over + by);
  veil.hidden = !over;
};
addEventListener("dragenter", (event) => holdsFiles(event) && cover(1));
addEventListener("dragleave", (event) => holdsFiles(event) && cover(-1));
addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  event.stopPropagation();
  cover(0);
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const loose = [...event.dataTransfer.files].map((file) => [file, file.name]);
  const found = entries.length ? Promise.all(entries.map((entry) => filesOf(entry))) : Promise.resolve([loose]);
  const quietly = entries.some((entry) => entry.isDirectory);
  found.then((parts) => take(parts.flat(), { quietly })).catch(complain);
}, true);
