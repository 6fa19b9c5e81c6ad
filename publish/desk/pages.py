"""Renders the desk's pages from a snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from publish.desk import asking, fields, home, letters, page, parts, photo, posts, renderings, words
from publish.desk.model import Post, Snapshot
from publish.post import frontmatter
from publish.post.text import shorten
from publish.sandbox import mails

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from publish.desk.acts import Acts

MAILS = 50
"""Mails of the rehearsal that are listed, the newest; the inbox has them all."""
FITS = 100
"""Characters of subject and preheader in one line of Gmail, about."""
MARKS = re.compile(r"(“(?:“[^”]*”|(?!\[-|\{\+)[^“”])*”)|`([^`]+)`|\[-(.+?)-\]|\{\+(.+?)\+\}")
"""Words in quotation marks, such as a title, which are shown as they are; code; and the removed and
the added words of a change, in a text of the office."""
Context = dict[str, Any]


class Visit(NamedTuple):
    """The input of a page: the snapshot ``now``, the moment ``at``, the acts, the address's query,
    and the values in its path."""

    now: Snapshot
    at: datetime
    acts: Acts
    args: Mapping[str, str]
    values: Mapping[str, Any]


def draw(kind: str, base: str, visit: Visit) -> bytes | None:
    """The page of that kind; None if its subject does not exist."""
    makers: dict[str, Callable[[Visit], Context | None]] = {
        "home": _home,
        "post": _post,
        "letter": _letter,
        "new": _new,
        "inbox": _inbox,
        "letters": lambda v: {"page": letters.index(v.now, v.at)},
        "today": lambda v: {"entries": v.acts.log.last_day(v.now.zone, v.at)},
        "fix": _fix,
    }
    made = makers[kind](visit) if kind in makers else {}
    if made is None:
        return None
    return render(f"{kind}.html", visit.now, base, {"here": kind, **made})


def render(name: str, now: Snapshot, base: str, context: Mapping[str, Any]) -> bytes:
    """A template rendered with the variables of every page. What a file has instead of UTF-8 is
    drawn as question marks."""
    job = context.get("job")
    shared = {
        "base": base,
        "mode": parts.mode(now),
        "site": now.name,
        "preview": now.preview,
        "inbox": now.inbox,
        "announce": "",
        "here": "",
        "job": None,
        "zone": words.zone_name(now.zone),
        "acts": now.acts,
        "busy": job is not None and job.stage in ("asking", "doing"),
    }
    page = _environment().get_template(name).render({**shared, **context})
    return page.encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("publish.desk", "templates"),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["finding"] = _finding
    made.filters["view"] = asking.view
    return made


def _finding(text: str) -> Markup:
    """A text of the office with its marks as elements."""
    from markupsafe import Markup

    shapes = [
        Markup("{}"),
        Markup("{}"),
        Markup("<code>{}</code>"),
        Markup("<del>{}</del>"),
        Markup("<ins>{}</ins>"),
    ]
    pieces = enumerate(MARKS.split(text))
    return Markup("").join(shapes[n % len(shapes)].format(piece) for n, piece in pieces if piece)


def _home(visit: Visit) -> Context:
    view = home.view(visit.now, visit.at)
    return {
        "page": view,
        "job": visit.acts.job(visit.args.get("act", "")),
        "announce": view.headline,
    }


def _post(visit: Visit) -> Context | None:
    now, at, acts, args, values = visit
    if now.post(values["name"]) is None:
        # The file was just saved, and the check may still take a while: read it now.
        acts.reader.read_files()
        now = acts.reader.current
    post = now.post(values["name"])
    if post is None:
        return None
    # The forms' values and digest must be of the same bytes.
    data = acts.data(post)
    post = replace(post, digest=posts.digest(data))
    found = renderings.fetch_renderings(now.preview, post)
    view = page.view(now, post, at, found, acts.fixable(post, data))
    job = acts.job(args.get("act", ""))
    # The form of an act is needed again only if the act was refused.
    closed = job and "act" in args and job.stage != "refused"
    return {
        "here": "post",
        "page": view,
        "renderings": found,
        "slug": post.slug,
        "post": post,
        "job": job,
        # The difference is shown again once the letter was read after the act.
        "compared": job is None
        or (job.stage in ("done", "refused") and (now.newsletter.asked or at) > job.since),
        "opened": "" if closed else args.get("open", ""),
        "opened_line": args["opened"] if args.get("opened", "").isdecimal() else "",
        "wish": {name: args.get(name, "") for name in ("at", "to", "new", "alt", "digest")},
        "places": sorted(s.address for s in now.posts if s.kind == "public" and s != post),
        "address": now.address,
        "test_to": acts.test_to(),
        "fields": fields.form(frontmatter.read(data), post, now, at, args),
        "paragraphs": photo.paragraphs(data),
        "differs": bool((m := now.letter(post)) and m.state == "scheduled" and m.changes),
        "announce": f"{view.summary}.",
        "fits": FITS,
        "trouble": now.trouble,
        **_snippet(now, post, found, at),
    }


def _snippet(now: Snapshot, post: Post, found: renderings.Renderings, at: datetime) -> Context:
    host = urlsplit(now.address).netloc or urlsplit(now.preview).netloc
    place = f"{host} › {shorten(post.slug, 20)}" if post.slug else host
    title = found.page.title if found.page else post.title
    text = found.page.description if found.page else post.summary
    day = words.day(post.date, now.zone, at, short=True) if post.date else ""
    return {
        "snippet_place": place,
        "snippet_title": shorten(title, 62),
        "snippet_text": shorten(" — ".join(filter(None, (day, text))), 160),
    }


def _letter(visit: Visit) -> Context | None:
    found = letters.one(visit.now, visit.values["key"], visit.at)
    if found is None:
        return None
    return {"here": "letters", "page": found, "job": visit.acts.job(visit.args.get("act", ""))}


def _new(visit: Visit) -> Context:
    known = sorted({name for post in visit.now.posts for name in post.categories}, key=str.casefold)
    return {
        "wish": {k: visit.args.get(k, "") for k in ("title", "category", "date")},
        "known": known,
        "refused": visit.args.get("refused", ""),
    }


def _inbox(visit: Visit) -> Context | None:
    if not visit.now.inbox:
        return None
    found = [
        {
            "subject": mail.subject,
            "to": mail.to,
            "when": words.saved(mail.at, visit.now.zone, visit.at),
        }
        for mail in mails.newest(visit.acts.reader.settings.root, MAILS)
    ]
    return {"address": visit.now.inbox, "mails": found}


def _fix(visit: Visit) -> Context | None:
    post = visit.now.post(visit.args.get("post", ""))
    if post is None:
        return None
    found = visit.acts.fix_page(post, visit.args)
    return found and {"here": "post", **found}
