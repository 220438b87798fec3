"""PowerPoint and OpenDocument slides, with their notes, tables and charts."""

from index.load.office import opendocument, pptx
from index.load.parsed import Parsed
from index.types import Kind
from tests import office
from tests.office import odf, relations, shape
from tests.test_load_tables import cells, check, seen

BODY = f"""<p:sldMaster {office.NAMES}><p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr>
</p:bodyStyle></p:txStyles></p:sldMaster>"""


def present(data: bytes) -> Parsed:
    """The presentation, read and checked."""
    parsed = pptx.parse(data)
    check(parsed)
    return parsed


def test_slides_come_in_the_order_in_which_they_are_shown() -> None:
    """With the title first, wherever it is in the file; a hidden slide says so."""
    hidden = f'<p:sld {office.NAMES} show="0"><p:cSld><p:spTree>{shape("Spare")}</p:spTree></p:cSld></p:sld>'
    data = office.pptx(shape("Last words"), shape("Cut it.") + shape("Costs", role="title"), hidden, order=[2, 3, 1])
    parsed = present(data)
    assert parsed.text == "Costs\n\nCut it.\n\nSpare\n\nLast words"
    assert [(label, words) for _, label, words in seen(parsed, Kind.SLIDE)] == [
        ("1", "Costs\n\nCut it."),
        ("2 (hidden)", "Spare"),
        ("3", "Last words"),
    ]
    assert seen(parsed, Kind.HEADING) == [("heading", "Costs", "Costs\n\nCut it.")]
    assert parsed.title == "Costs"


def test_bullets_and_numbers_of_slides_are_those_that_are_shown() -> None:
    """The slide's own, else its master's; numbers count on; a paragraph may have none."""
    number = '<a:p><a:pPr><a:buAutoNum type="alphaLcParenR"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>'
    none = "<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>plain</a:t></a:r></a:p>"
    slide = shape("point", number.format("one"), number.format("two"), none, role="body") + shape("free")
    parts = {
        "slides/_rels/slide1.xml.rels": relations(("slideLayout", "../l.xml")),
        "l.xml": f"<p:sldLayout {office.NAMES}/>",
        "_rels/l.xml.rels": relations(("slideMaster", "m.xml")),
        "m.xml": BODY,
    }
    assert present(office.pptx(slide, parts=parts)).text == "• point\na) one\nb) two\n\nplain\n\nfree"


def test_notes_and_comments_belong_to_their_slide() -> None:
    """Marked as what they are; the slide's number and date are no text."""
    parts = {
        "slides/_rels/slide1.xml.rels": relations(("notesSlide", "../n.xml"), ("comments", "../c.xml")),
        "n.xml": f"<p:notes {office.NAMES}>{shape('Smile.', role='body')}{shape('7', role='sldNum')}</p:notes>",
        "c.xml": '<cmLst><cm authorId="0"><text>Too long?</text></cm></cmLst>',
        "_rels/presentation.xml.rels": relations(("slide", "slides/slide1.xml"), ("commentAuthors", "a.xml")),
        "a.xml": '<cmAuthorLst><cmAuthor id="0" name="Bo"/></cmAuthorLst>',
    }
    parsed = present(office.pptx(shape("Hello") + shape("5 May", role="dt"), parts=parts))
    assert seen(parsed) == [
        ("slide", "1", "Hello\n\nSmile.\n\nComment by Bo: Too long?"),
        ("part", "notes", "Smile."),
        ("part", "comment by Bo", "Comment by Bo: Too long?"),
    ]


CHART = f"""<c:chartSpace {office.NAMES}><c:chart><c:title><a:p><a:r><a:t>Visitors</a:t></a:r></a:p></c:title><c:ser>
<c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Hall</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>May</c:v></c:pt><c:pt idx="1"><c:v>June</c:v></c:pt></c:strCache>
</c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>#,##0</c:formatCode><c:pt idx="0"><c:v>1200</c:v></c:pt>
<c:pt idx="1"><c:v>900.4</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:chart></c:chartSpace>"""


def test_tables_charts_and_diagrams_of_slides_are_read() -> None:
    """A chart's numbers in their format, a row for each category; a diagram's words; a table with its header."""
    cell = "<a:tc{}><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    grid = "".join(
        f"<a:tr>{cell.format('', a)}{cell.format('', b)}</a:tr>" for a, b in (("Who", "Role"), ("Ann", "Chair"))
    )
    frames = (
        f'<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/>{grid}</a:tbl></p:graphicFrame>'
        '<p:graphicFrame><c:chart r:id="r1"/></p:graphicFrame>'
        f'<p:graphicFrame><d:relIds xmlns:d="x" xmlns:r="{office.R}" r:dm="r2"/></p:graphicFrame>'
    )
    parts = {
        "slides/_rels/slide1.xml.rels": relations(("chart", "../chart.xml"), ("diagramData", "../d.xml")),
        "chart.xml": CHART,
        "d.xml": f"<d {office.NAMES}><pt><t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></t></pt><pt/></d>",
    }
    parsed = present(office.pptx(frames, parts=parts))
    assert parsed.text == "Who\tRole\nAnn\tChair\n\nVisitors\n\nHall\nMay\t1,200\nJune\t900\n\nPlan"
    assert cells(parsed) == [
        ("Who", "Ann"),
        ("Role", "Chair"),
        ("", "May"),
        ("Hall", "1,200"),
        ("", "June"),
        ("Hall", "900"),
    ]


def test_an_odp_has_slides_with_their_notes() -> None:
    """The title first, the notes as notes."""
    frame = "<draw:frame{}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    body = (
        "<office:presentation><draw:page>"
        + frame.format("", "Cut it.")
        + frame.format(' presentation:class="title"', "Costs")
        + "<presentation:notes>"
        + frame.format(' presentation:class="notes"', "Smile.")
        + "</presentation:notes>"
        + "</draw:page></office:presentation>"
    )
    parsed = opendocument.parse(odf(body))
    check(parsed)
    assert seen(parsed) == [
        ("slide", "1", "Costs\n\nCut it.\n\nSmile."),
        ("heading", "Costs", "Costs\n\nCut it.\n\nSmile."),
        ("part", "notes", "Smile."),
    ]
