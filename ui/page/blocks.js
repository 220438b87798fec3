// Text of documents, written as text nodes and never read as markup: the blocks of the source view.
(() => {
  const { make } = window.seedqa;
  const UNSEEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff])/;

  // Writing. Offsets count code points, as Python does.
  const points = (string) => (/[\ud800-\udfff]/.test(string) ? Array.from(string) : string);
  const string = (slice) => (typeof slice === "string" ? slice : slice.join(""));
  const literal = (parent, slice) => {
    string(slice).split(UNSEEN).forEach((piece, number) => {
      if (number % 2 === 0) return void parent.append(piece);
      const code = piece.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      make("span", { className: "sq-unseen", textContent: piece }, parent).dataset.code = `U+${code}`;
    });
  };
  const write = (parent, slice, start, layers) => {
    if (!slice.length) return;
    if (!layers.length) return void literal(parent, slice);
    const [{ ranges, tag, className }, ...rest] = layers;
    let done = 0;
    for (const [first, last] of ranges) {
      const from = Math.max(first - start, done);
      const to = Math.min(last - start, slice.length);
      if (to <= from) continue;
      write(parent, slice.slice(done, from), start + done, rest);
      write(make(tag, { className }, parent), slice.slice(from, to), start + from, rest);
      done = to;
    }
    write(parent, slice.slice(done), start + done, rest);
  };
  const PART = { page: "Page ", slide: "Slide ", sheet: "Sheet " };
  const named = ({ of, kind, label }) => `${PART[of ?? kind] ?? ""}${label}`;
  const blocks = {
    text: (block, parent, layers) => paragraph("sq-text", block, parent, layers),
    heading: (block, parent, layers) => paragraph(`sq-heading sq-level-${block.level}`, block, parent, layers),
    part: (block, parent) => literal(make("p", { className: "sq-part" }, parent), named(block)),
    table: ({ heads, rows }, parent, layers) => {
      const table = make("table", {}, make("div", { className: "sq-grid" }, parent));
      const width = Math.max(heads.length, ...rows.flatMap(({ cells }) => cells.map(([column]) => column + 1)));
      if (heads.length) {
        const row = make("tr", { className: "sq-heads" }, table);
        for (const head of heads) literal(make("th", { scope: "col" }, row), head);
      }
      for (const { header, cells } of rows) {
        const row = make("tr", {}, table);
        const places = Array.from({ length: width }, () => make(header ? "th" : "td", {}, row));
        for (const [column, start, said] of cells) write(places[column], points(said), start, layers);
      }
    },
  };
  const paragraph = (className, block, parent, layers) =>
    write(make("div", { className }, parent), points(block.text), block.start, layers);

  // A block, with layers: in each, ranges of the document's text, and the element that goes around them.
  const draw = (block, parent, layers) => blocks[block.kind](block, parent, layers);
  Object.assign(window.seedqa, { draw, literal, named });
})();
