"""From an article to its issue."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import merge_tags
from .body import addresses, for_mail
from .plain import render

CLIPPED = 100_000
"""Bytes: Gmail clips a little above, after Mailchimp's own rewriting."""
LARGE = 80_000
FALLBACK = Path(__file__).parent / "templates" / "email"


class Unfit(ValueError):
    """The post cannot be mailed as it is; the message says why and how to mend it."""


@dataclass(frozen=True)
class Issue:
    """The finished bytes and their record."""

    html: str
    text: str
    record: dict[str, Any]
    warnings: tuple[str, ...] = ()


def compose(article: Any, generator: Any) -> Issue:
    """The issue of one article.

    Raises:
        Unfit: the subject is empty, the mail is too large, or a merge tag got through.
    """
    settings = generator.settings
    site = (settings.get("NEWSLETTER_SITEURL") or settings.get("SITEURL") or "").rstrip("/")
    url = f"{site}/{article.url}"
    subject = merge_tags.in_text(words(getattr(article, "subject", None) or article.title))
    if not subject:
        raise Unfit("the subject is empty — write a Title or a Subject")
    summary = words(article.get_summary(site))
    preheader = merge_tags.in_text(words(getattr(article, "preheader", None) or summary))
    source = getattr(article, "email_content", None) or article._content or ""
    body = for_mail(article._update_content(source, site), url)
    facts = {
        "article": article,
        "url": url,
        "site": site,
        "sitename": merge_tags.in_text(words(settings["SITENAME"])),
        "title": merge_tags.in_html(html.escape(words(article.title), quote=False)),
        "deck": merge_tags.in_html(html.escape(summary, quote=False)),
        "byline": merge_tags.in_text(byline(article)),
        "categories": [merge_tags.in_text(c.name) for c in categories(article)],
        "date": article.locale_date,
        "body": body,
        "cover": cover(article, site),
        "share": share(article, settings, site),
        "lang": article.lang,
        "dir": "rtl" if article.lang[:2] in ("ar", "fa", "he", "ur") else "ltr",
    }
    mail = inline(template(generator, "issue.html").render(**facts))
    text_body, links = render(body.replace("*<!-- -->|", "*|").replace("|<!-- -->*", "|*"))
    text = template(generator, "issue.txt").render(
        **facts | {
            "title": words(article.title),
            "heading_rule": "=" * min(72, len(words(article.title))),
            "deck": merge_tags.in_text(summary),
            "body": merge_tags.in_text(text_body),
            "links": [merge_tags.in_url(link) for link in links],
        }
    )  # fmt: skip
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    for part in (mail, text, subject, preheader):
        if strange := merge_tags.foreign(part):
            raise Unfit(f"the merge tag *|{min(strange)}|* got into the mail — remove it")
    size = len(mail.encode())
    if size > CLIPPED:
        raise Unfit(f"its mail has {size // 1000} kB and would be cut off — shorten the post")
    large = f"its mail has {size // 1000} kB; Gmail cuts off at about 102"
    pictures = ([facts["cover"]["url"]] if facts["cover"] else []) + list(addresses(body))
    uid = str(getattr(article, "uid", "") or article.relative_source_path)
    record = {
        "version": 1,
        "key": hashlib.sha256(uid.encode()).hexdigest()[:20],
        "uid": uid,
        "slug": article.slug,
        "title": words(article.title),
        "subject": subject,
        "preheader": preheader,
        "digest": digest(subject, preheader, mail, text),
        "page_digest": str(getattr(article, "page_digest", "")),
        "url": url,
        "source": place(article, settings),
        "date": article.date.isoformat(),
        "categories": [c.name for c in categories(article)],
        "images": [picture for picture in dict.fromkeys(pictures) if picture.startswith("http")],
        "newsletter": True,
        "html_bytes": size,
    }
    return Issue(mail, text, record, (large,) if size > LARGE else ())


def digest(subject: str, preheader: str, mail: str, text: str) -> str:
    """The digest of everything a reader gets; the newsletter room verifies it."""
    whole = json.dumps([subject, preheader, mail, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def words(markup: str) -> str:
    """The words of a title or summary, which may hold HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", str(markup))).split())


def byline(article: Any) -> str:
    """The authors' names; ``""`` without one."""
    names = (author.name.strip() for author in getattr(article, "authors", ()))
    return ", ".join(name for name in names if name)


def categories(article: Any) -> list[Any]:
    """All categories; without the categories plugin the one."""
    return list(getattr(article, "categories", None) or [article.category])


def cover(article: Any, site: str) -> dict[str, Any] | None:
    """The cover picture, with the size at which the mail shows it."""
    name = str(getattr(article, "image", "") or "").removeprefix("{static}").lstrip("/")
    if not name:
        return None
    import imagesize

    try:
        width, height = imagesize.get(str(Path(article.settings["PATH"]) / name))
    except (OSError, ValueError):
        return None
    if width <= 0:
        return None
    alt = merge_tags.in_text(words(getattr(article, "image_alt", "")))
    return {"url": f"{site}/{quote(name)}", "alt": html.escape(alt), "width": 560,
            "height": round(height * 560 / width)}  # fmt: skip


def share(article: Any, settings: Any, site: str) -> list[dict[str, str]]:
    """The share links with the mail's own address of the site; copying needs a page."""
    here = (settings.get("SITEURL") or "").rstrip("/")
    found = []
    for link in getattr(article, "share_links", ()):
        if link.id == "copy":
            continue
        address = link.url
        if here and here != site:
            address = address.replace(here, site).replace(
                quote(here, safe=""), quote(site, safe="")
            )
        found.append({"name": link.name, "url": html.escape(merge_tags.in_url(address))})
    return found


def inline(page: str) -> str:
    """The page with its styles in the elements; what depends on the screen stays in the head."""
    import css_inline

    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    return inliner.inline(page)


def template(generator: Any, name: str) -> Any:
    """The theme's ``email/NAME``, else the plugin's plain one."""
    from jinja2 import TemplateNotFound

    try:
        return generator.env.get_template(f"email/{name}")
    except TemplateNotFound:
        return generator.env.from_string((FALLBACK / name).read_text(encoding="utf-8"))


def place(article: Any, settings: Any) -> str:
    """The source's path from the project's folder, with slashes."""
    content = Path(settings["PATH"])
    return (Path(content.name) / str(article.relative_source_path)).as_posix()
