"""Rules about a file's bytes: whether it can be read as text at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import site_rule, source_rule
from publish.checks.rules.images import file_of
from publish.checks.site import Site
from publish.checks.source import MOST_LINKS, Source
from publish.post.diagnostic import Problem, quoted

# https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@source_rule("empty-file", "error", "a file of 0 bytes")
def empty_file(source: Source) -> Iterator[Problem]:
    """The file holds nothing, or only spaces and line breaks."""
    if not source.raw.decode("utf-8-sig", "replace").strip():
        yield Problem(1, "the file is empty", "write the post, or remove the file")


@source_rule("binary-file", "error", "a picture saved as `post.md`", "same")
def binary_file(source: Source) -> Iterator[Problem]:
    """The file holds NUL bytes: it is a picture, an archive, or text in UTF-16."""
    if (at := source.raw.find(b"\0")) >= 0:
        kind = "UTF-16" if source.raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "not text"
        message = f"the file is {kind}: it holds a NUL byte"
        line = source.raw.count(b"\n", 0, at) + 1
        yield Problem(line, message, "save it as plain text with the encoding UTF-8")


@source_rule("bad-utf8", "error", "`Caf\\xe9` saved as Latin-1", "same")
def bad_utf8(source: Source) -> Iterator[Problem]:
    """The file is not UTF-8; the line is that of the first bad byte."""
    try:
        source.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" not in source.raw:
            line = source.raw.count(b"\n", 0, error.start) + 1
            message = f"the byte 0x{source.raw[error.start]:02x} is not UTF-8"
            yield Problem(line, message, "save the file with the encoding UTF-8")


@source_rule("forbidden-character", "error", "a backspace pasted from a PDF", "same")
def forbidden_character(source: Source) -> Iterator[Problem]:
    """A control character that XML forbids, so that no feed could hold the text."""
    if not ILLEGAL.search(source.text):
        return
    for number, line in enumerate(source.text.split("\n"), 1):
        if found := ILLEGAL.search(line):
            sign = f"the character U+{ord(found.group()):04X}"
            message = f"{sign} is invisible, and feeds cannot hold it"
            yield Problem(number, message, "remove it, or type the line again")


@source_rule("too-many-links", "error", "a post of 2 MB that is one long index", "same")
def too_many_links(source: Source) -> Iterator[Problem]:
    """A source with 5,000 links or more; those that follow would go unchecked."""
    if len(source.links) >= MOST_LINKS:
        line = source.line_of(source.links[-1])
        yield Problem(line, f"the file has {MOST_LINKS:,} links or more", "make several of it")


@site_rule("too-large", "error", "a post of 50 MB", "same")
def too_large(site: Site) -> Iterator[Problem]:
    """A source of over 2 MB is not read: it surely holds something that is no prose."""
    message = "the file has {}, and 2 MB is the most a post may have"
    return site.met("too-large", message, "take pasted pictures out, or split it")


@site_rule("unreadable", "error", "a file without read permission", "same")
def unreadable(site: Site) -> Iterator[Problem]:
    """The file cannot be opened, or is no ordinary file."""
    message = "the file cannot be read{}"
    return site.met("unreadable", message, "correct its permissions, or remove it")


@site_rule("unread-file", "warning", "`Notes.MD` beside `notes.md`", "same")
def unread_file(site: Site) -> Iterator[Problem]:
    """A text beside the posts that is none to Pelican, by its ending, and that nothing links."""
    for path in site.library.unread:
        if path not in site.files:
            message = f"Pelican reads no {quoted(path[path.rfind('.') :])}, so this is no post"
            remedy = "save it as plain text under a name that ends with .md"
            yield Problem(1, message, remedy, site.file_of(path))


@site_rule("unwritable", "error", "`output/` made by another user", "same")
def unwritable(site: Site) -> Iterator[Problem]:
    """A folder in which `build` could not write: of the site, the ledger, or the cache. A warning
    where it is not made yet: the site may be there to be checked only."""
    for trouble in (each for each in site.troubles if each.rule == "unwritable"):
        if trouble.detail == "missing":
            what, remedy = "make this folder", "correct the permissions of the one above it"
            yield Problem(1, f"a build cannot {what}", remedy, trouble.file, "warning")
            continue
        more = f", nor in {trouble.detail} more folders" if trouble.detail else ""
        remedy = "correct the owner or the permissions"
        yield Problem(1, f"a build cannot write here{more}", remedy, trouble.file)


@site_rule("bad-file-name", "error", "a file `caf\\xe9.md` from an old disk", "same")
def bad_file_name(site: Site) -> Iterator[Problem]:
    """The name of a source, or of a folder above it, is not UTF-8: no page and no ledger can hold
    it."""
    message = "the file's name, or its folder's, is not UTF-8"
    return site.met("bad-file-name", message, "give it another one, best of plain letters")


@site_rule("symlink-out", "error", "`content/posts/x.md` → `/etc/passwd`", "same")
def symlink_out(site: Site) -> Iterator[Problem]:
    """A symbolic link, or a link in a text, to a file out of the content folder, which is no part
    of the site."""
    message = "a symbolic link leads out of the content folder"
    yield from site.met("symlink-out", message, "put a copy of the file here instead")
    outside = {path for path in site.files if path.startswith("../")}
    remedy = "put a copy of the file into it"
    for source in site.sources if outside else ():
        for link in source.links:
            if (path := file_of(source, link, site)) in outside:
                outside.discard(path)
                message = f"{quoted(link.written)} is out of the content folder"
                yield Problem(source.line_of(link), message, remedy, source.file)
    if outside:
        message = f"{quoted(min(outside))} is out of the content folder"
        yield site.of_setting("STATIC_PATHS", message, remedy)


@site_rule("symlink-loop", "error", "`content/posts/again` → `content/posts`", "same")
def symlink_loop(site: Site) -> Iterator[Problem]:
    """A symbolic link to a folder that it lies in: every post below would be read again and
    again. What is behind it is not read."""
    message = "a symbolic link leads to a folder that it lies in"
    return site.met("symlink-loop", message, "remove it")
