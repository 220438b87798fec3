"""Who has a role that stands behind a name in brackets: in a contract a party, in minutes an office.

"between Maple Foods plc, Leeds (“the Client”)" and "Present: Odile Fontaine (chair), Bo Lund" say who the client is,
and who led the meeting, with no verb; a reader looks for one.
"""

import re
from dataclasses import replace

from index.types import Extent
from qa import kin
from qa.about import Asked
from qa.types import Candidate

LEAD = 6.0
"""What a candidate gains for having that role: no other words of a document say it so plainly."""

FARTHEST = 100_000
"""Characters of a document in which roles are looked for: its parties are named at the beginning."""

LONGEST = 160
"""Characters of a party's name and seat."""

_ASKS = re.compile(
    r"\W*(?:and )?(?:who|which (?:company|firm|person)|what company)(?:['’]s| is| are| was| were) (?:the |our |my )?"
    r"(?P<role>[^\W\d_]+(?: [^\W\d_]+)?)\W*",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"\((?P<all>(?:together|jointly|collectively)[, ]+)?(?:[a-z]+ ){0,4}[\"“„'‘](?:the )?"
    r"(?P<role>[^\W\d_]+(?: [^\W\d_]+)?)[\"”“'’][^()]{0,60}\)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:between|among|by|with|is|are)[:\s]|[)”\"]\W{0,4}\s(?:and|or)\s|[;:]\s|\n[ \t]*\n|\.\s(?=[A-Z])|"
    r"\(\w{1,3}\)\s|\A",
    re.IGNORECASE,
)
"""What parts a party from the one before it, and from the words that bring in both."""

_AND = re.compile(r",\sand\s")

_AROUND = " \n\t*_,"

_SEAT = re.compile(r",\s(?!(?:inc|llc|ltd|lp|llp|plc|corp|gmbh|co|s\.?a|n\.?a)\b)", re.IGNORECASE)
"""Behind the name: where the party is at home, or who stands for it."""


_WHO = re.compile(r"\W*(?:and )?who\b", re.IGNORECASE)
_IN_OFFICE = re.compile(
    r"(?P<name>[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*){1,3}) \((?P<role>[^\W\d_]{3,}(?:[ -][^\W\d_]+){0,2})\)"
)


def holder_of(candidate: Candidate, asked: Asked) -> Candidate | None:
    """Return who has the role that is asked for, or that does what is asked, by brackets behind a name; else None.

    What else the question says has to stand in that line, the headings or the title: who chairs a meeting has not led
    all that the meeting speaks of.
    """
    if not _WHO.match(asked.question):
        return None
    passage, document = candidate.hit.passage, candidate.hit.passage.document
    for found in _IN_OFFICE.finditer(document.text, passage.start, passage.end):
        role = set(asked.cut(found["role"]))
        if not role or not all(kin.has_any([stem], asked.content) for stem in role):
            continue
        line = document.text[document.text.rfind("\n", 0, found.start()) + 1 : found.end()]
        said = set(asked.cut("\n".join((line, *passage.headings, document.title))))
        rest = [stem for stem in asked.content if not kin.has_any([stem], role)]
        if all(kin.has_any([stem], said) for stem in rest):
            start, end = found.span("name")
            return replace(candidate, start=start, end=end, score=candidate.score + LEAD)
    return None


def party_of(candidate: Candidate, asked: Asked) -> Candidate | None:
    """Return the party whose role is asked for, if the candidate's document defines that role; else None.

    It may stand outside of the candidate's passage: the hit stays that by which the document was found.
    """
    wanted = _ASKS.fullmatch(asked.question)
    if not wanted:
        return None
    document = candidate.hit.passage.document
    for found in _DEFINED.finditer(document.text, 0, FARTHEST):
        if asked.cut(found["role"]) != asked.cut(wanted["role"]):
            continue
        if party := _party(document.text, found):
            return replace(candidate, start=party[0], end=party[1], score=candidate.score + LEAD)
    return None


def _party(text: str, defined: re.Match[str]) -> Extent | None:
    """Return where the party stands whose role is defined behind it."""
    end = defined.start()
    least = max(0, end - LONGEST)
    parts = (_BEFORE,) if defined["all"] else (_BEFORE, _AND)
    start = max((each.end() for part in parts for each in part.finditer(text, least, end)), default=least)
    seat = None if defined["all"] else _SEAT.search(text, start, end)
    name = text[start : seat.start() if seat else end]
    start += len(name) - len(name.lstrip(_AROUND))
    return (start, start + len(name.strip(_AROUND))) if name.strip(_AROUND) else None
