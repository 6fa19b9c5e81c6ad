"""The act ``undo``: takes a scheduled letter back, and holds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from publish.errors import ConfigError, Refused
from publish.newsletter import catalogue, holding, titles
from publish.newsletter.catalogue import Letter
from publish.newsletter.ledger import Ledger
from publish.office import letters, settling
from publish.office.context import Office
from publish.office.letters import Letters
from publish.office.question import Done, Line, Question, fingerprint_of
from publish.office.words import command

ACT = "undo"


def ask(office: Office, *, post: str | None = None) -> Question | Done:
    """The letter that would be taken back: by slug, key or campaign; without ``post`` the only
    scheduled one. Done if none is.

    Raises:
        ConfigError: ``post`` is unknown, or scheduled in an account whose key is not there.
        Refused: more than one letter is scheduled, or it is too late.
        OutcomeUnknown: an unanswered order may still schedule it.
    """
    keys: Sequence[str] = ()
    try:
        letter, found = _meant(office, post)
        name, keys = office.words.letter(letter), letter.posts
        holding.waiting(letter, name)
    except holding.NothingScheduled as nothing:
        refuse_without_key(office, keys)
        return Done(ACT, (office.with_sandbox_note(f"{nothing.message}; {nothing.remedy}"),))
    when = office.format_local(letter.hour) if letter.hour else "not scheduled"
    lines = (Line("letter", name), Line("time", when))
    facts = fingerprint_of(letter.key, [(c.id, c.status) for c in letter.campaigns])
    wish, plan = {"post": post}, (letter, found)
    return Question(ACT, lines, "Take it back", facts, wish, plan, reversible=True)


def do(office: Office, question: Question) -> Done | Question:
    """Take it back: it becomes a held draft in Mailchimp, and held in the ledger.

    Raises:
        PublishError: see ``holding.take_back``.
    """
    with office.lock():
        again = ask(office, **question.wish)
        if isinstance(again, Done) or again.fingerprint != question.fingerprint:
            return again
        letter, found = again.plan
        line = take_back(office, letter, found)
    later = command_to_send_again(letter, found)
    more = office.words.later("send it after all", later) if later else ()
    result = {"slug": letter.slug, "key": letter.key, "state": "held"}
    return Done(ACT, (line, *more), (office.for_scripts(result),))


def take_back(office: Office, letter: Letter, found: Letters, what: str = "") -> str:
    """As ``holding.take_back``, with this office's Mailchimp, ledger and clock; returns the line
    for the author, ``what`` has happened in it."""
    name = office.words.letter(letter)
    marked = holding.take_back(office.api, office.ledger, letter, name, office.clock)
    line = f"{name}: {what or office.words.held}"
    if not marked:
        undo = command("undo", found.handle(letter))
        line += f"; Mailchimp's title could not be marked: run {undo} again"
    return office.with_sandbox_note(line)


def _meant(office: Office, post: str | None) -> tuple[Letter, Letters]:
    found = settling.as_read(office, letters.load_letters(office))
    meant = list(found.all) if post is None else found.named([post])
    waiting = [x for x in meant if x.waiting or x.unfinished or x.past.unanswered]
    # The name of a post means its own letter before a digest that holds it.
    own = [x for x in waiting if post and x.kind != "digest"] or waiting
    if len(own) > 1:
        commands = ", ".join(command("undo", found.handle(x)) for x in own)
        raise Refused(f"{len(own)} letters are scheduled", f"name the one to take back: {commands}")
    if own:
        return own[0], found
    if post is None:
        half = [x for x in meant if holding.unmarked(x)]
        if len(half) != 1:
            raise holding.NothingScheduled("nothing is scheduled", holding.SHOWN)
        return half[0], found
    return meant[0], found


def command_to_send_again(letter: Letter, found: Letters) -> str:
    """The command that sends a letter that was taken back; ``""`` if its post is not public, or a
    copy of it was mailed."""
    slugs = [x.slug for x in found.all if x.issue and letter.holds(x.issue)]
    if letter.mailed or len(slugs) < len(letter.posts):
        return ""
    flag = {"digest": " --digest", "update": " --as-update", "post": ""}[letter.kind]
    return f"publish send {' '.join(slugs)}{flag}"


def refuse_without_key(office: Office, keys: Collection[str] = ()) -> None:
    """Refuse if the live account's ledger has a scheduled letter, of these posts where ``keys`` are
    given, and there is no key.

    Raises:
        ConfigError: it has.
    """
    if not office.account.sandbox:
        return
    past = Ledger(office.settings.content / "ledger").read()
    for letter in catalogue.catalogue((), (), past, {}):
        may_go = letter.past.unanswered or catalogue.waits(letter.past, office.now)
        if may_go and (not keys or titles.holds(letter.posts, *keys)):
            raise ConfigError(
                "its letter is scheduled in Mailchimp, and no key is there to take it back",
                "export MAILCHIMP_API_KEY, then run this again",
            )
