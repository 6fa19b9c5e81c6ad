"""Loads all letters, and answers questions about single ones; used by every act about letters."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from publish.errors import ConfigError, Refused
from publish.newsletter import catalogue, changes, issue, selection, titles
from publish.newsletter.campaign import DELETED, SCHEDULED, Campaign, Segment, by_age
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import IssueState, hour_of
from publish.newsletter.selection import Bounds, Candidate
from publish.office.context import Office
from publish.office.site import Site
from publish.post import stamps
from publish.post.identity import SINCE
from publish.post.issue import Issue, key_of
from publish.settings import Settings

GONE = "its post is not public any more, or not for the mail"
ELSEWHERE = "its post is not here"


@dataclass(frozen=True)
class Letters:
    """All letters, and the audience's campaigns that this tool did not make."""

    all: tuple[Letter, ...]
    folder: Path
    site: Site
    foreign: tuple[Campaign, ...] = ()

    def named(self, names: Sequence[str]) -> list[Letter]:
        """The letters with these ``names``, in the catalogue's order; all if there is no name.

        Raises:
            ConfigError: there is no letter of a name.
            Refused: a name is a post's that is not for the mail, or not public.
        """
        if not names:
            return list(self.all)
        keys = {letter.key for name in names for letter in self._named(name)}
        return [letter for letter in self.all if letter.key in keys]

    def _named(self, name: str) -> list[Letter]:
        try:
            return catalogue.named(self.all, name)
        except ConfigError:
            # A post that was renamed and not built since: its letter has the old name.
            own = [key_of([uid]) for uid in self.site.uids(name)]
            found = [x for x in self.all if titles.holds(x.posts, *own)]
            if found:
                return found
            if why := self.site.why_not(name):
                raise Refused(f"{name}: {why}", "it has no letter before that changes") from None
            raise

    def is_orphan(self, letter: Letter) -> bool:
        """Whether it is scheduled although one of its posts is no longer public here."""
        return self.lacks_post(letter) and is_known(self.site.settings, letter)

    def lacks_post(self, letter: Letter) -> bool:
        """Whether it is scheduled and one of its posts is not public here: it is not composed, or
        its source says so by now. Not so if only the content is not fit."""
        if not letter.waiting:
            return False
        parts = [x.issue for x in self.all if x.issue and letter.holds(x.issue)]
        public = [key for part in parts if not self.site.withdrawn(part) for key in part.keys]
        if not catalogue.lacks_post(letter, public):
            return False
        public += [key_of([uid]) for uids in self.site.public() for uid in uids]
        return catalogue.lacks_post(letter, public)

    def handle(self, letter: Letter) -> str:
        """The letter's unambiguous name on the command line."""
        return catalogue.handle(letter, self.all)


def is_known(settings: Settings, letter: Letter) -> bool:
    """Whether its posts were ever public here, or it was sent from here. Another site with this
    audience has letters too, and a machine whose posts were not pulled yet."""
    from publish.site import addresses

    ever = [key_of([uid]) for uid in addresses.read(settings).values()]
    return bool(letter.past.intent) or not catalogue.lacks_post(letter, ever)


def load_letters(office: Office, folder: Path | None = None) -> Letters:
    """All letters, with the issues composed in ``folder`` (default: as they were built).

    Raises:
        ConfigError, NothingSent: Mailchimp refuses, has no such audience, or cannot be reached.
        Refused: the ledger or a composed issue is damaged.
    """
    folder = folder or office.settings.issues
    past, listing = office.ledger.read(), office.api.campaigns()
    if not listing:
        # An audience that does not exist has no campaigns either.
        office.api.audience()
    made = catalogue.catalogue(issue.list_issues(folder), listing, past, office.ledger.records())
    found = [replace(_with_unlisted(office, x), fresh=_is_fresh(office, x.past)) for x in made]
    ours = {campaign.id for letter in found for campaign in letter.campaigns}
    foreign = tuple(campaign for campaign in listing if campaign.id not in ours)
    return Letters(tuple(found), folder, office.site, foreign)


def _with_unlisted(office: Office, letter: Letter) -> Letter:
    """The letter with its campaign, if no listing of this audience shows that, as after a change of
    the audience in the settings."""
    known = letter.past.status == DELETED
    own = office.api.campaign(letter.lost) if letter.lost and not known else None
    if not isinstance(own, Campaign):
        return letter
    return replace(letter, campaigns=tuple(by_age([own, *letter.campaigns])))


def _is_fresh(office: Office, past: IssueState) -> bool:
    """Whether Mailchimp may not show yet that the letter is scheduled."""
    answered = past.done_at if past.status == SCHEDULED and not past.held else None
    return answered is not None and office.clock() < answered + office.account.limits.settle


def bounds(office: Office, found: Letters) -> Bounds:
    """Today's bounds of automatic selection."""
    from publish.site import addresses

    limits, days = office.account.limits, addresses.read(office.settings, SINCE)
    known, today = (
        addresses.read(office.settings).values(),
        office.now.astimezone(office.zone).date(),
    )
    made = (letter.issue for letter in found.all if letter.issue)
    # What no build has noted yet becomes public by the one before it is sent.
    public = {x.uid: today for x in made if not {x.uid, *x.was}.intersection(known)}
    public |= {uid: date.fromisoformat(day) for uid, day in days.items()}
    return Bounds(
        today,
        limits.max_age_days,
        limits.since,
        public,
        _first_letter(office, found.all),
    )


def choices(office: Office, found: Letters, named: Collection[str] = ()) -> list[Candidate]:
    """The decision of `send` about each composed post; ``named`` are the keys that the author
    named."""
    return selection.choose(found.all, bounds(office, found), named)


def parts(letter: Issue, found: Letters) -> list[Issue]:
    """The composed issues of the posts that a letter holds."""
    keys = letter.posts or (letter.update_of or letter.key,)
    return [x.issue for x in found.all if x.issue and x.key in keys] or [letter]


def source_digests(office: Office, letter: Issue, found: Letters) -> dict[str, str]:
    """The digest of each source of the letter, by path."""
    names = sorted({part.source for part in parts(letter, found)})
    return {name: stamps.digest(str(office.settings.root / name)) for name in names}


def composed_digests(folder: Path, slugs: Sequence[str]) -> dict[str, str]:
    """The digest of each issue as composed at this moment; ``""`` for a missing one."""
    found = {}
    for slug in slugs:
        try:
            found[slug] = str(json.loads((folder / slug / "issue.json").read_bytes())["digest"])
        except (OSError, ValueError, KeyError):
            found[slug] = ""
    return found


def segment(office: Office, item: Issue) -> Segment:
    """The readers of the first of the post's categories that has a topic; else everyone."""
    only = topic(office, item)
    return office.api.interest(only.interest) if only.interest else only


def same_readers(office: Office, letter: Letter, found: Letters) -> bool:
    """Whether its campaign goes to the readers that its posts have now, as far as they are here."""
    item, here = current_issue(letter, found), office.account.audience
    campaigns = letter.scheduled or letter.drafts[:1]
    only = topic(office, item) if item else None
    return only is None or all(c.list_id == here and only.fits(c.segment or {}) for c in campaigns)


def topic(office: Office, item: Issue) -> Segment:
    """As ``segment``, without a request: of an interest, not where it is in Mailchimp."""
    topics = (office.account.topics.get(category.casefold()) for category in item.categories)
    value = next(filter(None, topics), "")
    return Segment(saved=int(value)) if value.isdigit() else Segment(interest=value)


def sent_copy(office: Office, key: str) -> Issue | None:
    """The issue as it was last sent or scheduled; None where no copy was kept as it was."""
    try:
        return issue.read(office.ledger.kept(key))
    except Refused:
        return None


def current_issue(letter: Letter, found: Letters) -> Issue | None:
    """The issue as it would be now; None if a post of it is not public.

    Raises:
        Refused: a composed issue is damaged, or cannot be joined.
    """
    parts = [
        next((x.issue for x in found.all if x.issue and x.key.startswith(post)), None)
        for post in letter.posts
    ]
    whole = [issue.read(found.folder / part.slug) for part in parts if part]
    if not whole or len(whole) < len(parts):
        return None
    return issue.join(whole) if letter.kind == "digest" else whole[0]


def difference(office: Office, letter: Letter, found: Letters) -> tuple[str, list[changes.Change]]:
    """The difference between the letter now and as mailed or scheduled: its kind, and the
    changed words. The kind is ``""`` for none, if it was taken back, a post is not public, or an
    update is scheduled or has these words; ``words``; ``layout`` if the words are equal;
    ``unknown`` if no copy was kept."""
    if letter.held or not (letter.active or letter.past.done):
        return "", []
    new = current_issue(letter, found)
    if new is None or (letter.kind == "post" and _updated(new, found)):
        return "", []
    record = letter.sent_record or {}
    # The preview composes drafts too, under addresses that no reader ever sees.
    if record.get("digest") == new.digest or any(map(found.site.withdrawn, parts(new, found))):
        return "", []
    old = sent_copy(office, letter.key) if record else None
    if old is None:
        return "unknown", []
    lines = changes.between(old, new)
    return ("words", lines) if lines else ("layout", [])


def vanished(head: Issue, found: Letters) -> dict[str, str]:
    """By key, the letters of a post whose campaign is gone and may have been mailed before."""
    return {
        x.key: x.lost or x.past.tried
        for x in found.all
        if x.holds(head) and (x.lost or (x.past.tries and not x.campaigns))
    }


def update_key(head: Issue, found: Letters) -> str:
    """The key of an update with the words of ``head``."""
    gone, words = vanished(head, found), head.digest
    while (key := key_of([head.uid], update=words)) in gone:
        # These words were mailed as an update before, and its campaign is gone.
        words += gone[key]
    return key


def _updated(head: Issue, found: Letters) -> bool:
    key = update_key(head, found)
    updates = (x for x in found.all if x.kind == "update" and x.holds(head))
    return any(x.scheduled or (x.begun and x.key == key) for x in updates)


def _first_letter(office: Office, found: Sequence[Letter]) -> date | None:
    times = []
    for letter in found:
        if letter.mailed:
            hour = hour_of(letter.active.send_time) if letter.active else None
            done = letter.past.done_at
            times += [hour.timestamp()] if hour else [done] if done else []
    return datetime.fromtimestamp(min(times), office.zone).date() if times else None
