"""Each post as a page of the preview shows it beside its mail, its text and its feed item."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from publish.post.issue import GMAIL

WIDTHS = (("Phone", 375), ("Desktop", 600))
DARK = re.compile(rb"@media[^{]*?\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
PICTURE = re.compile(rb"<(?:img|source)\b[^>]*>|url\([^)]*\)")
ATOM = "{http://www.w3.org/2005/Atom}"
NOTHING = b"<!doctype html><html lang='en'><title>Not found</title><body><p>Not found</p></body>"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 17px/1.5 Georgia, serif; margin: 0 auto; padding: 1.5rem; max-width: 84rem; }}
.views {{ display: flex; flex-wrap: wrap; gap: 1.5rem; }}
figure {{ margin: 0; max-width: 100%; }} figcaption {{ font-size: .9rem; margin-bottom: .3rem; }}
iframe {{ border: 1px solid #8d8577; height: 44rem; max-width: 100%; background: #fff; }}
pre {{ white-space: pre-wrap; border: 1px solid #8d8577; padding: 1rem; max-width: 76ch; }}
dt {{ font-weight: bold; }} dd {{ margin: 0 0 .4rem; overflow-wrap: anywhere; }}
a {{ color: inherit; }}
</style></head><body>{body}</body></html>"""


@dataclass(frozen=True)
class Answer:
    """Status, media type and body; ``live`` pages get the script that follows changes."""

    status: int
    body: bytes
    kind: str = "text/html"
    live: bool = True


def answer(folder: Path, path: str, scheme: str) -> Answer:
    """What lies at ``path``, an address below ``/_issues``, of the preview in ``folder``.

    ``scheme`` is ``light``, ``dark``, or ``""`` for the very bytes that are sent.
    """
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
            return Answer(200, feed_page(item), live=False)
        if parts[1] == "issue.html":
            mail = (issue / parts[1]).read_bytes()
            return Answer(200, _with_pictures(seen(mail, scheme), issue, scheme), live=False)
        if parts[1] == "issue.txt":
            return Answer(200, (issue / parts[1]).read_bytes(), "text/plain", live=False)
        if parts[1] == "issue.json":
            return Answer(200, (issue / parts[1]).read_bytes(), "application/json", live=False)
    except (OSError, ValueError):
        # A build is composing it at this moment; the page reloads when that is done.
        return Answer(503, NOTHING)
    return Answer(404, NOTHING)


@dataclass(frozen=True)
class FeedItem:
    """What an Atom feed says of a post."""

    title: str
    id: str
    content: str


def feed_item(site: Path, path: str) -> FeedItem | None:
    """The item of the post at ``path`` (root-relative), in the first Atom feed that has it."""
    for file in sorted(site.glob("**/*.atom.xml")):
        try:
            # Our own build wrote it a moment ago.
            root = ElementTree.parse(file).getroot()  # noqa: S314
        except (OSError, ElementTree.ParseError):
            continue
        for entry in root.iter(f"{ATOM}entry"):
            links = [urlsplit(link.get("href") or "").path for link in entry.iter(f"{ATOM}link")]
            if path in links:
                return FeedItem(
                    entry.findtext(f"{ATOM}title") or "",
                    entry.findtext(f"{ATOM}id") or "",
                    entry.findtext(f"{ATOM}content") or entry.findtext(f"{ATOM}summary") or "",
                )
    return None


def feed_page(item: FeedItem) -> bytes:
    """The item without any style of ours, as a bare reader shows it."""
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(item.title)}</title>"
        f"<body><h1>{escape(item.title)}</h1>{item.content}</body></html>"
    ).encode()


def seen(mail: bytes, scheme: str) -> bytes:
    """The mail as a program with that colour scheme shows it, whatever this browser's own is."""
    if scheme not in ("light", "dark"):
        return mail
    return DARK.sub(b"@media all" if scheme == "dark" else b"@media not all", mail)


def _with_pictures(mail: bytes, issue: Path, scheme: str) -> bytes:
    """The mail as it is looked at: its pictures come from the preview, for those of a post that
    is not public yet lie nowhere else. The bytes that are sent stay as they are."""
    site = urlsplit(str(_record(issue).get("url", "")))
    if not (scheme and site.netloc):
        return mail
    place = f"{site.scheme}://{site.netloc}/".encode()
    return PICTURE.sub(lambda found: found[0].replace(place, b"/"), mail)


def _index(folder: Path, known: dict[str, Path]) -> bytes:
    mails = [
        f'<li><a href="/_issues/{quote(name)}/">{_text(record, "subject") or escape(name)}</a> '
        f"{_text(record, 'date')[:10]}</li>"
        for name, record in ((name, _record(path)) for name, path in known.items())
    ]
    drafts = [
        f'<li><a href="/drafts/{quote(file.parent.name)}/">{escape(file.parent.name)}</a></li>'
        for file in sorted(folder.glob("site/drafts/*/index.html"))
    ]
    body = (
        f"<p><a href='/'>The site</a></p><h1>Mails</h1><ul>{''.join(mails)}</ul>"
        f"<h2>Drafts and scheduled posts</h2><ul>{''.join(drafts) or '<li>none</li>'}</ul>"
    )
    return PAGE.format(title="Mails", body=body).encode()


def _issue(folder: Path, issue: Path) -> bytes:
    record, base = _record(issue), f"/_issues/{quote(issue.name)}/issue.html"
    size = (issue / "issue.html").stat().st_size
    clipped = ": too large" if size > GMAIL else ""
    facts = {
        "Subject": _text(record, "subject"),
        "Preheader": _text(record, "preheader"),
        "Size": f"{size / 1024:.1f} kB of the 102 kB at which Gmail clips{clipped}",
        "Digest": _text(record, "digest"),
    }
    lines = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    views = "".join(
        f"<figure><figcaption>{where}, {width} pixels, {scheme}</figcaption>"
        f'<iframe src="{base}?scheme={scheme}" width="{width}" sandbox '
        f'title="The mail at {width} pixels, {scheme}"></iframe></figure>'
        for where, width in WIDTHS
        for scheme in ("light", "dark")
    )
    plain = escape((issue / "issue.txt").read_text(encoding="utf-8"))
    title = _text(record, "title")
    body = (
        f"<p><a href='/_issues/'>Mails</a> · <a href='/'>The site</a></p><h1>{title}</h1>"
        f"<dl>{lines}</dl><p><a href='{base}'>The HTML as it is sent</a></p>"
        f"<div class='views'>{views}</div>{_others(folder, issue)}"
        f"<h2>As plain text</h2><pre>{plain}</pre>"
    )
    return PAGE.format(title=title, body=body).encode()


def _others(folder: Path, issue: Path) -> str:
    """The post's page and its item in the feeds, side by side."""
    draft = f"/drafts/{issue.name}/"
    place = draft if (folder / "site" / draft.strip("/")).is_dir() else _path(issue)
    views = f'<figure><figcaption>Page</figcaption><iframe src="{quote(place)}" width="600" '
    views += 'title="The page"></iframe></figure>'
    if feed_item(folder / "site", _path(issue)):
        views += '<figure><figcaption>Feed item</figcaption><iframe width="600" sandbox '
        views += f'src="/_issues/{quote(issue.name)}/feed.html" title="The feed item"></iframe>'
        views += "</figure>"
    else:
        views += "<p>It is in no feed: a draft, or older than the feed's limit.</p>"
    return f"<h2>Page and feed item</h2><div class='views'>{views}</div>"


def _path(issue: Path) -> str:
    return urlsplit(str(_record(issue).get("url", ""))).path


def _text(record: dict[str, Any], key: str) -> str:
    return escape(str(record.get(key, "")))


def _record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "issue.json").read_bytes())
    return found
