"""The act ``send``: what goes out, to whom and when; after confirmation, its delivery."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace as altered
from functools import partial
from typing import Any

from publish.errors import WORST, ConfigError, Exit, PublishError, Refused, as_publish_error
from publish.newsletter import catalogue, issue
from publish.newsletter.catalogue import KINDS, Letter
from publish.newsletter.facts import hour_of
from publish.newsletter.selection import Candidate, Verdict
from publish.newsletter.service import PostChanged
from publish.office import delivery, letters, preflight, replacing, settling, undoing
from publish.office.context import Office
from publish.office.delivery import Delivery
from publish.office.letter_questions import (
    Plan,
    changed,
    command_to_replace,
    fingerprint,
    lines_of,
)
from publish.office.letters import Letters
from publish.office.question import Done, Line, Question, reported_on_failure
from publish.office.timing import Timing, revalidate, timing
from publish.office.words import command
from publish.post.issue import Issue
from publish.post.text import count

ACT = "send"
FLAGS = ("now", "digest", "as_update", "replace")
ATTEMPTS = 3
"""Attempts of a run after changes between question and act."""


def ask(
    office: Office,
    *,
    posts: Sequence[str] = (),
    now: bool = False,
    at: str | None = None,
    digest: bool = False,
    as_update: bool = False,
    replace: bool = False,
    build: bool = True,
    before: Plan | None = None,
) -> Question | Done:
    """What would go out; Done with the reasons if nothing would. Without ``posts`` it is the
    automatic selection. ``replace`` updates a scheduled letter's words; ``at`` moves a scheduled
    letter that is named. ``before`` is the plan of a question that is asked again.

    Raises:
        PublishError: it is refused; see docs/reference.md for the codes.
    """
    wish: dict[str, Any] = {
        "posts": tuple(posts),
        "now": now,
        "at": at,
        "digest": digest,
        "as_update": as_update,
        "replace": replace,
        "build": build,
    }
    _require_compatible(wish)
    _ = office.sender  # Fail early: without a sender nothing is built.
    when = revalidate(office, before.timing) if before else timing(office, now, at)
    office.site.fresh(office.voice, build=build)
    found = letters.load_letters(office)
    chosen = _composed(office, found, posts)
    moves = at is not None and not digest and not as_update
    if replace or (moves and any(x.scheduled for x in chosen)):
        hour = None if at is None else when
        return replacing.question(office, found, chosen, hour, wish, again=before is not None)
    keys = {letter.key for letter in chosen}
    choices = letters.choices(office, found, keys)
    if posts:
        choices = [choice for choice in choices if choice.letter.key in keys]
    aside = _not_sent(office, found, choices, named=bool(posts))
    flood: Refused | None = None
    if as_update:
        changed_since = [x for x in chosen if not _repeats(found, x, when)]
        items = [_update(office, found, x, when) for x in changed_since]
    else:
        going = [choice for choice in choices if choice.send]
        for choice in going:
            settling.settled_by_hand(office, choice.letter)
        if digest:
            _refuse_single(office, going, choices)
        elif not posts and (flood := over_limit(office, going)):
            # What earlier runs began is completed whatever the limit says.
            going = [choice for choice in going if choice.verdict is not Verdict.SEND]
            if not going:
                raise flood
        items = _items(office, found, going, when, digest=digest, named=bool(posts))
    if not items:
        return Done(ACT, tuple(_nothing(office, choices, aside, named=bool(posts))))
    refused = dict(before.refused) if before else preflight.refused(office, items, found)
    refused |= {"": flood} if flood else {}
    items = [item for item in items if item.issue.key not in refused]
    if not items:
        *others, last = refused.values()
        for each in others:
            office.voice.complain(str(each))
        raise last
    lines = [line for item in items for line in lines_of(office, item)]
    left = [_explained(office, c) for c in choices if posts and not (as_update or c.send)]
    lines += [Line("note", line) for line in (*left, *aside, *map(str, refused.values()))]
    people = office.readers()[1]
    yes = f"{'Send to' if when.at is None else 'Schedule for'} {count(people, 'reader')}"
    plan = Plan(tuple(items), when, found, refused)
    return Question(ACT, tuple(lines), yes, fingerprint(office, found, items), wish, plan)


def do(office: Office, question: Question) -> Done | Question:
    """Deliver each letter of the question, if nothing changed since. One that cannot be sent holds
    no other up, unless the account or this machine is why.

    Raises:
        PublishError: it is of one letter, and that could not be sent.
    """
    plan: Plan = question.plan
    lines: list[str] = []
    results: list[dict[str, Any]] = []
    errors: list[PublishError] = list(plan.refused.values())
    wish = question.wish
    hour = ["--at", wish["at"]] if wish["at"] else []
    typed = command(shlex.join([ACT, *wish["posts"], *_flags(wish), *hour]))
    with reported_on_failure(office.voice, lines), office.lock():
        settling.settle(office, {item.issue.key for item in plan.items})
        again = ask(office, before=plan, **wish)
        if isinstance(again, Done) or again.fingerprint != question.fingerprint:
            return again
        plan = again.plan
        for item in plan.items:
            try:
                done = delivery.deliver(office, item, plan.letters)
            except (ConfigError, OSError) as failure:
                # It is of the account or of this machine: each further letter would fail alike.
                errors.append(as_publish_error(failure))
                break
            except PublishError as error:
                error.message = f"{office.words.issue(item.issue)}: {error.message}"
                error.remedy = error.remedy.replace(command(ACT), typed)
                errors.append(error)
                continue
            results.append(delivery.result(office, item, done))
            name = catalogue.handle(item.issue, plan.letters.all)
            lines += delivery.result_lines(office, item, done, name)
    errors.sort(key=lambda error: WORST.index(error.code))
    if not results and any(isinstance(error, PostChanged) for error in errors):
        return ask(office, **wish)
    if errors and len(plan.items) + len(plan.refused) == 1:
        raise errors[0]
    code = errors[0].code if errors else Exit.OK
    return Done(question.act, tuple(lines), tuple(results), code, tuple(errors))


def send_due(office: Office, *, build: bool = False) -> Done:
    """Settle open sends, then send the automatic selection, oldest first, without a question: for
    unattended runs. Unfinished replacements are completed. Overdue letters are listed and give exit
    code 1, as do refusals; without ``build`` a stale site is refused.

    Raises:
        PublishError: a letter could not be sent; the code tells what may have happened.
    """
    # First, because a letter whose post is no longer public is held, and not completed.
    office.site.fresh(office.voice, build=build)
    with office.lock():
        settling.settle(office)
    late = overdue_lines(office, letters.choices(office, letters.load_letters(office)))
    found, attempts = ask(office, build=build), 0
    while isinstance(found, Question):
        if attempts == ATTEMPTS:
            raise Refused("the posts keep changing while they are sent", "run this again")
        found, attempts = do(office, found), attempts + 1
    more = tuple(line for line in late if line not in found.lines)
    code = min(found.code, Exit.REFUSED if late else found.code, key=WORST.index)
    return altered(found, lines=(*found.lines, *more), code=code)


def _require_compatible(wish: Mapping[str, Any]) -> None:
    given = _flags(wish)
    for flag in ("--as-update", "--replace"):
        if flag in given and not wish["posts"]:
            raise ConfigError(f"{flag}: name the post", f"write publish send POST {flag}")
    # A letter whose words are replaced keeps its hour, or gets that of --at.
    both = [flag for flag in given if flag != "--now" or wish["replace"]]
    if len(both) > 1:
        raise ConfigError(f"{' and '.join(both)} exclude each other", "choose one")


def _flags(wish: Mapping[str, Any]) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name in FLAGS if wish[name]]


def _composed(office: Office, found: Letters, posts: Sequence[str]) -> list[Letter]:
    """The letters of the named posts, all of them composed.

    Raises:
        ConfigError: there is no letter of that name.
        Refused: its post may not be mailed.
    """
    chosen: dict[str, Letter] = {}
    for name in posts:
        meant = found.named([name])
        plain = [letter for letter in meant if letter.issue]
        if not plain:
            # A digest or an update that holds the post is told only where there is no more.
            letter = min(meant, key=lambda x: x.kind != "post")
            raise _unsendable(office, found, letter, name)
        chosen[plain[0].key] = plain[0]
    return list(chosen.values())


def _unsendable(office: Office, found: Letters, letter: Letter, name: str) -> Refused:
    who, again = office.words.letter(letter), undoing.command_to_send_again(letter, found)
    if letter.kind != "post" and again:
        return Refused(f"{who} is {KINDS[letter.kind]}", f"send it with `{again}`")
    why = office.site.why_not(name) or letters.GONE
    return Refused(f"{who}: {why}", "what is not public is not mailed")


def _items(
    office: Office,
    found: Letters,
    going: Sequence[Candidate],
    when: Timing,
    *,
    digest: bool,
    named: bool,
) -> list[Delivery]:
    items, together = [], []
    deliver = partial(delivery.delivery_of, office, found)
    for choice in going:
        whole = issue.read(found.folder / choice.issue.slug)
        if digest and choice.verdict is Verdict.SEND:
            together.append(whole)
            continue
        begun = choice.verdict is Verdict.COMPLETE
        # What was taken back has an open send only because its name was given.
        lifted = choice.verdict is Verdict.SETTLE and choice.letter.past.held
        replaces = replacing.campaign_of(choice.letter) if begun else ""
        hour = kept_timing(office, choice, when)
        items.append(deliver(whole, hour, named=named or lifted, replaces=replaces))
    if together:
        if len({letters.topic(office, part) for part in together}) > 1:
            names = " and ".join(office.words.issue(part) for part in together)
            raise Refused(
                f"{names} have other readers each, by NEWSLETTER_TOPICS",
                "send them apart, or name posts with the same readers",
            )
        items.append(deliver(issue.join(together), when, named=named))
    return items


def kept_timing(office: Office, choice: Candidate, when: Timing) -> Timing:
    """``when``; for what an earlier run began the hour of that, unless it has passed or the author
    names another."""
    letter, posted = choice.letter, choice.letter.past.unanswered
    if choice.verdict is Verdict.COMPLETE:
        return Timing(letter.unfinished, asked=True)
    hour = hour_of(posted.hour) if posted and choice.verdict is Verdict.SETTLE else None
    kept = hour and hour > office.now and not when.asked
    return Timing(hour, asked=True) if kept else when


def _repeats(found: Letters, letter: Letter, when: Timing) -> bool:
    """Whether the update asked for is scheduled already, as by a run that died."""
    key = letters.update_key(_issue(letter), found)
    hours = [x.hour for x in found.all if x.key == key and x.scheduled]
    return bool(hours) and (not when.asked or when.at in hours)


def _update(office: Office, found: Letters, letter: Letter, when: Timing) -> Delivery:
    """The delivery of an update: the post of ``letter`` once more, as an issue of its own.

    Raises:
        Refused: its letter has not gone out yet, or it is identical to what was sent.
    """
    head = _issue(letter)
    carriers = [x for x in found.all if x.holds(head)]
    waiting = next((x for x in carriers if x.scheduled), None)
    if waiting:
        what = "an update of it" if waiting.kind == "update" else "its letter"
        raise Refused(
            f"{office.words.issue(head)}: {what} has not gone out, it is scheduled for "
            f"{office.format_local(waiting.hour)}",
            command_to_replace(office, waiting, found),
        )
    gone = letters.vanished(head, found)
    if not gone and not any(x.mailed for x in carriers if x.kind != "update"):
        raise Refused(
            f"{office.words.issue(head)}: its letter has not gone out",
            f"run {command('send', head.slug)}",
        )
    whole = issue.read(found.folder / head.slug)
    mailed = [x for x in carriers if x.kind != "digest" and x.mailed]
    last = max(mailed, key=_made, default=letter)
    same = head.digest == (last.sent_record or {}).get("digest")
    if not gone and same and last.kind == "post":
        raise Refused(
            f"{office.words.issue(head)}: it is identical to what was sent",
            "change the post first, or leave --as-update out",
        )
    key = letters.update_key(head, found)
    again = altered(whole, key=key, update_of=head.key, was=())
    return delivery.delivery_of(office, found, again, when, named=True)


def _refuse_single(
    office: Office, going: Sequence[Candidate], choices: Sequence[Candidate]
) -> None:
    """Refuse a digest of a single post, with the reasons why the others are left out.

    Raises:
        Refused: it is one.
    """
    if sum(choice.verdict is Verdict.SEND for choice in going) == 1:
        rest = [_explained(office, c) for c in choices if c.verdict is not Verdict.SEND]
        raise Refused(
            "; ".join(["a digest needs two posts or more", *rest[-3:]]),
            "name others, or leave --digest out",
        )


def over_limit(office: Office, choices: Sequence[Candidate]) -> Refused | None:
    """The refusal if more letters are due than NEWSLETTER_MAX_PER_RUN, with the command that sends
    all of them; None if not."""
    most = office.account.limits.max_per_run
    due = [choice.issue.slug for choice in choices if choice.verdict is Verdict.SEND]
    if len(due) <= most:
        return None
    return Refused(
        f"{count(len(due), 'letter is', 'letters are')} due at once, more than "
        f"NEWSLETTER_MAX_PER_RUN ({most})",
        f"if they are all meant: {command('send', *due)}",
    )


def _not_sent(
    office: Office, found: Letters, choices: Sequence[Candidate], *, named: bool
) -> list[str]:
    """Warnings about letters that do not go out now: overdue ones, and scheduled ones whose post
    changed, or is ``named``."""
    lines = overdue_lines(office, choices)
    for letter in found.all:
        meant = any(letter.holds(choice.issue) for choice in choices)
        if letter.scheduled and not letter.unfinished and (meant or letter.kind != "post"):
            told = changed(office, letter, found)
            if not told and named and meant:
                when, undo = office.format_local(letter.hour), command("undo", found.handle(letter))
                told = [
                    f"{office.words.letter(letter)} is scheduled for {when}; {undo} takes it back"
                ]
            lines += told
    return lines


def overdue_lines(office: Office, choices: Sequence[Candidate]) -> list[str]:
    """A line for each overdue letter."""
    return [
        f"due and not sent: {_explained(office, choice)}; {command('send', choice.issue.slug)}"
        for choice in choices
        if choice.verdict is Verdict.OVERDUE
    ]


def _nothing(
    office: Office, choices: Sequence[Candidate], aside: Sequence[str], *, named: bool
) -> list[str]:
    """Why nothing goes out: for each named post, else for the newest that was never sent."""
    lines = [office.with_sandbox_note("nothing to send")]
    if named:
        return [*lines, *(_explained(office, c) for c in choices), *aside]
    unsent = [c for c in choices if c.verdict is not Verdict.DONE]
    if unsent:
        newest = unsent[-1]
        how = command("send", newest.issue.slug)
        lines.append(f"the newest unsent post is {_explained(office, newest)}; {how}")
    return [*lines, *aside]


def _explained(office: Office, choice: Candidate) -> str:
    """The reason why the letter of a post goes out, or does not."""
    return f"{office.words.issue(choice.issue)}: {office.words.why(choice)}"


def _made(letter: Letter) -> str:
    """When its newest campaign was made (ISO 8601); ``""`` where Mailchimp lists none."""
    return max((campaign.create_time for campaign in letter.campaigns), default="")


def _issue(letter: Letter) -> Issue:
    assert letter.issue is not None
    return letter.issue
