"""Answers the questions of conversations in the background: in order within one, told stage by stage, until stopped.

They wait in one line with those of programs. A question outlives the page that asked it: what came of it is kept, and
a page that is opened again finds it.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePath
from threading import Event, Lock
from typing import Any

import qa
from qa import Engine, Where, certificate
from ui import render
from ui.conversations import Conversations, Reply, State
from ui.freshness import stale
from ui.queue import FullError, Queue, Ticket

APOLOGY = "Something went wrong here. Please ask again; the terminal that runs seedqa has the details."

Tell = Callable[[Mapping[str, Any]], None]
"""Is told each stage of a question, from another thread."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an answer, or with ``is_search`` only passages; ``is_alone`` without what was asked before."""

    text: str
    where: Where | None = None
    is_search: bool = False
    is_alone: bool = False


@dataclass(eq=False, slots=True)
class _Job:
    conversation: str
    number: int
    question: Question
    tell: Tell
    ticket: Ticket | None
    stopped: Event = field(default_factory=Event)


class _StoppedError(Exception):
    """Ends a question whose answer nobody waits for any more."""


class Asking:
    """Questions that are being answered, of all conversations."""

    def __init__(self, engine: Engine, kept: Conversations, queue: Queue | None = None, *, most: int = 20) -> None:
        """The first question of each conversation waits in ``queue``, and at most ``most`` behind it."""
        self._engine = engine
        self._kept = kept
        self._queue = queue or Queue()
        self._most = most
        self._lock = Lock()
        self._asked: dict[str, deque[_Job]] = {}
        self._pool = ThreadPoolExecutor(
            self._queue.at_once + 1, thread_name_prefix="asking"
        )  # one ends what is stopped

    def ask(self, conversation: str, question: Question, tell: Tell, *, request: str = "{}") -> int:
        """Begin to answer, after what was asked before in the same conversation; return the question's number.

        ``tell`` is told how many are before it. Raises FullError if too many wait, and keeps nothing then.
        """
        with self._lock:
            before = self._asked.get(conversation, deque())
            if len(before) > self._most:
                raise FullError
            ticket = None if before else self._queue.enter(_place(tell))
            try:
                number = self._kept.ask(conversation, question.text, request)
            except BaseException:
                if ticket:
                    self._queue.leave(ticket)
                raise
            job = _Job(conversation, number, question, tell, ticket)
            before.append(job)
            self._asked[conversation] = before
        if ticket:
            self._answer_in_turn(job, ticket)
        return number

    def stop(self, conversation: str) -> int:
        """Stop what is being answered in a conversation, and what waits; return how many questions that were."""
        with self._lock:
            jobs = list(self._asked.get(conversation, ()))
            for job in jobs:
                job.stopped.set()
            first = jobs[0].ticket if jobs else None
            if first and self._queue.give_up(first):
                self._pool.submit(self._work, jobs[0])
        return len(jobs)

    def _answer_in_turn(self, job: _Job, ticket: Ticket) -> None:
        ticket.turn.add_done_callback(lambda _: self._pool.submit(self._work, job))

    def _work(self, job: _Job) -> None:
        self._end(job, self._replied(job))

    def _end(self, job: _Job, reply: Reply) -> None:
        """Keep what came of a question, say it, and let the next one of the conversation into the line."""
        try:
            self._kept.finish(job.conversation, job.number, reply)
        except qa.Error as error:
            logging.getLogger(__name__).error("%s", error)  # the answer is shown all the same
        job.tell({"stage": "done", "reply": reply})
        if job.ticket:
            self._queue.leave(job.ticket)
        with self._lock:
            after = self._asked[job.conversation]
            after.popleft()
            if not after:
                del self._asked[job.conversation]
                return
        self._enter(after[0])

    def _enter(self, job: _Job) -> None:
        try:
            with self._lock:  # else a stop could come before the ticket is known
                job.ticket = None if job.stopped.is_set() else self._queue.enter(_place(job.tell))
        except FullError as error:
            self._end(job, Reply(State.FAILED, shown=render.notice(str(error))))
            return
        if job.ticket:
            self._answer_in_turn(job, job.ticket)
        else:
            self._pool.submit(self._work, job)

    def _replied(self, job: _Job) -> Reply:
        """Answer, or say what went wrong: ours in its own words, any other error without its details."""
        try:
            return self._found(job) if job.question.is_search else self._answered(job)
        except _StoppedError:
            return Reply(State.STOPPED, shown=render.unanswered(State.STOPPED))
        except qa.Error as error:
            return Reply(State.FAILED, shown=render.notice(str(error)))
        except Exception:
            logging.getLogger(__name__).exception("a question failed")
            return Reply(State.FAILED, shown=render.notice(APOLOGY))

    def _answered(self, job: _Job) -> Reply:
        question, alone = job.question, job.question.is_alone

        def on_read(done: int, of: int) -> None:
            if job.stopped.is_set():
                raise _StoppedError
            job.tell({"stage": "reading", "passage": done + 1, "of": of})

        self._begin(job)
        turns = [] if alone else self._kept.turns(job.conversation, before=job.number)
        answer = self._engine.ask(question.text, turns, where=question.where, on_read=on_read)
        shown = render.reply(answer, scope=self._scope(question.where), stale=stale(answer.hits))
        record = certificate.to_json(answer) | {"hits": []}
        return Reply(State.DONE, answer.searched, answer.text, True, shown, json.dumps(record))

    def _found(self, job: _Job) -> Reply:
        self._begin(job)
        question = job.question
        hits = self._engine.retrieve(question.text, k=10, where=question.where)
        shown = render.found(question.text, hits, scope=self._scope(question.where), stale=stale(hits))
        record = {"reason": "search", "hits": certificate.hits_to_json(hits)}
        return Reply(State.DONE, question.text, "", False, shown, json.dumps(record))

    def _begin(self, job: _Job) -> None:
        if job.stopped.is_set():
            raise _StoppedError
        job.tell({"stage": "searching"})

    def _scope(self, where: Where | None) -> str:
        """Return in words what a question is confined to; "" if to nothing."""
        if where is None or where == Where():
            return ""
        names = {entry.id: PurePath(entry.path).name for entry in self._engine.documents()} if where.documents else {}
        files = [names[each] for each in where.documents or () if each in names]
        parts = [*files, *(PurePath(path).name or path for path in where.paths or ())]
        parts += [f"{kind.lstrip('.')} files" for kind in where.kinds or ()]
        parts += [f"{word} {day}" for word, day in (("since", where.since), ("until", where.until)) if day]
        more = f" and {len(parts) - 4:,} more" if len(parts) > 4 else ""
        return f"{', '.join(parts[:4])}{more}" or "no document"


def _place(tell: Tell) -> Callable[[int], None]:
    return lambda before: tell({"stage": "waiting", "before": before})
