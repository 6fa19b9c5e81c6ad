"""The law: “y” at the terminal and the desk's yes leave equal ledgers, files and words."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import click
import pytest

from publish import sandbox
from publish.cli.group import run
from publish.desk import asking, site_state
from publish.desk.acts import Acts
from publish.desk.app import App
from publish.desk.guard import Guard
from publish.desk.jobs import Jobs
from publish.desk.log import Log
from publish.desk.model import Newsletter, Site, Snapshot
from publish.desk.reader import Reader
from publish.desk.writing import Writer
from publish.office.words import Words
from publish.settings import load
from tests.desk.site import Open, a_site
from tests.desk.snapshots import YORK
from tests.desk.stand import BASE, KEY, Desk, FakeOffice
from tests.desk.test_acts import settled, token

TITLE = "Before You Quit, Have Three Conversations"
NOON = "2031-03-04 12:00"
DAY: tuple[tuple[str, list[str], str, dict[str, str]], ...] = (
    ("send", ["send", "quit", "--at", NOON], "", {}),
    ("send", ["send", "quit"], "send", {}),
    ("move", ["send", "quit", "--at", "2031-03-05 9:30"], "move", {"at": "2031-03-05 9:30"}),
    ("edit", [], "", {}),
    ("replace", ["send", "quit", "--replace"], "replace", {}),
    ("undo", ["undo", "quit"], "undo", {}),
    ("undo", ["undo", "quit"], "undo", {}),
    ("test", ["test", "quit", "--to", "me@example.com"], "test", {"to": "me@example.com"}),
    ("update", ["send", "quit", "--as-update"], "send", {"as_update": "yes"}),
    ("rename", ["rename", "posts/quit.md", "leave"], "rename", {"new": "leave"}),
    ("retract", ["retract", "leave"], "retract", {}),
    ("retract", ["retract", "leave"], "retract", {}),
    ("send", ["send", "posts/quit.md"], "send", {}),
)
"""A day: what it is called, as it is typed, and as it is pressed. Some of it is refused."""


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Open, Open]:
    """Two equal sites that are built."""
    first = a_site(tmp_path_factory.mktemp("terminal"))
    settings = first.root / "pelicanconf.py"
    settings.write_text(settings.read_text("utf-8") + "NEWSLETTER_UNDO_MINUTES = 60\n")
    assert run(["build", "-q", "-s", str(settings)]) == 0
    other = tmp_path_factory.mktemp("desk") / "blog"
    shutil.copytree(first.root, other, symlinks=True)
    return first, Open(other, "")


@pytest.fixture
def pressed(twins: tuple[Open, Open]) -> Iterator[Desk]:
    """A desk on the second site, with the office itself behind it."""
    root = twins[1].root
    settings = load(root / "pelicanconf.py")
    reader = Reader(settings, site_state.check, lambda *_: Newsletter(), lambda *_: Site())
    reader.current = Snapshot(zone=YORK, findings={})
    reader.read_files()
    folder = root / ".publish/desk"
    folder.mkdir(parents=True, exist_ok=True)
    acts = Acts(
        reader,
        asking.Office(False),
        Writer(folder / "originals"),
        Log(folder / "log.jsonl"),
        Jobs(reader.notify),
        BASE,
    )
    yield Desk(root, App(Guard(8100, KEY), reader, acts), acts, FakeOffice(), [])
    acts.jobs.close()


def press(desk: Desk, act: str, form: dict[str, str]) -> list[str]:
    """Ask on the desk and say yes; the words of the end."""
    desk.app.reader.read_files()
    answer = desk.post(f"/ask/{act}", {"post": "posts/quit.md", **form})
    assert answer.status_code == 303, answer.text
    job = list(desk.acts.jobs._jobs.values())[-1]
    settled(desk, job)
    if job.stage == "asked":
        page = desk.get(f"/post/posts/quit.md?act={job.id}").text
        assert job.question
        assert html.escape(job.question.yes) in page
        assert desk.post("/yes", token(page)).status_code == 303
        settled(desk, job)
    return [line for line in job.lines if line]


def ledger(site: Open) -> list[dict[str, Any]]:
    """The facts, with times left out and campaigns by their order."""
    order: dict[str, int] = {}
    found = []
    for line in site.ledger:
        fact = json.loads(line)
        for name in ("at", "run"):
            fact.pop(name, None)
        if "campaign" in fact:
            fact["campaign"] = order.setdefault(fact["campaign"], len(order))
        found.append(fact)
    return found


def files(site: Open) -> dict[str, str]:
    """The author's files, the site's own ledger and its pages."""
    found = {}
    for folder in ("content", "output"):
        for file in sorted((site.root / folder).rglob("*")):
            if file.is_file() and file.suffix in (".md", ".json", ".html"):
                found[file.relative_to(site.root).as_posix()] = file.read_text("utf-8")
    return found


def said(text: str) -> list[str]:
    """The words of a terminal as the desk says them."""
    text = re.sub(r"\x1b\[[0-9;]*m|^error: | \(campaign \w+\)", "", text, flags=re.M)
    text = re.sub(r"^  to .+: publish .+\n", "", text, flags=re.M)
    text = text.replace(f"quit “{TITLE}”", f"“{TITLE}”").replace(f" [{sandbox.NOTE}]", "")
    text = text.replace(Words().held, asking.WORDS.held)
    return list(filter(None, map(asking.with_buttons, text.splitlines())))


def test_law_the_terminal_and_the_desk_leave_the_same(
    twins: tuple[Open, Open],
    pressed: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    terminal, desk = twins
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    with sandbox.start(terminal.root), sandbox.start(desk.root):
        for name, typed, act, form in DAY:
            if name == "edit":
                for site in twins:
                    site.write("quit.md", body="Other words of it.")
                continue
            capsys.readouterr()
            monkeypatch.chdir(terminal.root)
            code = run([*typed, "-q"])
            if act:
                words = press(pressed, act, form)
            else:
                monkeypatch.chdir(desk.root)
                assert run([*typed, "-q"]) == code
                words = []
            printed = capsys.readouterr()
            assert ledger(terminal) == ledger(desk), name
            assert files(terminal) == files(desk), name
            if act and act != "rename":
                first = said(printed.out + printed.err)
                assert words, name
                for line in words:
                    assert any(line in other for other in first), (name, line, first)
