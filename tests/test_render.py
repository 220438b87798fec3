"""What a document says is shown as it is: never as markup, and with exactly the quote marked."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Document, Kind, Mark, Passage
from qa import Answer, Candidate, Citation, Claim, Hit, Reason
from qa.read import load_reader
from ui import render
from ui.render.answer import message
from ui.render.passages import sources
from ui.render.place import folders
from ui.render.text import shown as for_the_eye

HOSTILE = """<script>alert(1)</script> <img src=x onerror="alert(2)"> ![p](http://evil.example/p.png)
[l](javascript:alert(3)) $$\\int x$$ \\(y\\) `code` **bold** </mark></blockquote></div> {{value}} ${1+1} &lt;b&gt;
\u202eesrever\u202c

    # heading
\t- item

| a | b |
|---|---|
<!-- <b> http://evil.example www.evil.example"""
TEXTS = st.one_of(st.text(), st.text(alphabet="<>&\"'`*_#[]()!$\\{}/=-|~ \n\t\r\0\u202ea1;:"), st.just(HOSTILE))
OURS = set(
    "b bdi blockquote button details div em h2 li mark p q span strong summary table tbody td th thead tr ul".split()
)
ATTRIBUTES = set("aria-expanded aria-label class dir open role scope title type".split())


class Shown(HTMLParser):
    """The tags of some markup, and the text inside each kind of element."""

    def __init__(self, markup: str) -> None:
        """Parse all of it."""
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        self.tags.append(tag)
        self.attributes += attrs
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element: the innermost one, if the markup is sound."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add text to each element around it."""
        for tag in {"all", *self._open}:
            self.text[tag] = self.text.get(tag, "") + data


def visible(text: str) -> str:
    """What a browser can show of a text: all of it, except NUL."""
    return text.replace("\0", "�")


def hit(text: str, start: int = 0, path: str = "/docs/minutes.pdf", heading: str = "Attendance") -> Hit:
    """A passage that stands at ``start`` in its document, on its third page, under a heading."""
    whole = "x" * start + text
    marks = (*(Mark(0, len(whole), Kind.PAGE, str(n)) for n in (1, 2, 3)), Mark(0, len(whole), Kind.HEADING, heading))
    document = Document(1, path, "The minutes", whole, marks, "ab" * 32, copies=("/docs/copy.pdf",))
    return Hit(Passage(1, document, start, len(whole)), 0.5)


def citation(found: Hit, start: int, end: int) -> Citation:
    """A quote of a passage, at offsets inside it; its sentence is the whole passage."""
    p = found.passage
    d = p.document
    return Citation(
        path=d.path,
        title=d.title,
        page=p.page,
        heading=p.heading,
        start=p.start + start,
        end=p.start + end,
        quote=p.text[start:end],
        sentence=p.text,
        sentence_start=p.start,
        sha256=d.sha256,
        place=d.place(p.start + start),
    )


def claim(*cited: Citation, confidence: float = 0.9) -> Claim:
    """What these places say."""
    return Claim(cited[0].quote, cited, confidence)


def answer(*claims: Claim, hits: tuple[Hit, ...] = ()) -> Answer:
    """An answer that makes some claims."""
    return Answer("Who?", "Who?", Reason.ANSWERED, claims[0].confidence, claims, hits=hits)


def answered(found: Hit, start: int, end: int, *others: Hit) -> Answer:
    """An answer that quotes one passage."""
    return answer(claim(citation(found, start, end)), hits=(*others, found))


def abstained(reason: Reason, *hits: Hit) -> Answer:
    """No answer, for a reason."""
    return Answer("Who?", "Who?", reason, 0.1, hits=hits)


def unsure(found: Hit, start: int, end: int) -> Answer:
    """No answer, but a span that came near."""
    candidate = Candidate(found, found.passage.start + start, found.passage.start + end, -1.0)
    return Answer("Who?", "Who?", Reason.LOW_CONFIDENCE, 0.4, candidates=(candidate,), hits=(found,))


@given(TEXTS)
def test_literal_text_reads_back_as_itself(text: str) -> None:
    """Parsing the markup of a text gives the text, and no tag."""
    shown = Shown(render.literal(text))
    assert shown.text.get("all", "") == visible(text)
    assert shown.tags == []


@given(TEXTS)
def test_literal_text_leaves_nothing_for_markdown(text: str) -> None:
    """No ASCII punctuation but that of the references themselves, and no line break, is left in the markup."""
    left = render.literal(text)
    assert not set(left) & set("<>\"'`*_[]()!$\\{}/=-|~:.\n\t\r\0")


@given(TEXTS, st.integers(0, 10**6), st.data())
def test_a_card_shows_the_passage_and_marks_the_quote(text: str, start: int, data: st.DataObject) -> None:
    """The visible passage is the passage, and the marked part is the slice at the citation's offsets."""
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    shown = Shown(sources(answered(hit(text, start), first, last)))
    assert shown.text.get("blockquote", "") == visible(text)
    assert shown.text.get("mark", "") == visible(text[first:last])
    assert shown.tags.count("mark") == (first < last)


@given(TEXTS, st.integers(0, 10**6), st.data())
def test_an_answer_is_its_sentence_with_the_quote_marked(text: str, start: int, data: st.DataObject) -> None:
    """The sentence is shown whole, and the marked part is the quote, by offsets; nothing but chips is added."""
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    markup = message(answered(hit(text, start), first, last))
    sentence = Shown(markup[: markup.index("</p>") + 4])
    assert sentence.text.get("p", "") == visible(text)
    assert sentence.text.get("mark", "") == visible(text[first:last])
    assert [tag for tag in sentence.tags if tag != "span"] == ["p", "mark"]
    classes = {value for name, value in sentence.attributes if name == "class"}
    assert classes <= {"sq-answer", "sq-answer sq-long", "sq-char"}


def hostile_answers(text: str, path: str, heading: str) -> list[Answer]:
    """Each kind of answer, with the same text wherever text is shown."""
    found = hit(text, 7, path, heading)
    place = citation(found, 0, len(text))
    return [
        answered(found, 0, len(text)),
        answer(claim(place), claim(place), claim(place), hits=(found,)),
        abstained(Reason.LOW_CONFIDENCE, found),
        replace(abstained(Reason.UNKNOWN_NAME, found), searched=text, missing=(text, path)),
        *([unsure(found, 0, len(text))] if text else []),
    ]


@settings(deadline=None)  # it renders seven answers
@given(TEXTS, TEXTS, TEXTS)
def test_no_markup_of_a_document_survives(text: str, path: str, heading: str) -> None:
    """Whatever passage, path, heading, title and question say, all tags are ours, and none can load or run anything."""
    for each in hostile_answers(text, path, heading):
        shown = Shown(render.reply(each))
        assert set(shown.tags) <= OURS
        assert {name for name, _ in shown.attributes if not name.startswith("data-")} <= ATTRIBUTES


@settings(deadline=None)  # as above
@given(TEXTS)
def test_markup_is_one_line(text: str) -> None:
    """A line break would end the block of HTML, and what follows would be read as Markdown."""
    replies = [render.reply(each) for each in hostile_answers(text, text, text)]
    for markup in (*replies, render.question(text), render.notice(text)):
        assert "\n" not in markup
        assert "\r" not in markup


def test_the_second_of_two_equal_words_is_marked() -> None:
    """The quote is placed by its offsets, never by looking for its words."""
    markup = sources(answered(hit("Ann met Ann.", 100), 8, 11))
    assert "Ann met </span><mark>Ann</mark><span" in markup


def test_the_answer_says_where_the_quote_stands() -> None:
    """How sure it is, file, page and heading in one line, then the ways to the source; offsets come below."""
    found = answered(hit("Ann led it.", 1200), 0, 3)
    assert Shown(message(found)).text["all"] == "Ann led it.Likely right · 90% minutes.pdf page 3 Attendance OpenCopy"
    assert Shown(sources(found)).text["all"].endswith("characters 1,200–1,203")


def test_the_way_to_the_source_is_by_offsets() -> None:
    """The button has the document's hash, the quote's offsets and the path; the source view needs no more.

    An index that is made anew gives its ids to other documents: a conversation from before must not open one of those.
    """
    found = Shown(message(answered(hit("Ann led it.", 1200), 0, 3)))
    at = {name: value for name, value in found.attributes if name.startswith("data-")}
    assert (at["data-document"], at["data-start"], at["data-end"]) == ("ab" * 32, "1200", "1203")
    assert at["data-path"] == "/docs/minutes.pdf"


def test_what_is_copied_is_the_sentence_and_its_place() -> None:
    """Character for character, with file, page, heading and offsets."""
    copied = dict(Shown(message(answered(hit("Ann\u202e led <it>.", 7), 0, 3))).attributes)["data-copy"]
    assert copied == "“Ann\u202e led <it>.” (minutes.pdf, page 3, Attendance, characters 7–10)"


def test_the_citation_is_shown_in_the_passage_that_covers_it() -> None:
    """A passage of another file, or one that ends too early, is not the source."""
    elsewhere, short, right = hit("Ann led.", 50, "/docs/other.pdf"), hit("Ann", 50), hit("Ann led.", 50)
    cited = citation(right, 4, 7)
    assert render.covering(cited, [elsewhere, short, right]) is right
    assert render.covering(cited, [elsewhere, short]) is None


def test_the_citation_of_a_copy_is_shown_in_the_passage_of_its_document() -> None:
    """Files with the same bytes are one document, read from one of them; each is cited, and each card has its text."""
    found = hit("Ann led.", 50)
    original = citation(found, 0, 3)
    copy = replace(original, path="/docs/copy.pdf")
    assert render.covering(copy, [found]) is found
    assert render.covering(replace(original, path="/docs/third.pdf"), [found]) is None
    shown = Shown(message(answer(claim(original, copy), hits=(found,))))
    assert shown.text["summary"] == "Also in 1 other document"
    assert shown.text["li"] == "copy.pdf page 3 Attendance Open"


def test_a_quote_that_no_passage_covers_is_shown_alone() -> None:
    """The card then holds just the quote: nothing is guessed around it."""
    found = hit("Ann led it.")
    cited = citation(found, 0, 3)
    assert Shown(sources(answer(claim(cited)))).text["blockquote"] == "Ann"


def test_each_citation_can_be_opened() -> None:
    """An answer from two places names both, and leads to both."""
    one, two = hit("Ann led.", 10), hit("Bob led.", 10, "/docs/other.txt")
    cited = (citation(one, 0, 3), citation(two, 0, 3))
    shown = Shown(message(answer(claim(*cited), hits=(one, two))))
    assert "other.txt" in shown.text["li"]
    assert [value for name, value in shown.attributes if name == "data-path"] == [
        "/docs/minutes.pdf",
        "/docs/other.txt",
    ]


def test_what_else_the_documents_say_is_a_line_each() -> None:
    """The next two claims are shown below the answer, each in its sentence and with its file; more would bury it."""
    said = [hit(f"{name} led it.", 9, f"/docs/{name}.txt") for name in ("Ann", "Bob", "Cy", "Dee")]
    text = Shown(message(answer(*(claim(citation(each, 0, 3)) for each in said)))).text
    assert text["q"] == "Bob led it.Cy led it."
    lines = [f"Another document also says: {name} led it. {name}.txt page 3 Attendance Open" for name in ("Bob", "Cy")]
    assert text["all"].endswith("".join(lines))
    assert text["mark"] == "AnnBobCy "


def test_other_passages_are_folded_away() -> None:
    """What was read but not quoted can be opened, and has no mark."""
    found, other = hit("Ann led."), hit("Bob came.", 90)
    text = Shown(sources(answered(found, 0, 3, other))).text
    assert "1 other passage found" in text["details"]
    assert "Bob came." in text["details"]
    assert "Ann" not in text["details"]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "Likely right · 100%"),
        (0.6, "Likely right · 60%"),
        (0.59, "Probably right · 59%"),
        (0.4, "Perhaps right · 40%"),
        (0.24, "Unlikely to be right · 24%"),
        (0.0, "Unlikely to be right · 0%"),
    ],
)
def test_confidence_is_words_and_a_number(share: float, words: str) -> None:
    """Both, so that neither a bare number nor a vague word stands alone."""
    assert render.confidence(share) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.EMPTY_INDEX, "No documents yet"),
        (Reason.NOTHING_FOUND, "Not in your documents"),
        (Reason.UNKNOWN_NAME, "Not in your documents"),
        (Reason.LOW_CONFIDENCE, "No sure quote found"),
        (Reason.OTHER_LANGUAGE, "Only English is read"),
        (Reason.SOURCE_CHANGED, "The source has changed"),
    ],
)
def test_an_abstention_says_so_and_why(reason: Reason, words: str) -> None:
    """Each reason has its own plain words, and nothing is marked as if it were an answer."""
    shown = Shown(render.reply(abstained(reason, hit("Bob came."))))
    assert shown.text["all"].startswith(words)
    assert "not an answer" in shown.text["all"]
    assert "mark" not in shown.tags


def test_every_reason_has_its_words() -> None:
    """A new reason cannot leave the page without them."""
    said = [Shown(render.reply(abstained(reason))).text for reason in Reason if reason is not Reason.ANSWERED]
    assert len({text["p"] for text in said}) == len(Reason) - 1
    assert all(text["button"] for text in said), "each has a way out"


def test_a_name_that_is_nowhere_is_named() -> None:
    """The person sees which word it was: it may be misspelled."""
    one = replace(abstained(Reason.UNKNOWN_NAME), missing=("Birch",))
    two = replace(one, missing=("Birch", "<Alder>"))
    assert Shown(render.reply(one)).text["all"].startswith("“Birch” is not in your documents")
    assert Shown(render.reply(two)).text["all"].startswith("“Birch” and “<Alder>” are not in your documents")


def test_what_came_closest_is_shown_as_not_sure() -> None:
    """It may be what was asked for: so it is shown in its sentence, with its place and share, and without a mark."""
    shown = Shown(render.reply(unsure(hit("Bob came. Ann led it. All left.", 30), 10, 13)))
    assert shown.text["all"].startswith(
        "Closest, not sureAnn led it.Perhaps right · 40% minutes.pdf page 3 Attendance OpenCopy"
        "Search onlyClosest passages not an answer"
    )
    assert "Not in your documents" not in shown.text["all"]
    assert "mark" not in shown.tags


def test_at_most_three_closest_passages_are_shown() -> None:
    """They are a consolation, not a list of results."""
    hits = [hit(f"Passage {n}.", n * 100) for n in range(5)]
    assert Shown(render.reply(abstained(Reason.LOW_CONFIDENCE, *hits))).tags.count("blockquote") == 3


def test_a_follow_up_shows_how_it_was_understood() -> None:
    """The question as searched is shown where it differs from the question as typed."""
    whole = answered(hit("Ann led."), 0, 3)
    followed = replace(whole, searched="Who led the <meeting>?")
    shown = Shown(render.reply(followed))
    assert "Understood as: Who led the <meeting>?" in shown.text["all"]
    assert "EditWithout context" in shown.text["button"]
    assert "Understood" not in render.reply(whole)


def test_right_to_left_names_are_isolated() -> None:
    """An override in a file's name or heading cannot reorder the page number beside it."""
    found = hit("Ann led.", 0, "/docs/\u202efdp.exe", "\u202eheading")
    markup = message(answered(found, 0, 3))
    assert '<span class="sq-char" data-code="U+202E">\u202e</span>fdp&#46;exe</bdi>' in markup
    assert '<bdi><span class="sq-char" data-code="U+202E">\u202e</span>heading</bdi>' in markup


def test_a_mere_capital_is_no_understanding() -> None:
    """The line was shown for "who led the meeting?", understood as "Who led the meeting?"."""
    found = replace(answered(hit("Ann led."), 0, 3), question="who  led it", searched="Who led it?")
    assert "Understood" not in render.reply(found)


@given(TEXTS)
def test_text_for_the_eye_reads_back_as_itself(text: str) -> None:
    """Chips and pale marks add no character: what is copied from the page is what the document says."""
    for quiet in (False, True):
        seen = Shown(for_the_eye(text, quiet=quiet))
        assert seen.text.get("all", "") == visible(text)
        assert set(seen.tags) <= {"span"}


@pytest.mark.parametrize("character", [*"\u202a\u202e\u2066\u2069\u200b\u200e\u061c\ufeff\x1b\x85", "\U000e0041"])
def test_what_is_not_seen_is_shown_as_its_code_point(character: str) -> None:
    """A file "exe.<U+202E>gnp" looked like "exe.png": the mark that turns it round is now in a chip of its own."""
    code = f"U+{ord(character):04X}"
    assert for_the_eye(f"a{character}b") == f'a<span class="sq-char" data-code="{code}">{character}</span>b'


def test_what_joins_letters_and_emoji_is_left_alone() -> None:
    """Persian needs the zero-width non-joiner, and families of emoji the joiner; between Latin letters they deceive."""
    assert "span" not in for_the_eye("می\u200cخواهم 👩\u200d👧")
    assert "U+200D" in for_the_eye("pay\u200dpal")


def test_marks_of_markdown_are_pale_in_markdown_only() -> None:
    """They are the document's characters, so they stay, but a table of pipes is hard to read with all of them black."""
    text = "# Rules\n\n**No** dogs | cats\n"
    pale = [value for name, value in Shown(for_the_eye(text, quiet=True)).attributes if name == "class"]
    assert pale == ["sq-quiet"] * 4
    assert "sq-quiet" in render.reply(answered(hit("Ann **led**.", 0, "/a.md"), 0, 3))
    assert "sq-quiet" not in render.reply(answered(hit("Ann **led**.", 0, "/a.txt"), 0, 3))


def test_a_row_is_shown_as_a_table_with_the_cell_marked() -> None:
    """The names of the columns stand above; the text between the cells is not shown, and only the quote is marked."""
    text = "Part | Price\nSC-121 | 45 euros\n"
    at = text.index("SC")
    marks = (
        Mark(0, len(text), Kind.SHEET, ""),
        Mark(0, 12, Kind.HEADER, "Part"),
        Mark(at, len(text) - 1, Kind.ROW, "2"),
        Mark(at, at + 6, Kind.CELL, "Part"),
        Mark(at + 9, at + 17, Kind.CELL, "Price"),
    )
    found = Hit(Passage(1, Document(1, "/p.csv", "", text, marks, "ab" * 32), 0, len(text)), 0.5)
    shown = Shown(message(answered(found, at + 9, at + 11)))
    assert (shown.text["th"], shown.text["td"], shown.text["mark"]) == ("PartPrice", "SC-12145 euros", "45")
    assert "p.csv row 2" in shown.text["all"]


def test_a_long_passage_is_folded_to_the_sentences_around() -> None:
    """The sentence before and the one after are in view; the rest unfolds."""
    found = hit("First it rained. Then the sun came. Ann led it. Bob came. Cy left.", 9)
    start = found.passage.text.index("Ann")
    markup = sources(answer(replace_sentence(claim(citation(found, start, start + 3)), "Ann led it."), hits=(found,)))
    assert (
        '<span class="sq-far">First it rained&#46; </span><span class="sq-near">Then the sun came&#46; </span>'
        in markup
    )
    assert '<span class="sq-near"> led it&#46; Bob came&#46;</span><span class="sq-far"> Cy left&#46;</span>' in markup
    assert "Show passage" in markup
    assert "Show passage" not in sources(answered(hit("Ann led it."), 0, 3))


def replace_sentence(one: Claim, sentence: str) -> Claim:
    """The claim, with its citation's sentence, which begins with the quote."""
    cited = replace(one.citations[0], sentence=sentence, sentence_start=one.citations[0].start)
    return replace(one, citations=(cited,))


def test_other_passages_show_their_nearest_sentence() -> None:
    """Not their beginning; and the words of the question are emphasised, other forms of them too."""
    found = hit("It rained. We descale the kettle monthly. All left.")
    asked = replace(abstained(Reason.UNKNOWN_NAME, found), searched="How often is descaling needed?")
    shown = Shown(render.reply(asked))
    assert shown.text["em"] == "We descale the kettle monthly."
    assert shown.text["b"] == "descale" * 2


def test_files_of_one_name_are_told_apart() -> None:
    """Ten files were listed as "report.txt": as much of the folders is shown as tells them apart."""
    assert folders(["/a/b/x.txt", "/a/c/x.txt", "/a/c/y.txt"]) == {"/a/b/x.txt": "b", "/a/c/x.txt": "c"}
    assert folders(["/p/b/x.txt", "/q/b/x.txt"]) == {"/p/b/x.txt": "p/b", "/q/b/x.txt": "q/b"}
    one, two = hit("Ann led.", 0, "/docs/2024/report.txt"), hit("Bob led.", 0, "/docs/2023/report.txt")
    assert "2024/report.txt" in Shown(message(answered(one, 0, 3, two))).text["all"]
    assert "/report.txt" not in Shown(message(answered(one, 0, 3))).text["all"]


def test_each_word_for_certainty_can_be_reached() -> None:
    """The first one asked for 85 %, and a calibration that was shipped ended at 84."""
    known = load_reader().calibration
    said = [render.confidence(share).split(" · ")[0] for share in known.confidences]
    assert set(said) == {words for _, _, words in render.LEVELS}
    assert not render.confidence(known.confidence(known.threshold)).startswith("Unlikely"), "it is given as an answer"


def test_a_file_that_is_not_as_it_was_read_is_marked() -> None:
    """Its old text was offered below "The source has changed" as if it were current."""
    found = hit("The shaft is 87 metres deep.")
    changed = Shown(render.reply(abstained(Reason.SOURCE_CHANGED, found), stale={"/docs/minutes.pdf": "changed"}))
    assert "Attendance changed" in changed.text["summary"]
    assert "Read minutes.pdf again" in changed.text["button"]
    gone = Shown(render.reply(abstained(Reason.SOURCE_CHANGED, found), stale={"/docs/minutes.pdf": render.GONE}))
    assert gone.text["all"].startswith("The source is gone")
    assert "again" not in gone.text["button"]


def test_a_script_that_was_not_learned_is_named() -> None:
    """Questions in Arabic, Hebrew or Japanese were told "Not in your documents" of what is in them."""
    asked = replace(abstained(Reason.LOW_CONFIDENCE, hit("א")), searched="מי ניהל את הפגישה?")
    assert "Hebrew letters" in Shown(render.reply(asked)).text["all"]
    assert "letters" not in Shown(render.reply(abstained(Reason.LOW_CONFIDENCE))).text["all"]


def test_what_a_question_was_confined_to_is_part_of_its_answer() -> None:
    """And without an answer, one way out is to ask in all documents."""
    found = hit("Ann led.")
    assert "Asked only in: a.pdf" in Shown(render.reply(answered(found, 0, 3), scope="a.pdf")).text["all"]
    assert "Ask in all documents" in Shown(render.reply(abstained(Reason.NOTHING_FOUND), scope="a.pdf")).text["button"]
    assert "Ask in all documents" not in render.reply(abstained(Reason.NOTHING_FOUND))


def test_a_search_shows_passages_and_no_answer() -> None:
    """Best first, none of them marked as if it were a quote."""
    shown = Shown(render.found("Who came?", [hit("Bob came."), hit("Ann led.", 90)]))
    assert shown.text["blockquote"] == "Bob came.Ann led."
    assert shown.text["all"].startswith("2 passages")
    assert "mark" not in shown.tags
