"""The letters: a table of all, and the report of one. Pure."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

from publish.desk import home, parts, words
from publish.desk.model import Letter, Snapshot
from publish.desk.parts import Button


def index(now: Snapshot, at: datetime) -> SimpleNamespace:
    """All letters, scheduled ones first; ``never`` are titles and addresses of public posts that
    were never mailed."""
    waiting = [m for m in now.newsletter.letters if m.state != "sent"]
    never = sorted(parts.never_mailed(now), key=lambda s: s.date or s.saved, reverse=True)
    return SimpleNamespace(
        waiting=[_waiting(now, m, at) for m in waiting],
        out=[home.sent_row(now, m, at) for m in parts.sent(now, at)],
        never=[(s.title, parts.href(s)) for s in never],
        says=f"{words.sentence(parts.as_of(now, at))}.",
        known=now.newsletter.asked is not None,
    )


def one(now: Snapshot, key: str, at: datetime) -> SimpleNamespace | None:
    """The report of the letter of that key; None if it is not known."""
    letter = next((m for m in now.newsletter.letters if m.key == key), None)
    if letter is None:
        return None
    post = now.of(letter)
    facts = [("Subject", letter.subject)]
    if letter.at:
        name = {"sent": "Went out", "scheduled": "Goes out"}.get(letter.state, "Its hour")
        when = words.moment(letter.at, now.zone, at)
        facts.append((name, f"{when}, {words.distance(letter.at, at)}"))
    if letter.readers:
        reach = words.count(letter.readers, "reader")
        facts.append(("To", ", ".join(filter(None, (now.newsletter.audience, reach)))))
    if letter.why:
        facts.append(("Why", letter.why))
    buttons: list[Button] = []
    if post and not letter.several:
        buttons.append(Button("The post", parts.href(post)))
    if letter.state == "scheduled":
        buttons.append(parts.take_back(post, letter))
    says = "The letter still has your old words"
    if letter.state == "sent":
        says = "Since it was sent, you changed the post"
    return SimpleNamespace(
        title=parts.title(now, letter),
        state=parts.LETTER_STATES[letter.state],
        facts=facts,
        changes=letter.changes,
        changed_says=says,
        buttons=buttons,
        key=key,
        shares=_shares(letter),
    )


def _waiting(now: Snapshot, letter: Letter, at: datetime) -> SimpleNamespace:
    """A letter that is not sent yet."""
    says = letter.why
    if letter.at and letter.state == "scheduled":
        says = f"{words.moment(letter.at, now.zone, at)}, {words.distance(letter.at, at)}"
    return SimpleNamespace(
        title=parts.title(now, letter),
        href=f"/letter/{letter.key}",
        state=parts.LETTER_STATES[letter.state],
        says=says,
    )


def _shares(letter: Letter) -> list[tuple[str, str, float | None]]:
    found = letter.figures
    if found is None:
        return []
    lines = (
        ("Delivered", found.delivered, found.recipients),
        ("Opened, at most", found.opens, found.delivered),
        ("Clicked", found.clicks, found.delivered),
        ("Left", found.unsubscribes, found.delivered),
    )
    shares = [(name, f"{n:,} of {whole:,}", parts.share(n, whole)) for name, n, whole in lines]
    return [
        (name, says if share.percent is None else f"{says} ({share.says})", share.percent)
        for name, says, share in shares
    ]
