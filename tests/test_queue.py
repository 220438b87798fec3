"""ui.queue: one line for people, programs and assistants."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.test_app import HERE
from tests.test_asking import Slow
from ui import chat, mcp, routes
from ui.asking import Asking, Question
from ui.conversations import Conversations, Reply, State
from ui.queue import FullError, Queue


@pytest.fixture
def engine() -> Iterator[Slow]:
    """An engine that is held up, until the test is over."""
    engine = Slow()
    engine.go_on.clear()
    yield engine
    engine.go_on.set()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread."""
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


class Person:
    """Asks in a conversation of her own, and hears what becomes of it."""

    def __init__(self, asking: Asking, kept: Conversations) -> None:
        """Begin a conversation."""
        self.heard: list[Mapping[str, Any]] = []
        self.conversation = kept.start().id
        self._asking = asking

    def ask(self, question: str) -> "Person":
        """Ask one thing more."""
        self._asking.ask(self.conversation, Question(question), self.heard.append)
        return self

    @property
    def places(self) -> list[int]:
        """How many were before her, each time that she was told."""
        return [event["before"] for event in self.heard if event["stage"] == "waiting"]

    @property
    def ends(self) -> list[State]:
        """How her questions ended."""
        return [event["reply"].state for event in self.heard if event["stage"] == "done"]


def test_a_person_who_waits_is_told_her_place_until_it_is_her_turn() -> None:
    """Each time that the line moves."""
    queue, places = Queue(at_once=1), list[list[int]]()
    tickets = []
    for _ in range(4):
        places.append([])
        tickets.append(queue.enter(places[-1].append))
    assert [ticket.turn.done() for ticket in tickets] == [True, False, False, False]
    queue.leave(tickets[0])
    assert [ticket.turn.done() for ticket in tickets] == [True, True, False, False]
    assert queue.give_up(tickets[2])
    assert not queue.give_up(tickets[1])
    assert places == [[], [0], [1, 0], [2, 1, 0]]
    queue.leave(tickets[1])
    assert tickets[3].turn.done()
    assert queue.waiting == 0


def test_a_person_who_stops_leaves_the_line_at_once(engine: Slow) -> None:
    """Though whoever is before her is still being answered; who is behind her moves up."""
    kept = Conversations()
    asking = Asking(engine, kept, Queue(at_once=1))
    first, second, third = (Person(asking, kept).ask("Who led it?") for _ in range(3))
    second.ask("When?")
    assert (second.places, third.places) == ([0], [1])
    assert asking.stop(second.conversation) == 2
    until(lambda: second.ends == [State.STOPPED, State.STOPPED])
    assert third.places == [1, 0]
    assert first.ends == []
    engine.go_on.set()
    until(lambda: [first.ends, third.ends] == [[State.DONE], [State.DONE]])


def test_a_long_line_turns_people_away_and_keeps_nothing_of_it(engine: Slow) -> None:
    """The page keeps the question, and offers to ask again."""
    kept = Conversations()
    asking = Asking(engine, kept, Queue(at_once=1, most=1), most=1)
    first, second = (Person(asking, kept).ask("Who led it?") for _ in range(2))
    with pytest.raises(FullError, match="ask again"):
        Person(asking, kept).ask("Who led it?")
    first.ask("When?")
    with pytest.raises(FullError):
        first.ask("Where?")
    assert len(kept.listed()) == 2
    engine.go_on.set()
    until(lambda: len(first.ends) == 2 and len(second.ends) == 1)
    assert first.ends + second.ends == [State.DONE] * 3


def test_a_question_that_is_turned_away_takes_the_place_of_none(engine: Slow) -> None:
    """The one that it was asked instead of was dropped all the same, and was gone from the conversation."""
    app, kept, line = FastAPI(), Conversations(), Queue(at_once=1, most=1)
    routes.add(app, engine, queue=line)
    chat.add(app, engine, kept, queue=line)
    one = kept.start().id
    old = kept.ask(one, "Who?")
    kept.finish(one, old, Reply(State.FAILED))
    for _ in range(2):
        line.enter()
    with TestClient(app, base_url=HERE) as client:
        reply = client.post(f"/api/conversations/{one}/ask", json={"question": "Who?", "instead_of": old})
    assert reply.status_code == 503
    assert [each.asked for each in kept.exchanges(one)] == ["Who?"]


def test_people_programs_and_assistants_stand_in_one_line(engine: Slow) -> None:
    """One is worked for and one waits: the next is turned away, whichever way he comes."""
    app, line = FastAPI(), Queue(at_once=1, most=1)
    routes.add(app, engine, queue=line)
    chat.add(app, engine, Conversations(), queue=line)
    mcp.add(app, engine, queue=line)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "retrieve", "arguments": {}}}
    with TestClient(app, base_url=HERE) as client:
        one = client.post("/api/conversations", json={}).json()["id"]
        asked = threading.Thread(
            target=client.post, args=(f"/api/conversations/{one}/ask",), kwargs={"json": {"question": "Who?"}}
        )
        line.enter()
        asked.start()
        until(lambda: line.waiting == 1)
        replies = [
            client.post("/api/ask", json={"question": "Who?"}),
            client.post("/api/retrieve", json={"question": "Who?"}),
            client.post("/mcp", json=call),
        ]
        two = client.post("/api/conversations", json={}).json()["id"]
        replies.append(client.post(f"/api/conversations/{two}/ask", json={"question": "Who?"}))
        assert [(reply.status_code, reply.headers["retry-after"]) for reply in replies] == [(503, "5")] * 4
        assert all("Too many questions" in reply.json()["detail"] for reply in replies)
        assert client.post("/mcp", json=call | {"method": "ping"}).status_code == 200
        client.post(f"/api/conversations/{one}/stop", json={})
        asked.join()
