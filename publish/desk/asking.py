"""Connects the desk to the office: turns forms into acts' arguments, and questions into page
data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from publish.desk.model import Post
from publish.desk.parts import Button
from publish.errors import Refused
from publish.office.question import Done, Question, Voice
from publish.office.words import Words
from publish.settings import Settings, load

if TYPE_CHECKING:
    # Imported late: the office imports the newsletter, and the first page should not wait for that.
    from publish.newsletter.selection import Candidate

Say = Callable[[str], None]
TITLES = {
    "send": "Send this letter?", "replace": "Put the new words into the letter?",
    "undo": "Take the letter back?", "move": "Send it at another time?", "test": "A test",
    "retract": "Take the post off the site?", "rename": "Change its address?",
    "deploy": "Upload the site?", "publish": "Publish this post?",
}  # fmt: skip
"""The titles of questions."""
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
SLEPT = 60.0
"""Seconds between two lines of a countdown after which the computer was asleep."""
DIRECT = ("test",)
"""Acts without a question, as they may be repeated at will."""
REFUSED = "That cannot be done yet"
FAILED = "That did not work; nothing went out twice"
UNKNOWN = "It is not known yet whether that worked; nothing will go twice"
CHANGED = "Something changed since you were asked. Nothing was done; this is how it is now."
NAMES = {
    "letter": "The letter", "subject": "Subject", "preheader": "Then", "audience": "To",
    "from": "From", "time": "When", "page": "Its page", "note": "Also", "post": "The post",
    "where": "Where to", "was": "Address until now", "now": "Address from now on", "to": "To",
}  # fmt: skip
"""The names of a question's lines as the page has them."""
WRITTEN = ("subject", "preheader")
"""Lines that are the author's own words; on the page they are in quotation marks, as titles are."""
COMMAND = re.compile(r"(run )?`publish (\w+)[^`]*?(--replace|--as-update)?`")
"""A command in a message, in backticks."""
OPTION = re.compile(r"^--[\w-]+: ")
BUTTONS = {
    "send": "“Send the letter”", "undo": "“Take it back”", "deploy": "“Upload”",
    "build": "“Upload”", "status": "the desk", "check": "the desk", "plan": "the desk",
    "retract": "“Take it off the site”", "rename": "“Change its address”",
    "--replace": "“Put the new words in”", "--as-update": "“Send a correction”",
}  # fmt: skip
"""The button of a command, or of its flag."""


class QuestionView(NamedTuple):
    """A question as the page shows it: its text, its facts, its steps, and other buttons."""

    title: str
    says: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    other: tuple[Button, ...]


@dataclass(frozen=True)
class Office:
    """The office itself, opened for one act at a time, with the settings as they are saved."""

    live: bool

    def ask(
        self, settings: Settings, act: str, wish: Mapping[str, Any], say: Say
    ) -> Question | Done:
        """What the act would do.

        Raises:
            PublishError: it is refused.
        """
        from publish.office import acts, context

        voice = Voice(say=say, progress=say, words=WORDS)
        with context.opened(load(settings.path), voice, live=self.live) as room:
            return acts.ask(room, act, **wish)

    def do(
        self, settings: Settings, question: Question, say: Say, progress: Say, countdown: Say
    ) -> Question | Done:
        """Perform it if nothing changed since, else return the new question. An exception from
        ``countdown`` ends the wait of a letter, and the act.

        Raises:
            PublishError: it failed.
        """
        from publish.office import acts, context

        voice = Voice(say=say, progress=progress, countdown=countdown, words=WORDS)
        with context.opened(load(settings.path), voice, live=self.live) as room:
            return acts.do(room, question)


class DeskWords(Words):
    """The desk's wording, without slugs, campaigns and commands. The banner says that a rehearsal
    mails no reader, and buttons offer the next steps."""

    def post(self, slug: str, title: str) -> str:
        return f"“{title}”" if title else slug

    def why(self, choice: Candidate) -> str:
        return choice.reason

    def sent(self, state: str, campaign: str) -> str:
        return state

    def built(self, reason: str, summary: str) -> str:
        return "the pages were made first"

    def sandboxed(self, line: str) -> str:
        return line

    def later(self, purpose: str, command: str) -> tuple[str, ...]:
        return ()


WORDS = DeskWords(stop="“Stop”", held="taken back; it stays here until you send it")


def wish(act: str, form: Mapping[str, str], post: Post | None) -> dict[str, Any]:
    """The arguments of an act, from a form.

    Raises:
        Refused: there is no such act, or the form names no post.
    """
    together = tuple(filter(None, form.get("posts", "").splitlines()))
    name = post.name if post else form.get("letter", "") or ", ".join(together)
    if act not in TITLES:
        raise Refused(f"there is no act {act!r}", "go back to the desk")
    if act == "deploy":
        return {}
    at = form.get("at", "").strip() or None
    if not name:
        raise Refused("that post is not there any more", "go back to the desk")
    match act:
        case "send" if together:
            return {"posts": together, "digest": True}
        case "send":
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
            return {"post": name, "at": at, "keep_date": form.get("keep_date") == "yes"}
        case _:
            return {"post": name}


def view(question: Question, *, again: bool = False) -> QuestionView:
    """A question as the page shows it; ``again`` if its facts have changed since."""
    facts = tuple(
        (
            NAMES.get(line.name, line.name.capitalize()),
            f"“{line.text}”" if line.name in WRITTEN else with_buttons(line.text),
        )
        for line in question.lines
        if line.name != "step"
    )
    steps = tuple(with_buttons(line.text) for line in question.lines if line.name == "step")
    says = tuple(filter(None, (CHANGED if again else "", SAYS.get(question.act))))
    other: tuple[Button, ...] = ()
    if any(line.unless == "keep_date" for line in question.lines):
        wished = {**question.wish, "at": question.wish["at"] or "", "keep_date": "yes"}
        other = (Button("Keep the old date…", to="/ask/publish", values=wished),)
    return QuestionView(TITLES[question.act], says, facts, steps, other)


def with_buttons(line: str) -> str:
    """A line of the office with its commands replaced by the names of the buttons, and without
    the name of an option before it."""

    def button(found: re.Match[str]) -> str:
        name = BUTTONS.get(found[3] or found[2])
        press = ("press " if name and name[0] == "“" else "look at ") if found[1] else ""
        return press + name if name else found[0]

    return COMMAND.sub(button, OPTION.sub("", line.strip()))
