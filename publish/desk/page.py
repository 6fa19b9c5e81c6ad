"""The page of one post: its progress, findings, letter and possible acts. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from urllib.parse import urlencode

from publish.desk import parts, words
from publish.desk.model import Letter, Post, Snapshot
from publish.desk.parts import Button
from publish.desk.renderings import Renderings
from publish.post.diagnostic import Diagnostic
from publish.post.issue import GMAIL
from publish.post.urls import normal

CHANGES = 8
"""Changed places that are shown before the rest is only counted."""
TIMED = {"/ask/publish": "publish", "/ask/send": "send", "/ask/undo": "move"}
"""What takes an hour, by the next step."""
UNSENT = {
    "send": "not yet",
    "old": "an older post: its letter goes out only if you send it",
    "held": "taken back; it stays here until you send it",
}
"""Why a public post has no letter yet, by the verdict of `send`."""


@dataclass(frozen=True)
class Step:
    """A step of the progress rail: ``done``, ``now``, ``stopped`` or not yet (``""``)."""

    how: str
    name: str
    says: str


TRIED = "Every rule was tried on the file as it is saved."
DRAFT = "A draft may be unfinished: what it still lacks is tried when you publish it."


def view(
    now: Snapshot,
    post: Post,
    at: datetime,
    renderings: Renderings,
    fixable: Collection[Diagnostic] = (),
) -> SimpleNamespace:
    """The variables of the page at the moment ``at``. ``fixable`` are the findings with an
    automatic fix."""
    letter, found = now.letter(post), parts.findings(now, post)
    changes = letter.changes if letter else ()
    says, acts = _changed(post, letter)
    step = parts.next_step(now, post)
    timed = post.mailed and not (letter and letter.update)
    return SimpleNamespace(
        rail=rail(now, post, letter, at),
        summary=parts.findings_summary(found),
        remarks=tuple(_remark(post, finding, fixable) for finding in found or ()),
        trial="" if found is None else DRAFT if post.kind == "draft" else TRIED,
        changes=changes[:CHANGES],
        more_changes=len(changes[CHANGES:]),
        changed_says=says,
        changed_acts=acts,
        first=_first(now, post),
        small=_small(post),
        letter=_facts(now, post, renderings),
        time_act=TIMED.get(step.to, "") if step and timed else "",
        saved=words.saved(post.saved, now.zone, at),
        technical_details=_technical_details(post, letter),
    )


def rail(now: Snapshot, post: Post, letter: Letter | None, at: datetime) -> tuple[Step, ...]:
    """The four steps from the file to the readers."""
    found = parts.findings(now, post)
    health = parts.findings_summary(found)
    health = health[:1].lower() + health[1:]
    written = Step(
        "done" if parts.healthy(found) else "now",
        "Written",
        f"{words.count(post.words, 'word')}, {health}",
    )
    return (written, _on_site(now, post, at), *_letter_steps(now, post, letter, at))


def _on_site(now: Snapshot, post: Post, at: datetime) -> Step:
    if post.kind == "draft":
        return Step("", "On the site", "not yet: it is a draft")
    if post.kind == "scheduled" and post.date:
        return Step("now", "On the site", f"from {words.moment(post.date, now.zone, at)}")
    since = f"since {words.day(post.date, now.zone, at)}" if post.date else "public"
    waiting = now.site.waiting
    if waiting is None:
        return Step("done", "On the site", f"public {since}" if post.date else since)
    if parts.changed_since(now, post) or normal(post.address) in map(normal, waiting):
        if now.site.uploaded:
            return Step("now", "On the site", f"{since}; the last change waits to be uploaded")
        return Step("now", "On the site", "waits to be uploaded")
    return Step("done", "On the site", since)


def _letter_steps(
    now: Snapshot, post: Post, letter: Letter | None, at: datetime
) -> tuple[Step, Step]:
    scheduled, delivered = "Letter scheduled", "Delivered"
    if not post.mailed:
        return Step("", scheduled, "no letter: it goes to the site alone"), Step("", delivered, "")
    whom = parts.readers(now)
    if letter is None:
        why = "not yet"
        if now.newsletter.asked is None:
            why = "not known now" if now.newsletter.trouble else "being looked at"
        elif post.kind == "public" and (choice := now.choice(post)):
            why = UNSENT.get(choice.verdict, choice.why)
        return Step("", scheduled, why), Step("", delivered, f"to {whom}")
    when = words.moment(letter.at, now.zone, at) if letter.at else ""
    match letter.state:
        case "scheduled":
            away = f", {words.distance(letter.at, at)}" if letter.at else ""
            reach = words.count(letter.readers, "reader") if letter.readers else whom
            return Step("now", scheduled, when), Step("", delivered, f"to {reach}{away}")
        case "sending":
            return Step("done", scheduled, when), Step("now", delivered, "going out now")
        case "sent":
            says = words.count(letter.readers, "reader")
            if figures := letter.figures:
                says = f"{figures.delivered:,} of {figures.recipients:,}"
            day = f", {words.day(letter.at, now.zone, at)}" if letter.at else ""
            return Step("done", scheduled, ""), Step("done", delivered, says + day)
        case "held":
            return Step("", scheduled, UNSENT["held"]), Step("", delivered, f"to {whom}")
        case _:
            return Step("stopped", scheduled, letter.why or "in doubt"), Step("", delivered, "")


def _remark(
    post: Post, finding: Diagnostic, fixable: Collection[Diagnostic]
) -> tuple[Diagnostic, list[Button]]:
    """A finding with buttons to fix it, if that can be done here, and to open it."""
    line = {"post": post.name, "line": str(finding.line)}
    buttons = [Button(f"Open at line {finding.line}", to="/open", values=line)]
    if finding in fixable:
        query = urlencode({**line, "rule": finding.rule})
        buttons.insert(0, Button("Fix it…", f"/fix?{query}"))
    return finding, buttons


def _changed(post: Post, letter: Letter | None) -> tuple[str, tuple[Button, ...]]:
    """A line about a letter whose words differ from the post's, and buttons."""
    if letter is None or not letter.changes:
        return "", ()
    if letter.state == "scheduled":
        button = (
            parts.new_words(post) if parts.can_change(letter) else parts.take_back(post, letter)
        )
        return "The letter still has your old words", (button,)
    if letter.state == "sent":
        act = parts.ask("Send a correction…", "send", post, as_update="yes")
        return "Readers got other words than the post has now", (act,)
    return "", ()


def _first(now: Snapshot, post: Post) -> list[Button]:
    """The buttons of acts; the likely one is the only main one. The editor's is always the first:
    it must not take the place of one that a press was meant for, when a step comes or goes."""
    edit = Button("Open in my editor", to="/open", values={"post": post.name, "line": "1"}, key="e")
    step = parts.next_step(now, post)
    if step and parts.next_step_is_likely(now, post):
        return [edit, replace(step, main=True, key="p")]
    return [replace(edit, main=True), *([step] if step else [])]


def _small(post: Post) -> list[Button]:
    here = parts.href(post)
    rename = Button("Change its address…", f"{here}?open=rename#rename", plain=True)
    retract = Button("Take it off the site…", f"{here}?open=retract#retract", plain=True)
    return [rename] if post.kind == "draft" else [rename, retract]


def _facts(now: Snapshot, post: Post, renderings: Renderings) -> list[tuple[str, str, str]]:
    """Name, value and remark of each fact about the letter."""
    if not post.mailed or renderings.letter is None:
        return []
    letter = renderings.letter
    facts = [
        ("Subject", letter.subject, f"({len(letter.subject)})"),
        ("Then", letter.preheader, f"({len(letter.preheader)})"),
    ]
    if now.newsletter.sender:
        name, _, address = now.newsletter.sender.partition(" <")
        facts.append(("From", name, address.removesuffix(">")))
    weight = f"{letter.html_bytes / 1024:.0f} kB of the {GMAIL // 1024} at which Gmail cuts"
    if letter.picture_bytes:
        weight += f", pictures {letter.picture_bytes / 1024:.0f} kB"
    facts.append(("Weight", weight, "too heavy" if letter.html_bytes > GMAIL else ""))
    return facts


def _technical_details(post: Post, letter: Letter | None) -> list[tuple[str, str]]:
    facts = [("Address", post.address), ("Uid", post.uid or "none in the file")]
    if letter:
        facts.append(("Letter", letter.key))
    return [*facts, ("Bytes", post.digest)]
