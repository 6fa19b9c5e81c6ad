"""The preview's pages of mails: each post beside its HTML mail, plain text and feed item."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publish.post.issue import GMAIL

DARK = re.compile(rb"@media[^{]*?\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
PICTURE = re.compile(rb"<(?:img|source)\b[^>]*>|url\([^)]*\)")
ATOM = "{http://www.w3.org/2005/Atom}"
KINDS = {"issue.html": "text/html", "issue.txt": "text/plain", "issue.json": "application/json"}
"""The files of a composed issue, each with its media type."""
NOTHING = b"<!doctype html><html lang='en'><title>Not found</title><body><p>Not found</p></body>"


@dataclass(frozen=True)
class Answer:
    """Status, media type and body; ``live`` pages get the script that follows changes."""

    status: int
    body: bytes
    kind: str = "text/html"
    live: bool = True


def answer(folder: Path, path: str, scheme: str) -> Answer:
    """The answer for ``path``, an address below ``/_issues``, of the preview in ``folder``.
    ``scheme`` is ``light``, ``dark``, or ``""`` for exactly the bytes that are sent."""
    parts = [part for part in path.split("/") if part][1:]
    known = {file.parent.name: file.parent for file in sorted(folder.glob("issues/*/issue.json"))}
    try:
        if not parts:
            return Answer(200, _index(folder, known))
        issue = known.get(parts[0])
        if issue is None or len(parts) > 2:
            return Answer(404, NOTHING)
        if len(parts) == 1:
            return Answer(200, _issue(folder, issue))
        if parts[1] == "feed.html" and (item := feed_item(folder / "site", _path(issue))):
            return Answer(200, feed_page(*item), live=False)
        if parts[1] in KINDS:
            body = (issue / parts[1]).read_bytes()
            if parts[1] == "issue.html":
                body = _with_pictures(seen(body, scheme), issue, scheme)
            return Answer(200, body, KINDS[parts[1]], live=False)
    except (OSError, ValueError):
        # It is being composed at this moment; the page reloads when that is done.
        return Answer(503, NOTHING)
    return Answer(404, NOTHING)


def feed_item(site: Path, path: str) -> tuple[str, str] | None:
    """The title and content of the item of the post at ``path`` (root-relative), in the first Atom
    feed that has it."""
    for file in sorted(site.glob("**/*.atom.xml")):
        try:
            # The feed is our own build's, so it may be trusted.
            root = ElementTree.parse(file).getroot()  # noqa: S314
        except (OSError, ElementTree.ParseError):
            continue
        for entry in root.iter(f"{ATOM}entry"):
            links = [urlsplit(link.get("href") or "").path for link in entry.iter(f"{ATOM}link")]
            if path in links:
                texts = (entry.findtext(ATOM + name) for name in ("content", "summary"))
                return entry.findtext(f"{ATOM}title") or "", next(filter(None, texts), "")
    return None


def feed_page(title: str, content: str) -> bytes:
    """The item without any style, as a simple feed reader shows it."""
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<body><h1>{escape(title)}</h1>{content}</body></html>"
    ).encode()


def seen(mail: bytes, scheme: str) -> bytes:
    """The mail as a program with that colour scheme shows it, independent of the browser's own."""
    if scheme not in ("light", "dark"):
        return mail
    return DARK.sub(b"@media all" if scheme == "dark" else b"@media not all", mail)


def _with_pictures(mail: bytes, issue: Path, scheme: str) -> bytes:
    """The mail with its pictures loaded from the preview: those of a post that is not public yet
    exist nowhere else. The sent bytes are not changed."""
    site = urlsplit(str(_record(issue).get("url", "")))
    if not (scheme and site.netloc):
        return mail
    place = f"{site.scheme}://{site.netloc}/".encode()
    return PICTURE.sub(lambda found: found[0].replace(place, b"/"), mail)


def _index(folder: Path, known: dict[str, Path]) -> bytes:
    return _page(
        title="Mails",
        mails=[(name, _record(path)) for name, path in known.items()],
        drafts=sorted(file.parent.name for file in folder.glob("site/drafts/*/index.html")),
    )


def _issue(folder: Path, issue: Path) -> bytes:
    """The mail in each width and scheme, the post's page, and its item in the feeds."""
    record = _record(issue)
    size = (issue / "issue.html").stat().st_size
    clipped = ": too large" if size > GMAIL else ""
    facts = {name: record.get(name.lower(), "") for name in ("Subject", "Preheader")}
    facts["Size"] = f"{size / 1024:.1f} kB of the 102 kB at which Gmail clips{clipped}"
    facts["Digest"] = record.get("digest", "")
    return _page(
        title=record.get("title", ""),
        name=issue.name,
        facts=facts,
        page=_path(issue),
        in_feed=feed_item(folder / "site", _path(issue)) is not None,
        plain=(issue / "issue.txt").read_text(encoding="utf-8"),
    )


def _page(**shown: Any) -> bytes:
    from jinja2 import Environment

    template = Path(__file__).with_name("mails.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(template).render(shown).encode()


def _path(issue: Path) -> str:
    return urlsplit(str(_record(issue).get("url", ""))).path


def _record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "issue.json").read_bytes())
    return found
