"""The parts of questions about letters: the plan, its lines, and the fingerprint of the
confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from publish.errors import Refused
from publish.newsletter.campaign import Segment
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import IssueState
from publish.office import letters
from publish.office.context import Office
from publish.office.delivery import Delivery
from publish.office.letters import Letters
from publish.office.question import Line, fingerprint_of
from publish.office.timing import Timing
from publish.office.words import command, indented
from publish.post.text import count

OTHER_READERS = "it goes to other readers than its post has now"


@dataclass(frozen=True)
class Plan:
    """The plan behind a question about letters: the deliveries, all letters, and by key why others
    have to wait; under ``""`` that they are too many."""

    items: tuple[Delivery, ...]
    timing: Timing
    letters: Letters
    refused: Mapping[str, Refused] = field(default_factory=dict)


def lines_of(office: Office, item: Delivery) -> list[Line]:
    """The lines about one letter that the author confirms."""
    name, size = office.readers()
    whom = f"{name} ({count(size, 'reader')})"
    if only := readers_of(office, item.segment):
        whom += f", only {only}"
    return [
        Line("letter", office.words.issue(item.issue)),
        Line("subject", item.issue.subject),
        Line("preheader", item.issue.preheader),
        Line("audience", whom),
        Line("from", str(office.sender)),
        Line("time", office.with_sandbox_note(office.format_local(item.timing.at))),
        Line("page", item.issue.url),
    ]


def readers_of(office: Office, only: Segment) -> str:
    """The readers in words; ``""`` for the whole audience.

    Raises:
        ConfigError: the audience has no such segment.
    """
    if only.saved:
        found = office.api.segment(only.saved)
        return f"segment “{found.get('name')}” ({count(found.get('member_count') or 0, 'reader')})"
    return f"those who chose {only.interest}" if only.interest else ""


def changed(office: Office, letter: Letter, found: Letters) -> list[str]:
    """The warning for a scheduled letter whose post, or its readers, changed since; empty if they
    did not."""
    how, words = letters.difference(office, letter, found)
    said = {
        "words": " with other words than its post has now",
        "unknown": "; no copy of it was kept, so whether it changed since is unknown",
    }
    what = said.get(how, "")
    if not letters.same_readers(office, letter, found):
        what += f"; {OTHER_READERS}"
    if not what:
        return []
    when, command = office.format_local(letter.hour), command_to_replace(office, letter, found)
    name = office.words.letter(letter)
    return [f"{name} is scheduled for {when}{what}; {command}", *indented(words)]


def command_to_replace(office: Office, letter: Letter, found: Letters) -> str:
    """How to put the post's present words into a scheduled letter."""
    if letter.issue and letters.same_readers(office, letter, found):
        return f"{command('send', letter.slug, '--replace')} puts the present words in"
    return undo_first(letter, found)


def undo_first(letter: Letter, found: Letters) -> str:
    """How to send another letter in the place of a scheduled one that cannot be changed."""
    return f"{command('undo', found.handle(letter))} takes it back; then send it again"


def fingerprint(office: Office, found: Letters, items: Sequence[Delivery]) -> str:
    """The digest of the account, the deliveries, and what ledger and Mailchimp have of each."""
    account, past = office.account, office.ledger.read()
    known = {letter.key: letter for letter in found.all}
    facts = []
    for key in (item.issue.key for item in items):
        campaigns, it = known[key].campaigns if key in known else (), past.get(key, IssueState())
        recorded = [it.done, it.status, it.held, it.tried, it.unanswered, it.replacing]
        facts.append([recorded, [(c.id, c.status) for c in campaigns]])
    return fingerprint_of(
        account.audience, account.server, account.sandbox, [i.confirmed() for i in items], facts
    )
