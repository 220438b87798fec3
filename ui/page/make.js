// Elements, and text of others, which becomes text nodes and never markup.

export const make = (tag, options = {}, parent = null) => {
  const element = Object.assign(document.createElement(tag), options);
  parent?.append(element);
  return element;
};

// A button as all are; `label` names it for those who do not see it, `look` is "first", "block", "round" or "quiet".
export const button = (text, act, parent, { label = "", look = "", options = {} } = {}) => {
  const classes = ["sq-button", look && `sq-${look}`].filter(Boolean).join(" ");
  const made = make("button", { type: "button", className: classes, textContent: text, ...options }, parent);
  if (label) made.ariaLabel = label;
  if (act) made.addEventListener("click", act);
  return made;
};

// Characters that are not seen, or turn others round: they stand in a chip, which the style sheet draws, and stay
// themselves in the text. The two that join letters and emoji are left alone where they do.
const UNSEEN = new RegExp(
  "([\\u0000-\\u0008\\u000b\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2064"
  + "\\u2066-\\u2069\\ufeff\\ufff9-\\ufffb\\u{e0001}-\\u{e007f}]"
  + "|(?<=[\\u0000-\\u024f])[\\u200c\\u200d](?=[\\u0000-\\u024f]))", "u",
);
export const literal = (parent, text) => {
  String(text).split(UNSEEN).forEach((piece, number) => {
    if (number % 2 === 0) return void parent.append(piece);
    const code = piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    make("span", { className: "sq-char", textContent: piece }, parent).dataset.code = `U+${code}`;
  });
  return parent;
};
export const write = (element, text) => {
  element.replaceChildren();
  return literal(element, text);
};

export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
export const nameOf = (path) => path.split(/[/\\]/).pop();
