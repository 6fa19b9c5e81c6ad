"""Guards permalinks: every published address stays a page or a redirect.

``content/ledger/urls.json`` holds each address with the identity behind it, and is committed. A
build that would lose one is refused, with the line to paste that redirects it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from publish.errors import Refused
from publish.post import identity
from publish.post.files import write_whole
from publish.post.identity import RETIRED, SINCE, URLS, Recorded
from publish.settings import Settings

T = TypeVar("T")
Known = dict[str, str]
"""A table of the ledger; mostly address to Uid."""


class Published(NamedTuple):
    """All addresses that were ever published, and those that have a page now."""

    ever: Known
    now: frozenset[str]


def guard(settings: Settings, listed: Path, shown: Collection[str]) -> Published | None:
    """The addresses to record after this build; None if the site lists none.

    ``listed`` is what the post_identity plugin wrote: address to ``uid`` and ``source``; ``shown``
    are the files of the staged site.

    Raises:
        Refused: an address would be lost, or has another identity than it was published with; the
            message holds the line to paste.
    """
    if not listed.is_file():
        return None
    now = json.loads(listed.read_bytes())
    past = read(settings)
    files = set(shown)
    published = recorded(settings)
    for address, entry in sorted(now.items()):
        if other := published.contradicts(address, entry["uid"], tuple(entry.get("was", ()))):
            message, remedy = identity.complaint(other, entry["uid"])
            raise Refused(f"{settings.content.name}/{entry['source']}:1: {message}", remedy)
    sources = {entry["uid"]: entry["source"] for entry in now.values()}
    lost = [a for a in sorted(past) if a not in now and not _leads_on(a, files)]
    if lost:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        source = sources.get(past[lost[0]])
        message, remedy = complaint(settings.content.name, lost[0], source)
        raise Refused(message + more, remedy)
    # An address published under an earlier Uid stays recorded with that one: without its `Was` line
    # the post would be new to the newsletter, which must be reported.
    earlier = {a: past[a] for a, entry in now.items() if past.get(a) in entry.get("was", ())}
    own = {a: entry["uid"] for a, entry in now.items()}
    return Published(past | own | earlier, frozenset(now))


def complaint(content: str, address: str, source: str | None) -> tuple[str, str]:
    """The message and the remedy for a lost address. Pure. ``source`` is the post that was there
    and has another address now; None if it is gone."""
    paste = f"Aliases: {address}"
    if source is not None:
        return (
            f"{content}/{source}:1: its published address {address} would be a 404",
            f"add to its front matter: {paste}",
        )
    return (
        f"{content}/ledger/urls.json:1: the published address {address} would be a 404",
        f"put the post back, or add to the post that takes its place: {paste}; to let it go: "
        f"`publish retract {address}`",
    )


def read(settings: Settings, name: str = URLS) -> Known:
    """A table of the ledger: each address that was ever published to its Uid (``URLS``), each Uid
    to the day its first address became public (``SINCE``), each address that was taken off the site
    to where it leads (``RETIRED``).

    Raises:
        Refused: the file is damaged, and must not count as empty.
    """
    return _refusing(settings, lambda content: identity.read_table(content, name))


def recorded(settings: Settings) -> Recorded:
    """The published addresses, normalized, with the retired ones.

    Raises:
        Refused: a file is damaged.
    """
    return _refusing(settings, identity.read_recorded)


def _refusing(settings: Settings, read: Callable[[Path], T]) -> T:
    try:
        return read(settings.content)
    except identity.Damaged as damage:
        where = settings.content / damage.name
        raise Refused(f"{where}:1: {damage}", identity.remedy_of(str(damage))) from None


def record(settings: Settings, known: Published) -> None:
    """Record the addresses, and today as the first day of each new Uid. A retired address that has
    a page again is removed from the retired ones."""

    def write(name: str, table: Known) -> None:
        write_whole(settings.content / name, identity.table_bytes(table))

    fresh = set(known.ever.values()) - set(read(settings).values())
    today = datetime.now(ZoneInfo(settings.timezone)).date().isoformat()
    days = read(settings, SINCE)
    # The days first: an address without one would count as public since its post's Date.
    if fresh - days.keys():
        write(SINCE, dict.fromkeys(fresh, today) | days)
    write(URLS, known.ever)
    off = read(settings, RETIRED)
    if back := known.now & off.keys():
        write(RETIRED, {a: v for a, v in off.items() if a not in back})


def _leads_on(address: str, files: set[str]) -> bool:
    """Whether the staged site has a page or a redirect at an address."""
    path = address.strip("/")
    return bool({path, f"{path}/index.html", f"{path}.html"} & files)


def letter_pictures(settings: Settings) -> set[str]:
    """The files below the output folder that issues in the ledger name as their pictures, at the
    site's address or at the one that letters have (``NEWSLETTER_SITEURL``), by http or https.

    An issue is in the ledger from the moment it may go out. Damaged records are ignored.
    """
    urls = (settings.siteurl, str(settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl))
    own = [(parts.netloc, parts.path.rstrip("/") + "/") for parts in map(urlsplit, urls)]
    files: set[str] = set()
    for file in Path(settings.content, "ledger", "issues").glob("*/issue.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            for address in json.loads(file.read_bytes())["images"]:
                parts = urlsplit(str(address))
                for host, base in own:
                    if parts.netloc == host and parts.path.startswith(base):
                        files.add(unquote(parts.path.removeprefix(base)))
    return files
