"""Answers in a language that the reader has not learnt: the sentence that says what was asked, whole.

No model reads there; words do, and in scripts without spaces pairs of characters. What a question asks with ("who",
"何時に") is taken out, and the sentence that has all but a little of the rest is quoted. In doubt none is.
"""

import re
from collections.abc import Iterator, Sequence

from index import Hit, Passage
from qa.compose import sentences_in
from qa.language import COMMON
from qa.types import Candidate

LEAST = 0.7
"""The share of the question's words, or pairs of characters, that a sentence has to have."""

DEPTH = 3
"""Passages that are looked through."""

_ASKING = re.compile(
    "(?:在|于|由|是|有|为)?(?:什么时候|什麼時候|什么|什麼|哪里|哪裡|哪儿|何时|何時|多少|怎么样|怎么|怎麼|为什么|為什麼|几点|幾點|谁|誰)(?:的|在)?"
    "|[吗嗎呢吧]|是(?=[？?]|$)"
    "|(?:は|が|を|に|で)?(?:どのように|どこ|いつ|いくら|いくつ|どれ|どの|なぜ|誰|何[時日月年人週]?間?|何)(?:に|が|を|で|から|まで|の)?"
    "|(?:です|られますか|ますか|ましたか|か)(?=[？?]|$)"
    "|누구|무엇|어디|언제|얼마|몇|왜|어떻게|(?:입니까|인가요|이에요|합니까|습니까|나요)(?=[?？]|$)"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_ENDINGS = re.compile("(?<=[가-힣])(?:은|는|이|가|을|를|에|의|에서|에는|으로|로)$")


def sentence_for(question: str, hits: Sequence[Hit], score: float) -> Candidate | None:
    """Return the sentence of the hits that says what is asked, with that score; None if none does.

    Of equal ones it is the shortest, then the one found first.
    """
    bare = _ASKING.sub(" ", question)
    if not features(bare):
        return None
    found = [
        (share(bare, text), -len(text), -place, hit, start)
        for place, hit in enumerate(hits[:DEPTH])
        for start, text in _sentences(hit.passage)
        if features(text) - features(bare)  # what only repeats the question says nothing
    ]
    most, length, _, hit, start = max(found, key=lambda each: each[:3], default=(0.0, 0, 0, None, 0))
    return Candidate(hit, start, start - length, score) if hit and most >= LEAST else None


def share(asked: str, text: str) -> float:
    """Return how much of what is asked a text has, 0 to 1: of pairs and of single characters, which have no order.

    >>> share("主持会议", "会议由王丽主持")
    0.8333333333333333
    """
    shares = [len(cut(asked) & cut(text)) / max(1, len(cut(asked))) for cut in (features, _single)]
    return sum(shares) / len(shares)


def features(text: str) -> frozenset[str]:
    """Return what a text is compared by: pairs of characters where it has no spaces, else its words.

    >>> sorted(features("王丽主持")), sorted(features("Die Miete beträgt 900 Euro"))
    (['主持', '丽主', '王丽'], ['900', 'beträgt', 'euro', 'miete'])
    """
    runs = _WIDE.findall(text)
    pairs = {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))}
    words = {_ENDINGS.sub("", word.casefold()) for word in _WORD.findall(_WIDE.sub(" ", text))}
    return frozenset(pairs | (words - COMMON))


def _single(text: str) -> frozenset[str]:
    return frozenset("".join(_WIDE.findall(text))) or features(text)


def _sentences(passage: Passage) -> Iterator[tuple[int, str]]:
    text = passage.document.text
    return ((a, text[a:b]) for a, b in sentences_in(passage.document, passage.start, passage.end))
