"""A desk without its threads, its preview and its Mailchimp: forms go in, pages come out."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from publish.desk import site_state
from publish.desk.acts import Acts
from publish.desk.app import App
from publish.desk.guard import Guard
from publish.desk.jobs import Jobs
from publish.desk.log import Log
from publish.desk.model import Newsletter, Site, Snapshot
from publish.desk.reader import Reader
from publish.desk.writing import Writer
from publish.office.question import Done, Line, Question
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings, load
from tests.desk.snapshots import NOW, YORK

KEY = "k" * 22
BASE = f"/k/{KEY}"
ORIGIN = "http://127.0.0.1:8100"
SETTINGS = """\
SITENAME = "Happy"
SITEURL = "https://happy.example"
TIMEZONE = "America/New_York"
PATH = "content"
ARTICLE_PATHS = ["posts"]
STATIC_PATHS = ["images"]
NEWSLETTER_REPLY_TO = "nora@happy.example"
DESK_EDITOR = "code"
"""
POST = """\
Title: Three Conversations
Date: 2026-11-27 07:30
Category: Career
Slug: three-conversations
Summary: A summary.
Status: draft
Uid: 0123456789abcdef

On the first Tusday of March, see [it](http://example.com/).

The end.
"""


@dataclass
class Desk:
    """The application, and what its office and its editor were asked."""

    root: Path
    app: App
    acts: Acts
    office: FakeOffice
    opened: list[list[str]]

    def get(self, path: str, **headers: str) -> TestResponse:
        """A page, as a browser that was given its address asks for it."""
        return self._client.get(BASE + path, base_url=ORIGIN, headers=headers)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """A form of the desk's own page."""
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        return self._client.post(
            BASE + path, base_url=ORIGIN, data=dict(form or {}), headers=headers, **more
        )

    @property
    def _client(self) -> Client:
        return Client(self.app)

    @property
    def file(self) -> Path:
        """The post."""
        return self.root / "content/posts/three.md"

    def find(self, *findings: Diagnostic) -> None:
        """Let the check have found these."""
        found: dict[str, tuple[Diagnostic, ...]] = {}
        for finding in findings:
            found[finding.file] = (*found.get(finding.file, ()), finding)
        self.app.reader.change(findings=found)


@dataclass
class FakeOffice:
    """Asks and does as it is told; ``gate`` holds what is being done until it is set."""

    bound: str = "b1"
    answer: Any = None
    outcome: Any = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def ask(self, settings: Settings, act: str, wish: Mapping[str, Any], say: Any) -> Any:
        self.asked.append((act, dict(wish)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or self.question(act)

    def question(self, act: str) -> Question:
        lines = (Line("subject", "Three"), Line("audience", "Happy (412 readers)"))
        return Question(act, lines, "Schedule for 412 readers", self.bound)

    def do(
        self, settings: Settings, question: Question, say: Any, progress: Any, countdown: Any
    ) -> Any:
        progress("working")
        for line in self.said:
            say(line)
        for line in self.counts:
            countdown(line)
            time.sleep(0.02)
        assert self.gate.wait(10)
        self.done.append(question.fingerprint)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome or Done(
            question.act, ("it goes out on Tuesday",), ({"time": "2026-12-01T07:30"},)
        )


def a_desk(root: Path, **snapshot: Any) -> Desk:
    """A desk of a site with one draft in ``root``."""
    (root / "content/posts").mkdir(parents=True)
    (root / "content/images").mkdir()
    (root / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    (root / "content/posts/three.md").write_text(POST, encoding="utf-8")
    settings = load(root / "pelicanconf.py")
    post = Newsletter(NOW, (), "Happy readers", 412, "Nora")
    reader = Reader(settings, site_state.check, lambda *_: post, lambda *_: Site())
    known: dict[str, Any] = {"name": "Happy", "zone": YORK, "newsletter": post, "findings": {}}
    reader.current = Snapshot(**known | snapshot)
    reader.read_files()
    folder = root / ".publish/desk"
    folder.mkdir(parents=True)
    office = FakeOffice()
    opened: list[list[str]] = []
    acts = Acts(
        reader,
        office,
        Writer(folder / "originals"),
        Log(folder / "log.jsonl"),
        Jobs(reader.notify),
        BASE,
        opened.append,
    )
    return Desk(root, App(Guard(8100, KEY), reader, acts), acts, office, opened)
