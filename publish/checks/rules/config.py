"""Rules about settings that cannot be what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from publish.checks.rule import site_rule
from publish.checks.rules.linking import is_local
from publish.checks.site import Site
from publish.post.diagnostic import Problem, quoted
from publish.post.urls import is_address, is_site
from publish.setting_types import fields, leads_out, misfits

PATTERNS = ("ARTICLE", "PAGE", "CATEGORY", "TAG", "STATIC")
"""Not AUTHOR: the one author of a site may well be at /about/."""


@site_rule("bad-siteurl", "error", '`SITEURL = "happypharmacists.example"`', "same")
def bad_siteurl(site: Site) -> Iterator[Problem]:
    """A SITEURL without scheme or host: links in feeds, mails and cards would be broken."""
    given = str(site.values.get("SITEURL") or "")
    if given and not is_site(given):
        message = f"SITEURL is no address of a site: {quoted(given)}"
        yield site.of_setting(
            "SITEURL", message, "write it as https://example.org, without a slash"
        )


@site_rule("bad-timezone", "error", '`TIMEZONE = "New York"`', "same")
def bad_timezone(site: Site) -> Iterator[Problem]:
    """A TIMEZONE that does not exist: Pelican could date no post."""
    given = site.values.get("TIMEZONE", "UTC")
    try:
        ZoneInfo(str(given))
    except (OSError, ValueError, KeyError):
        message = f"there is no time zone {quoted(str(given), 40)}"
        yield site.of_setting("TIMEZONE", message, "write one such as America/New_York or UTC")


@site_rule("setting-kind", "error", '`DEFAULT_PAGINATION = "ten"`', "same")
def setting_kind(site: Site) -> Iterator[Problem]:
    """A setting that is text where a number, a list or a mapping is needed, or the like; or one
    that `send` or `deploy` would refuse."""
    for misfit in misfits(site.given):
        yield site.of_setting(*misfit)
    for said in site.library.complaints:
        if said.kind == "setting":
            yield site.of_setting(said.parts[0], said.message, said.remedy)


@site_rule("one-address-for-all", "error", '`ARTICLE_URL = "post/"`', "same")
def one_address_for_all(site: Site) -> Iterator[Problem]:
    """An address pattern that gives every post, page or list the same address."""
    for kind in PATTERNS:
        for end in ("URL", "SAVE_AS", "FEED_ATOM", "FEED_RSS", "FEED_JSON"):
            given = site.values.get(name := f"{kind}_{end}")
            written = site.values.get(f"{kind}_SAVE_AS")
            if isinstance(given, str) and given and written and "{" not in given:
                message = f"{name} is the same for all: {quoted(given)}"
                what = "path" if kind == "STATIC" else "slug"
                yield site.of_setting(name, message, f"let it hold {{{what}}}")


@site_rule("bad-pattern", "error", '`TAG_SAVE_AS = "tag/{name"`', "same")
def bad_pattern(site: Site) -> Iterator[Problem]:
    """A pattern of addresses with a brace too few, or with a name that stands for nothing; or a
    file's address that is a folder's."""
    for name, pattern in site.given.items():
        allowed = next((names for setting, names in FIELDS if setting.fullmatch(name)), None)
        if allowed is None or not isinstance(pattern, str):
            continue
        try:
            used = fields(pattern)
        except ValueError:
            message = f"{name} has a brace without its partner: {quoted(pattern)}"
            yield site.of_setting(name, message, "close it, or write {{ for a brace")
            continue
        wrong = next((f for f in used if allowed and f not in allowed), None)
        if wrong is not None:
            choices = " or ".join(f"{{{each}}}" for each in allowed)
            message = f"{name} holds {{{quoted(wrong, 40)}}}, which stands for nothing"
            yield site.of_setting(name, message, f"write {choices}")
        elif pattern.endswith("/") and not name.endswith("_URL"):
            message = f"{name} names a folder: {quoted(pattern)}"
            yield site.of_setting(name, message, f"write {quoted(pattern)}index.html, or another")


FIELDS = tuple((re.compile(names), made) for names, made in (
    (r"(ARTICLE|PAGE|DRAFT|DRAFT_PAGE)_(LANG_)?(URL|SAVE_AS)", ()),
    (r"(CATEGORY|TAG|AUTHOR)_(URL|SAVE_AS)", ("slug", "name")),
    (r"(CATEGORY|TAG|AUTHOR)_FEED_(ATOM|RSS|JSON)(_URL)?", ("slug",)),
    (r"TRANSLATION_FEED_(ATOM|RSS)(_URL)?", ("lang",)),
    (r"(YEAR|MONTH|DAY)_ARCHIVE_(URL|SAVE_AS)", ("date",)),
    (r"FEED_(ALL_)?(ATOM|RSS|JSON)|\w+_SAVE_AS", ()),
))  # fmt: skip
"""The settings that are patterns of addresses, and the names that may stand in their braces; a
post's may be any key of its header."""


@site_rule("shared-file", "error", "`FEED_ALL_RSS` and `FEED_ALL_ATOM` with one name", "same")
def shared_file(site: Site) -> Iterator[Problem]:
    """Two settings that name one file of the site, or one that names a file outside it, or what is
    a folder by another."""
    given, pages = site.values.get("DIRECT_TEMPLATES"), site.values.get("TEMPLATE_PAGES") or {}
    lists = [str(name) for name in given] if isinstance(given, list | tuple) else []
    usual = {f"{name.upper()}_SAVE_AS": f"{name}.html" for name in lists}
    named = [(name, site.values.get(name, place)) for name, place in usual.items()]
    named += (
        (name, place)
        for name, place in site.values.items()
        if name.endswith(FEEDS) or (name.endswith("_SAVE_AS") and "{" in str(place))
    )
    named += (("TEMPLATE_PAGES", place) for place in pages.values())
    first: dict[str, str] = {}
    for name, place in ((name, place) for name, place in named if place and isinstance(place, str)):
        inside = (each for each, other in named if str(other).startswith(f"{place}/"))
        if leads_out(place):
            yield site.of_setting(name, f"{name} leads out of the site: {quoted(place)}", INSIDE)
        elif "{" not in place and first.setdefault(place, name) != name:
            yield site.of_setting(name, f"{name} is the file that {first[place]} names too", OTHER)
        elif other := next(inside, ""):
            yield site.of_setting(name, f"{name} is a folder by {other}: {quoted(place)}", OTHER)


FEEDS = ("_ATOM", "_RSS", "_JSON")
INSIDE, OTHER = "write a path inside the site", "give it another name"


@site_rule("signup-address", "error", '`NEWSLETTER_SIGNUP_ACTION = "//x.list-manage.com"`', "same")
def signup_address(site: Site) -> Iterator[Problem]:
    """A sign-up address to which no browser can send the form, or that takes no form."""
    given = str(site.values.get("NEWSLETTER_SIGNUP_ACTION") or "")
    if given and (what := _signup(given)):
        message = f"the sign-up form cannot be sent to {quoted(given)}: {what[0]}"
        yield site.of_setting("NEWSLETTER_SIGNUP_ACTION", message, what[1])


def _signup(given: str) -> tuple[str, str] | None:
    """The fault of a sign-up form's address, and what to write instead."""
    copy = "copy the form's action from Mailchimp's embedded form: https://….list-manage.com/…"
    if "&amp;" in given:
        return "it holds &amp;", "write https:// before it, and & for each &amp;"
    if not is_address(given):
        return "it is no address", copy
    parts = urlsplit(given.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return "it does not begin with https://", "write it as https://…"
    domain = ".".join((parts.hostname or "").split(".")[-2:])
    if domain in ("eepurl.com", "mailchi.mp", "mailchimp.com"):
        return "it leads to a page with a form and takes none itself", copy
    if parts.scheme == "http" and not is_local(given):
        return "it is not encrypted", "write it as https://…"
    if domain == "list-manage.com":
        query = parse_qs(parts.query)
        if parts.path.rstrip("/") != "/subscribe/post" or not {"u", "id"} <= query.keys():
            return "it takes no form at that path", "write …/subscribe/post?u=…&id=…"
    return None


@site_rule("unknown-topic", "warning", '`NEWSLETTER_TOPICS = {"Carer": "…"}`', "same")
def unknown_topic(site: Site) -> Iterator[Problem]:
    """A topic of the newsletter that is no category: no letter would ever go to it."""
    topics = site.values.get("NEWSLETTER_TOPICS")
    named = {name.casefold() for source in site.sources for name in source.categories}
    for topic in topics if isinstance(topics, dict) else ():
        if str(topic).casefold() not in named:
            message = f"the topic {quoted(str(topic), 40)} is no category of a post"
            yield site.of_setting("NEWSLETTER_TOPICS", message, "write the category's name")


@site_rule("language-address", "warning", "`Lang: EN` in an English blog")
def language_address(site: Site) -> Iterator[Problem]:
    """A language that gives a post another pattern of address than its neighbours have, or that is
    no code that browsers know."""
    default = str(site.values.get("DEFAULT_LANG") or "en").lower()
    for source in site.sources:
        post = source.post
        if post is None or not source.get("lang") or post.lang == default:
            continue
        kind = "PAGE" if post.is_page else "ARTICLE"
        own, foreign = site.values.get(f"{kind}_URL"), site.values.get(f"{kind}_LANG_URL")
        if not LANGUAGE.fullmatch(post.lang):
            remedy = "write its code, such as de or pt-BR"
        elif post.lang.lower() == default:
            remedy = f"write {default}, or remove the line"
        elif foreign == STOCK[kind] and own != STOCK[kind].replace("-{lang}", ""):
            remedy = f"set {kind}_LANG_URL and {kind}_LANG_SAVE_AS beside {kind}_URL"
        else:
            continue
        where = f"/{quoted(post.permalink)}"
        message = f"with the language {quoted(post.lang, 20)} its address is {where}"
        yield Problem(source.line("lang"), message, remedy, source.file)


LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
STOCK = {"ARTICLE": "{slug}-{lang}.html", "PAGE": "pages/{slug}-{lang}.html"}
"""Pelican's own patterns for another language."""
