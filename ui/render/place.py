"""Where a quote or a passage stands, as a line: file, page or sheet, heading; and the buttons that lead there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from qa import Citation, Document, Hit
from ui.render.text import literal, one_line, shown

_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file, and what its readers call the place.

    ``document`` is the SHA-256 of the file's bytes, which stays when the index is made anew, as its id does not; the id
    of what has no file.
    """

    path: str
    document: str
    start: int
    end: int
    names: tuple[str, ...]

    @classmethod
    def of_hit(cls, hit: Hit) -> "Place":
        """Return where a passage stands."""
        passage = hit.passage
        document = passage.document
        names = _names(document, passage.start, passage.start, passage.heading) or _title(document.path, document.title)
        return cls(document.path, _key(document.sha256, document.id), passage.start, passage.end, names)

    @classmethod
    def of_citation(cls, citation: Citation, hit: Hit | None) -> "Place":
        """Return where a quote stands, as the passage that covers it tells; without one, as the citation does."""
        if hit is not None:
            names = _names(hit.passage.document, citation.start, citation.end - 1, citation.heading)
        else:
            names = _told(citation.page, citation.last_page, citation.place, citation.heading)
        names = names or _title(citation.path, citation.title)
        key = _key(citation.sha256, hit.passage.document.id if hit else 0)
        return cls(citation.path, key, citation.start, citation.end, names)

    @property
    def file(self) -> str:
        """The file's own name."""
        return PurePath(self.path).name or self.path

    @property
    def is_markdown(self) -> bool:
        """Whether the file's text has marks of Markdown."""
        return self.path.lower().endswith(_MARKDOWN)


def folders(paths: Iterable[str]) -> Mapping[str, str]:
    """Return, for each path whose name another one shares, as much of its folders as tells them apart.

    >>> folders(["/a/x/report.txt", "/b/x/report.txt", "/b/x/other.txt"])
    {'/a/x/report.txt': 'a/x', '/b/x/report.txt': 'b/x'}
    """
    grouped: dict[str, set[str]] = {}
    for path in paths:
        grouped.setdefault(PurePath(path).name, set()).add(path)
    return {path: _apart(path, group) for group in grouped.values() if len(group) > 1 for path in sorted(group)}


def _apart(path: str, group: set[str]) -> str:
    above = PurePath(path).parts[:-1]
    for depth in range(1, len(above)):
        tail = above[-depth:]
        if all(other == path or PurePath(other).parts[:-1][-depth:] != tail for other in group):
            return "/".join(tail)
    return "/".join(above).replace("//", "/")


def line(place: Place, apart: Mapping[str, str]) -> str:
    """Return file, page and heading. Each is isolated, so that no right-to-left text reorders its neighbours."""
    folder = f'<span class="sq-folder">{shown(one_line(apart[place.path]))}/</span>' if place.path in apart else ""
    file = f'{folder}<bdi class="sq-file" dir="ltr" title="{literal(place.path)}">{shown(one_line(place.file))}</bdi>'
    return " ".join(part(each) for each in (file, *(f"<bdi>{shown(one_line(name))}</bdi>" for name in place.names)))


def badge(place: Place, stale: Mapping[str, str]) -> str:
    """Return a mark for a file that is not as it was read; "" for any other."""
    return f' <span class="sq-badge">{stale[place.path]}</span>' if place.path in stale else ""


def part(markup: str) -> str:
    """Return one part of a line; the style sheet draws the dots between them, outside of what is isolated."""
    return f'<span class="sq-part">{markup}</span>'


def buttons(text: str, place: Place) -> str:
    """Return what can be done with a quote, side by side in every line."""
    return f'<span class="sq-acts">{open_button(place)}{copy_button(text, place)}</span>'


def open_button(place: Place) -> str:
    """Return the button that opens the source there; the source view listens for it."""
    return (
        f'<button type="button" class="sq-open" data-document="{place.document}" data-start="{place.start}" '
        f'data-end="{place.end}" data-path="{literal(place.path)}">Open</button>'
    )


def copy_button(text: str, place: Place) -> str:
    """Return the button that copies a text, exactly, with where it stands."""
    source = ", ".join(one_line(name) for name in (place.file, *place.names))
    copied = f"“{text}” ({source}, characters {place.start:,}–{place.end:,})"
    return f'<button type="button" class="sq-copy" data-copy="{literal(copied)}">Copy</button>'


def _key(sha256: str, number: int) -> str:
    return sha256 if len(sha256) == 64 else str(number)


def _names(document: Document, start: int, last: int, heading: str) -> tuple[str, ...]:
    return _told(document.page_at(start), document.page_at(last), document.place(start), heading)


def _told(page: int | None, last_page: int | None, place: str, heading: str) -> tuple[str, ...]:
    pages = f"pages {page}–{last_page}" if page and last_page and last_page > page else f"page {page}" if page else ""
    heading = "" if heading and f" {heading.removeprefix('Chapter ')}," in f" {place}," else heading
    return tuple(one for one in (pages, place, heading) if one)


def _title(path: str, title: str) -> tuple[str, ...]:
    name = PurePath(path)
    return (title,) if title and title not in (name.name, name.stem) else ()
