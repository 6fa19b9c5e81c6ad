"""The types that settings must have, and what to write instead of a wrong value. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from string import Formatter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publish.post import frontmatter


class Kind(NamedTuple):
    """The type that the settings of these ``names`` must have, with an example. ``*`` at the end of
    a name matches a family; text may also be None or False, for none. Of ``*_URL`` only Pelican's
    own count: a theme may define others of any type."""

    what: str
    types: tuple[type, ...]
    example: str
    names: tuple[str, ...]


WHOLE = ("DEFAULT_PAGINATION", "DEFAULT_ORPHANS", "FEED_MAX_ITEMS", "SUMMARY_MAX_LENGTH")
KINDS = (
    Kind("text", (str, os.PathLike, type(None)), '"text"', (
        "SITENAME", "SITEURL", "PATH", "OUTPUT_PATH", "THEME", "TIMEZONE", "DEFAULT_LANG",
        "DEFAULT_CATEGORY", "AUTHOR", "DEFAULT_DATE_FORMAT", "CACHE_PATH", "SLUGIFY_SOURCE",
        "SUMMARY_END_SUFFIX", "NEWSLETTER_*URL", "NEWSLETTER_SIGNUP_ACTION", "NEWSLETTER_FROM_NAME",
        "NEWSLETTER_AUDIENCE", "FEED_DOMAIN", "STRUCTURED_DATA_LOGO", "THEME_STATIC_DIR",
        "*_SAVE_AS", "CSS_FILE",
        "ARTICLE_*URL", "PAGE_*URL", "DRAFT_*URL", "STATIC_URL", "*_ARCHIVE_URL", "CATEGORY_URL",
        "TAG_URL", "AUTHOR_URL", "FEED_*ATOM", "FEED_*RSS", "*_FEED_ATOM", "*_FEED_RSS",
    )),
    Kind("pattern", (str, re.Pattern, type(None)), r'r"(?P<slug>.+)"', (
        "FILENAME_METADATA", "PATH_METADATA", "INTRASITE_LINK_REGEX",
    )),
    Kind("number", (int, float), "10, without quotes", WHOLE),
    Kind("truth value", (int,), "True or False, without quotes", (
        "REVERSE_CATEGORY_ORDER", "NEWEST_FIRST_ARCHIVES",
    )),
    Kind("list", (list, tuple), '["one", "two"]', (
        "ARTICLE_PATHS", "ARTICLE_EXCLUDES", "PAGE_PATHS", "PAGE_EXCLUDES", "STATIC_PATHS",
        "STATIC_EXCLUDES", "PLUGINS", "PLUGIN_PATHS", "DIRECT_TEMPLATES", "IGNORE_FILES",
        "PAGINATION_PATTERNS", "SHARE_LINKS", "THEME_STATIC_PATHS", "THEME_TEMPLATES_OVERRIDES",
        "*_REGEX_SUBSTITUTIONS", "FORMATTED_FIELDS", "OUTPUT_RETENTION", "REDIRECT_FILES",
        "MENUITEMS", "LINKS", "SOCIAL",
    )),
    Kind("mapping", (dict,), '{"name": "value"}', (
        "MARKDOWN", "DEFAULT_METADATA", "EXTRA_PATH_METADATA", "TEMPLATE_PAGES", "DATE_FORMATS",
        "JINJA_ENVIRONMENT", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS", "READERS",
        "PAGINATED_TEMPLATES", "DOCUTILS_SETTINGS", "PYGMENTS_RST_OPTIONS",
    )),
)  # fmt: skip
"""The settings with a required type, but for those that `send` and `deploy` read themselves."""
NAMES = ("*_PATHS", "*_EXCLUDES", "DIRECT_TEMPLATES", "IGNORE_FILES", "THEME_TEMPLATES_OVERRIDES",
         "FORMATTED_FIELDS")  # fmt: skip
"""Lists of text alone."""
EARLY = frozenset({
    "SITEURL", "PATH", "OUTPUT_PATH", "THEME", "ARTICLE_PATHS", "PAGE_PATHS", "STATIC_PATHS",
    "PLUGIN_PATHS",
})  # fmt: skip
"""Settings that are read before any rule can judge them."""
NEEDED = frozenset({
    "SITENAME", "SITEURL", "THEME", "DEFAULT_LANG", "DEFAULT_CATEGORY", "DEFAULT_DATE_FORMAT",
    "DATE_FORMATS", "MARKDOWN", "JINJA_ENVIRONMENT", "JINJA_FILTERS", "JINJA_GLOBALS",
    "JINJA_TESTS", "REVERSE_CATEGORY_ORDER", "NEWEST_FIRST_ARCHIVES",
})  # fmt: skip
"""Settings that must not be None; if left out, Pelican's own apply."""
PAIRS = ("MENUITEMS", "LINKS", "SOCIAL")
"""Settings that themes show as links."""
EXPRESSIONS = (
    "FILENAME_METADATA",
    "PATH_METADATA",
    "INTRASITE_LINK_REGEX",
    "*_REGEX_SUBSTITUTIONS",
)


def misfits(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The settings of a wrong type: name, what is wrong, and what to write. Pure."""
    from publish.post.diagnostic import quoted

    for name, given in values.items():
        if name == "DEFAULT_METADATA":
            given = frontmatter.defaults(given) or given or {}
        kinds = (kind for kind in KINDS if _among(name, kind.names))
        kind = next(kinds, None)
        off = given is None and name not in EARLY
        off |= kind is not None and kind.what == "text" and given is False
        missing = given is None and name in NEEDED
        if kind and (missing or not (off or isinstance(given, kind.types))):
            message = f"{name} is no {kind.what}: {quoted(repr(given), 40)}"
            yield name, message, f"write {kind.example}"
        elif (wrong := wrong_part(name, given)) is not None:
            yield name, f"{name} holds {quoted(repr(wrong[0]), 40)}", f"write {wrong[1]}"


def wrong_part(name: str, given: Any) -> tuple[Any, str] | None:
    """An invalid part of a setting of the right type, and what to write instead; None for none."""
    if name in WHOLE and isinstance(given, float):
        return given, "a whole number"
    if name == "PAGINATED_TEMPLATES" and given:
        sizes = (v for v in given.values() if v is not None)
        return next(((v, "10, or None") for v in sizes if not isinstance(v, int) or v < 0), None)
    if given == "" and name in ("DEFAULT_LANG", "AUTHOR"):
        return given, "text, or remove the line"
    if given and _among(name, EXPRESSIONS):
        rules = given if isinstance(given, list | tuple) else [(given, "")]
        if not all(isinstance(each, list | tuple) and len(each) == 2 for each in rules):
            return given, '[("what is sought", "what replaces it")]'
        return next(((rule[0], wrong) for rule in rules if (wrong := _no_expression(*rule))), None)
    if given and name in PAIRS:
        pairs = (isinstance(each, list | tuple) and len(each) > 1 for each in given)
        return None if all(pairs) else (given, '[("words", "address")]')
    if name == "PAGINATION_PATTERNS" and given is not None:
        return _no_pagination(given)
    if name == "DEFAULT_DATE" and given:
        return _no_date(given)
    if name == "LOCALE" and not isinstance(given, str | list | tuple):
        return given, '["de_DE.UTF-8"]'
    if name == "READERS" and given:
        return next(
            ((v, "a reader's class, or None") for v in given.values() if v and not callable(v)),
            None,
        )
    if name == "EXTRA_PATH_METADATA" and given:
        if none := [each for each in given.values() if not isinstance(each, dict)]:
            return none[0], '{"path": "…"}'
        places = (
            each[key] for each in given.values() for key in ("path", "save_as") if key in each
        )
        return next(
            (
                (place, "a path inside the site")
                for place in places
                if not isinstance(place, str) or leads_out(place)
            ),
            None,
        )
    if name == "MARKDOWN" and given:
        listed, options = given.get("extensions") or [], given.get("extension_configs") or {}
        example = '{"extension_configs": {"markdown.extensions.extra": {}}}'
        return None if isinstance(listed, list) and isinstance(options, dict) else (given, example)
    if given and _among(name, NAMES):
        return next(((v, "text") for v in given if not isinstance(v, str | os.PathLike)), None)
    return None


def _no_date(given: Any) -> tuple[Any, str] | None:
    """A date for posts without one that is none."""
    from publish.post.dates import parse

    try:
        if isinstance(given, str) and given != "fs":
            parse(given, ZoneInfo("UTC"))
        elif not isinstance(given, str):
            datetime(*given)  # noqa: DTZ001 - it is only tried
    except (TypeError, ValueError):
        return given, '"fs", or a date such as "2026-11-16"'
    return None


def _no_pagination(rules: Any) -> tuple[Any, str] | None:
    """The first of Pelican's rules that is none; all of them where none is for the first page."""
    example = 'rules such as (1, "{url}", "{save_as}")'
    for rule in rules:
        try:
            first, *patterns = rule
            for pattern in patterns:
                fields(pattern)
        except (TypeError, ValueError):
            return rule, example
        if not isinstance(first, int) or len(patterns) != 2:
            return rule, example
    return None if any(rule[0] in (0, 1) for rule in rules) else (rules, example)


def fields(pattern: str) -> list[str]:
    """The names in the braces of a pattern of addresses; what stands behind one, as in
    ``{date:%Y}``, is left to Pelican.

    Raises:
        ValueError: a brace has no partner.
    """
    parts = Formatter().parse(pattern)
    return [re.split(r"[.[]", name)[0] for _, name, _, _ in parts if name is not None]


def leads_out(place: str) -> bool:
    """Whether a file's ``place`` below the output folder is out of it."""
    return place.startswith("/") or ".." in place.split("/")


def _no_expression(text: Any, instead: Any) -> str:
    """What to write instead of an invalid regular expression, or one for which nothing can be put
    ``instead``; ``""`` if both are valid."""
    try:
        re.sub(text, instead, "")
    except (re.error, TypeError, IndexError) as error:
        return f"a regular expression: {error}"
    return ""


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
