"""Rules about how links are written: words, schemes, trackers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from publish.checks.rule import source_rule
from publish.checks.rules.images import pictures
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted
from publish.post.urls import is_address, is_private, tracking_keys, without_tracking

VAGUE = {
    "click", "click here", "click this", "here", "this", "this link", "this page", "link", "more",
    "read more", "learn more", "read this", "see here", "go here", "continue", "continue reading",
}  # fmt: skip
SCHEMES = ("https", "http", "mailto", "tel")
MARKED = re.compile(r"[{|]\w{1,20}[}|]([^\s\"'<>()]+)")
LOCAL_PATH = re.compile(r"file:|[A-Za-z]:[\\/]|\\\\|/(?:home|Users|private|mnt|media)/[^/]+/.")


@source_rule("vague-link-text", "warning", "`[click here](…)`", any_format=True)
def vague_link_text(source: Source) -> Iterator[Problem]:
    """Words that do not say where a link leads: many readers hear links without their sentence."""
    for link in source.links:
        if link.tag != "a" or link.words is None:
            continue
        words = " ".join(re.sub(r"[*_“”\"'.,!…→»>]+", " ", link.words.lower()).split())
        if words in VAGUE:
            message = f"the link “{quoted(link.words)}” does not say where it leads"
        elif not link.words.strip():
            message = "a link has no words"
        elif re.match(r"\s*https?://", link.words):
            message = f"a link shows its bare address {quoted(link.words.strip())}"
        else:
            continue
        yield Problem(source.line_of(link), message, "link the words that name what is there")


@source_rule("http-link", "warning", "`[trial](http://example.com/)`", any_format=True)
def http_link(source: Source) -> Iterator[Problem]:
    """An address without encryption; nearly every site has it with."""
    for link in source.links:
        if link.written[:7].lower() == "http://" and not is_local(link.written):
            message = f"{quoted(link.written)} is not encrypted"
            fix = (link.written, f"https{link.written[4:]}")
            remedy = "write https:// if the site has it"
            yield Problem(source.line_of(link), message, remedy, fix=fix)


@source_rule("mistyped-scheme", "error", "`[trial](htps://example.com/)`", any_format=True)
def mistyped_scheme(source: Source) -> Iterator[Problem]:
    """An address that no browser can open, as how it begins is mistyped."""
    for link in source.links:
        scheme, colon, rest = link.written.partition(":")
        near = get_close_matches(scheme[:12].lower(), SCHEMES, 1, 0.75) if colon else []
        for right in near:
            # On a page with that scheme, browsers take such an address for one of the same site.
            slashes = "//" if right[0] == "h" and rest[:2] != "//" else ""
            if right != scheme.lower() or slashes:
                fix = (link.written, f"{right}:{slashes}{rest.lstrip('/') if slashes else rest}")
                message = f"no browser opens {quoted(link.written)}"
                remedy = f"did you mean {right}:{slashes}?"
                yield Problem(source.line_of(link), message, remedy, fix=fix)


@source_rule("bad-address", "error", "`[trial](https://[example/)`", any_format=True)
def bad_address(source: Source) -> Iterator[Problem]:
    """An address that no browser can open, as there can be no such host or port."""
    links = (*(p for p in pictures(source) if p.tag == "cover"), *source.links)
    found = [(source.line_of(link), link.written) for link in links]
    if source.post is None:  # Pelican may have failed on one
        found += (
            (line, marked[1])
            for line, text in source.prose_lines
            for marked in MARKED.finditer(text)
        )
    for line, address in found:
        if not is_address(address):
            message = f"no browser opens {quoted(address)}, which is no address"
            yield Problem(line, message, "copy it once more from where it came")


@source_rule("local-link", "error", "`[page](http://localhost:8000/)`", any_format=True)
def local_link(source: Source) -> Iterator[Problem]:
    """An address on your own machine or network, where no reader can go."""
    for link in source.links:
        if is_local(link.written):
            message = f"{quoted(link.written)} is on your own machine or network"
            yield Problem(source.line_of(link), message, "link the public address")


@source_rule("tracking-parameters", "warning", "`https://a.example/?utm_source=x`", any_format=True)
def tracking_parameters(source: Source) -> Iterator[Problem]:
    """What a newsletter or an advertiser hung onto an address to follow its readers."""
    for link in source.links:
        if keys := tracking_keys(link.written):
            message = f"the address carries the tracker {quoted(keys[0])}"
            fix = (link.written, without_tracking(link.written))
            remedy = "remove it; the address works without"
            yield Problem(source.line_of(link), message, remedy, fix=fix)


def is_local(target: str) -> bool:
    """Whether an address names this machine or a private network."""
    if LOCAL_PATH.match(target):
        return True
    if not target[:8].lower().startswith(("http://", "https://", "//")):
        return False
    return is_private(target)
