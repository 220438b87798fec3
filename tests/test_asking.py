"""Questions of a conversation over HTTP: told stage by stage, kept, stopped, exported."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import qa
from qa import Answer, Hit, Turn, Where
from qa.read.in_order import OnRead
from tests.test_app import HERE, HIT, Minutes
from ui import app, suggest
from ui.conversations import Conversations, Exchange, Reply, State
from ui.transcript import inline, markdown, verbatim


class Slow(Minutes):
    """Reads three passages, and waits before the second for as long as a test wants."""

    def __init__(self) -> None:
        """Nothing holds it up at first."""
        super().__init__()
        self.go_on = threading.Event()
        self.go_on.set()

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        where: Where | None = None,
        on_read: OnRead | None = None,
    ) -> Answer:
        """Answer like the minutes, after three passages."""
        assert on_read is not None
        for passage in range(3):
            on_read(passage, 3)
            self.go_on.wait(10)
        return super().ask(question, turns, k=k, where=where)


@pytest.fixture(scope="module")
def engine() -> Slow:
    """The engine behind the server."""
    return Slow()


@pytest.fixture(scope="module")
def client(engine: Slow) -> Iterator[TestClient]:
    """The server, with conversations in memory."""

    async def built() -> FastAPI:
        return app.application(engine)

    with TestClient(asyncio.run(built()), base_url=HERE) as client:
        yield client


@pytest.fixture
def one(client: TestClient) -> str:
    """The address of a new conversation."""
    return f"/api/conversations/{client.post('/api/conversations', json={}).json()['id']}"


def ask(client: TestClient, one: str, question: str, **more: Any) -> list[dict[str, Any]]:
    """Ask, and return the stages."""
    reply = client.post(f"{one}/ask", json={"question": question, **more})
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.text.splitlines()]


def shown(client: TestClient, one: str) -> list[dict[str, Any]]:
    """Return what the page is given of a conversation."""
    found: list[dict[str, Any]] = client.get(one).json()["exchanges"]
    return found


def test_the_stages_of_a_question_are_told(client: TestClient, one: str) -> None:
    """That it was taken, that it searches, how far it has read, and what came of it."""
    stages = ask(client, one, "Who led it?")
    assert [stage["stage"] for stage in stages] == ["asked", "searching", "reading", "reading", "reading", "done"]
    assert stages[3] == {"stage": "reading", "passage": 2, "of": 3}
    done = stages[-1]["exchange"]
    assert (done["state"], done["searched"]) == ("done", "Who led the meeting?")
    assert "<mark>Ann</mark> led the meeting" in done["html"]
    assert shown(client, one) == [done]


def test_a_follow_up_has_the_turns_before_it_as_they_were_understood(
    client: TestClient, one: str, engine: Slow
) -> None:
    """What was typed was kept: the third question of a conversation then had nothing that "it" could stand for."""
    ask(client, one, "Who led it?")
    ask(client, one, "Why?")
    ask(client, one, "When?")
    assert engine.turns[-1] == [Turn("Who led the meeting?", "Ann"), Turn("Why?", "")]


def test_a_question_can_be_asked_without_context(client: TestClient, one: str, engine: Slow) -> None:
    """It is asked as if it were the first."""
    ask(client, one, "Who led it?")
    ask(client, one, "When?", context=False)
    assert engine.turns[-1] == []


def test_conversations_do_not_mix(client: TestClient, engine: Slow) -> None:
    """Each question is asked with the turns of its own conversation only."""
    ours, theirs = (f"/api/conversations/{client.post('/api/conversations', json={}).json()['id']}" for _ in "12")
    ask(client, ours, "Who led it?")
    ask(client, theirs, "When?")
    assert engine.turns[-1] == []
    ask(client, ours, "Where?")
    assert engine.turns[-1] == [Turn("Who led the meeting?", "Ann")]


def test_a_question_can_be_confined(client: TestClient, one: str, engine: Slow) -> None:
    """The answer says to what, in words."""
    stages = ask(client, one, "Who?", where={"documents": [1], "kinds": ["pdf"]})
    assert engine.wheres[-1] == Where(documents=(1,), kinds=("pdf",))
    assert "Asked only in: <bdi>minutes&#46;txt&#44; pdf files</bdi>" in stages[-1]["exchange"]["html"]


def test_a_search_finds_passages_and_is_no_turn(client: TestClient, one: str, engine: Slow) -> None:
    """Nothing is answered, so nothing can be referred to."""
    asked = len(engine.turns)
    (done,) = (stage for stage in ask(client, one, "who", mode="search") if stage["stage"] == "done")
    assert "1 passage" in done["exchange"]["html"]
    assert len(engine.turns) == asked
    ask(client, one, "When?")
    assert engine.turns[-1] == []


def test_an_error_of_ours_is_shown_in_its_own_words(client: TestClient, one: str) -> None:
    """The message says what to do, so the user gets to see it."""
    done = ask(client, one, "broken index")[-1]["exchange"]
    assert done["state"] == "failed"
    assert "seedqa add PATH" in done["html"].replace("&#58;", ":")


def test_an_unexpected_error_is_shown_without_its_details(
    client: TestClient, one: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A short apology on the page; the trace is in the terminal."""
    done = ask(client, one, "bug")[-1]["exchange"]
    assert "Something went wrong here" in done["html"]
    assert "secret" not in done["html"]
    assert "secret details" in caplog.text


def test_a_question_can_be_stopped(client: TestClient, one: str, engine: Slow) -> None:
    """It ends before the next passage, says so, and what waits behind it is stopped with it."""
    engine.go_on.clear()
    stages: list[list[dict[str, Any]]] = []
    threads = [threading.Thread(target=lambda q=q: stages.append(ask(client, one, q))) for q in ("Who?", "When?")]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: len(shown(client, one)) == number)
    assert client.post(f"{one}/stop", json={}).json() == {"stopped": 2}
    engine.go_on.set()
    for thread in threads:
        thread.join()
    assert {each[-1]["exchange"]["state"] for each in stages} == {"stopped"}
    assert ["Stopped" in each["html"] for each in shown(client, one)] == [True, True]


def until(condition: Any) -> None:
    """Wait for something that happens in another thread."""
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_questions_of_one_conversation_wait_for_each_other(client: TestClient, one: str, engine: Slow) -> None:
    """A second one, typed while the first is read, may refer to its answer."""
    engine.go_on.clear()
    threads = [threading.Thread(target=ask, args=(client, one, q)) for q in ("Who led it?", "When?")]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: len(shown(client, one)) == number)
    engine.go_on.set()
    for thread in threads:
        thread.join()
    assert engine.turns[-1] == [Turn("Who led the meeting?", "Ann")]


def test_a_question_that_came_to_nothing_is_asked_again_in_its_place(client: TestClient, one: str) -> None:
    """The failed one is not left behind."""
    number = ask(client, one, "broken index")[-1]["exchange"]["number"]
    ask(client, one, "Who?", instead_of=number)
    assert [each["asked"] for each in shown(client, one)] == ["Who?"]


def test_a_question_takes_the_place_of_none_that_comes_later(client: TestClient, one: str) -> None:
    """Least of all of itself: the number is its own."""
    number = ask(client, one, "Who?")[-1]["exchange"]["number"]
    ask(client, one, "When?", instead_of=number + 1)
    assert [each["asked"] for each in shown(client, one)] == ["Who?", "When?"]


@pytest.mark.parametrize("number", [99999999999999999999, 1 << 53, -1])
def test_a_number_that_no_question_has_is_refused(client: TestClient, one: str, number: int) -> None:
    """What SQLite cannot keep was a bug's reply, without a word of what is wrong."""
    replies = [
        client.get(f"{one}/questions/{number}"),
        client.get(one, params={"before": number + 1 if number > 0 else number}),
        client.post(f"{one}/ask", json={"question": "Who?", "instead_of": number}),
    ]
    assert [reply.status_code for reply in replies] == [422, 422, 422]
    assert shown(client, one) == []


def test_a_title_and_a_draft_are_kept(client: TestClient, one: str) -> None:
    """Each is changed without the other."""
    client.patch(one, json={"draft": "half"})
    found = client.patch(one, json={"title": "Minutes"}).json()
    assert (found["title"], found["draft"]) == ("Minutes", "half")


def test_a_deleted_conversation_is_restored(client: TestClient, one: str) -> None:
    """With what was asked in it; until then it is not there."""
    ask(client, one, "Who?")
    assert client.request("DELETE", one, json={}).status_code == 200
    assert client.get(one).status_code == 404
    assert client.post(f"{one}/ask", json={"question": "Who?"}).status_code == 404
    client.post(f"{one}/restore", json={})
    assert [each["asked"] for each in shown(client, one)] == ["Who?"]


def test_conversations_are_listed_and_found(client: TestClient, one: str) -> None:
    """By their words; the answer says whether they are kept."""
    ask(client, one, "Who wrote the zebra chapter?")
    found = client.get("/api/conversations", params={"words": "ZEBRA"}).json()
    assert [f"/api/conversations/{each['id']}" for each in found["conversations"]] == [one]
    assert found["kept"] is False


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"question": " "}, "body.question: String should have at least 1 character"),
        ({"question": "x" * 10_001}, "at most 10000 characters"),
        ({"question": "Who?", "mode": "guess"}, "body.mode: Input should be 'answer' or 'search'"),
        ({"question": "Who?", "where": {"paths": ["x"]}}, "expected the whole path"),
    ],
)
def test_a_malformed_question_is_told_what_is_wrong(
    client: TestClient, one: str, body: dict[str, Any], words: str
) -> None:
    """422, with the field and the fault; nothing is kept of it."""
    reply = client.post(f"{one}/ask", json=body)
    assert reply.status_code == 422
    assert words in reply.json()["error"]
    assert shown(client, one) == []


@pytest.mark.parametrize("path", ["", "/ask", "/stop", "/restore"])
def test_another_site_can_do_nothing_here(client: TestClient, one: str, path: str) -> None:
    """Neither by its origin, nor with a form."""
    evil = {"Origin": "http://evil.example"}
    method = "POST" if path else "DELETE"
    assert client.request(method, f"{one}{path}", json={"question": "Who?"}, headers=evil).status_code == 403
    assert (
        client.request(method, f"{one}{path}", content="{}", headers={"Content-Type": "text/plain"}).status_code == 415
    )
    assert client.get(one).status_code == 200


def test_a_question_costs_the_same_at_the_end_of_a_long_conversation(client: TestClient, one: str) -> None:
    """At 200 questions the page was sent 2.6 MB for each; now no more than for the first."""
    sizes = [len(client.post(f"{one}/ask", json={"question": "Who led it?"}).content) for _ in range(200)]
    assert max(sizes) < 50_000
    assert sizes[-1] <= sizes[0] + 10
    parts = client.get(one).json()
    assert (len(parts["exchanges"]), parts["is_all"]) == (40, False)


# Export


def exported(*exchanges: Exchange) -> str:
    """The Markdown of a conversation."""
    kept = Conversations()
    conversation = kept.start()
    for each in exchanges:
        kept.finish(conversation.id, kept.ask(conversation.id, each.asked), each.reply)
    found = kept.get(conversation.id)
    assert found is not None
    text = markdown(found, kept.exchanges(conversation.id))
    kept.close()
    return text


def exchange(question: str, answer: Answer) -> Exchange:
    """A question and its answer, as they are kept."""
    record = json.dumps(qa.to_json(answer) | {"hits": []})
    return Exchange(1, question, "{}", 0.0, Reply(State.DONE, answer.searched, answer.text, True, "", record))


def test_a_conversation_is_exported_with_its_citations(client: TestClient, one: str) -> None:
    """As a file; each quote in its sentence, exactly, with file, place and offsets."""
    ask(client, one, "Who led it?")
    ask(client, one, "Why?")
    reply = client.get(f"{one}/export")
    assert reply.headers["content-disposition"] == 'attachment; filename="conversation.md"'
    assert "\n## Who led it?\n" in reply.text
    assert "Understood as: Who led the meeting?" in reply.text
    assert (
        "```text\nAnn led the meeting on 3 May.\n```\n\n- minutes.txt, characters 0–3 (/docs/minutes.txt)" in reply.text
    )
    assert "No sure quote was found." in reply.text


def test_a_quote_is_exact_in_an_export_and_does_nothing() -> None:
    """No text of a document ends its block, or becomes an image that a reader's program would fetch."""
    assert verbatim("a ```` b") == "`````text\na ```` b\n`````"
    assert inline("![p](http://evil.example/a.png)\n# x") == "\\!\\[p\\](http://evil.example/a.png) \\# x"


def test_a_question_without_an_answer_is_exported_as_such() -> None:
    """Interrupted, stopped or failed."""
    text = exported(Exchange(1, "Who?", "{}", 0.0, Reply(State.STOPPED)))
    assert text.endswith("This was stopped.\n")


@pytest.mark.parametrize("route", ["", "/export", "/questions/1"])
def test_conversations_that_cannot_be_read_say_what_to_do(
    client: TestClient, one: str, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    """Two of these routes answered a bare 500."""
    monkeypatch.setattr(Conversations, "_rows", _damaged)
    reply = client.get(f"{one}{route}")
    assert (reply.status_code, reply.json()["error"]) == (503, "the conversations cannot be read: move that file away")


def _damaged(*_: object) -> NoReturn:
    raise qa.StoreError("the conversations cannot be read: move that file away")


# First questions


def test_suggested_questions_are_made_from_the_documents() -> None:
    """Those that a document asks itself, its headings, and the people it names."""
    text = "# Guide\n\n## How do I descale it?\nMonthly. Ann Birch wrote this, with Bob Alder.\n\n## Hard water\nYes."
    marks = [
        qa.Mark(0, len(text), qa.Kind.HEADING, "Guide"),
        qa.Mark(9, 70, qa.Kind.HEADING, "How do I descale it?"),
        qa.Mark(text.index("## Hard"), len(text), qa.Kind.HEADING, "2. Hard water"),
    ]
    found = list(suggest.questions(qa.Document(1, "/guide.md", "Guide", text, tuple(marks), "ab" * 32)))
    assert found == [
        "How do I descale it?",
        "What is said about hard water?",
        "Who is Ann Birch?",
        "Who is Bob Alder?",
    ]


def test_fields_and_tables_are_asked_about_as_people_ask() -> None:
    """Of a folder of invoices and price lists nothing was suggested: only headings and people made questions."""
    text = "Due date: 4 May\nRef: 12\n\nTour\tStarts\tPrice\nAttic tour\t11:00\t4 euros\n7\t12:00\t6 euros"
    kinds = {"4 May": "Due date", "12\n": "Ref", "Attic tour": "Tour", "11:00": "Starts", "4 euros": "Price"}
    cells = [qa.Mark(text.index(c), text.index(c) + len(c.strip()), qa.Kind.CELL, h) for c, h in kinds.items()]
    last = [
        qa.Mark(text.index(c), text.index(c) + len(c), qa.Kind.CELL, h) for c, h in (("7", "Tour"), ("6 e", "Price"))
    ]
    lines = [(text.index(line), line) for line in text.split("\n") if line and not line.startswith("Tour")]
    rows = [qa.Mark(at, at + len(line), qa.Kind.ROW, "1") for at, line in lines]
    marks = tuple(sorted([*cells, *last, *rows], key=lambda mark: (mark.start, -mark.end)))
    found = list(suggest.questions(qa.Document(1, "/tours.txt", "Tours", text, marks, "ab" * 32)))
    assert found == ["When is the due date?", "What is the price of Attic tour?"]


def test_the_samples_have_their_questions() -> None:
    """They are known to be answered, and show what can be asked."""
    assert suggest.Suggestions(Samples()).now() == ["Who led the meeting?", "When was it held?", "How much was stolen?"]


class Samples(Minutes):
    """An engine that has the sample that first questions are about."""

    def documents(self) -> list[qa.Entry]:
        """List it."""
        return [qa.Entry(1, "/samples/trilateral-cyber-meeting.md", "", 0, 1, "ab" * 32, None)]


def test_there_are_no_suggestions_without_documents() -> None:
    """Examples about the samples stood there after all documents had been removed."""
    assert suggest.Suggestions(Empty()).now() == []


class Empty(Minutes):
    """An engine without documents."""

    def documents(self) -> list[qa.Entry]:
        """List none."""
        return []

    def retrieve(self, question: str, *, k: int = 5, where: Where | None = None) -> list[Hit]:
        """Find nothing."""
        del question, where
        return [HIT][:0][:k]
