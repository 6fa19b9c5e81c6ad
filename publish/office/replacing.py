"""The acts ``replace`` and ``move``: a scheduled letter gets its post's present words, or another
hour. Their ``do`` is that of ``send``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from publish.errors import OutcomeUnknown, Refused
from publish.newsletter import holding, issue
from publish.newsletter.campaign import Campaign
from publish.newsletter.catalogue import KINDS, Letter
from publish.newsletter.protocol import MARGIN, too_late
from publish.office import delivery, letters, preflight
from publish.office.context import Office
from publish.office.delivery import Delivery
from publish.office.letter_questions import OTHER_READERS, Plan, fingerprint, lines_of, undo_first
from publish.office.letters import Letters
from publish.office.question import Done, Line, Question
from publish.office.timing import Timing
from publish.office.words import command

CHANGES: dict[str, tuple[str, ...]] = {
    "layout": ("layout only",),
    "unknown": ("unknown: no copy of what is scheduled was kept",),
}
"""What is said of a difference that is none of words."""


def question(
    office: Office,
    found: Letters,
    chosen: Sequence[Letter],
    when: Timing | None,
    wish: Mapping[str, Any],
    *,
    again: bool,
) -> Question | Done:
    """What would change about the ``chosen`` letters; ``when`` moves them, None keeps their hour.
    ``again``: the preflight has been passed. All refusals come from here, before anything is
    written.

    Raises:
        Refused: one is not scheduled, is too near its hour, or is no plain letter.
        OutcomeUnknown: a request for one has no answer yet.
    """
    act = "move" if when else "replace"
    items: list[Delivery] = []
    lines: list[Line] = []
    for letter in chosen:
        hour = _hour(office, found, letter)
        how, words = letters.difference(office, letter, found)
        assert letter.issue is not None
        whole = issue.read(found.folder / letter.issue.slug)
        at = when.at if when and when.at else hour
        item = delivery.delivery_of(
            office, found, whole, Timing(at, asked=True), named=True, replaces=campaign_of(letter)
        )
        if not letters.same_readers(office, letter, found):
            raise Refused(
                f"{office.words.letter(letter)}: {OTHER_READERS}",
                undo_first(letter, found),
            )
        if at == hour and not how and not letter.unfinished:
            continue
        items.append(item)
        lines += lines_of(office, item)
        if at != hour:
            lines.append(Line("until now", office.format_local(hour)))
        lines += [Line("change", str(text)) for text in words or CHANGES.get(how, ())]
    if not items:
        said = (f"{office.words.letter(x)}: its scheduled letter has these words" for x in chosen)
        return Done(act, tuple(map(office.with_sandbox_note, said)))
    for refusal in () if again else preflight.refused(office, items, found).values():
        raise refusal
    yes = "Move the letter" if when else "Put the present words in"
    plan = Plan(tuple(items), items[0].timing, found)
    return Question(act, tuple(lines), yes, fingerprint(office, found, items), wish, plan)


def campaign_of(letter: Letter) -> str:
    """The campaign to be replaced."""
    if letter.past.replacing:
        return letter.past.replacing.campaign
    return (letter.scheduled or letter.drafts)[0].id


def _hour(office: Office, found: Letters, letter: Letter) -> datetime:
    """The hour the letter goes out at.

    Raises:
        Refused, OutcomeUnknown: the letter cannot be changed.
    """
    name, limits = office.words.letter(letter), office.account.limits
    if letter.past.unanswered and not letter.unfinished:
        raise OutcomeUnknown(f"{name}: an order for it has no answer yet", "run `publish status`")
    if len(letter.scheduled) > 1:
        raise Refused(
            f"{name}: a person made a copy, and {len(letter.scheduled)} campaigns of it are "
            "scheduled",
            f"{command('undo', found.handle(letter))} takes them all back",
        )
    if letter.unfinished:
        return letter.unfinished
    if letter.hour is None:
        raise _not_scheduled(office, found, letter)
    if too_late(letter.hour, office.clock(), limits.settle):
        minutes = (limits.settle + MARGIN) / 60
        raise Refused(
            f"{name}: it goes out {office.format_local(letter.hour)}, in less than the {minutes:g} "
            "minutes that a change may take",
            undo_first(letter, found),
        )
    return letter.hour


def _not_scheduled(office: Office, found: Letters, letter: Letter) -> Refused:
    name = office.words.letter(letter)
    post = letter.issue
    for other in found.all:
        if other is not letter and other.scheduled and post and other.holds(post):
            return Refused(
                f"{name} is scheduled in {KINDS[other.kind]}, whose words cannot be replaced",
                undo_first(other, found),
            )
    if letter.active or letter.mailed:
        again = command("send", letter.slug, "--as-update")
        out = letter.active or Campaign(letter.past.done, "sent")
        return holding.too_late(name, out, f"mail the present words again with {again}")
    return Refused(f"{name}: nothing is scheduled", f"send it with {command('send', letter.slug)}")
