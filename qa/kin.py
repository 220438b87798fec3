"""Words that ask and words that tell: "how heavy" asks for a weight, "who led" for a chair.

A form, a table or a protocol names what it holds by a noun; people ask with a verb or an adjective. The groups are of
stems, few and everyday: what lies farther apart is the embedder's to find.
"""

from collections.abc import Collection, Iterable, Mapping

_GROUPS = (
    "heavi weigh weight", "wide width", "tall high height", "deep depth", "long length durat", "big larg size dimens",
    "loud noisi nois sound", "fast speed", "hot warm cold temperatur", "old ag", "expens cost price fee charg fare",
    "led lead chair chairperson chairman presid", "wrote written write author draft prepar", "sent send sender",
    "phone telephon tel mobil", "mail email", "custom client buyer bill", "supplier vendor seller",
    "start begin commenc", "end expir expiri finish", "absent apolog", "attend present attende particip",
    "children child kid", "dog pet anim", "car vehicl", "bui bought purchas", "holidai leav vacat", "salari wage pai",
    "address locat venu", "due deadlin", "job role posit",
)  # fmt: skip
_KIN: dict[str, frozenset[str]] = {}
for _group in _GROUPS:
    for _stem in _group.split():
        _KIN[_stem] = _KIN.get(_stem, frozenset()) | frozenset(_group.split())

LESS = 0.8
"""What a word of the same group counts, where the word itself counts 1."""


def weight_in(weights: Mapping[str, float], stems: Collection[str]) -> float:
    """Return the summed weights of the words that a text has, or has kin of; ``stems`` are the text's.

    >>> weight_in({"heavi": 2.0, "dryer": 1.0}, {"weight", "dryer"})
    2.6
    """
    return sum(weight * _presence(stem, stems) for stem, weight in weights.items())


def has_any(asked: Iterable[str], stems: Collection[str]) -> bool:
    """Tell whether a text has one of the words asked for, or one of their kin."""
    return any(_presence(stem, stems) for stem in asked)


def _presence(stem: str, stems: Collection[str]) -> float:
    if stem in stems:
        return 1.0
    return 0.0 if _KIN.get(stem, frozenset()).isdisjoint(stems) else LESS
