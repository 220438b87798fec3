"""In which language a question is, as far as it matters: is it one that an English reader can read?"""

import unicodedata
from collections.abc import Mapping

_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is are was were who what when where which why how does did do can may has have for on by "
        "from with at this that it be not there a an many much my i you we",
        "de": "der die das den dem ist sind wer wann wo wie was warum welche welcher welches viele viel kostet hat "
        "und nicht ein eine einen einer zum zur von mit für auf ich wir gibt es im am",
        "fr": "le la les des du est sont qui que quoi quand où comment pourquoi quel quelle quels combien et ne "
        "une un dans pour avec sur au aux ce cette il elle coûte faut",
        "es": "el la los las del es son quién qué cuándo dónde cómo cuál cuánto cuánta cuántos y no una un en para con "
        "quien que cuando donde como cual cuanto cuesta está hay se",
        "it": "il lo la gli le del della è sono chi che cosa quando dove come quale quanto quanti perché e non una un "
        "con di si costa quanta",
        "pt": "o os as do da dos das é são quem que quando onde como qual quanto quantos e não uma um em para com por "
        "custa há na no",
        "nl": "de het een is zijn wie wat wanneer waar hoe waarom welke hoeveel en niet van voor met op er kost wordt",
        "sv": "och är vem vad när var hur varför vilken vilket många mycket inte ett en för med på det den kostar som",
        "da": "og er hvem hvad hvornår hvor hvordan hvorfor hvilken hvilket mange ikke et en for med på det den koster",
        "fi": "ja on kuka mikä mitä milloin missä miten miksi kuinka paljon ei ovat oli maksaa montako mihin",
        "pl": "i jest są kto co kiedy gdzie jak dlaczego który ile nie na do z w kosztuje się to",
        "cs": "a je jsou kdo co kdy kde jak proč který kolik ne na do z v stojí se to",
        "tr": "ve kim ne zaman nerede nasıl neden hangi kaç değil bir için ile mi mı bu kadar",
    }.items()
}
"""The commonest words of a language's questions. Many are in several lists: what counts is where most of them are."""

COMMON = frozenset().union(*_WORDS.values())
"""All of them: words that say nothing of what is asked."""


def is_english(text: str) -> bool:
    """Tell whether a text may be English: not in another script, nor with more common words of another language.

    In doubt it is: a name, a number, or a word alone may be anything.

    >>> is_english("Who is Jürgen?"), is_english("Wer leitet die Sitzung?"), is_english("会议由谁主持？")
    (True, False, False)
    """
    letters = [character for character in text if character.isalpha()]
    latin = sum(unicodedata.name(character, "").startswith(("LATIN", "FULLWIDTH LATIN")) for character in letters)
    if letters and latin * 2 < len(letters):
        return False
    words = "".join(c if c.isalpha() else " " for c in text.lower()).split()
    counts = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    return max(counts.values()) == counts["en"] or max(counts.values()) < 2
