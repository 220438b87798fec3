"""Quotes from tables are shown in tables, and what stands nearest in a passage is a sentence or a row of it."""

from dataclasses import replace

from index import Document, Kind, Mark, Passage
from qa import Answer, Candidate, Hit, Reason
from tests.test_render import Shown, abstained, answer, citation, claim, hit
from ui import render, snippet
from ui.render.answer import message
from ui.render.passages import sources

TABLE = """Before it.

| Kiln | Depth |
|---|---|
| Wren | 18 m |
| Jay | **22** m |
| Owl | 31 m |

After it. And on."""


def table_hit() -> Hit:
    """A passage with text, a table of Markdown, and text."""
    marks = [Mark(0, 0, Kind.HEADING, "Kilns")]
    for number, line in enumerate(("| Kiln | Depth |", "| Wren | 18 m |", "| Jay | **22** m |", "| Owl | 31 m |")):
        at = TABLE.index(line)
        if number:
            marks.append(Mark(at, at + len(line), Kind.ROW, str(number)))
        for cell, label in zip(line.strip("| ").split(" | "), ("Kiln", "Depth"), strict=True):
            start = at + line.index(cell)
            marks.append(Mark(start, start + len(cell), Kind.CELL if number else Kind.HEADER, label))
    return Hit(Passage(1, Document(1, "/k.md", "", TABLE, tuple(marks), "ab" * 32), 0, len(TABLE)), 0.5)


def row_answer(quote: str) -> Answer:
    """An answer that quotes a cell of that passage; its sentence is the row."""
    found = table_hit()
    start = TABLE.index(quote)
    first, last = TABLE.rindex("\n", 0, start) + 1, TABLE.index("\n", start)
    cited = replace(citation(found, start, start + len(quote)), sentence=TABLE[first:last], sentence_start=first)
    return answer(claim(cited), hits=(found,))


def test_the_card_around_a_quote_from_a_table_is_a_table() -> None:
    """It was plain text with bars and lines: the cell is marked, the rows next to it are in view, the others fold."""
    markup = sources(row_answer("18 m"))
    shown = Shown(markup)
    assert (shown.text["mark"], shown.text["th"]) == ("18 m", "KilnDepth")
    assert shown.text["td"] == "Wren18 mJay**22** mOwl31 m"
    assert "|" not in shown.text["blockquote"]
    assert "---" not in shown.text["blockquote"]
    assert shown.text["blockquote"].startswith("Before it.Kiln")
    assert shown.text["blockquote"].endswith("31 mAfter it. And on.")
    assert markup.count('<tr class="sq-far">') == 1
    assert '<tr class="sq-far"><td><span class="sq-far">Owl' not in markup  # it must be there once the row is


def test_other_passages_show_tables_too() -> None:
    """Opened, a table; folded, the cells of the nearest row, without the bars between them."""
    found = table_hit()
    shown = Shown(render.found("How deep is the jay?", [found]))
    assert shown.text["th"] == "KilnDepth"
    assert shown.text["em"] == "Jay**22** m"
    assert "|" not in shown.text["summary"]
    assert shown.text["summary"].endswith("Jay **22** m")


def test_what_came_closest_is_a_table_where_it_is_a_row() -> None:
    """As in an answer, and without its mark."""
    found = table_hit()
    start = TABLE.index("18 m")
    near = Candidate(found, start, start + 4, -1.0)
    asked = replace(abstained(Reason.LOW_CONFIDENCE, found), candidates=(near,), confidence=0.2)
    shown = Shown(render.reply(asked))
    assert "KilnDepthWren18 m" in shown.text["table"]
    assert "mark" not in shown.tags


def test_quotes_of_one_sentence_are_marked_in_it() -> None:
    """They were repeated below: "It does not cover scale, falls" also said "It does not cover scale, falls"."""
    found = hit("It covers neither scale nor falls. Bob came.")
    quotes = [claim(replace(citation(found, a, b), sentence=found.passage.text[:34])) for a, b in ((18, 23), (28, 33))]
    elsewhere = claim(replace(citation(found, 35, 38), sentence="Bob came.", sentence_start=35))
    shown = Shown(message(answer(*quotes, elsewhere, hits=(found,))))
    assert shown.text["mark"] == "scalefallsBob"
    assert shown.text["q"] == "Bob came."
    assert Shown(sources(answer(*quotes, hits=(found,)))).text["mark"] == "scalefalls"


def test_a_heading_is_no_nearest_sentence() -> None:
    """The line above the passage has it: "Keys" was shown as what is nearest in "Keys"."""
    text = "Keys\n\nEach member has a key. It must not be lent."
    document = Document(1, "/r.html", "", text, (Mark(0, len(text), Kind.HEADING, "Keys"),), "ab" * 32)
    found = Hit(Passage(1, document, 0, len(text)), 0.5)
    for question in ("Who has keys?", "Who is it?"):
        assert Shown(render.found(question, [found])).text["summary"].endswith("Each member has a key.")


def test_the_nearest_sentence_may_stand_below_a_table() -> None:
    """Where a passage had rows, only these were looked at: of a mail, the names above its text."""
    shown = Shown(render.found("What comes after?", [table_hit()]))
    assert shown.text["em"] == "After it."


def test_the_nearest_sentence_of_source_code_is_a_line() -> None:
    """Two lines were taken for one wrapped sentence, though passages are cut and quotes shown by lines there."""
    text = "price_of_plots = 84 * number_of_plots + fee\ndeposit_of_plots = 20 * number_of_plots + fee"
    code = Document(1, "/a.py", "a", text, (Mark(0, len(text), Kind.CODE, "python"),), "0")
    start, end = snippet.nearest("What is the deposit?", Hit(Passage(1, code, 0, len(text)), 0.5))
    assert text[start:end] == "deposit_of_plots = 20 * number_of_plots + fee"


def test_a_row_without_cells_hides_no_answer() -> None:
    """An empty row of a table, or of a JSON file, made an apology of every search that found its passage."""
    found = table_hit()
    document = found.passage.document
    jay = TABLE.index("| Jay")
    bare = [
        each for each in document.marks if not (jay <= each.start < TABLE.index("| Owl") and each.kind is Kind.CELL)
    ]
    hit_ = replace(found, passage=replace(found.passage, document=replace(document, marks=tuple(bare))))
    assert Shown(render.found("How deep?", [hit_])).text["td"] == "Wren18 mOwl31 m"
    rows = [each for each in bare if each.kind is Kind.ROW]
    alone = replace(hit_, passage=replace(hit_.passage, document=replace(document, marks=tuple(rows))))
    assert "22" in render.found("How deep?", [alone])
