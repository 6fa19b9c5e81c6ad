"""Rules about identities and addresses: Uid, slug, aliases."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote

from publish.checks import addresses
from publish.checks.rule import site_rule, source_rule
from publish.checks.rules.frontmatter import beyond
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.aliases import FORBIDDEN, GONE, Alias, Occupied, folders_of, parse_alias
from publish.post.diagnostic import Problem, quoted
from publish.post.identity import RETIRED, complaint, remedy_of, uid_of, was_of
from publish.post.slug import slugify
from publish.post.urls import LONGEST_NAME, normal

SLUG = re.compile(r"[a-z0-9][a-z0-9._~-]*")
UID = re.compile(r"[0-9a-z]{12,64}")
LONGEST_PART = 240
"""Bytes of one part of an address; disks allow 255, and temporary files have longer names."""
OUTSIDE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\~]|^[A-Za-z]:|[\x00-\x1f]")


@site_rule("missing-uid", "warning", "no `Uid:` line", "silent")
def missing_uid(site: Site) -> Iterator[Problem]:
    """Without a Uid, feed readers and the newsletter take a moved file for a new post."""
    for source in site.sources:
        if source.is_page or not source.is_markdown or source.get("uid") or beyond(source):
            continue
        # The identity under which a public post is already known to feed readers.
        own = uid_of("", source.path)
        lost = site.recorded.contradicts(addresses.of_source(source, site), own)
        if source.reading.uses("post_identity") and source.readable and not lost:
            remedy = f"add `Uid: {own}`, and never change it"
            yield Problem(
                source.line("uid"), "the post has no Uid", remedy, source.file, fix=("", own)
            )


@source_rule("bad-uid", "warning", "`Uid: my post`")
def bad_uid(source: Source) -> Iterator[Problem]:
    """A Uid is at least 12 small letters and digits, so that no two are alike by chance."""
    given = source.get("uid")
    if given and not UID.fullmatch(given):
        message = f"the Uid {quoted(given, 40)} is not at least 12 small letters and digits"
        yield Problem(source.line("uid"), message, "keep it if the post is public already")


@site_rule("duplicate-uid", "error", "a post copied with its `Uid:` line", "same")
def duplicate_uid(site: Site) -> Iterator[Problem]:
    """Two files with one Uid would be one post to feed readers and to the newsletter. The one at
    whose address it was published is right, of several there the one with the shortest name; a
    `Was:` of another post's Uid is the same fault."""
    owners: dict[str, list[Source]] = defaultdict(list)
    for source in site.sources:
        if uid := _uid(source):
            owners[uid.lower()].append(source)
    for same in owners.values():
        known = [
            s
            for s in same
            if site.recorded.uid_at(addresses.of_source(s, site))
            in (_uid(s), *was_of(s.get("was")))
        ]
        # Whatever makes a copy makes its name longer: `post (1).md`, `post - Copy.md`.
        original = min(known or same, key=lambda s: (len(s.file), s.file))
        others = [source for source in same if source is not original]
        place = addresses.of_source(original, site)
        apart = [source for source in others if addresses.of_source(source, site) != place]
        for source in others if known or not apart else same:
            other = others[0] if source is original else original
            # The same at each check.
            other_uid = hashlib.sha256(f"{source.file}:{_uid(source)}".encode()).hexdigest()
            own = f"`Uid: {other_uid[:16]}`"
            message = f"the Uid is that of {other.file} too"
            remedy = "give the newer of the two a Uid of its own"
            if source in others and source not in apart:
                message = f"it is a copy of {other.file}: the Uid and the address are the same"
                remedy = f"delete it once you need no more of it, or give it a Slug and {own}"
            elif known:
                remedy = f"{other.file} was published with it: write {own} here"
            yield Problem(source.line("uid"), message, remedy, source.file)
    for source in site.sources:
        for old in was_of(source.get("was")):
            twin = next((o for o in owners.get(old.lower(), ()) if o is not source), None)
            if twin:
                message = f"Was names the Uid that {twin.file} has"
                yield Problem(source.line("was"), message, "remove the line", source.file)


@site_rule("changed-uid", "error", "a published post whose `Uid:` line was changed", "same")
def changed_uid(site: Site) -> Iterator[Problem]:
    """A published address keeps its Uid, as `content/ledger/urls.json` has it: with another one
    the post is new to feed readers, and would be mailed again."""
    if site.recorded_fault:
        file, message = site.recorded_fault
        yield Problem(1, quoted(message, 200), remedy_of(message), file)
        return
    for source in site.sources:
        if not source.readable or not source.header.fields:
            continue
        uid = uid_of(_uid(source), source.path)
        address = addresses.of_source(source, site)
        was = was_of(source.get("was"))
        if known := site.recorded.contradicts(address, uid, was):
            line = source.line("uid")
            yield Problem(line, *complaint(known, source.get("uid")), source.file)


@site_rule("lost-address", "error", "a published post whose `Slug:` line was edited", "same")
def lost_address(site: Site) -> Iterator[Problem]:
    """A published address stays a page or a redirect: no build lets one become a 404. A post
    that is to go is taken off with `publish retract`."""
    if site.library.failed or "post_identity" not in site.library.plugins:
        return
    redirects = "alias_redirects" in site.library.plugins
    there = addresses.known(site) if redirects else addresses.made(site)
    owners = {old: source for source in site.sources for old in was_of(source.get("was"))}
    owners |= {uid_of(_uid(source), source.path): source for source in site.sources}
    for known, uid in sorted(site.recorded.uids.items()):
        if known in there:
            continue
        address = site.recorded.written[known]
        owner = owners.get(uid)
        leave = f"to let it go: `publish retract {address}`"
        if owner is None:
            message = f"the published address {quoted(address)} would be a 404"
            remedy = f"put the post back, or add to another one: `Aliases: {address}`; {leave}"
            yield Problem(1, message, remedy, site.file_of("ledger/urls.json"))
            continue
        line, remedy = owner.address_line, f"add a line `Aliases: {address}`"
        if redirects and (aliases := owner.get("aliases")):
            line, remedy = owner.line("aliases"), f"write `Aliases: {aliases}, {address}`"
        if not owner.public:
            line = owner.line("status" if owner.kind == "draft" else "date")
            remedy = f"publish it again; {leave}"
        message = f"its published address {quoted(address)} would be a 404"
        yield Problem(line, message, remedy, owner.file)


@source_rule("bad-slug", "error", "`Slug: ../about us`", "same")
def bad_slug(source: Source) -> Iterator[Problem]:
    """A slug that leads elsewhere or makes no address; capitals are a warning."""
    slug, line = source.slug, source.address_line
    for name in ("save_as", "url"):
        given = source.get(name)
        if source.header.field(name) and not given:
            message = f"{name.capitalize()} is empty, so nothing is at the post's address"
            yield Problem(source.line(name), message, "write a path, or remove the line")
        if name == "save_as" and given.endswith("/"):
            message = f"Save_as names a folder: {quoted(given)}"
            yield Problem(source.line(name), message, f"write {quoted(given)}index.html")
        if name == "url" and FORBIDDEN.search(given):
            message = f"Url holds a character that no address holds: {quoted(given)}"
            yield Problem(source.line(name), message, "write %20 for a blank, or a hyphen")
        if OUTSIDE.search(given.removeprefix("/") if name == "url" else given):
            message = f"{name.capitalize()} leads out of the site: {quoted(given)}"
            yield Problem(source.line(name), message, "write a path inside the site")
    if not slug:
        if source.get("title"):
            message = "the title makes no address"
            yield Problem(line, message, "add a line `Slug:` in plain letters")
    elif not SLUG.fullmatch(slug.lower()) or ".." in slug:
        odd = re.fullmatch(r"[\w~-][\w.~-]*", slug) and ".." not in slug
        harm = "looks like %C3%A9 in an address that is copied" if odd else "makes no address"
        message = f"the slug {quoted(slug)} {harm}"
        remedy = "use small letters, digits and hyphens"
        yield Problem(line, message, remedy, severity="warning" if odd else None)
    elif slug != slug.lower():
        message = f"the slug {quoted(slug)} has capitals, which readers mistype"
        yield Problem(line, message, f"write {quoted(slug.lower())}", severity="warning")


@site_rule("dead-lead", "warning", "`retract --to /category/x/`, whose last post went", "same")
def dead_lead(site: Site) -> Iterator[Problem]:
    """An address that was taken off the site leads to one that went since, such as the list of a
    category with no post left: readers find nothing there."""
    known = addresses.known(site)
    for line, (old, lead) in enumerate(sorted(site.recorded.leads.items()), 2):
        there = lead == GONE or not lead.startswith("/") or addresses.leads_somewhere(lead, known)
        if not there and normal(old) not in addresses.made(site):
            message = f"{old} leads to {quoted(lead)}, where nothing is"
            remedy = f'write another address of the site there, or "{GONE}"'
            yield Problem(line, message, remedy, site.file_of(RETIRED))


@site_rule("page-elsewhere", "warning", "`Url: about-us/` without a `Save_as:`", "same")
def page_elsewhere(site: Site) -> Iterator[Problem]:
    """A page, list or file that is written to another place than a host looks for at its address:
    where the host has no rule of its own for it, every link to it leads nowhere."""
    reported: set[str] = set()
    for source in site.sources:
        post = source.post
        if post is None or not source.public or not post.save_as:
            continue
        own = unquote(post.url.partition("#")[0]).removeprefix("/")
        if post.save_as in (places := _places(own)):
            continue
        message = f"its address is {quoted(f'/{post.url}')}, its page {quoted(post.save_as)}"
        if source.get("url"):
            remedy = f"write `Save_as: {quoted(places[0], 255)}` too"
            remedy = "write a path of this site" if re.search(r"[?:{]", own) else remedy
            yield Problem(source.line("url"), message, remedy, source.file)
        elif source.get("save_as"):
            remedy = f"write `Url: {quoted(post.save_as.removesuffix('index.html'))}` too"
            yield Problem(source.line("save_as"), message, remedy, source.file)
        elif (kind := "PAGE" if post.is_page else "ARTICLE") not in reported:
            reported.add(kind)
            yield _parted(kind, f"of {source.file}, {message}", site)
    for kind, varies in FILLED.items():
        own, place = (str(site.values.get(f"{kind}_{end}")) for end in ("URL", "SAVE_AS"))
        known = varies in own and varies in place and "://" not in own
        if known and place not in _places(own.removeprefix("/")):
            yield _parted(kind, f"the address is {quoted(own)}, the file {quoted(place)}", site)


FILLED = {"STATIC": "{path}", "CATEGORY": "{slug}", "TAG": "{slug}", "AUTHOR": "{slug}"}
"""What tells one address from another in a pattern of each kind."""


def _parted(kind: str, message: str, site: Site) -> Problem:
    end = "URL" if f"{kind}_URL" in site.given else "SAVE_AS"
    remedy = f"let {kind}_URL and {kind}_SAVE_AS be of one place"
    return site.of_setting(f"{kind}_{end}", message, remedy)


def _places(address: str) -> tuple[str, ...]:
    """The files that a host shows at an address, the one to write first."""
    if address == "" or address.endswith("/"):
        return (f"{address}index.html",)
    return address, f"{address}.html", f"{address}/index.html"


@source_rule("long-address", "error", "`Slug:` with 300 letters", "same", any_format=True)
def long_address(source: Source) -> Iterator[Problem]:
    """A slug, category, tag or author of which no disk takes a file name."""
    post = source.post
    if post is None:
        return
    if any(len(part.encode()) > LONGEST_PART for part in post.save_as.split("/")):
        message = "its address is too long for a file name"
        yield Problem(source.address_line, message, "write a shorter `Slug:`")
    named = {"category": post.categories, "tags": post.tags, "author": post.authors}
    for key, name in ((key, name) for key, names in named.items() for name in names):
        # Most names do not need the slug.
        short = name.isascii() and len(name) <= LONGEST_NAME
        if not short and len(slugify(name).encode()) > LONGEST_NAME:
            message = f"the name {quoted(name, 40)} is too long for an address"
            yield Problem(source.line(key, "authors"), message, "write a shorter one")


@source_rule("missing-slug", "warning", "no `Slug:` line", "silent")
def missing_slug(source: Source) -> Iterator[Problem]:
    """Without a slug the address is made of the title, and changes when the title does."""
    fields = source.post.fields if source.post else {}
    given = source.header.field("slug") or source.get("url") or fields.get("slug") or beyond(source)
    if not source.is_page and not given and source.slug and source.reading.uses("post_identity"):
        message = "there is no slug, so the address changes with the title"
        remedy = f"add a line `Slug: {quoted(source.slug, 255)}`"
        yield Problem(source.line("title"), message, remedy, fix=("", source.slug))


@site_rule("duplicate-slug", "error", "two posts with `Slug: about`")
def duplicate_slug(site: Site) -> Iterator[Problem]:
    """Two posts or pages at one address, or at that of the archives or another list page; one of
    them would overwrite the other."""
    lists = site.library.places
    owners: dict[str, list[Source]] = defaultdict(list)
    for source in site.sources:
        if source.readable and (source.slug or source.get("url")):
            owners[addresses.of_source(source, site)].append(source)
    for address, same in owners.items():
        if address in lists - {"/"}:
            for source in same:
                message = f"its address {quoted(address)} is that of a list page"
                yield Problem(source.address_line, message, "choose another Slug", source.file)
        shown = [source for source in same if source.kind != "draft"]
        for source in same:
            uid = _uid(source)
            # One with the same Uid too is reported as a copy.
            rivals = [s for s in shown if s is not source and (not uid or _uid(s) != uid)]
            if rivals:
                message = f"its address {quoted(address)} is that of {rivals[0].file} too"
                remedy = "change the Slug of one of them"
                yield Problem(source.address_line, message, remedy, source.file)
    yield from _one_file(site)


def _one_file(site: Site) -> Iterator[Problem]:
    """Posts of several addresses that are one file, by `Url` or `Save_as`, and those whose page
    is a file where another needs a folder, or the other way round."""
    files: dict[str, list[Source]] = defaultdict(list)
    for source in site.sources:
        if source.public and source.post and source.post.save_as:
            files[unquote(source.post.save_as)].append(source)
    others = addresses.files(site)
    taken = others | files.keys()
    folders = {folder: place for place in taken for folder in folders_of(place)}
    for place, same in files.items():
        clash = next(
            (above for above in folders_of(place) if above in taken), folders.get(place, "")
        )
        if place in others:
            clash = place
        several = len({addresses.of_source(source, site) for source in same}) > 1
        for source in same if several or clash else ():
            rivals = [other for other in (*same, *files.get(clash, ())) if other is not source]
            key = next((key for key in ("save_as", "url", "slug") if source.get(key)), "title")
            owner = rivals[0].file if rivals else f"{quoted(clash)}, a file of this site"
            message = f"its page {quoted(place)} is that of {owner} too"
            if clash and clash != place:
                message = f"its page {quoted(place)} and {quoted(clash)} cannot both be there"
            remedy = "change the Slug of one of them, or give it a Save_as of its own"
            yield Problem(source.line(key), message, remedy, source.file)


@site_rule("bad-alias", "error", "`Aliases: old-address`")
def bad_alias(site: Site) -> Iterator[Problem]:
    """An old address that does not begin with a slash, leads outside, or is taken. Case does not
    tell two addresses apart: on many disks they are one file."""
    if not any(source.aliases for source in site.sources):
        return
    there = dict.fromkeys(addresses.files(site), THIS)
    there |= {Alias(place, place).file: THIS for place in addresses.made(site)}
    for source in site.sources:
        if source.kind != "draft" and source.slug:
            own = addresses.of_source(source, site)
            there[Alias(own, own).file] = source.file
            if source.public and source.post and source.post.save_as:
                there[unquote(source.post.save_as)] = source.file
    occupied = Occupied(there)
    for source in sorted(site.sources, key=lambda s: not s.public):
        for text in source.aliases:
            remedy = "write it from the root: /old/"
            try:
                alias = parse_alias(text)
                remedy = "remove the alias"
                if alias.file and addresses.of_tools(text, site):
                    raise ValueError(f"is the address of {THIS}")
                occupied.take(alias, source.file)
            except ValueError as error:
                message = f"the alias {quoted(text)} {error}"
                yield Problem(source.line("aliases"), message, remedy, source.file)


THIS = "something of this site"


def _uid(source: Source) -> str:
    """The Uid that the site uses: the first of several lines."""
    field = source.header.field("uid")
    return field.first if field else source.get("uid")
