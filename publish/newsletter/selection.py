"""Which posts become issues, and why the others do not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from publish.errors import ConfigError
from publish.newsletter.facts import Past
from publish.post.issue import Issue


@dataclass(frozen=True)
class Choice:
    """A post and the verdict: ``send`` says whether it goes out, ``why`` in plain words."""

    issue: Issue
    send: bool
    why: str


def named(issues: Sequence[Issue], posts: Sequence[str]) -> list[Issue]:
    """The issues that ``posts`` name, by slug or by path under the content folder.

    Raises:
        ConfigError: one names none.
    """
    found: dict[str, Issue] = {}
    for post in posts:
        wanted = post.replace("\\", "/").removeprefix("./").strip("/")
        hits = [i for i in issues if wanted == i.slug or wanted == i.source]
        hits = hits or [i for i in issues if i.source.endswith(f"/{wanted}") and "." in wanted]
        if not hits:
            raise ConfigError(
                f"{post}: there is no composed issue of such a post",
                "check the slug, that it is published and not `Newsletter: no`, "
                "then run `publish build`",
            )
        found[hits[0].key] = hits[0]
    return list(found.values())


def choose(
    issues: Sequence[Issue],
    past: Mapping[str, Past],
    now: datetime,
    *,
    max_age_days: float,
    chosen: Collection[str] = (),
) -> list[Choice]:
    """The verdict on each issue, oldest first. ``chosen`` are the keys the author named.

    An old post is never picked by itself: the first run must not mail an archive.
    """
    digests = {
        post: (key, known)
        for key, known in past.items()
        for post in (known.intent or {}).get("posts", ())
        if known.done or known.try_at is not None
    }
    return [
        _verdict(issue, past.get(issue.key), digests.get(issue.key), now, max_age_days, chosen)
        for issue in issues
    ]


def _verdict(
    issue: Issue,
    past: Past | None,
    digest: tuple[str, Past] | None,
    now: datetime,
    max_age: float,
    chosen: Collection[str],
) -> Choice:
    if digest:
        key, known = digest
        state = known.status or "sent" if known.done else "perhaps sent; `publish status` tells"
        return Choice(issue, False, f"in the digest {key[:8]}, which is {state}")
    if past and past.done:
        return Choice(issue, False, f"already {past.status or 'sent'} (campaign {past.done})")
    if past and past.try_at is not None:
        return Choice(issue, True, "an earlier run's answer was lost; this run settles it")
    if issue.key in chosen:
        return Choice(issue, True, "you named it")
    if chosen:
        return Choice(issue, False, "not named")
    if now - issue.date > timedelta(days=max_age):
        days = (now - issue.date).days
        return Choice(issue, False, f"{days} days old: an older post goes out only when named")
    return Choice(issue, True, "new")
