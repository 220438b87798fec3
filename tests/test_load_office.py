"""Word and OpenDocument texts: what a person sees, in order, with the places as they name them."""

import pytest

from index.load.office import docx as word
from index.load.office import opendocument
from index.load.office.counting import counted
from index.load.parsed import Parsed
from index.types import Kind
from tests import office
from tests.office import odf, p, table
from tests.test_load_tables import cells, check, seen

STYLES = f"""<w:styles {office.NAMES}>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="Own"/><w:basedOn w:val="H1"/>
<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
</w:styles>"""


def level(depth: int, style: str, text: str, *, start: int = 1) -> str:
    """A level of a list of Word."""
    counting = f'<w:start w:val="{start}"/><w:numFmt w:val="{style}"/>'
    return f'<w:lvl w:ilvl="{depth}">{counting}<w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = f"""<w:numbering {office.NAMES}>
<w:abstractNum w:abstractNumId="0">{level(0, "decimal", "%1.")}{level(1, "lowerLetter", "%2)")}
{level(2, "upperRoman", "%1.%2.%3")}</w:abstractNum>
<w:abstractNum w:abstractNumId="1">{level(0, "bullet", "&#xF0B7;")}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>
</w:num></w:numbering>"""


def item(text: str, number: int = 1, depth: int = 0, style: str = "") -> str:
    """An item of a list of Word."""
    listed = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(text, style=style, properties=listed)


def read(body: str, *related: tuple[str, str], parts: office.Parts | None = None, title: str = "") -> Parsed:
    """A Word file with that body, with the styles and lists above, read and checked."""
    known = {"styles.xml": STYLES, "numbering.xml": NUMBERING, **(parts or {})}
    linked = (("styles", "styles.xml"), ("numbering", "numbering.xml"), *related)
    parsed = word.parse(office.docx(body, *linked, parts=known, title=title))
    check(parsed)
    return parsed


def text(inner: str) -> str:
    """What a paragraph of Word with that XML in it says."""
    return read(f"<w:p>{inner}</w:p>").text


def run(words: str, properties: str = "") -> str:
    """A run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


# Word


def test_headings_of_word_nest_by_style_and_outline() -> None:
    """By the styles' own names, in any language, or by an outline level, a style's or the paragraph's."""
    outline = '<w:outlineLvl w:val="2"/>'
    body = (
        p("The plan", style="Titel")
        + p("Money", style="H1")
        + p("Rent", style="H2")
        + p("Nine euros.")
        + p("Heat", properties=outline)
        + p("Six.")
        + p("People", style="H1")
        + p("Ann.", style="Loop")
    )
    parsed = read(body)
    assert parsed.title == "The plan"
    assert seen(parsed, Kind.HEADING) == [
        ("heading", "The plan", parsed.text),
        ("heading", "Money", "Money\n\nRent\n\nNine euros.\n\nHeat\n\nSix.\n\n"),
        ("heading", "Rent", "Rent\n\nNine euros.\n\nHeat\n\nSix.\n\n"),
        ("heading", "Heat", "Heat\n\nSix.\n\n"),
        ("heading", "People", "People\n\nAnn."),
    ]


def test_the_title_is_the_one_in_the_properties_unless_a_program_made_it_up() -> None:
    """A person's comes first, then the first heading."""
    body = p("Money", style="H1")
    assert read(body, title="The  budget").title == "The budget"
    assert read(body, title="Microsoft Word - x.doc").title == "Money"
    assert read(body, title=".").title == "Money"
    assert read(p("No heading.")).title == ""


def test_lists_of_word_have_the_numbers_that_are_shown() -> None:
    """None of them is in the file: each depends on the items before it, on the level, on where a list begins anew."""
    body = (
        item("one") + item("two") + item("deep", depth=1) + item("deeper", depth=2) + item("deep", depth=1)
        + item("three") + item("deep again", depth=1) + p("between") + item("four") + item("dot", 2) + item("new", 3)
        + item("on", 3)
    )  # fmt: skip
    assert read(body).text == (
        "1. one\n2. two\na) deep\n2.a.I deeper\nb) deep\n3. three\na) deep again\n\nbetween\n\n"
        "4. four\n• dot\n7. new\n8. on"
    )


def test_a_numbered_heading_is_named_with_its_number() -> None:
    """As a reader names it: "1. Scope"."""
    parsed = read(item("Scope", style="H1") + item("Terms", depth=1, style="H2") + p("All."))
    assert [label for _, label, _ in seen(parsed, Kind.HEADING)] == ["1. Scope", "a) Terms"]


def test_changes_are_read_as_accepted() -> None:
    """What was inserted or moved here stands, what was deleted or moved away does not, nor does a deleted row."""
    assert text(run("now ") + f"<w:del>{run('old')}</w:del><w:ins>{run('new')}</w:ins>") == "now new"
    moved = f"<w:p><w:moveFrom>{run('A.')}</w:moveFrom></w:p>{p('B.')}<w:p><w:moveTo>{run('A.')}</w:moveTo></w:p>"
    assert read(moved).text == "B.\n\nA."
    joined = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('Half ')}</w:p>{p('a line.')}"
    assert read(joined).text == "Half a line."
    deleted = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    assert read(table(["a", "b"]).replace("</w:tbl>", deleted)).text == "a\tb"


def test_hidden_text_is_not_read() -> None:
    """By the run itself or by its style; a property that says "off" hides nothing."""
    hidden = run("a", "<w:vanish/>") + run("b", '<w:rStyle w:val="Secret"/>') + run("c", '<w:vanish w:val="0"/>')
    assert text(hidden + run("d", '<w:rStyle w:val="Secret"/><w:vanish w:val="false"/>')) == "cd"


def test_breaks_tabs_hyphens_and_symbols_are_what_they_show() -> None:
    """A soft hyphen shows nothing, a symbol's code means nothing without its font."""
    assert text("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>") == "a\tb\nc"
    assert text("<w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t><w:noBreakHyphen/><w:t>s</w:t></w:r>") == "coop-s"
    assert text('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t> done</w:t></w:r>') == "✓ done"
    assert text('<w:r><w:sym w:font="Symbol" w:char="F061"/><w:t>-rays</w:t></w:r>') == "α-rays"
    raised = '<w:vertAlign w:val="superscript"/>'
    assert text(run("10") + run("6", raised) + run(" bits")) == "10⁶ bits"
    assert text(run("1") + run("st", raised)) == "1st"


def field(instruction: str, result: str) -> str:
    """A field of Word with its result."""
    kinds = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"{kinds[0]}{told}{kinds[1]}{result}{kinds[2]}"


def test_fields_show_their_results() -> None:
    """Never what they are told; a field in a field's instruction shows nothing; pages' numbers are no text."""
    assert text(field(" REF x ", run("see 4"))) == "see 4"
    assert text('<w:fldSimple w:instr="AUTHOR"><w:r><w:t>Ann</w:t></w:r></w:fldSimple>') == "Ann"
    nested = field(f" IF </w:instrText></w:r>{field('X', run('shown?'))}<w:r><w:instrText>", run("yes"))
    assert text(nested) == "yes"
    assert text(run("Page ") + field("PAGE", run("3")) + run(" of the pact")) == "Page of the pact"
    assert text(field("PAGEREF x", run("12"))) == "12"
    open_ = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>'
    assert read(open_ + p("A field that never ends hides nothing.")).text == "A field that never ends hides nothing."
    box = "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"
    begun = f"<w:r><w:fldChar w:fldCharType='begin'>{box}</w:fldChar></w:r>"
    assert text(begun + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run(" agreed")) == "☒ agreed"


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    """Footnotes there, endnotes at the end, with their numbers in both places."""
    notes = f'<w:footnotes {office.NAMES}><w:footnote w:id="5">{p(" Only on Mondays.")}</w:footnote></w:footnotes>'
    ends = f'<w:endnotes {office.NAMES}><w:endnote w:id="2">{p("Lee, 1999.")}</w:endnote></w:endnotes>'
    body = (
        p("Fees", style="H1")
        + f'<w:p>{run("It is free")}<w:r><w:footnoteReference w:id="5"/></w:r>{run(".")}'
        + f'<w:r><w:endnoteReference w:id="2"/></w:r></w:p>{p("So they say.")}'
    )
    related = (("footnotes", "footnotes.xml"), ("endnotes", "endnotes.xml"))
    parsed = read(body, *related, parts={"footnotes.xml": notes, "endnotes.xml": ends})
    assert parsed.text == ("Fees\n\nIt is free[1].[i]\n\n[1] Only on Mondays.\n\nSo they say.\n\n[i] Lee, 1999.")
    assert [(label, words) for _, label, words in seen(parsed, Kind.PART)] == [
        ("footnote 1", "[1] Only on Mondays."),
        ("endnote i", "[i] Lee, 1999."),
    ]
    assert seen(parsed, Kind.HEADING)[0][2].endswith("So they say.")


def test_a_comment_is_quotable_as_one() -> None:
    """With who says it before it: it must never pass for the text."""
    comment = f'<w:comment w:id="0" w:author="Ann Lee">{p("Is this right?")}{p("I doubt it.")}</w:comment>'
    parsed = read(
        f'<w:p>{run("The fee is nine euros.")}<w:r><w:commentReference w:id="0"/></w:r></w:p>',
        ("comments", "comments.xml"),
        parts={"comments.xml": f"<w:comments {office.NAMES}>{comment}</w:comments>"},
    )
    said = "Comment by Ann Lee: Is this right?\nI doubt it."
    assert parsed.text == f"The fee is nine euros.\n\n{said}"
    assert seen(parsed) == [("part", "comment by Ann Lee", said)]


def test_headers_and_footers_are_read_once() -> None:
    """Those that say the same in several sections, and page numbers, are not repeated."""
    refer = "".join(f'<w:{edge}Reference r:id="r{n}"/>' for n, edge in ((3, "header"), (4, "header"), (5, "footer")))
    edges = {
        name: f"<w:hdr {office.NAMES}>{body}</w:hdr>"
        for name, body in (
            ("h1.xml", p("Acme Ltd")),
            ("h2.xml", p("Acme Ltd") + f"<w:p>{run('Page ')}{field('PAGE', run('2'))}</w:p>"),
            ("f.xml", p("Confidential")),
        )
    }
    related = (("header", "h1.xml"), ("header", "h2.xml"), ("footer", "f.xml"))
    parsed = read(p("Body.") + f"<w:sectPr>{refer}</w:sectPr>", *related, parts=edges)
    assert parsed.text == "Acme Ltd\n\nBody.\n\nConfidential"
    assert seen(parsed) == [("part", "header", "Acme Ltd"), ("part", "footer", "Confidential")]


def test_text_boxes_and_content_controls_are_read_once() -> None:
    """A box is written twice in the file, for new and for old programs."""
    box = f"<w:txbxContent>{p('In the box.')}</w:txbxContent>"
    both = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
    )
    body = f"<w:p>{run('Before it.')}<w:r>{both}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    control = f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{p('Controlled.')}</w:sdtContent></w:sdt>"
    assert read(body + control).text == "Before it.\n\nIn the box.\n\nControlled."


def test_a_formula_is_written_in_a_line() -> None:
    """Neither fractions nor powers may fall flat: x2 is not x^2."""
    math = (
        "<m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>c"
        "</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>"
    )
    assert text(math) == "x=(a+b)/(c^2)"


def test_a_table_of_word_has_marks() -> None:
    """Its header by the format's own sign, its merged cells as one."""

    def cell(words: str, merge: str = "") -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr>{p(words)}</w:tc>"

    head = "<w:tr><w:trPr><w:tblHeader/></w:trPr>" + "".join(map(cell, ("Room", "Day", "Fee"))) + "</w:tr>"
    begins, goes_on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    first = f"<w:tr>{cell('Hall', begins)}{cell('Mon')}{cell('40')}</w:tr>"
    second = f"<w:tr>{cell('', goes_on)}{cell('free', wide)}</w:tr>"
    rows_ = head + first + second
    parsed = read(f"<w:tbl>{rows_}</w:tbl>")
    assert parsed.text == "Room\tDay\tFee\nHall\tMon\t40\nfree"
    assert cells(parsed) == [("Room", "Hall"), ("Day", "Mon"), ("Fee", "40"), ("Day", "free")]


def test_a_table_of_word_without_signs_is_read_by_what_is_in_it() -> None:
    """Figures below words, bold words above others, names beside what they mean; else there is no header."""
    assert cells(read(table(["Room", "Fee"], ["Hall", "40"], ["Loft", "25"])))[1] == ("Fee", "40")
    pairs = read(table(["Born", "1921"], ["Town", "York"]))
    assert cells(pairs) == [("Born", "1921"), ("Town", "York")]
    bold = ["<w:p>" + run(words, "<w:b/>") + "</w:p>" for words in ("Who", "Says what to whom")]
    assert cells(read(table(bold, ["Ann", "Yes"])))[0] == ("Who", "Ann")
    assert cells(read(table(["Ann Lee", "40"], ["Bo Ray", "25"], ["Ann Lee", "3"])))[1] == ("", "40")


def test_a_table_that_only_arranges_things_is_paragraphs() -> None:
    """With headings or tables in its cells, or with one cell a row."""
    arranged = read(table([p("Plan", style="H1") + p("Nine."), "aside"]))
    assert arranged.text == "Plan\n\nNine.\n\naside"
    assert seen(arranged, Kind.ROW) == []
    nested = read(table([table(["a", "b"]), "c"]))
    assert seen(nested, Kind.ROW) == [("row", "1", "a\tb")]
    assert read(table(["one"], ["two"])).text == "one\n\ntwo"


# OpenDocument


def opened(data: bytes) -> Parsed:
    """The OpenDocument file, read and checked."""
    parsed = opendocument.parse(data)
    check(parsed)
    return parsed


LIST = """<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"
style:num-suffix="."/><text:list-level-style-bullet text:level="2" text:bullet-char="–"/></text:list-style>
<style:style style:name="Gone"><style:text-properties text:display="none"/></style:style>"""


def test_an_odt_is_read_as_it_is_shown() -> None:
    """Headings, lists, spaces, notes, comments, hidden and deleted text, each where it belongs."""
    body = (
        "<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Fees</text:h>'
        '<text:p>It<text:s text:c="3"/>is<text:tab/>free<text:span text:style-name="Gone">no</text:span>'
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>On Mondays."
        "</text:p></text:note-body></text:note>.<office:annotation><dc:creator>Ann</dc:creator><dc:date>2025</dc:date>"
        "<text:p>Sure?</text:p></office:annotation></text:p>"
        '<text:list text:style-name="L"><text:list-item><text:p>one</text:p>'
        "<text:list><text:list-item><text:p>in</text:p>"
        "</text:list-item></text:list></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>"
        "</office:text>"
    )
    parsed = opened(odf(body, styles=LIST))
    assert parsed.text == (
        "Fees\n\nIt is\tfree[1].\n\n[1] On Mondays.\n\nComment by Ann: Sure?\n\n1. one\n– in\n2. two"
    )
    assert [(label, words) for _, label, words in seen(parsed, Kind.PART)] == [
        ("footnote 1", "[1] On Mondays."),
        ("comment by Ann", "Comment by Ann: Sure?"),
    ]
    assert parsed.title == "Fees"


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (4, "upperRoman", "IV"),
        (27, "lowerLetter", "aa"),
        (7, "decimalZero", "07"),
        (22, "ordinal", "22nd"),
        (9**9, "lowerRoman", str(9**9)),
    ],
)
def test_lists_count_in_several_ways(number: int, style: str, expected: str) -> None:
    """A number too large for letters or Roman numerals is written in digits."""
    assert counted(number, style) == expected
