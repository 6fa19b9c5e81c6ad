"""The way from the desk to the office: its questions and its words as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from publish.desk.jobs import QuestionView
from publish.desk.model import Post
from publish.desk.parts import Button
from publish.errors import PublishError, Refused
from publish.sandbox import NOTE
from publish.settings import Settings

if TYPE_CHECKING:
    # The office loads all that mails; the first page does not wait for that.
    from publish.office import Done, Question

Say = Callable[[str], None]
TITLES = {
    "send": "Send this letter?", "replace": "Put the new words into the letter?",
    "undo": "Take the letter back?", "move": "Send it at another time?", "test": "A test",
    "retract": "Take the post off the site?", "rename": "Change its address?",
    "deploy": "Upload the site?", "publish": "Publish this post?",
}  # fmt: skip
"""What a question is called."""
SAYS = {
    "replace": "The scheduled letter is taken back, made again from the post as it is now, and "
    "scheduled for the same time. No reader gets two.",
    "undo": "It stays here until you send it again; no reader gets it before that.",
    "move": "The letter is made again from the post as it is now, and scheduled for the new time.",
    "rename": "The old address will lead to the new one, so that links others made go on working.",
}
DOING = {
    "send": "The letter is being sent or scheduled", "replace": "The new words are being put in",
    "undo": "The letter is being taken back", "move": "The letter is being moved",
    "test": "The test is being sent", "deploy": "The pages are being uploaded",
    "publish": "The post is being published", "retract": "The post is being taken off",
}  # fmt: skip
DONE = {
    "send": "Done: the letter is on its way", "replace": "Done: the letter has the new words",
    "undo": "Done: the letter is taken back", "move": "Done: the letter has its new time",
    "test": "Done: the test is on its way", "deploy": "Done: the pages are uploaded",
    "publish": "Done: the post is published", "retract": "Done: the post is off the site",
    "rename": "Done: the post has its new address",
}  # fmt: skip
COUNTDOWN = "sending in "
"""How a line begins that tells that a letter waits here for its moment."""
SLEPT = 60.0
"""Seconds between two such lines after which the computer was asleep."""
DIRECT = ("test",)
"""Acts that are done without a question: they may be done as often as one likes."""
REFUSED = "That cannot be done yet"
FAILED = "That did not work; nothing went out twice"
UNKNOWN = "It is not known yet whether that worked; nothing will go twice"
NAMES = {
    "letter": "The letter", "subject": "Subject", "preheader": "Then", "audience": "To",
    "from": "From", "time": "When", "page": "Its page", "note": "Also", "post": "The post",
    "where": "Where to", "was": "Address until now", "now": "Address from now on", "to": "To",
}  # fmt: skip
"""The names of a question's lines as the page has them."""
NAMED = re.compile(r"[^\s]+ “([^”]+)”")
"""A post by its slug and its title, or any word before a quotation."""
CAMPAIGN = re.compile(r" \(campaign \w+\)")
BACK = re.compile(r"to (take it back until then|send it after all): publish ")
COMMAND = re.compile(r"`publish (\w+)[^`]*`")
BUTTONS = {
    "send": "“Send the letter”", "undo": "“Take it back”", "deploy": "“Upload”",
    "build": "the desk", "status": "the desk", "check": "the desk", "plan": "the desk",
    "retract": "“Take it off the site”", "rename": "“Change its address”",
}  # fmt: skip
"""A command's button."""


class OfficeClient(Protocol):
    """What the desk asks of the office."""

    def ask(
        self, settings: Settings, act: str, wish: Mapping[str, Any], say: Say
    ) -> Question | Done: ...

    def do(
        self, settings: Settings, question: Question, say: Say, progress: Say
    ) -> Question | Done: ...


@dataclass(frozen=True)
class Office:
    """The office itself, opened for one act at a time."""

    live: bool

    def ask(
        self, settings: Settings, act: str, wish: Mapping[str, Any], say: Say
    ) -> Question | Done:
        """What the act would do.

        Raises:
            PublishError: it is refused.
        """
        from publish import office

        voice = office.Voice(say=say, progress=say)
        with office.opened(settings, voice, live=self.live) as room:
            found = office.ask(room, act, **wish)
        if isinstance(found, PublishError):
            raise found
        return found

    def do(
        self, settings: Settings, question: Question, say: Say, progress: Say
    ) -> Question | Done:
        """Do it, if it is still what was asked; else the question as it is now.

        What ``progress`` raises ends the act where that is told of.

        Raises:
            PublishError: it failed.
        """
        from publish import office

        voice = office.Voice(say=say, progress=progress)
        with office.opened(settings, voice, live=self.live) as room:
            found = office.do(room, question)
        return found.question if isinstance(found, office.Changed) else found


def wish(act: str, form: Mapping[str, str], post: Post | None) -> dict[str, Any]:
    """What is asked of the office, from a form.

    Raises:
        Refused: there is no such act, or the form names no post.
    """
    together = tuple(filter(None, form.get("posts", "").split("\n")))
    name = post.name if post else form.get("letter", "") or ", ".join(together)
    if act not in TITLES:
        raise Refused(f"there is no act {act!r}", "go back to the desk")
    if act == "deploy":
        return {}
    if not name:
        raise Refused("that post is not there any more", "go back to the desk")
    match act:
        case "send" if together:
            return {"posts": together, "digest": True}
        case "send":
            at = form.get("at", "").strip() or None
            return {"posts": (name,), "as_update": form.get("as_update") == "yes", "at": at}
        case "replace":
            return {"posts": (name,), "replace": True}
        case "move":
            return {"posts": (name,), "at": form.get("at", "")}
        case "test":
            return {"post": name, "to": tuple(form.get("to", "").replace(",", " ").split())}
        case "rename":
            return {"post": name, "new": form.get("new", "").strip()}
        case "retract":
            to = form.get("to", "").strip()
            return {"post": name, "to": to or None, "gone": not to}
        case "publish":
            at = form.get("at", "").strip() or None
            return {"post": name, "at": at, "keep_date": form.get("keep_date") == "yes"}
        case _:
            return {"post": name}


def view(question: Question, titles: Collection[str]) -> QuestionView:
    """A question as the page shows it."""
    facts = tuple(
        (NAMES.get(line.name, line.name.capitalize()), wording(line.text, titles))
        for line in question.lines
        if line.name != "step"
    )
    steps = tuple(wording(line.text, titles) for line in question.lines if line.name == "step")
    says = (SAYS[question.act],) if question.act in SAYS else ()
    title = TITLES.get(question.act, question.act)
    other: tuple[Button, ...] = ()
    if any(line.name == "date" and line.text.startswith("today;") for line in question.lines):
        wished = {
            "post": question.wish["post"],
            "at": question.wish["at"] or "",
            "keep_date": "yes",
        }
        other = (Button("Keep the old date…", to="/ask/publish", values=wished),)
    return QuestionView(title, says, facts, question.yes, question.fingerprint, steps, other)


def wording(line: str, titles: Collection[str] = ()) -> str:
    """A line of the office's as the desk says it: without what the banner says already, a post by
    its title alone, and a command by the name of its button. ``""`` for what a button says."""
    line = CAMPAIGN.sub("", line.replace(f" [{NOTE}]", "")).strip()
    if BACK.match(line):
        return ""
    line = line.replace("; Ctrl-C takes it back", "; “Stop” takes it back")
    line = NAMED.sub(lambda found: f"“{found[1]}”" if found[1] in titles else found[0], line)
    return COMMAND.sub(lambda found: BUTTONS.get(found[1], found[0]), line)


def again(question: QuestionView) -> QuestionView:
    """The question once more, after what it holds for has changed."""
    told = "Something changed since you were asked. Nothing was done; this is how it is now."
    return replace(question, says=(told, *question.says))
