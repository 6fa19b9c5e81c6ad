"""The plan, the states and the figures of all letters, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from publish.errors import PublishError, Refused
from publish.newsletter import report
from publish.newsletter.campaign import PAUSED, SCHEDULED
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import hour_of, iso_of
from publish.newsletter.report import Figures
from publish.newsletter.selection import Candidate, PlanItem, Verdict, plan_item
from publish.newsletter.status import State
from publish.office import delivery, letters, replacing, sending, settling
from publish.office.context import Office
from publish.office.letter_questions import OTHER_READERS, changed, command_to_replace, readers_of
from publish.office.letters import Letters
from publish.office.question import Question
from publish.office.timing import Timing, timing
from publish.office.words import command, indented
from publish.post.text import count


@dataclass(frozen=True)
class Entry:
    """A letter's state, with further lines for the author. ``urgent``: it needs action first;
    ``folds``: why it may be left out of a list without names."""

    letter: Letter
    state: State
    line: str
    more: tuple[str, ...] = ()
    urgent: bool = False
    folds: Verdict | None = None
    changed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return self.state.as_dict() | {"changed": self.changed, "urgent": self.urgent}


def planned(
    office: Office, posts: Sequence[str], now: bool, at: str | None
) -> tuple[list[PlanItem], list[str]]:
    """The decision of `send` about each post, and the lines for the author. Nothing is written.

    Raises:
        PublishError: the content is not fit, or a name is unknown.
    """
    _ = office.sender  # As `send` would report first.
    when = timing(office, now, at)
    with office.site.composed(office.voice) as folder:
        all_letters = letters.load_letters(office, folder)
        named = all_letters.named(posts) if posts else []
        keys = {x.key for x in named}
        choices = letters.choices(office, all_letters, keys)
        choices = [_if_free(office, c) for c in choices if not posts or c.issue.key in keys]
        if at is not None and any(x.issue and x.scheduled for x in named):
            choices = _moved(office, all_letters, choices, when)
        flood = None if posts else sending.over_limit(office, choices)
        if flood:
            choices = [_flooded(c) if c.verdict is Verdict.SEND else c for c in choices]
        for choice in choices:
            if choice.send:  # As `send` would report first.
                readers_of(office, letters.segment(office, choice.issue))
        asks = when.at and any(choice.send for choice in choices)
        free = office.api.free_plan() if asks else ""
        items = [_item(office, choice, when, free) for choice in choices]
        lines = [
            f"first {office.words.letter(letter)}: it is scheduled, and {letters.GONE}; "
            f"{command('undo', all_letters.handle(letter))} takes it back"
            for letter in all_letters.all
            if all_letters.is_orphan(letter)
        ]
        for choice, item in zip(choices, items, strict=True):
            if not posts and _folds(choice) and not choice.letter.lost:
                continue
            moment = office.format_local(hour_of(item.time))
            name = office.words.post(item.slug, item.title)
            if item.send:
                lines.append(
                    office.with_sandbox_note(f"send  {name}: {item.why}; goes out {moment}")
                )
                lines += indented(item.writes) if office.voice.wants_detail else []
                continue
            waits = choice.letter.hour if choice.verdict is Verdict.DONE else None
            why = f"scheduled for {office.format_local(waits)}" if waits else item.why
            if choice.verdict is Verdict.OVERDUE:
                why += f"; {command('send', item.slug)}"
            lines.append(f"skip  {name}: {why}")
            lines += indented(changed(office, choice.letter, all_letters)) if waits else []
        for letter in all_letters.named(posts):
            if letter.kind != "post" and letter.scheduled:
                hour = office.format_local(letter.hour)
                lines.append(f"skip  {office.words.letter(letter)}: scheduled for {hour}")
                lines += indented(changed(office, letter, all_letters))
    if flood:
        said = f"{flood.message}: `publish send` would refuse; {flood.remedy}"
        lines.append(office.with_sandbox_note(said))
    if not posts:
        lines.append(_fold_line([c.verdict for c in choices if not c.letter.lost]))
        drafts = office.site.drafts()
        lines += [f"draft {office.words.post(slug, title)}" for slug, title in drafts]
    if not flood and not any(item.send for item in items):
        lines.append(office.with_sandbox_note("nothing to send"))
    return items, [line for line in lines if line]


def _flooded(choice: Candidate) -> Candidate:
    why = f"{choice.reason}, but more are due at once than a run may send"
    return replace(choice, verdict=Verdict.NOT_REQUESTED, reason=why)


def _item(office: Office, choice: Candidate, when: Timing, free: str) -> PlanItem:
    """The plan for one post; without a schedule where Mailchimp's plan is a ``free`` one."""
    timing = sending.kept_timing(office, choice, when)
    if choice.verdict is Verdict.COMPLETE and timing.at and timing.at <= office.now:
        keeps = f"{command('send', choice.issue.slug)} keeps it back"
        return plan_item(_stopped(office, choice, Refused("its hour has passed", keeps)), None)
    if not (choice.send and timing.at and free):
        return plan_item(choice, timing.at)
    try:
        end = delivery.unscheduled(office, choice.issue.slug, timing, free)
    except PublishError as stop:
        return plan_item(_stopped(office, choice, stop), None)
    why = f"{choice.reason}; {delivery.UNSCHEDULED}, and `publish send` waits"
    return replace(plan_item(replace(choice, reason=why), None), time=iso_of(end))


def _if_free(office: Office, choice: Candidate) -> Candidate:
    """The choice; held, where `send` would stop for what a person did in Mailchimp."""
    try:
        settling.settled_by_hand(office, choice.letter)
    except PublishError as stop:
        return _stopped(office, choice, stop) if choice.send or choice.letter.lost else choice
    return choice


def _moved(
    office: Office, found: Letters, choices: Sequence[Candidate], when: Timing
) -> list[Candidate]:
    """The choices of `send --at` for posts of which one is scheduled: all are moved, or none."""
    chosen = [choice.letter for choice in choices]
    try:
        asked = replacing.question(office, found, chosen, when, {}, again=True)
    except PublishError as stop:
        return [_stopped(office, choice, stop) for choice in choices]
    moved = {item.issue.key for item in asked.plan.items} if isinstance(asked, Question) else ()
    why = "you named another hour"
    return [
        replace(c, verdict=Verdict.MOVE, reason=why, campaign="") if c.issue.key in moved else c
        for c in choices
    ]


def _stopped(office: Office, choice: Candidate, stop: PublishError) -> Candidate:
    message = stop.message.removeprefix(f"{office.words.letter(choice.letter)}: ")
    why = f"{message}; {stop.remedy}"
    return replace(choice, verdict=Verdict.HELD, reason=why, campaign="")


def entries(office: Office, posts: Sequence[str]) -> list[Entry]:
    """Each letter's true state, most urgent first. The caller holds the ledger's lock; new facts
    are recorded.

    Raises:
        PublishError: Mailchimp cannot be read, or a name means nothing.
    """
    with office.site.composed_or_last_built(office.voice) as folder:
        found = letters.load_letters(office, folder)
        chosen = found.named(posts)
        picked = letters.choices(office, found)
        choices = {choice.issue.key: choice for choice in picked}
        states = settling.states(office, chosen)
        for state in states:
            for fact in state.facts:
                office.ledger.append(fact)
        made = [
            _entry(office, found, letter, state, choices.get(letter.key), named=bool(posts))
            for letter, state in zip(chosen, states, strict=True)
        ]
    if not posts and found.foreign:
        office.voice.say(foreign_campaigns(found))
    return sorted(made, key=lambda entry: not entry.urgent)


def foreign_campaigns(found: Letters) -> str:
    """A line about campaigns that this tool did not make."""
    number = len(found.foreign)
    was = "was" if number == 1 else "were"
    return f"{count(number, 'campaign')} of this audience {was} not made here" if number else ""


def figures(office: Office, posts: Sequence[str]) -> list[Figures]:
    """The figures of each letter that went out, oldest first.

    Raises:
        PublishError: Mailchimp cannot be read, or a name means nothing.
    """
    rows = []
    for letter in letters.load_letters(office).named(posts):
        for campaign in letter.campaigns:
            went = campaign.out and campaign.status != SCHEDULED
            found = office.api.report(campaign.id) if went else None
            if found is not None:
                name = letter.slug or letter.key
                rows.append(report.figures(name, letter.title, letter.kind, found))
    return sorted(rows, key=lambda row: row.sent)


def _entry(
    office: Office,
    found: Letters,
    letter: Letter,
    state: State,
    choice: Candidate | None,
    *,
    named: bool,
) -> Entry:
    words, handle, urgent = state.state, found.handle(letter), False
    more: tuple[str, ...] = ()
    own = {Verdict.DONE: letter.begun, Verdict.HELD: state.held or state.lost}
    if choice and not own.get(choice.verdict, True):
        words = choice.why
    elif choice and choice.verdict is Verdict.OVERDUE and not letter.campaigns:
        words, urgent = f"{choice.why}; {command('send', handle)}", True
    if letter.unfinished and state.unfinished:
        urgent = True
        end = command("send", handle) if letter.issue else command("undo", handle)
        ahead = letter.issue and letter.unfinished > office.now
        words += f"; {end} {'completes it' if ahead else 'keeps it back'}"
    elif state.lost and (again := _mailing_again(found, letter)):
        hour = hour_of(letter.past.promised)
        # Later it is as any other post that is too old to be picked.
        urgent = hour is None or (office.now - hour).days < office.account.limits.max_age_days
        words += f"; if it did not: {' and '.join(again)}"
    elif found.lacks_post(letter):
        urgent = letters.is_known(office.settings, letter)
        why = letters.GONE if urgent else letters.ELSEWHERE
        words += f", and {why}; {command('undo', handle)} takes it back"
    elif letter.past.held and letter.past.done and letter.scheduled:
        urgent = True
        words += f", for taking it back was not finished; {command('undo', handle)} does that"
    urgent |= state.status == PAUSED
    at = hour_of(state.send_time)
    line = f"{office.words.letter(letter)}: {words}"
    if at:
        line += f", {office.format_local(at)}"
    if state.emails_sent:
        line += f", {count(state.emails_sent, 'reader')} mailed"
    copies = [hour_of(c.send_time) for c in letter.scheduled if c.id != state.campaign]
    if copies and not state.unfinished:
        urgent = True
        goes = " and ".join(map(office.format_local, copies))
        undo = command("undo", handle)
        line += f"; a copy that a person made goes out {goes}: {undo} takes back what is scheduled"
    how, diff = letters.difference(office, letter, found)
    since = ["changed since it was scheduled"] if how == "words" else []
    since += [] if letters.same_readers(office, letter, found) else [OTHER_READERS]
    if letter.scheduled and since:
        line += f"; {'; '.join(since)}: {command_to_replace(office, letter, found)}"
        more = tuple(indented(diff))
    elif how == "words" and letter.kind == "post":
        line += f"; changed since it was sent: {command('send', letter.slug, '--as-update')}"
        more = tuple(indented(diff)) if named else ()
    elif named:
        said = {"layout": "; layout only changed", "unknown": "; no copy was kept"}
        line += said.get(how, "")
    listed = urgent or letter.campaigns
    folds = choice.verdict if choice and _folds(choice) and not listed else None
    return Entry(letter, state, office.with_sandbox_note(line), more, urgent, folds, how == "words")


def _mailing_again(found: Letters, letter: Letter) -> list[str]:
    """What mails the posts of a lost letter once more; empty where an update does."""
    posts = [x for x in found.all if x.issue and letter.holds(x.issue)]
    updates = [x for x in found.all if x.kind == "update" and x.begun and not x.lost]
    return [
        command("send", post.slug, "--as-update")
        for post in posts
        if post.issue and not any(x.holds(post.issue) for x in updates)
    ]


def _folds(choice: Candidate) -> bool:
    return choice.verdict in (Verdict.OLD, Verdict.HELD) and not choice.letter.waiting


def _fold_line(why: Sequence[Verdict | None]) -> str:
    """A line about letters that go out only if named; ``""`` if there are none."""
    old, held = why.count(Verdict.OLD), why.count(Verdict.HELD)
    parts = [count(old, "older post")] if old else []
    parts += [f"{held} taken back"] if held else []
    go = "goes" if old + held == 1 else "go"
    return f"{' and '.join(parts)} {go} out only by name" if parts else ""


def folded(chosen: Sequence[Entry]) -> str:
    """The line in place of the folded entries; ``""`` if there are none."""
    return _fold_line([entry.folds for entry in chosen])
