"""Draws the desk's pages: a snapshot goes in, HTML comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publish.desk import fields, home, inbox, letters, page, parts, photo, posts, renderings, words
from publish.desk.model import Post, Snapshot
from publish.post import frontmatter
from publish.post.text import shorten

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from publish.desk.acts import Acts

FITS = 100
"""Characters of subject and preheader in one line of Gmail, about."""
CODE = re.compile(r"`([^`]+)`")
Context = dict[str, Any]


def draw(
    name: str, now: Snapshot, at: datetime, base: str, acts: Acts, args: Mapping[str, str],
    values: Mapping[str, Any],
) -> str | None:  # fmt: skip
    """The page of that template; None if there is no such thing to show.

    ``args`` are the address's query, ``values`` what its path names.
    """
    kind = name.removesuffix(".html")
    makers = {
        "home": _home, "post": _post, "letters": _letters, "letter": _letter, "new": _new,
        "inbox": _inbox, "today": _today, "mend": _mend,
    }  # fmt: skip
    made = makers[kind](now, at, acts, args, values) if kind in makers else {}
    if made is None:
        return None
    return render(name, now, base, {"here": kind, **made})


def render(name: str, now: Snapshot, base: str, context: Mapping[str, Any]) -> str:
    """A template with what every page needs."""
    job = context.get("job")
    shared = {
        "base": base, "mode": parts.mode(now), "site": now.name, "preview": now.preview,
        "inbox": now.inbox, "told": "", "here": "", "job": None,
        "zone": words.zone_name(now.zone), "acts": now.acts,
        "busy": job is not None and job.stage in ("asking", "doing"),
    }  # fmt: skip
    return _environment().get_template(name).render({**shared, **context})


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("publish.desk", "templates"), autoescape=True, trim_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    made.filters["finding"] = _finding
    return made


def _finding(text: str) -> Markup:
    """A finding's words with what it quotes in backticks set as code."""
    from markupsafe import Markup, escape

    pieces = CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if n % 2 else escape(piece)
        for n, piece in enumerate(pieces)
    )


def _home(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context:
    view = home.view(now, at)
    return {"page": view, "job": acts.job(args.get("act", "")), "told": view.headline}


def _post(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], values: Mapping[str, Any]
) -> Context | None:
    if now.post(values["name"]) is None:
        # Saved a moment ago, while the sources are being checked: that may take its time.
        acts.reader.read_files()
        now = acts.reader.current
    post = now.post(values["name"])
    if post is None:
        return None
    # What the forms show and the digest they carry are of the same bytes.
    data = acts.data(post)
    post = replace(post, digest=posts.digest(data))
    found = renderings.fetch_renderings(now.preview, post)
    view = page.view(now, post, at, found, acts.fixable(post, data))
    return {
        "here": "post", "page": view, "renderings": found, "slug": post.slug, "post": post,
        "job": acts.job(args.get("act", "")), "opened": args.get("open", ""),
        "opened_line": args["opened"] if args.get("opened", "").isdecimal() else "",
        "wish": {name: args.get(name, "") for name in ("at", "to")},
        "places": sorted(f"/{s.slug}/" for s in now.posts if s.kind == "public" and s != post),
        "address": now.address, "test_to": acts.test_to(now),
        "fields": fields.form(frontmatter.read(data), post, now, at),
        "paragraphs": photo.paragraphs(data),
        "differs": bool((m := now.letter(post)) and m.state == "scheduled" and m.changes),
        "told": f"{view.summary}.", "fits": FITS, "trouble": now.trouble,
        **_snippet(now, post, found, at),
    }  # fmt: skip


def _snippet(now: Snapshot, post: Post, found: renderings.Renderings, at: datetime) -> Context:
    host = urlsplit(now.address).netloc or urlsplit(now.preview).netloc
    place = f"{host} › {shorten(post.slug, 20)}" if post.slug else host
    title = found.page.title if found.page else post.title
    text = found.page.description if found.page else post.summary
    day = words.day(post.date, now.zone, at, short=True) if post.date else ""
    dated = f"{day} — {text}" if day else text
    return {
        "snippet_place": place, "snippet_title": shorten(title, 62),
        "snippet_text": shorten(dated, 160),
    }  # fmt: skip


def _letters(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context:
    return {"page": letters.index(now, at)}


def _letter(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], values: Mapping[str, Any]
) -> Context | None:
    found = letters.one(now, values["key"], at)
    if found is None:
        return None
    return {"here": "letters", "page": found, "job": acts.job(args.get("act", ""))}


def _new(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context:
    known = sorted({name for post in now.posts for name in post.categories}, key=str.casefold)
    return {"wish": {k: args.get(k, "") for k in ("title", "category", "date")},
            "known": known, "refused": args.get("refused", "")}  # fmt: skip


def _inbox(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context | None:
    if not now.inbox:
        return None
    found = [
        {"subject": mail.subject, "to": mail.to, "when": words.saved(mail.at, now.zone, at)}
        for mail in inbox.newest(acts.reader.settings.root)
    ]
    return {"address": now.inbox, "mails": found}


def _today(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context:
    return {"entries": acts.log.last_day(now.zone, at)}


def _mend(
    now: Snapshot, at: datetime, acts: Acts, args: Mapping[str, str], _: Mapping[str, Any]
) -> Context | None:
    post = now.post(args.get("post", ""))
    if post is None:
        return None
    found = acts.fix_page(post, args)
    return found and {"here": "post", "digest": args.get("digest", ""), **found}
