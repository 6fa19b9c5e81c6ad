"""The catalogue of all letters, joined from ledger, Mailchimp's campaigns and composed issues.
Pure.

No command starts from the posts alone: Mailchimp may have a letter whose post was retracted,
renamed or never built on this machine, and updates and digests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from publish.errors import ConfigError
from publish.newsletter import titles
from publish.newsletter.campaign import DELETED, DRAFT, PAUSED, SCHEDULED, Campaign, by_age
from publish.newsletter.facts import IssueState, hour_of
from publish.post.issue import Issue, key_of

Kind = Literal["post", "update", "digest"]
KINDS: dict[Kind, str] = {
    "post": "a letter of an earlier Uid",
    "update": "an update",
    "digest": "a digest",
}
"""Each kind of another letter that holds a post, in words."""
UNSHOWN = "a draft in Mailchimp, taken back there or not shown as scheduled yet"


@dataclass(frozen=True)
class Letter:
    """One letter by its ``key``.

    ``slug`` is the name to type; ``posts`` are the keys of its posts, short ones where only
    Mailchimp has them; ``issue`` is the composed issue, None unless it is a plain letter of a built
    post; ``sent_record`` the ledger's record of the sent issue; ``campaigns`` have the oldest
    first. ``fresh``: its schedule was answered so lately that Mailchimp may still show a draft.
    """

    key: str
    slug: str
    title: str
    kind: Kind
    posts: tuple[str, ...]
    past: IssueState
    campaigns: tuple[Campaign, ...] = ()
    issue: Issue | None = None
    sent_record: Mapping[str, Any] | None = None
    fresh: bool = False

    @property
    def active(self) -> Campaign | None:
        """The campaign that is sent, being sent or scheduled; None without one."""
        return next((c for c in self.campaigns if c.out), None)

    @property
    def scheduled(self) -> tuple[Campaign, ...]:
        """The scheduled campaigns: more than one if a person made copies."""
        return tuple(c for c in self.campaigns if c.status == SCHEDULED)

    @property
    def drafts(self) -> tuple[Campaign, ...]:
        """The draft campaigns."""
        return tuple(c for c in self.campaigns if c.status == DRAFT)

    @property
    def waiting(self) -> tuple[Campaign, ...]:
        """The campaigns that no reader has: scheduled, also if that is not shown yet, or paused
        before their hour."""
        paused = (c for c in self.campaigns if c.status == PAUSED and not c.emails_sent)
        late = (c for c in self.drafts if self.fresh and c.id == self.past.done and not c.held)
        return (*self.scheduled, *paused, *late)

    @property
    def mailed(self) -> bool:
        """Whether it is sent or being sent."""
        campaign = self.active
        known = self.past.status if self.past.done and not self.drafts else ""
        status = campaign.status if campaign else known
        return status not in ("", SCHEDULED, PAUSED, DELETED)

    @property
    def begun(self) -> bool:
        """Whether it is sent, being sent or scheduled, or a request for it has no answer yet."""
        done = self.past.done and not self.held
        return bool(self.active or done or self.past.unanswered or self.unfinished)

    @property
    def held(self) -> bool:
        """Whether it was taken back: then it is sent only if the author names it. The ledger or a
        title records that; or it is scheduled in the ledger and a draft in Mailchimp, where a
        person unscheduled it."""
        if self.active:
            return False
        taken = self.past.done and any(c.id == self.past.done for c in self.drafts)
        return self.past.held or bool(taken) or any(c.held for c in self.drafts)

    @property
    def why_held(self) -> str:
        """Why it is held, in words."""
        return UNSHOWN if self.waiting else "taken back; it goes out only by name"

    @property
    def lost(self) -> str:
        """The campaign that is scheduled in the ledger, or had an order answered, and that
        Mailchimp no longer lists; ``""`` for none."""
        past = self.past
        name = past.done if past.status in (SCHEDULED, DELETED) else ""
        name = past.tried if not past.done and not past.tries else name
        listed = self.active or any(c.id == name for c in self.campaigns)
        return "" if listed else name

    @property
    def hour(self) -> datetime | None:
        """The time it is scheduled for; None if it is not."""
        return hour_of(self.scheduled[0].send_time) if self.scheduled else None

    @property
    def unfinished(self) -> datetime | None:
        """The hour of a replacement that was begun and not completed; None if there is none."""
        moved_on = any(c.status not in (DRAFT, SCHEDULED) for c in self.campaigns)
        if self.held or self.lost or moved_on:
            return None
        if self.past.replacing:
            return hour_of(self.past.replacing.hour)
        if self.active or self.past.done:
            return None
        return next((c.marks.hour for c in self.drafts if c.marks.hour), None)

    def holds(self, issue: Issue) -> bool:
        """Whether it contains this post, under its present or an earlier identity."""
        return titles.holds(self.posts, *issue.keys)


def catalogue(
    issues: Sequence[Issue],
    campaigns: Iterable[Campaign],
    past: Mapping[str, IssueState],
    records: Mapping[str, Mapping[str, Any]],
) -> list[Letter]:
    """Every letter: those of ``issues`` in their order, then the others by their campaigns' age."""
    listed: dict[str, list[Campaign]] = {}
    # A campaign whose title was changed in Mailchimp is recognized by its id.
    renamed = {known.done: key for key, known in past.items() if known.done}
    for campaign in campaigns:
        if key := campaign.key or renamed.get(campaign.id):
            listed.setdefault(key, []).append(campaign)
    composed = {issue.key: issue for issue in issues}
    others = sorted(
        {*listed, *past, *records} - composed.keys(),
        key=lambda key: (min((c.create_time for c in listed.get(key, ())), default="~"), key),
    )
    return [
        _letter(
            key,
            composed.get(key),
            by_age(listed.get(key, ())),
            past.get(key) or IssueState(),
            records.get(key),
            issues,
        )
        for key in (*composed, *others)
    ]


def lacks_post(letter: Letter, public: Collection[str]) -> bool:
    """Whether a post of the letter is not among the ``public`` ones (their keys, under earlier
    identities too): it was retracted or deleted, is a draft, or is not for the mail."""
    return not all(any(key.startswith(post) for key in public) for post in letter.posts)


def named(letters: Sequence[Letter], name: str) -> list[Letter]:
    """The letters with that ``name``: a campaign's id, a key, a slug or a path; else those that
    contain the post of that name, such as a digest.

    Raises:
        ConfigError: there is none.
    """
    wanted = name.replace("\\", "/").removeprefix("./").strip("/")
    for letter in letters:
        if wanted == letter.key or any(wanted == c.id for c in letter.campaigns):
            return [letter]
    found = [letter for letter in letters if _called(letter, wanted)]
    plain = [letter for letter in found if letter.kind == "post"]
    posts = {key for x in plain for key in (x.issue.keys if x.issue else (x.key,))}
    found += [x for x in letters if x not in found and titles.holds(x.posts, *posts)]
    if not found and len(wanted) >= titles.SHORT:
        found = [letter for letter in letters if letter.key.startswith(wanted)]
    if not found:
        raise ConfigError(
            f"{name or 'an empty name'}: there is no letter and no composed issue of such a post",
            "`publish status` lists them all; name one by its slug, its key or its campaign",
        )
    return found


def handle(letter: Letter | Issue, letters: Iterable[Letter]) -> str:
    """The unambiguous name of a letter on the command line: its slug, or its key where another one
    of that slug is scheduled."""
    twins = (x for x in letters if x.slug == letter.slug and x.key != letter.key)
    return letter.key if not letter.slug or any(x.scheduled for x in twins) else letter.slug


def waits(past: IssueState, now: datetime) -> bool:
    """Whether the ledger has a letter set to go, or being replaced, for ``now`` or later."""
    hour = hour_of(past.promised)
    begun = past.replacing or (past.done and past.status == SCHEDULED)
    return bool(begun) and (hour is None or hour >= now)


def _called(letter: Letter, wanted: str) -> bool:
    record, intent = letter.sent_record or {}, letter.past.intent or {}
    slugs = {letter.slug, str(record.get("slug") or "")}
    if letter.kind == "post":
        slugs.add(str(intent.get("slug") or ""))
    sources = (letter.issue.source if letter.issue else "", str(record.get("source") or ""))
    by_path = "." in wanted and any(f"/{source}".endswith(f"/{wanted}") for source in sources)
    return bool(wanted) and (wanted in slugs or by_path)


def _letter(
    key: str,
    issue: Issue | None,
    campaigns: list[Campaign],
    past: IssueState,
    record: Mapping[str, Any] | None,
    issues: Sequence[Issue],
) -> Letter:
    # From the ledger: the facts of the last attempt, else the record of the kept copy.
    recorded = {**(record or {}), **{k: v for k, v in (past.intent or {}).items() if v}}
    first = campaigns[0] if campaigns else None
    marks = first.marks if first else titles.Marks()
    listed = recorded.get("posts")
    posts = tuple(map(str, listed)) if listed and isinstance(listed, list) else marks.posts
    of, uid = str(recorded.get("of") or marks.of), str(recorded.get("uid") or "")
    if not of and not posts and not issue and uid and key_of([uid]) != key:
        of = key_of([uid])
    subject = titles.subject_in(first.title) if first else ""
    title = str(recorded.get("title") or subject or recorded.get("subject") or "")
    slug = str(recorded.get("slug") or "")
    if issue:
        title, slug = issue.title, issue.slug
    kind: Kind = "digest" if posts else "update" if of else "post"
    if kind == "digest":
        slug = slug or f"digest-{titles.short(key)}"
    elif kind == "update":
        post = next((issue for issue in issues if titles.holds((of,), issue.key)), None)
        slug, posts = post.slug if post else slug, (of,)
    plain = issue if kind == "post" else None
    return Letter(key, slug, title, kind, posts or (key,), past, tuple(campaigns), plain, record)
