"""Parts shared by several pages of the desk. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from publish.desk import words
from publish.desk.model import Letter, Post, Snapshot
from publish.post.diagnostic import Diagnostic


@dataclass(frozen=True)
class Button:
    """A button or link. With ``href`` it is a link; else it posts ``values`` to the address
    ``to``."""

    label: str
    href: str = ""
    to: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    main: bool = False
    plain: bool = False
    key: str = ""


@dataclass(frozen=True)
class State:
    """A state's word, and its ``kind``, which decides shape and colour: ``ok``, ``pending``,
    ``warning`` or ``error``."""

    kind: str
    word: str


class Share(NamedTuple):
    """A part of a letter's readers in words, and in per cent if these are enough readers."""

    says: str
    percent: float | None


LETTER_STATES = {
    "scheduled": State("pending", "Scheduled"),
    "sending": State("pending", "Going out now"),
    "sent": State("ok", "Delivered"),
    "held": State("warning", "Taken back"),
    "unknown": State("error", "In doubt"),
    "incomplete": State("error", "Stopped"),
}
"""Each state of a letter as a page shows it."""
WAITS = ("send", "overdue", "held")
"""Verdicts on a letter that is due, is overdue or was taken back."""
MIN_READERS_FOR_PERCENT = 30
"""Readers below which a percentage would be misleading."""


def href(post: Post) -> str:
    """The address of a post's page, below the key."""
    return f"/post/{quote(post.name)}"


def letter_href(now: Snapshot, letter: Letter) -> str:
    """The address of a letter: its post's page, else its own."""
    post = now.of(letter)
    return href(post) if post and not letter.several else f"/letter/{letter.key}"


def sent(now: Snapshot, at: datetime) -> list[Letter]:
    """The letters that went out, the newest first."""
    found = [letter for letter in now.newsletter.letters if letter.state == "sent"]
    return sorted(found, key=lambda letter: letter.at or at, reverse=True)


def never_mailed(now: Snapshot) -> list[Post]:
    """The public posts that may have a letter and had none, alone or with others; none while that
    is not known."""
    if not now.newsletter.asked:
        return []
    mailed = {letter.uid for letter in now.newsletter.letters}
    mailed |= {uid for uid, choice in now.newsletter.choices.items() if choice.verdict == "done"}
    return [s for s in now.posts if s.kind == "public" and s.mailed and s.uid not in mailed]


def changed_since(now: Snapshot, post: Post) -> bool:
    """Whether a public post was saved, or came due, since the pages were made."""
    made = now.site.made
    return post.kind == "public" and made is not None and max(post.saved, post.date or made) > made


def ask(label: str, act: str, post: Post | None = None, **more: str) -> Button:
    """A button that asks about an act, of a post or of the whole site."""
    about = {"post": post.name} if post else {}
    return Button(label, to=f"/ask/{act}", values={**about, **more})


def new_words(post: Post) -> Button:
    """The button that puts a post's present words into its scheduled letter."""
    return replace(ask("Put the new words in…", "replace", post), main=True)


def take_back(post: Post | None, letter: Letter, *, main: bool = False) -> Button:
    """The button that takes a letter back: that of its ``post``, else the one with its key."""
    name = {"post": post.name} if post and not letter.several else {"letter": letter.key}
    return Button("Take it back…", to="/ask/undo", values=name, main=main)


def readers(now: Snapshot) -> str:
    """A letter's readers in words."""
    known = now.newsletter.readers
    return "your readers" if known is None else words.count(known, "reader")


def mode(now: Snapshot) -> tuple[str, str, str]:
    """The banner, which says whom the acts reach: a word, a sentence, and the name of a link."""
    if not now.live:
        says = "Letters go to the inbox on this computer; no reader gets one."
        return "Rehearsal.", says, "How to go live"
    if not now.acts:
        says = "This is the live newsletter. To act on it, start the desk with --live."
        return "Looking only.", says, "What that means"
    return "Live.", f"What you send from here reaches {readers(now)}.", ""


def as_of(now: Snapshot, at: datetime) -> str:
    """When Mailchimp was read last, or why it could not be."""
    known = now.newsletter
    if known.trouble:
        last = f"; last read {words.saved(known.asked, now.zone, at)}" if known.asked else ""
        return f"not known now{last}: {known.trouble}"
    return f"as of {words.clock(known.asked, now.zone)}" if known.asked else "being looked at"


def share(part: int, whole: int) -> Share:
    """``63%`` of enough readers to speak of a share, else ``7 of 12``."""
    if whole < MIN_READERS_FOR_PERCENT:
        return Share(f"{part} of {whole}", None)
    return Share(f"{part / whole:.0%}", 100 * part / whole)


def letter_waits(now: Snapshot, post: Post) -> bool:
    """Whether the letter of a public post is overdue, would go with the next send, by the decision
    of ``publish send``, or was taken back."""
    letter, choice = now.letter(post), now.choice(post)
    if post.kind != "public" or not post.mailed:
        return False
    return letter.state == "held" if letter else bool(choice and choice.verdict in WAITS)


def next_step(now: Snapshot, post: Post) -> Button | None:
    """The button for a post's next step towards publication or its letter; None if there is
    none."""
    if post.kind == "draft":
        return ask("Publish…", "publish", post)
    if post.kind != "public" or not post.mailed or not now.newsletter.asked:
        return None
    letter, choice = now.letter(post), now.choice(post)
    if letter and letter.state == "scheduled":
        return ask("Take the letter back…", "undo", post)
    if letter is None and choice and choice.verdict == "done":
        return None
    if letter is None or letter.state == "held":
        return ask("Send the letter…", "send", post)
    return None


def next_step_is_likely(now: Snapshot, post: Post) -> bool:
    """Whether ``next_step`` is the author's likely next act, as long as no known error stops the
    post."""
    step, found = next_step(now, post), findings(now, post)
    return step is not None and step.to != "/ask/undo" and (found is None or healthy(found))


def findings(now: Snapshot, post: Post) -> tuple[Diagnostic, ...] | None:
    """The findings of a post, errors first; None before the first check."""
    if now.findings is None:
        return None
    return _ordered(now.findings.get(post.file, ()))


def elsewhere(now: Snapshot) -> tuple[Diagnostic, ...]:
    """The findings of files that are no posts, such as a page or the settings, errors first."""
    own = {post.file for post in now.posts}
    known = (now.findings or {}).items()
    return _ordered(finding for file, found in known if file not in own for finding in found)


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda f: (f.severity != "error", f)))


def _counts(found: tuple[Diagnostic, ...]) -> tuple[int, int]:
    """The number of errors, and of the other findings."""
    errors = sum(finding.severity == "error" for finding in found)
    return errors, len(found) - errors


def health(found: tuple[Diagnostic, ...] | None) -> tuple[State, ...]:
    """The number of findings, as states."""
    if found is None:
        return (State("pending", "Being checked"),)
    errors, rest = _counts(found)
    states = []
    if errors:
        states.append(State("error", f"{errors} to fix"))
    if rest:
        states.append(State("warning", f"{rest} to consider"))
    return tuple(states) or (State("ok", "Nothing to fix"),)


def healthy(found: tuple[Diagnostic, ...] | None) -> bool:
    """Whether the post has no error."""
    return found is not None and not _counts(found)[0]


def findings_summary(found: tuple[Diagnostic, ...] | None) -> str:
    """``Nothing to fix, three things to consider``."""
    if found is None:
        return "Being checked"
    errors, rest = _counts(found)
    first = words.spelt(errors, "thing") + " to fix" if errors else "nothing to fix"
    second = f", {words.spelt(rest, 'thing')} to consider" if rest else ""
    return words.sentence(first + second)


def title(now: Snapshot, letter: Letter) -> str:
    """A letter by its post's title, else by its subject."""
    found = now.of(letter)
    name = found.title if found and not letter.several else letter.subject
    return f"{name} (update)" if letter.update else name


def can_change(letter: Letter) -> bool:
    """Whether the words and the hour of a scheduled letter can be changed while it stays."""
    return letter.state == "scheduled" and not letter.several and not letter.update
