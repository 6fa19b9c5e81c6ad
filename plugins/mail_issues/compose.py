"""Composes an issue from an article's facts. Pure, except for the templates passed in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from publish.post.issue import CLIPPED, LARGE, LONGEST, Issue, digest_of, key_of
from publish.post.text import plain, shorten, without_notes

from . import merge_tags
from .facts import Facts
from .html_mail import pictures, rewrite, stacked
from .plain_text import WIDTH, render
from .wrapping import columns, wrap

PLACE = "\0"
"""A placeholder for the body, which no template or text can contain."""

Template = Callable[[Mapping[str, Any]], str]
"""From a template's variables to the finished text."""
IN_HTML = {"article_begins": "<!--article-->", "article_ends": "<!--/article-->"}
"""Marks that the template writes before and after the article, so that several can be joined in one
mail; their two offsets are stored. Comments survive the CSS inliner; an author's comments are
dropped."""
IN_TEXT = {"article_begins": "\x01", "article_ends": "\x02"}
"""The same for plain text: characters that are removed from authors' texts."""


class Unfit(ValueError):
    """The post cannot be mailed as it is; the message says why and how to fix it."""


def compose(facts: Facts, html_template: Template, text_template: Template) -> Issue:
    """The issue of one article.

    Raises:
        Unfit: the subject is empty, the slug names no folder, a merge tag got through, or the
            mail is so large that it would be cut off.
    """
    if not re.fullmatch(r"[^/\\\0]+", facts.slug) or facts.slug.startswith("."):
        raise Unfit(f"the slug {facts.slug!r} names no folder — use letters, digits and hyphens")
    if not facts.subject:
        raise Unfit("the subject is empty — write a Title or a Subject")
    opening = facts.preheader or plain(without_notes(facts.body))
    subject, preheader = (
        shorten(merge_tags.in_text(words), LONGEST) for words in (facts.subject, opening)
    )
    start = "right" if facts.dir == "rtl" else "left"
    body = rewrite(facts.body, facts.url, facts.pictures.get, start)
    in_html = html_variables(facts, stacked(body))
    in_text = text_variables(facts, body)
    mail, html_part = cut(inline(html_template(in_html)), IN_HTML)
    text, text_part = cut(_filled(text_template, in_text), IN_TEXT)
    _require_own_tags(mail, html_template, in_html)
    _require_own_tags(text, text_template, in_text)
    web = body if facts.web is None else rewrite(facts.web, facts.url, facts.pictures.get)
    first = (facts.cover.url,) if facts.cover else ()
    issue = Issue(
        key=key_of([facts.uid]),
        uid=facts.uid,
        slug=facts.slug,
        title=facts.title,
        subject=subject,
        preheader=preheader,
        html=mail,
        text=text,
        digest=digest_of(subject, preheader, mail, text),
        url=facts.url,
        source=facts.source,
        date=datetime.fromisoformat(facts.date),
        page_digest=facts.page_digest,
        categories=facts.categories,
        images=tuple(dict.fromkeys((*first, *pictures([body, web])))),
        html_part=html_part,
        text_part=text_part,
        picture_bytes=sum(max(file.bytes, 0) for file in facts.files),
        was=facts.was,
    )
    if issue.html_bytes > CLIPPED:
        size = issue.html_bytes // 1000
        raise Unfit(
            f"its mail has {size} kB and would be cut off — shorten the post, put a part between "
            "::: web-only and :::, or write `Newsletter: no`"
        )
    return issue


def _require_own_tags(finished: str, template: Template, variables: Mapping[str, Any]) -> None:
    """Raise Unfit if ``finished`` has merge tags that are not the template's own."""
    bare = _without_bars(variables)
    own = merge_tags.tags(finished if bare == variables else template(bare))
    if wrong := merge_tags.fault(finished, own):
        raise Unfit(wrong)


def warning_of(issue: Issue) -> str:
    """A warning about an issue that can go out; ``""`` for none."""
    if issue.html_bytes <= LARGE:
        return ""
    return f"its mail has {issue.html_bytes // 1000} kB; Gmail cuts off at about 102 — shorten it"


def html_variables(facts: Facts, body: str) -> dict[str, Any]:
    """The variables of the HTML template; every string is HTML already, fit for attributes too."""
    cover = facts.cover
    return {
        "lang": _attribute(facts.lang),
        "dir": facts.dir,
        "start": "right" if facts.dir == "rtl" else "left",
        "title": _words(facts.title),
        "label": _attribute(facts.title),
        "deck": _words(facts.deck),
        "byline": _words(", ".join(facts.authors)),
        "categories": [_words(name) for name in facts.categories],
        "date": _words(facts.shown_date),
        "url": _url(facts.url),
        "site": _url(facts.site),
        "sitename": _words(facts.sitename),
        "cover": cover
        and {
            "url": _url(cover.url),
            "alt": _attribute(cover.alt),
            "width": cover.width,
            "height": cover.height,
        },
        "body": merge_tags.in_html(body),
        "share": [{"name": _words(name), "url": _url(url)} for name, url in facts.share],
        **IN_HTML,
    }


def text_variables(facts: Facts, body: str) -> dict[str, Any]:
    """The variables of the plain text template; long values are already wrapped."""
    flow, links = render(body)
    title = "\n".join(wrap(facts.title, WIDTH))
    words = {
        "title": title,
        "rule": "=" * max(columns(line) for line in title.split("\n") or [""]),
        "deck": "\n".join(wrap(facts.deck, WIDTH)),
        "byline": ", ".join(facts.authors),
        "date": facts.shown_date,
        "sitename": facts.sitename,
        "body": flow,
    }
    return {
        **{name: merge_tags.in_text(text) for name, text in words.items()},
        "categories": [merge_tags.in_text(name) for name in facts.categories],
        "url": merge_tags.in_url(facts.url),
        "site": merge_tags.in_url(facts.site),
        "links": [merge_tags.in_url(link) for link in links],
        **IN_TEXT,
    }


def _filled(template: Template, variables: Mapping[str, Any]) -> str:
    """The rendered text. Runs of the template's own empty lines become one; empty lines inside code
    stay."""
    frame = template({**variables, "body": PLACE})
    # A line that holds only a mark counts as empty, and merges with empty lines around it.
    frame = re.sub(r"\n\s*(\x01|\x02)\s*\n", r"\n\n\1", frame)
    frame = re.sub(r"\n{3,}", "\n\n", frame)
    return frame.strip().replace(PLACE, variables["body"]) + "\n"


def cut(body: str, marks: Mapping[str, str]) -> tuple[str, tuple[int, ...]]:
    """``body`` without its marks, and the part between them as (begin, end) in characters, without
    white space at its ends; an empty tuple unless both marks are there."""
    begin, end = marks.values()
    before, begun, rest = body.partition(begin)
    own, ended, after = rest.partition(end)
    if not (begun and ended):
        return body.replace(begin, "").replace(end, ""), ()
    start = len(before) + len(own) - len(own.lstrip())
    return before + own + after, (start, start + len(own.strip()))


def inline(page: str) -> str:
    """The page with its styles in the elements.

    A ``<style data-css-inline="keep">`` stays in the head, for what depends on the screen.
    """
    return _inliner().inline(page).replace(' data-css-inline="keep"', "")


@lru_cache(maxsize=1)
def _inliner() -> Any:
    import css_inline

    return css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)


def _words(text: str) -> str:
    return merge_tags.in_html(html.escape(text, quote=False))


def _attribute(text: str) -> str:
    return html.escape(merge_tags.in_text(text))


def _url(url: str) -> str:
    return html.escape(merge_tags.in_url(url))


def _without_bars(value: Any) -> Any:
    """The same variables without the bars that could form a merge tag."""
    if isinstance(value, str):
        return value.replace("|", "")
    if isinstance(value, list):
        return [_without_bars(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_bars(item) for name, item in value.items()}
    return value
