"""Gives a post another slug; its identity stays, and its old address redirects to the new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from publish.errors import ConfigError
from publish.post.files import write_whole
from publish.post.frontmatter import remove_key, set_key
from publish.post.slug import slugify
from publish.post.urls import normal
from publish.settings import Settings
from publish.site import addresses
from publish.site.new import LONGEST
from publish.site.posts import Source, matching, only, refuse_owned, refuse_taken, sources


@dataclass(frozen=True)
class Renaming:
    """A ``post`` with its slug ``new``: the bytes that its file will have, and the ``address`` it
    will have, ``""`` where only a build shows it; ``before`` are the addresses that will lead
    there. ``translations`` have its slug, by which Pelican knows them, and get the new one too."""

    post: Source
    new: str
    data: bytes
    address: str
    before: tuple[str, ...] = ()
    translations: tuple[Renaming, ...] = ()

    @property
    def changed(self) -> bool:
        """False where it has that slug already."""
        return self.post.slug != self.new

    def leads(self) -> list[str]:
        """The effects on its addresses, each a part of a sentence."""
        if self.post.fixed:
            return ["its Url or Save_as line sets its address, which stays"]
        attached = self.before and b"{attach}" in self.post.data
        moved = "its {attach} files move too, and nothing leads from their old addresses"
        puts = "the next build puts it" if self.post.public else "once it is public it is"
        here = [f"{puts} at {self.address}"] if self.address else []
        redirects = "alias_redirects" in self.post.settings.plugins
        how = "will lead there" if redirects else "leads there once PLUGINS has alias_redirects"
        leads = [f"{before} {how}" for before in self.before]
        return [*here, *leads, *([moved] if attached else [])]

    def write(self) -> None:
        """Change the file, and first those of its translations: the same command completes it.

        Raises:
            OSError: one cannot be written; it is as it was.
        """
        for one in (*self.translations, self):
            write_whole(one.post.file, one.data)


def renaming(settings: Settings, old: str, new: str) -> Renaming:
    """The post with another ``Slug``, and with the addresses it was published at among its
    ``Aliases``; its translations likewise.

    ``old`` is a slug or a path. ``Uid`` and every other line are not changed. A post that was never
    public gets no alias.

    Raises:
        ConfigError: there is no such post, or the new slug makes no address or is taken.
        Refused: the record of published addresses is damaged.
    """
    if not new or slugify(new, settings.values) != new:
        raise ConfigError(f"{new!r} makes no address", "use small letters, digits and dashes")
    if len(new) > LONGEST:
        raise ConfigError(f"an address of {len(new)} characters", f"use at most {LONGEST}")
    if Path(old).suffix.lower() in (".rst", ".html", ".htm"):
        remedy = "change its slug by hand, and add its address to its aliases"
        raise ConfigError(f"{old}: only Markdown sources are rewritten", remedy)
    found = matching(settings, old)
    alike = len({p.slug for p in found}) == 1 and len({p.lang for p in found}) == len(found)
    post = only(found[:1] if alike else found, old, "name it by its slug or its path")
    made = _renaming(settings, post, new)
    if not made.changed or settings.values.get("ARTICLE_TRANSLATION_ID", "slug") != "slug":
        return made
    others = [p for p in sources(settings, settings.posts) if p.slug == post.slug]
    translations = (_renaming(settings, p, new) for p in others if p.lang != post.lang)
    return replace(made, translations=tuple(translations))


def _renaming(settings: Settings, post: Source, new: str) -> Renaming:
    refuse_taken(settings, new, post.lang, but=post.file)
    if post.slug == new:
        return Renaming(post, new, post.data, post.address(new))
    if not post.header.fields:
        raise ConfigError(f"{post.name}:1: no header begins here", "`publish check` tells how")
    try:
        post.data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{post.name}: is not UTF-8", "save it as UTF-8") from None
    data = set_key(post.data, "Slug", new)
    if post.fixed:
        return Renaming(post, new, data, "")
    before, address = _addresses(post, new)
    data = _with_aliases(post, data, before, address)
    return Renaming(post, new, data, address, before)


def rename(settings: Settings, old: str, new: str) -> Renaming:
    """Give the post another slug; see ``renaming``.

    Raises:
        ConfigError, Refused: it cannot be.
    """
    made = renaming(settings, old, new)
    if made.changed:
        made.write()
    return made


def _addresses(post: Source, new: str) -> tuple[tuple[str, ...], str]:
    """The addresses that must redirect, and the new one, ``""`` if unknown.

    Raises:
        ConfigError: another post was published at the new one, or has it among its aliases.
    """
    known = addresses.recorded(post.settings)
    own = [a for a in addresses.read(post.settings) if known.uid_at(a) in post.uids]
    brought = {normal(alias) for alias in post.aliases}
    had = [address for address in own if normal(address) not in brought]
    # A site without recorded addresses has public ones too.
    if not own and post.public and (likely := post.address(post.slug)):
        had = [likely]
    address = post.address(new) or next(
        (new.join(parts) for a in had if len(parts := a.rsplit(post.slug or "/", 1)) == 2), ""
    )
    if address:
        refuse_owned(post.settings, address, post.uids, post.file)
    return tuple(a for a in had if normal(a) != normal(address)), address


def _with_aliases(post: Source, data: bytes, before: tuple[str, ...], address: str) -> bytes:
    """``data`` with the addresses added to its aliases, without its new ``address`` (as when a
    rename is undone)."""
    kept = [a for a in dict.fromkeys([*post.aliases, *before]) if normal(a) != normal(address)]
    if kept == post.aliases:
        return data
    return set_key(data, "Aliases", ", ".join(kept)) if kept else remove_key(data, "Aliases")
