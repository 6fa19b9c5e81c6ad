"""Every name that a template reads is one of its view, also in a branch that no test draws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from jinja2 import nodes

from publish.desk import asking, home, letters, page, pages
from publish.desk.jobs import Job
from publish.desk.parts import Button, State
from publish.desk.renderings import Page, Renderings
from publish.office.question import Line, Question
from tests.desk.snapshots import (
    CHANGE,
    NOW,
    a_finding,
    a_letter,
    a_post,
    a_snapshot,
    sent,
)
from tests.fakes.world import an_issue

POST, DRAFT = a_post(), a_post("posts/draft.md", kind="draft")
AHEAD = a_post("posts/ahead.md", kind="scheduled", date=NOW + timedelta(days=9))
OUT = a_post("posts/out.md")
NOW_ALL = a_snapshot(
    POST,
    DRAFT,
    AHEAD,
    OUT,
    letters=(a_letter(POST, changes=(CHANGE,)), sent(OUT)),
    findings={POST.file: (a_finding(POST),)},
)
HOME, INDEX = home.view(NOW_ALL, NOW), letters.index(NOW_ALL, NOW)
SEEN = Renderings(an_issue(), Page("/quit/", "m"), True)
VIEW = page.view(NOW_ALL, POST, NOW, SEEN)
QUESTION = Question("send", (Line("subject", "Quit"),), "Send", "b")
SHARED = {"s": State("ok", "x"), "b": Button("x"), "f": a_finding(POST), "post": POST}
READ = {
    "home": {"page": HOME, "next": HOME.next[0], "row": HOME.writing[0], "day": HOME.coming[0]},
    "letters": {"page": INDEX, "row": INDEX.waiting[0]},
    "letter": {"page": letters.one(NOW_ALL, sent(OUT).key, NOW)},
    "post": {"page": VIEW, "step": VIEW.rail[0], "renderings": SEEN},
    "renderings": {"renderings": SEEN, "letter": SEEN.letter},
    "parts": {
        "row": HOME.out[0], "share": HOME.out[0].shares["opened"],
        "job": Job("1", "send", "/", {}, "Send", question=QUESTION),
        "question": asking.view(QUESTION),
    },
}  # fmt: skip
"""By template: its variables, and what they stand for."""


@pytest.mark.parametrize("name", READ)
def test_a_template_reads_what_its_view_has(name: str):
    found, known = pages._environment(), SHARED | READ[name]
    assert found.loader
    tree = found.parse(found.loader.get_source(found, f"{name}.html")[0])
    read = [
        (node.node.name, node.attr)
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name in known
    ]
    assert read
    assert [pair for pair in read if not hasattr(known[pair[0]], pair[1])] == []
