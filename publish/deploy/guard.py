"""Decides which deploys are refused, before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from publish.deploy.plan import Remote
from publish.deploy.release import CONTROL, Record, Release, is_page
from publish.errors import NothingSent, Refused
from publish.post.urls import folded

DELETE_LIMIT = 5
"""A deploy deletes at most one page in this many, unless it is allowed to delete more."""


class Age(Enum):
    """How the commit of our release relates to another's."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    DIVERGED = "diverged"
    """Neither is an ancestor of the other."""
    UNKNOWN = "unknown"
    """The repository lacks the other commit."""
    NONE = "none"
    """One of the releases was not made from a commit."""


Compare = Callable[[str, str], Age]
"""From two commits to the relation of the first to the second."""


def require_fit(release: Release) -> None:
    """Refuse a site that no reader should get.

    Raises:
        Refused: it is empty, a name cannot travel, or two would be one file on some machine.
    """
    if "index.html" not in release.files:
        raise Refused("the built site has no index.html", "run `publish build`, then deploy")
    seen: dict[str, str] = {}
    for path in sorted(release.files):
        if CONTROL.search(path):
            raise Refused(
                f"{path!a}: a line break or the like is in the file's name",
                "rename it, then build and deploy again",
            )
        same = folded(path)
        if same in seen:
            raise Refused(
                f"{seen[same]} and {path} are one file on some machines and two on others",
                "rename one of them, then build and deploy again",
            )
        seen[same] = path


def require_pages(release: Release, remote: Remote, allowed: bool) -> None:
    """Refuse to take down much of what is up.

    Raises:
        Refused: more than a fifth of the pages would vanish, and that is not ``allowed``.
    """
    record = remote.record or Record()
    # New pages of a deploy that has not ended are no part of what is up.
    unfinished = set(record.planned) - set(record.files)
    pages = [p for p in sorted(remote.files) if is_page(p) and p not in unfinished]
    gone = [p for p in pages if p not in release.files]
    if len(gone) * DELETE_LIMIT > len(pages) and not allowed:
        more = ", …" if len(gone) > 1 else ""
        raise Refused(
            f"{len(gone)} of {len(pages)} pages would vanish ({gone[0]}{more})",
            "if that is meant: publish deploy --allow-deletes",
        )


def is_superseded(
    release: Release, record: Record | None, compare: Compare, *, resume: bool, target_changed: bool
) -> bool:
    """Whether the release in ``record`` is newer than ``release``: then there is nothing to do,
    which is no error. ``target_changed``: another deploy changed the target while this
    one was under way. ``resume``: the author asks for ``release`` to be put up, whatever is there.

    Raises:
        Refused: a rollback stands.
        NothingSent: it is unknown which of the two is newer.
    """
    if record is None or resume:
        return False
    if record.hold:
        hold = record.hold
        if hold.source and compare(release.source, hold.source) is Age.NEWER:
            return False
        raise Refused(
            f"the site was rolled back from release {hold.release[:12]}, and this is no newer "
            "source",
            "commit the correction, then deploy; or, to put this up all the same: "
            "publish deploy --resume",
        )
    age = compare(release.source, record.source)
    if age in (Age.SAME, Age.NONE):
        return target_changed and record.release != release.id and record.time > release.time
    if age in (Age.DIVERGED, Age.UNKNOWN):
        why = "which is not in this repository" if age is Age.UNKNOWN else "on another branch"
        raise NothingSent(
            f"the site was uploaded from commit {record.source[:12]}, {why}",
            "git pull (git fetch --unshallow in a shallow clone), build and deploy again; to put "
            "this one up all the same: publish deploy --resume",
        )
    return age is Age.OLDER
