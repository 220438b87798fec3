"""What stands around the text of a page: menus, teasers, cookie notes. It is kept, and is in no passage."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.types import Kind, Mark

NAMED = re.compile(
    r"(?:\A|[\s_-])(?:nav(?:bar|igation)?|(?:mega)?menu|breadcrumbs?|cookies?|consent|gdpr|side-?bar|shar(?:e|ing)|social"
    r"|related|teasers?|recommend(?:ed|ations)?|newsletter|subscribe|promo|adverts?|advertisement|ads?|skip-?link"
    r"|pagination|pager|toolbar|trending|outbrain|taboola|most-?(?:read|popular))(?:\Z|[\s_-])",
    re.IGNORECASE,
)
ASIDE = frozenset({"nav", "dialog"})
ROLES = frozenset({"navigation", "menu", "menubar", "search", "dialog", "alertdialog", "tablist", "toolbar"})
MAIN = frozenset({"main", "article"})
OUTER = frozenset({"header", "footer", "aside"})
WHOLE = frozenset({"html", "body", "main", "article", "table", "tr", "td", "form", "h1"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
TELLING = ASIDE | MAIN | OUTER | HEADINGS | {"a"}
"""Elements that say by themselves what is in them."""
LINKED = 0.5
"""Of a block's letters: it is there for its links."""
LONGEST_NAME = 3
MOST_PROSE = 0.4
"""Of the text: what has more, most of it no link, is not around the text, whatever it is called."""
FEWEST_LINKS = 4
"""Lines of nothing but short links, one after another: a menu, wherever it stands."""
LONGEST_LINK = 40
LEAST_LEFT = 0.2
"""Of the text: if less were left, the page is all links, and they are what it says."""

Attributes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """What a piece of the text is part of."""

    aside: bool = False
    """A menu or a note, by its name."""
    main: bool = False
    """The page's text, by its tag."""
    outer: bool = False
    """A head, a foot or a side of the page, by its tag."""
    link: bool = False
    heading: bool = False

    def within(self, tag: str, attributes: Attributes) -> "Place":
        """Return the place of what is in such an element here."""
        role = attributes.get("role") or ""
        is_main = tag in MAIN or role == "main"
        is_aside = tag in ASIDE or role in ROLES or (tag not in WHOLE and _is_named(tag, attributes))
        return Place(
            aside=self.aside or is_aside,
            main=self.main or is_main,
            outer=(self.outer or tag in OUTER) and not is_main,
            link=self.link or tag == "a",
            heading=self.heading or tag in HEADINGS,
        )


def _is_named(tag: str, attributes: Attributes) -> bool:
    """Whether an element has the name of a menu or a note; not that of a section, which its heading gave it."""
    classes, name = (attributes.get("class") or "")[:500], (attributes.get("id") or "")[:100]
    is_section = tag == "section" or "section" in classes or len(re.findall(r"[^\W_]+", name)) > LONGEST_NAME
    return NAMED.search(classes if is_section else f"{classes} {name}") is not None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text, and what it is part of; ``opens`` a line."""

    start: int
    end: int
    place: Place
    opens: bool


@dataclass(slots=True)
class _Block:
    """The pieces of one line."""

    start: int
    end: int
    linked: int
    place: Place
    aside: bool = False


def asides(pieces: Sequence[Piece]) -> list[Mark]:
    """Return marks of what is no text: what its names say, lines of links, and outside the text blocks of links."""
    blocks = list(_blocks(pieces))
    has_main = any(block.place.main for block in blocks)
    for block in blocks:
        outside = block.place.outer or (has_main and not block.place.main)
        is_linked = block.linked > LINKED * (block.end - block.start)
        block.aside = block.place.aside or (outside and is_linked)
    for is_link, run in groupby(blocks, key=_is_link):
        run_ = list(run)
        if is_link and len(run_) >= FEWEST_LINKS and not run_[0].place.main:
            for block in run_:
                block.aside = True
    total = sum(block.end - block.start for block in blocks)
    for aside, run in groupby(blocks, key=lambda block: block.aside):
        run_ = list(run)
        if aside and sum(block.end - block.start - block.linked for block in run_) > MOST_PROSE * total:
            for block in run_:
                block.aside = False
    left = sum(block.end - block.start for block in blocks if not block.aside)
    if left < LEAST_LEFT * total:
        return []
    return [
        Mark(run_[0].start, run_[-1].end, Kind.ASIDE, "")
        for aside, run in groupby(blocks, key=lambda block: block.aside)
        if aside and (run_ := list(run))
    ]


def _blocks(pieces: Sequence[Piece]) -> Iterator[_Block]:
    block: _Block | None = None
    for piece in pieces:
        if block is None or piece.opens:
            if block:
                yield block
            block = _Block(piece.start, piece.end, 0, piece.place)
        block.end = piece.end
        block.linked += piece.end - piece.start if piece.place.link else 0
    if block:
        yield block


def _is_link(block: _Block) -> bool:
    size = block.end - block.start
    return size <= LONGEST_LINK and block.linked > 0.9 * size and not block.place.heading
