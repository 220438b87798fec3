"""Office files in as few words as a test needs: zips of XML parts, built in memory."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NAMES = f'xmlns:w="{W}" xmlns:a="{A}" xmlns:p="{P}" xmlns:c="{C}" xmlns:m="{M}" xmlns:r="{R}" xmlns:mc="{MC}"'
ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"), ("fo", "xsl-fo-compatible"), ("meta", "meta"),
    )
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip

Parts = Mapping[str, str | bytes]


def zipped(parts: Parts) -> bytes:
    """A zip of these parts, compressed."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return data.getvalue()


def relations(*found: tuple[str, str]) -> str:
    """A part's relations, each a kind and a target; their ids are r1, r2, and so on."""
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(found, 1)
    )
    return f"<Relationships>{inner}</Relationships>"


def core(title: str) -> Parts:
    """The core properties with a title."""
    return {"docProps/core.xml": f"<cp><title>{title}</title></cp>"}


def docx(body: str, *related: tuple[str, str], parts: Parts | None = None, title: str = "") -> bytes:
    """A Word file with this body; ``related`` are other parts, such as ("comments", "comments.xml")."""
    return zipped(
        {
            "_rels/.rels": relations(("officeDocument", "word/document.xml"), ("core-properties", "docProps/core.xml")),
            "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(*related),
            **core(title),
            **{f"word/{name}": content for name, content in (parts or {}).items()},
        }
    )


def p(text: str, *, style: str = "", properties: str = "") -> str:
    """A paragraph of Word, of one run."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{named}{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def table(*rows: list[str], properties: str = "") -> str:
    """A table of Word; a cell that begins with "<" is XML, any other the text of its only paragraph."""
    cells = ("".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{properties}{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def pptx(*slides: str, parts: Parts | None = None, order: list[int] | None = None) -> bytes:
    """A presentation of these slides' shapes, shown in an order of their numbers, counted from 1."""
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="r{number}"/>' for number in order or numbers)
    return zipped(
        {
            "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(*(("slide", f"slides/slide{n}.xml") for n in numbers)),
            **{
                f"ppt/slides/slide{number}.xml": slide
                if slide.startswith("<p:sld ")
                else f"<p:sld {NAMES}><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>"
                for number, slide in zip(numbers, slides, strict=True)
            },
            **{f"ppt/{name}": content for name, content in (parts or {}).items()},
        }
    )


def shape(*lines: str, role: str = "") -> str:
    """A shape of a slide; a line that begins with "<" is XML, any other the text of a paragraph."""
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>' if role else ""
    inner = "".join(line if line.startswith("<") else f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f"<p:sp>{place}<p:txBody>{inner}</p:txBody></p:sp>"


def xlsx(sheets: Mapping[str, str], *, styles: str = "", strings: str = "", parts: Parts | None = None) -> bytes:
    """A workbook; each sheet's content is what stands in its worksheet element. A name may end in attributes."""
    names = [name.partition("|") for name in sheets]
    listed = "".join(
        f'<sheet name="{name}" {more} sheetId="{n}" r:id="r{n}"/>' for n, (name, _, more) in enumerate(names, 1)
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    return zipped(
        {
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                *targets, ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{S}">{strings}</sst>',
            **{
                f"xl/{target}": f'<worksheet xmlns="{S}" xmlns:r="{R}">{content}</worksheet>'
                for (_, target), content in zip(targets, sheets.values(), strict=True)
            },
            **{f"xl/{name}": content for name, content in (parts or {}).items()},
        }
    )


def rows(*lines: Sequence[str | float | None], first: int = 1) -> str:
    """The rows of a sheet: texts are inline strings, numbers numbers, None nothing, "<…" is a cell's XML."""
    made = []
    for number, line in enumerate(lines, first):
        cells = "".join(_cell(f"{chr(65 + n)}{number}", value) for n, value in enumerate(line) if value is not None)
        made.append(f'<row r="{number}">{cells}</row>')
    return f"<sheetData>{''.join(made)}</sheetData>"


def _cell(place: str, value: str | float) -> str:
    if isinstance(value, float | int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return value if value.startswith("<") else f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def odf(body: str, *, styles: str = "", shared: str = "", parts: Parts | None = None) -> bytes:
    """An OpenDocument file with this body, such as <office:text>, and these automatic and shared styles."""
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {ODF}>{automatic}<office:body>{body}</office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {ODF}>{shared}</office:document-styles>",
            **(parts or {}),
        }
    )
