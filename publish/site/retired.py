"""Takes a post off the site; its addresses redirect, or show a page that says it is gone.

``content/ledger/retired.json`` holds them; the plugin ``alias_redirects`` makes the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publish.errors import ConfigError
from publish.post import frontmatter
from publish.post.aliases import is_lead, parse_alias
from publish.post.files import write_whole
from publish.post.identity import RETIRED, table_bytes
from publish.post.urls import normal, path_of
from publish.settings import Settings
from publish.site import addresses
from publish.site.posts import matching, only, sources

SCHEMES = ("https://", "http://")


@dataclass(frozen=True)
class Retraction:
    """A post to take off: its source (None if already deleted), its identities, the addresses it
    was published at, and a digest of the source."""

    name: str
    file: Path | None
    uids: tuple[str, ...]
    addresses: tuple[str, ...]
    digest: str


def retraction(settings: Settings, post: str) -> Retraction:
    """The retraction of the post with that slug, path or published address.

    Raises:
        ConfigError: there is no such post, or several have that slug.
        Refused: the ledger's files are damaged.
    """
    published, post = addresses.read(settings), _path(settings, post)
    path = post.replace("\\", "/").removeprefix("./").strip("/")
    found = matching(settings, post)
    for address, uid in published.items() if path and not found else ():
        if normal(address) == normal(f"/{path}"):
            every = sources(settings, (*settings.posts, *settings.pages))
            found = [source for source in every if uid in source.uids]
            if not found:
                own = tuple(place for place, owner in published.items() if owner == uid)
                return Retraction(address, None, (uid,), own, "")
    source = only(found, post, "name it by its slug, path or address")
    places = [address for address, owner in published.items() if owner in source.uids]
    if places:
        # An alias whose redirect is removed with the post.
        places += [alias for alias in source.aliases if _stands_alone(alias)]
    own = tuple(dict.fromkeys(places))
    return Retraction(source.name, source.file, source.uids, own, source.digest)


def target(settings: Settings, to: str, taken: Retraction) -> str:
    """The validated target for the addresses of ``taken``.

    Raises:
        ConfigError: ``to`` is no address, is not of this site, or is one of ``taken``.
    """
    to = _path(settings, to)
    if is_lead(to) and not to.startswith("/"):
        return to
    gone = {normal(address) for address in (*taken.addresses, *addresses.read(settings, RETIRED))}
    try:
        parse_alias(to)
    except ValueError as error:
        why = "is no address" if to.startswith(SCHEMES) else error
        remedy = "write an address of this site, /new/, or a whole one"
        raise ConfigError(f"{to or 'an empty address'}: {why}", remedy) from None
    if normal(to) in gone:
        raise ConfigError(f"{to}: it goes off the site itself", "choose another, or none")
    if not leads_somewhere(settings, to):
        raise ConfigError(f"{to}: nothing was published there", "choose another, or none")
    return to


def leads_somewhere(settings: Settings, to: str) -> bool:
    """Whether there is something at ``to``, as the last build has it; of other sites always."""
    published = {normal(address) for address in addresses.read(settings)}
    # Lists and files are published too, and no post's.
    there = normal(to) in {"/", *published} or (settings.output / normal(to)[1:]).exists()
    return there or not to.startswith("/")


def retire(settings: Settings, file: Path | None, leads: Mapping[str, str]) -> None:
    """Make the source a draft, keeping every other byte, and record the targets of its addresses.

    Raises:
        OSError: a file cannot be written; it is as it was.
    """
    known = addresses.read(settings, RETIRED) | dict(leads)
    # The targets first: a draft with a lost address would stop every build.
    if leads:
        write_whole(settings.content / RETIRED, table_bytes(known))
    if file:
        write_whole(file, frontmatter.set_key(file.read_bytes(), "Status", "draft"))


def _path(settings: Settings, text: str) -> str:
    """``text``; the path of an address of the site that is whole, as a browser shows it."""
    return (text.startswith(SCHEMES) and path_of(settings.siteurl, text)) or text


def _stands_alone(alias: str) -> bool:
    """Whether the alias has a page of its own, unlike one that differs by its query."""
    try:
        return bool(parse_alias(alias).file)
    except ValueError:
        return False
