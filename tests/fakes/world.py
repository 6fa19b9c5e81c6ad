"""A Mailchimp in memory that fails, lags and is used by people, on a clock of its own.

It behaves as the protocol's rules assume and no better: a draft becomes visible in lists late,
its status too; an answer is lost before the effect, after it, or the effect comes late; a second
`send` of a campaign that went out is denied. Several machines run in threads, one at a time, in
an order that a seed decides, so that a failing run can be run again.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from publish.newsletter import titles
from publish.newsletter.account import Sender
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import Campaign, Segment
from publish.newsletter.facts import Fact, IssueState, fold
from publish.newsletter.protocol import Deleted, SendRequest
from publish.newsletter.service import Delivered, Service
from publish.newsletter.titles import Marks
from publish.post.issue import Issue

LIST = "5a4db0c5e1"
START = 1_800_000_000.25


class Killed(BaseException):
    """The process dies here; not an Exception, for nothing may catch it."""


@dataclass
class Record:
    """A campaign with its history: (time, state) pairs, newest last."""

    campaign: Campaign
    born: float
    history: list[tuple[float, str]]
    deleted_at: float | None = None
    due: float | None = None
    html: str = ""

    def status(self, at: float) -> str:
        """What a reader who sees the state of ``at`` sees."""
        seen = [state for time, state in self.history if time <= at]
        return seen[-1] if seen else "save"


@dataclass
class World:
    """The server. ``lag`` delays lists, ``status_lag`` delays states in lists and reads.

    ``words`` are what readers got: each delivery's key and HTML.
    """

    random: random.Random
    lag: float = 0.0
    status_lag: float = 0.0
    ready_after: float = 0.0
    now: float = START
    records: dict[str, Record] = field(default_factory=dict)
    delivered: Counter[str] = field(default_factory=Counter)
    by_campaign: Counter[str] = field(default_factory=Counter)
    words: list[tuple[str, str]] = field(default_factory=list)
    events: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    number: int = 0

    def at(self, delay: float, event: Callable[[], object]) -> None:
        """Let something happen later."""
        self.number += 1
        heapq.heappush(self.events, (self.now + delay, self.number, event))

    def pass_until(self, time: float) -> None:
        """Advance the clock; what is due happens on the way."""
        while True:
            due = [r.due for r in self.records.values() if r.due is not None and r.due <= time]
            event = self.events[0][0] if self.events and self.events[0][0] <= time else None
            if not due and event is None:
                break
            if event is not None and (not due or event <= min(due)):
                moment, _, act = heapq.heappop(self.events)
                self.now = max(self.now, moment)
                act()
            else:
                self.now = max(self.now, min(due))
                for key, record in list(self.records.items()):
                    if record.due is not None and record.due <= self.now:
                        self._mail(key)
        self.now = max(self.now, time)

    # The effects of requests, all at ``now``.

    def create(self, title: str, segment: Mapping[str, Any]) -> str:
        """A draft."""
        name = f"{self.random.getrandbits(40):010x}"
        stamp = datetime.fromtimestamp(int(self.now), UTC).isoformat()
        campaign = Campaign(name, "save", title, stamp, LIST, segment, recipients=1)
        self.records[name] = Record(campaign, self.now, [(self.now, "save")])
        return name

    def live(self, name: str) -> Record | None:
        """The record, unless it was deleted."""
        record = self.records.get(name)
        return record if record and record.deleted_at is None else None

    def send(self, name: str) -> bool:
        """Mail it, if it is a draft; whether it was."""
        record = self.live(name)
        if record is None or record.history[-1][1] != "save":
            return False
        self._mail(name)
        return True

    def schedule(self, name: str, due: float) -> bool:
        """Set it to go at ``due``, if it is a draft and that is to come; whether it was."""
        record = self.live(name)
        if record is None or record.history[-1][1] != "save" or due <= self.now:
            return False
        record.history.append((self.now, "schedule"))
        record.due = due
        return True

    def unschedule(self, name: str) -> bool:
        """Make it a draft again; whether it was scheduled."""
        record = self.live(name)
        if record is None or record.history[-1][1] != "schedule":
            return False
        record.history.append((self.now, "save"))
        record.due = None
        return True

    def delete(self, name: str, status: str = "save") -> None:
        """Throw a draft away, or a campaign of another ``status``."""
        record = self.live(name)
        if record and record.history[-1][1] == status:
            record.deleted_at = self.now

    def _mail(self, name: str) -> None:
        record = self.records[name]
        record.due = None
        record.history += [(self.now, "sending"), (self.now + 1, "sent")]
        self.delivered[record.campaign.key] += 1
        self.words.append((record.campaign.key, record.html))
        self.by_campaign[name] += 1

    # What is seen.

    def shown(self, record: Record, lag: float) -> Campaign:
        """The campaign as it was ``lag`` seconds ago."""
        status = record.status(self.now - lag)
        due = datetime.fromtimestamp(record.due, UTC).isoformat() if record.due else ""
        return replace(record.campaign, status=status, send_time=due)


@dataclass
class Machine:
    """One computer with a ledger and a way to the world; its faults come from ``trouble``."""

    world: World
    trouble: Callable[[str], str] = lambda call: ""
    turn: Callable[[float], None] | None = None
    late_by: float = 5.0
    facts: list[Fact] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    kept: dict[str, Issue] = field(default_factory=dict)
    run: str = "run 0"
    last_look: Callable[[], str] = lambda: ""

    # The clock and the ledger, as the service needs them.

    def clock(self) -> float:
        return self.world.now

    def sleep(self, seconds: float) -> None:
        if self.turn:
            self.turn(seconds)
        else:
            self.world.pass_until(self.world.now + seconds)

    def read(self) -> dict[str, IssueState]:
        return fold(self.facts)

    def append(self, fact: Fact) -> Fact:
        if self.trouble(f"ledger {fact.kind}") == "kill":
            raise Killed
        self.facts.append(fact)
        return fact

    def keep(self, issue: Issue) -> None:
        self.kept[issue.key] = issue

    def service(self, issue: Issue, terms: SendRequest) -> Service:
        """What a new run of the command has."""
        self.run = f"run {self.world.random.getrandbits(32):08x}"
        return Service(
            self,
            self,
            Sender("C", "c@example.com"),
            issue,
            terms,
            clock=self.clock,
            sleep=self.sleep,  # type: ignore[arg-type]
            last_look=self.last_look,
        )

    def deliver(self, issue: Issue, terms: SendRequest) -> Delivered:
        """Run `send` once."""
        return self.service(issue, terms).deliver()

    def replace(self, issue: Issue, terms: SendRequest, campaign: str) -> Delivered:
        """Run `send --replace` once."""
        return self.service(issue, terms).replace(campaign)

    # The API.

    def _read(self, call: str) -> None:
        self.calls.append(call)
        self.sleep(0.05 + self.world.random.random() * 0.2)
        if self.trouble(call) == "kill":
            raise Killed

    def campaigns(self) -> list[Campaign]:
        self._read("list")
        world = self.world
        visible = [
            world.shown(record, world.status_lag)
            for record in world.records.values()
            if record.born + world.lag <= world.now
            and (record.deleted_at is None or record.deleted_at + world.lag > world.now)
        ]
        return sorted(visible, key=lambda c: (c.create_time, c.id))

    def campaign(self, campaign: str) -> Campaign | type[Deleted]:
        self._read("get")
        record = self.world.live(campaign)
        return self.world.shown(record, self.world.status_lag) if record else Deleted

    def free_plan(self) -> str:
        return ""

    def audience(self) -> Mapping[str, Any]:
        return {"name": "Readers", "stats": {"member_count": 1}}

    def checklist(self, campaign: str) -> tuple[bool, str] | type[Deleted]:
        self._read("checklist")
        record = self.world.live(campaign)
        if record is None:
            return Deleted
        return self.world.now >= record.born + self.world.ready_after, "recipients not ready"

    def _write(self, call: str, effect: Callable[[], Answer]) -> Answer:
        self.calls.append(call)
        self.sleep(0.05 + self.world.random.random() * 0.2)
        fault = self.trouble(call)
        if fault == "kill":
            raise Killed
        if fault == "busy":
            return Answer(Proof.NOT_ACTED, "Mailchimp answered 429", 429)
        if fault == "before":
            return Answer(Proof.UNKNOWN, "the connection broke")
        if fault == "late":
            self.world.at(self.late_by, effect)
            self.sleep(1.0)
            return Answer(Proof.UNKNOWN, "no answer in 1 s")
        answer = effect()
        self.sleep(self.world.random.random() * 0.2)
        if fault == "kill after":
            raise Killed
        if fault == "after":
            return Answer(Proof.UNKNOWN, "the connection broke")
        return answer

    def create(self, settings: Mapping[str, Any], segment: Segment) -> Answer:
        def effect() -> Answer:
            name = self.world.create(settings["title"], segment.options())
            return Answer(Proof.DONE, status=200, data={"id": name})

        return self._write("create", effect)

    def update(
        self, campaign: str, settings: Mapping[str, Any], segment: Segment | None = None
    ) -> Answer:
        def change(record: Record) -> None:
            readers = {"segment": segment.options()} if segment else {}
            record.campaign = replace(record.campaign, title=settings["title"], **readers)

        return self._write("update", lambda: self._on_draft(campaign, change))

    def put_content(self, campaign: str, html: str, text: str) -> Answer:
        def change(record: Record) -> None:
            record.html = html

        return self._write("put_content", lambda: self._on_draft(campaign, change))

    def _on_draft(self, campaign: str, change: Callable[[Record], None]) -> Answer:
        record = self.world.live(campaign)
        if record is None:
            return Answer(Proof.DENIED, "Mailchimp answered 404: not found", 404)
        if record.history[-1][1] != "save":
            return Answer(Proof.DENIED, "Mailchimp answered 400: it was sent", 400)
        change(record)
        return Answer(Proof.DONE, status=200, data={"ok": True})

    def send(self, campaign: str) -> Answer:
        return self._write("send", lambda: self._acted(campaign, self.world.send(campaign)))

    def schedule(self, campaign: str, moment: str) -> Answer:
        due = datetime.fromisoformat(moment).timestamp()
        return self._write(
            "schedule", lambda: self._acted(campaign, self.world.schedule(campaign, due))
        )

    def unschedule(self, campaign: str) -> Answer:
        return self._write(
            "unschedule", lambda: self._acted(campaign, self.world.unschedule(campaign))
        )

    def _acted(self, campaign: str, did: bool) -> Answer:
        if did:
            return Answer(Proof.DONE, status=204)
        status = 404 if self.world.live(campaign) is None else 400
        return Answer(Proof.DENIED, f"Mailchimp answered {status}: not now", status)


class Race:
    """Runs machines at once on one world's clock: whoever's time comes first goes on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waiting: dict[int, float] = {}
        self.gates: dict[int, threading.Semaphore] = {}
        self.back = threading.Semaphore(0)

    def turn_of(self, number: int) -> Callable[[float], None]:
        """The ``turn`` of one machine: hand over, and wake ``seconds`` later."""

        def turn(seconds: float) -> None:
            self.waiting[number] = self.world.now + seconds
            self.back.release()
            self.gates[number].acquire()

        return turn

    def run(self, works: list[Callable[[], object]]) -> None:
        """Run the works to their ends. What they raise is theirs to keep."""
        for number, work in enumerate(works):
            self.gates[number] = threading.Semaphore(0)
            self.waiting[number] = self.world.now + self.world.random.random() * 3

            def body(number: int = number, work: Callable[[], object] = work) -> None:
                self.gates[number].acquire()
                try:
                    work()
                finally:
                    self.waiting.pop(number)
                    self.back.release()

            threading.Thread(target=body, daemon=True).start()
        while self.waiting:
            number = min(self.waiting, key=lambda n: (self.waiting[n], n))
            self.world.pass_until(self.waiting[number])
            self.gates[number].release()
            self.back.acquire()


def an_issue(uid: str = "a1b2c3d4e5f60718", slug: str = "calm") -> Issue:
    """An issue to send."""
    from publish.post.issue import digest_of, key_of

    html, text = "<p>Hello *|UNSUB|*</p>", "Hello *|UNSUB|*"
    return Issue(
        key=key_of([uid]),
        uid=uid,
        slug=slug,
        title="Calm",
        subject="Calm",
        preheader="Be calm",
        html=html,
        text=text,
        digest=digest_of("Calm", "Be calm", html, text),
        page_digest="d" * 32,
        url=f"https://a.example/{slug}/",
        source=f"content/posts/{slug}.md",
        date=datetime(2026, 11, 16, 7, 30, tzinfo=UTC),
        categories=("Career",),
        images=(),
    )


def terms(issue: Issue, **changes: Any) -> SendRequest:
    """How to send it: now, to everyone, with short limits."""
    base = SendRequest(issue.key, LIST, Segment(), None, settle=20.0, barrier=2.0)
    return replace(base, **changes)


def drafted(world: World, issue: Issue) -> str:
    """A draft of the issue as another machine would have made it."""
    return world.create(titles.write(issue.subject, Marks(issue.key)), {})
