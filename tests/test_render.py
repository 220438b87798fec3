"""What a document says is shown as it is: never as markup, and with exactly the quote marked."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document, Kind, Mark, Passage
from qa import Answer, Candidate, Citation, Claim, Counts, Entry, Hit, Reason
from ui import render

HOSTILE = """<script>alert(1)</script> <img src=x onerror="alert(2)"> ![p](http://evil.example/p.png)
[l](javascript:alert(3)) $$\\int x$$ \\(y\\) `code` **bold** </mark></blockquote></div> {{value}} ${1+1} &lt;b&gt;
\u202eesrever\u202c

    # heading
\t- item

| a | b |
|---|---|
<!-- <b> http://evil.example www.evil.example"""
TEXTS = st.one_of(st.text(), st.text(alphabet="<>&\"'`*_#[]()!$\\{}/=-|~ \n\t\r\0\u202ea1;:"), st.just(HOSTILE))
OURS = {"div", "p", "article", "span", "bdi", "blockquote", "mark", "details", "summary", "section", "strong", "q"}


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


def entry(path: str, *, pages: int = 0, passages: int = 1) -> Entry:
    """A row of the list of documents."""
    return Entry(1, path, "", pages, passages, "ab" * 32, None)


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
    shown = Shown(render.sources(answered(hit(text, start), first, last)))
    assert shown.text.get("blockquote", "") == visible(text)
    assert shown.text.get("mark", "") == visible(text[first:last])
    assert shown.tags.count("mark") == 1


@given(TEXTS, st.integers(0, 10**6), st.data())
def test_an_answer_is_its_sentence_with_the_quote_marked(text: str, start: int, data: st.DataObject) -> None:
    """The sentence is shown whole, and the marked part is the quote, by offsets."""
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    markup = render.message(answered(hit(text, start), first, last))
    sentence = Shown(markup[: markup.index("</p>") + 4])
    assert sentence.text.get("p", "") == visible(text)
    assert sentence.text.get("mark", "") == visible(text[first:last])
    assert sentence.tags == ["p", "mark"]


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


@given(TEXTS, TEXTS, TEXTS)
def test_no_markup_of_a_document_survives(text: str, path: str, heading: str) -> None:
    """Whatever passage, path, heading, title and question say, all tags are ours, and none can load or run anything."""
    for each in hostile_answers(text, path, heading):
        shown = Shown(render.reply(each))
        assert set(shown.tags) <= OURS
        assert {name for name, _ in shown.attributes} <= {"class", "dir", "title"}


@given(TEXTS)
def test_markup_is_one_line(text: str) -> None:
    """A line break would end the block of HTML, and what follows would be read as Markdown."""
    replies = [render.reply(each) for each in hostile_answers(text, text, text)]
    for markup in (*replies, render.question(text), render.notice(text)):
        assert "\n" not in markup
        assert "\r" not in markup


def test_the_second_of_two_equal_words_is_marked() -> None:
    """The quote is placed by its offsets, never by looking for its words."""
    markup = render.sources(answered(hit("Ann met Ann.", 100), 8, 11))
    assert "Ann met <mark" in markup
    assert "Ann</mark>&#46;" in markup


def test_the_card_says_where_the_quote_stands() -> None:
    """File, page, heading and the offsets in the document."""
    text = Shown(render.sources(answered(hit("Ann led it.", 1200), 0, 3))).text["all"]
    assert text.startswith("minutes.pdf page 3 Attendance characters 1,200–1,203")


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
    shown = Shown(render.sources(answer(claim(original, copy), hits=(found,))))
    assert shown.text["blockquote"] == "Ann led.Ann led."
    assert "copy.pdf" in shown.text["article"]


def test_a_quote_that_no_passage_covers_is_shown_alone() -> None:
    """The card then holds just the quote: nothing is guessed around it."""
    found = hit("Ann led it.")
    cited = citation(found, 0, 3)
    assert Shown(render.sources(answer(claim(cited)))).text["blockquote"] == "Ann"


def test_each_citation_has_a_card() -> None:
    """An answer from two places shows both."""
    one, two = hit("Ann led.", 10), hit("Bob led.", 10, "/docs/other.txt")
    cited = (citation(one, 0, 3), citation(two, 0, 3))
    shown = Shown(render.sources(answer(claim(*cited), hits=(one, two))))
    assert shown.tags.count("article") == 2
    assert shown.text["mark"] == "AnnBob"


def test_what_else_the_documents_say_is_a_line_each() -> None:
    """The next two claims are shown below the answer, each in its sentence and with its file; more would bury it."""
    said = [hit(f"{name} led it.", 9, f"/docs/{name}.txt") for name in ("Ann", "Bob", "Cy", "Dee")]
    text = Shown(render.message(answer(*(claim(citation(each, 0, 3)) for each in said)))).text
    assert text["q"] == "Bob led it.Cy led it."
    lines = [f"Another passage says: {name} led it. {name}.txt page 3" for name in ("Bob", "Cy")]
    assert text["all"].endswith("".join(lines))
    assert text["mark"] == "Ann"


def test_other_passages_are_folded_away() -> None:
    """What was read but not quoted can be opened, and has no mark."""
    found, other = hit("Ann led."), hit("Bob came.", 90)
    text = Shown(render.sources(answered(found, 0, 3, other))).text
    assert "1 other passage found" in text["details"]
    assert "Bob came." in text["details"]
    assert "Ann" not in text["details"]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "Very likely right · 100%"),
        (0.85, "Very likely right · 85%"),
        (0.72, "Likely right · 72%"),
        (0.4, "Perhaps right · 40%"),
        (0.29, "Unlikely to be right · 29%"),
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
        (Reason.LOW_CONFIDENCE, "No clear answer"),
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
    said = {render.message(abstained(reason)) for reason in Reason if reason is not Reason.ANSWERED}
    assert len(said) == len(Reason) - 1


def test_a_name_that_is_nowhere_is_named() -> None:
    """The person sees which word it was: it may be misspelled."""
    one = replace(abstained(Reason.UNKNOWN_NAME), missing=("Birch",))
    two = replace(one, missing=("Birch", "<Alder>"))
    assert Shown(render.message(one)).text["all"].startswith("“Birch” is not in your documents")
    assert Shown(render.message(two)).text["all"].startswith("“Birch” and “<Alder>” are not in your documents")


def test_what_came_closest_is_shown_as_not_sure() -> None:
    """It may be what was asked for: so it is shown in its sentence, with its place and share, and without a mark."""
    shown = Shown(render.reply(unsure(hit("Bob came. Ann led it. All left.", 30), 10, 13)))
    assert shown.text["all"].startswith(
        "Closest, not sureAnn led it.minutes.pdf page 3 AttendancePerhaps right · 40%Closest passages not an answer"
    )
    assert "Not in your documents" not in shown.text["all"]
    assert "mark" not in shown.tags


def test_at_most_three_closest_passages_are_shown() -> None:
    """They are a consolation, not a list of results."""
    hits = [hit(f"Passage {n}.", n * 100) for n in range(5)]
    assert Shown(render.sources(abstained(Reason.LOW_CONFIDENCE, *hits))).tags.count("blockquote") == 3


def test_a_follow_up_shows_how_it_was_understood() -> None:
    """The question as searched is shown where it differs from the question as typed."""
    whole = answered(hit("Ann led."), 0, 3)
    followed = replace(whole, searched="Who led the <meeting>?")
    assert "Understood as: Who led the <meeting>?" in Shown(render.message(followed)).text["all"]
    assert "Understood" not in render.message(whole)


def test_right_to_left_names_are_isolated() -> None:
    """An override in a file's name or heading cannot reorder the page number beside it."""
    found = hit("Ann led.", 0, "/docs/\u202efdp.exe", "\u202eheading")
    markup = render.sources(answered(found, 0, 3))
    assert "\u202efdp&#46;exe</bdi>" in markup
    assert "<bdi>\u202eheading</bdi>" in markup


def test_documents_are_counted_and_listed() -> None:
    """The count is always there; the list of files opens; pages are named where there are any."""
    files = [entry("/docs/a.pdf", pages=12, passages=20), entry("/docs/<b>.txt"), entry("/docs/copy of b.txt")]
    shown = Shown(render.documents(files, Counts(documents=2, files=3, passages=21)))
    assert shown.text["summary"] == "2 documents, 21 passages"
    assert "a.pdf 12 pages, 20 passages" in shown.text["ul"]
    assert "<b>.txt 1 passage" in shown.text["ul"]
    assert "copy of b.txt 1 passage" in shown.text["ul"]


def test_a_long_list_of_documents_is_cut() -> None:
    """Ten thousand rows would slow the page; the count still says them all."""
    files = [entry(f"/docs/{n}.txt") for n in range(1200)]
    shown = Shown(render.documents(files, Counts(1200, 1200, 1200), most=100))
    assert shown.text["summary"] == "1,200 documents, 1,200 passages"
    assert shown.text["ul"].endswith("and 1,100 more")
    assert shown.tags.count("li") == 101
