"""Divi's modules as HTML: of Divi 3 and 4 (shortcodes) and of Divi 5 (blocks). Pure.

A module is a list of parts, each made of some of its fields. Fields with words that no part uses
are kept too, so that modules of later Divi releases lose none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from publish.importer.address import FILE_NAME
from publish.importer.wordpress import fragments

STRUCTURE = {
    "section", "row", "row_inner", "column", "column_inner", "group", "group_carousel",
    "specialty", "placeholder", "layout", "counters", "tabs", "accordion", "slider", "video_slider",
    "pricing_tables", "icon_list", "carousel",
    "canvas", "nested_section", "shortcode_module",
}  # fmt: skip
PARTS: Mapping[str, tuple[str, ...]] = {
    "text": ("body",),
    "heading": ("h2 title",),
    "blurb": ("img image alt", "h4 title url", "body"),
    "cta": ("h2 title", "body", "button button_text button_url"),
    "button": ("button button_text button_url",),
    "image": ("img src alt url title_text",),
    "toggle": ("h5 title", "body"),
    "accordion_item": ("h5 title", "body"),
    "tab": ("h4 title", "body"),
    "testimonial": ("img portrait_url", "quote", "by author job_title company_name url"),
    "team_member": ("img image_url name", "h4 name", "p position", "body", "social"),
    "pricing_table": (
        "h2 title", "p subtitle", "price", "pricing", "button button_text button_url",
    ),
    "counter": ("counter",),
    "number_counter": ("number", "h3 title"),
    "circle_counter": ("number", "h3 title"),
    "countdown_timer": ("h4 title", "p date_time"),
    "video": ("video src",),
    "video_slider_item": ("video src",),
    "audio": ("img image_url title", "h2 title", "artist", "audio audio"),
    "gallery": ("h2 title",),
    "slide": ("img image image_alt", "h2 heading url", "body", "button button_text button_link"),
    "map": ("p address",),
    "map_pin": ("h3 title", "body", "p pin_address"),
    "code": ("code",),
    "fullwidth_header": (
        "img logo_image_url logo_alt_text", "h2 title", "p subhead", "body",
        "button button_one_text button_one_url", "button button_two_text button_two_url",
        "img header_image_url image_alt_text",
    ),
    "icon_list_item": ("li",),
    "icon": (),
    "divider": ("hr",),
    "signup": ("h2 title", "body description", "form", "p footer_content"),
    "login": ("h2 title", "body", "form"),
    "contact_form": ("h2 title", "form"),
    "social_media_follow": ("strip",),
    "lottie": (),
    "dropdown": ("body",),
    "link": ("button text url",),
}  # fmt: skip
"""What a module shows, in its order: a part's kind, then the fields it is made of."""

DYNAMIC = {
    "blog", "portfolio", "filterable_portfolio", "post_slider", "shop", "menu", "sidebar", "search",
    "comments", "post_nav", "post_content", "instagram_feed", "loop", "breadcrumbs",
    "contact_field", "signup_custom_field", "post_carousel", "table_of_contents",
}  # fmt: skip
"""What WordPress fills as it shows the page."""
SILENT = {"post_title", "divider", "icon", "lottie"}
"""What the theme shows by itself, or what has no words."""

WORDS = (
    "title", "heading", "subhead", "subtitle", "text", "content", "name", "position", "author",
    "job_title", "company_name", "description", "caption", "quote", "label", "question", "answer",
    "button_text", "button_one_text", "button_two_text", "footer_content", "before_text",
    "title_text", "headline", "subheading", "body", "message", "link_text",
)  # fmt: skip
"""Fields of a module that is not in the table which are words."""
ADDRESSES = {
    "button_text": ("button_url", "button_link", "url", "link"),
    "button_one_text": ("button_one_url",),
    "button_two_text": ("button_two_url",),
    "link_text": ("link", "url", "link_url"),
}
PICTURES = ("src", "image", "image_url", "portrait_url", "logo_image_url", "photo", "image_src")
CTA = {"cta", "signup", "contact_form", "button", "social_media_follow", "login"}
"""Modules that make a shared ending a call to act (see ``ending``)."""
NETWORKS = ("facebook_url", "twitter_url", "google_url", "linkedin_url")


def name_of(name: str) -> str:
    """A module's name, as this table has it: one over the whole width shows what the other does."""
    name = name.replace("-", "_")
    return name if name == "fullwidth_header" else name.removeprefix("fullwidth_")


def known(name: str) -> bool:
    """Whether a module (without ``et_pb_``) is one of Divi's own."""
    return name in PARTS or name in STRUCTURE or name in DYNAMIC or name in SILENT


def html_of(name: str, fields: Mapping[str, str], body: str) -> str:
    """A module's HTML. ``fields`` are decoded words or addresses, ``body`` is HTML."""
    parts = PARTS.get(name)
    if parts is None:
        return unknown(fields, body)
    made = "".join(_part(name, part.split(), fields, body) for part in parts)
    return made if any(part.split()[0] in BODILY for part in parts) else made + body


def named(name: str) -> set[str]:
    """The fields that the parts of a module show, or that show nothing in it."""
    parts = PARTS.get(name, ())
    # A form's fields, buttons and answers go with it.
    gone = {"button_text", "submit_button_text", "success_message", "custom_message"}
    gone = gone if "form" in parts else set()
    return {key for part in parts for key in part.split()[1:]} | SPECIAL | gone


def rest(name: str, fields: Mapping[str, str]) -> str:
    """The words of those fields that no part of a module names."""
    shown = named(name)
    return "".join(
        fragments.paragraph(fragments.text(value))
        for key, value in fields.items()
        if value.strip()
        and key not in shown
        and (key.startswith("+") or (name in PARTS and is_words(key, value)))
    )


def unknown(fields: Mapping[str, str], body: str) -> str:
    """The words, pictures and link of an unknown module."""
    made: list[str] = []
    shown: set[str] = set()
    for key, value in fields.items():
        named = key in PICTURES or (PICTURE.search(value) and not SETTING_NAME.search(key))
        if named and _picture(value) and not FILE_NAME.search(value) and value not in shown:
            shown.add(value)
            made.append(fragments.image(value, fields.get("alt") or fields.get("image_alt") or ""))
    to = target(fields)
    for key in [*WORDS, *(key for key in fields if key not in WORDS)]:
        value = fields.get(key, "")
        if key not in WORDS and not is_words(key, value):
            continue
        if not value.strip() or SWITCH.fullmatch(value) or (key == "content" and body.strip()):
            continue
        if key in ADDRESSES:
            own = next((fields[a] for a in ADDRESSES[key] if fields.get(a)), "")
            to = "" if own == to else to
            made.append(fragments.button(value, own))
        elif key in ("title", "heading", "headline") or re.search(r"_(?:title|heading)\b", key):
            made.append(f"<h3>{fragments.linked(value, to)}</h3>")
            to = ""
        elif "<" in value:
            made.append(value)
        else:
            made.append(f"<p>{fragments.linked(value, to)}</p>")
            to = ""
    if to and not body.strip():
        made.append(fragments.media(to, ""))
    at = next((i for i, part in enumerate(made) if part.startswith(("<p><a", "<a"))), len(made))
    return "".join([*made[:at], body, *made[at:]])


def target(fields: Mapping[str, str]) -> str:
    """The address that an unknown module leads to, or of the file it shows; ``""`` for none."""
    named = [fields[key] for key in LINKS if fields.get(key)]
    files = [v for k, v in fields.items() if FILE_NAME.search(v) and not SETTING_NAME.search(k)]
    return next((found[0] for found in map(ADDRESS.search, [*named, *files]) if found), "")


SPECIAL = {
    "sum", "per", "currency", "percent", "number", "artist_name", "album_name", "gallery_ids",
    "content", "alt", "image_alt", "logo_alt_text", "title_text", "title_level",
}  # fmt: skip
"""Fields that a part takes without naming them, or that show nothing in some modules."""
WORDS_NAME = re.compile(
    r"(?:^|_)(?:title|heading|subheading|subhead|headline|subtitle|text|content|description|caption"
    r"|name|label|quote|cite|message|question|answer|author|position|company|summary|body|info"
    r"|editor|period|job|button)(?:_(?:front|back|one|two|three|before|after|[a-d]|\d+))?$"
)
SETTING_NAME = re.compile(
    r"^_|admin_|font|icon|style|color|align|animation|class|(?:^|_)id$|css|shadow|background"
    r"|size|layout|orientation|preset|_tablet|_phone|hover|_tag$|_level$|position_|attributes"
)
SETTING = re.compile(
    r"\s*(?:on|off|yes|no|true|false|none|default|inherit|custom|auto|left|right|center|justify|h[1-6]"
    r"|top|bottom|px|em|#[0-9a-f]{3,8}|rgba?\(.*|[-+]?[\d.]+(?:px|r?em|%|vw|vh|deg|m?s)?)\s*",
    re.I,
)
PICTURE = re.compile(r"^(?:https?:/)?/\S+\.(?:jpe?g|png|gif|webp|avif|svg)$", re.I)
LINKS = ("url", "link", "link_url", "href", "link_option_url")
ADDRESS = re.compile(r"https?://\S+|^//?\w\S*|^(?:mailto|tel):\S+", re.I)
SWITCH = re.compile(r"\s*(?:on|off|yes|no|true|false)\s*", re.I)


def is_words(key: str, value: str) -> bool:
    """Whether an attribute that is in no table holds words, judged by its name and value."""
    key = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", key).lower()
    if SETTING_NAME.search(key) or SETTING.fullmatch(value) or "://" in value.split("<", 1)[0]:
        return False
    if WORDS_NAME.search(key) or "<p" in value:
        return True
    letters = sum(sign.isalpha() for sign in value)
    return len(value.split()) > 2 and letters > len(value) / 2 and not re.search(r"[|{};=]", value)


Fields = Mapping[str, str]


def _part(name: str, part: list[str], fields: Fields, body: str) -> str:
    kind, keys = part[0], part[1:]
    value = [fields.get(key, "").strip() for key in keys] + [""] * 4
    if kind[0] == "h" and kind[1:].isdigit():
        return _heading(kind, value, fields)
    if kind == "form":
        return f'<div data-form="{escape(name)}"></div>'
    return KINDS[kind](fields, body, value)


def _own_words(fields: Fields, body: str, value: list[str]) -> str:
    words = value[0]
    return (words if "<" in words else fragments.paragraph(escape(words))) + body


def _by(fields: Fields, body: str, value: list[str]) -> str:
    author, job, company, url = value[:4]
    author = fragments.linked(author, "" if company else url)
    return fragments.paragraph(
        author, fragments.text(job), fragments.linked(company, url), between=", "
    )


def _social(fields: Fields, body: str, value: list[str]) -> str:
    links = [
        fragments.linked(key.removesuffix("_url").capitalize(), fields[key])
        for key in NETWORKS
        if fields.get(key)
    ]
    return fragments.paragraph(*links, between=" ")


def _number(fields: Fields, body: str, value: list[str]) -> str:
    number, sign = fields.get("number", "").removesuffix("%"), fields.get("percent_sign", "on")
    return fragments.paragraph(fragments.text(number and number + "%" * (sign != "off")))


def _counter(fields: Fields, body: str, value: list[str]) -> str:
    percent = fields.get("percent", "").strip()
    if percent and fields.get("use_percentages") != "off":
        return fragments.paragraph(
            body.strip(), f"{escape(percent.removesuffix('%'))}%", between=" "
        )
    return fragments.paragraph(body.strip())


def _image(fields: Fields, body: str, value: list[str]) -> str:
    src, alt, to, title = value[:4]
    if not _picture(src) or fields.get("use_icon") == "on":
        return ""
    to = "" if fields.get("show_in_lightbox") == "on" else to
    return f"<p>{fragments.image(src, alt or title, to)}</p>"


def _picture(value: str) -> bool:
    return (
        bool(value) and not value.startswith(("%%", "&#", "data:image/svg")) and "||" not in value
    )


def _pricing(fields: Fields, body: str, value: list[str]) -> str:
    """Lines that begin with + or - are included in a price, or not."""
    plain = re.sub(r"</?p\b[^<>]*>|<br ?/?>", "\n", body)
    lines = [line.strip() for line in plain.split("\n") if line.strip()]
    if not lines or any(re.match(r"<(?:ul|ol|h\d|div|table)", line) for line in lines):
        return body
    items = ""
    for line in lines:
        gone = line.startswith("-")
        words = line[1:].strip() if line[0] in "+-" else line
        items += f"<li><del>{words}</del></li>" if gone else f"<li>{words}</li>"
    return f"<ul>{items}</ul>"


def _joined(between: str, *names: str) -> Callable[[Fields, str, list[str]], str]:
    """A paragraph of some fields; ``+`` joins two without anything between."""
    return lambda fields, body, value: fragments.paragraph(
        fragments.text(
            between.join(
                filter(None, ("".join(fields.get(n, "") for n in k.split("+")) for k in names))
            )
        )
    )


KINDS: Mapping[str, Callable[[Fields, str, list[str]], str]] = {
    "body": _own_words, "by": _by, "social": _social, "number": _number, "counter": _counter,
    "img": _image, "pricing": _pricing, "price": _joined("/", "currency+sum", "per"),
    "artist": _joined(" | ", "artist_name", "album_name"),
    "p": lambda fields, body, value: fragments.paragraph(fragments.text(value[0])),
    "button": lambda fields, body, value: fragments.button(*value[:2]) if value[0] else "",
    "quote": lambda fields, body, value: f"<blockquote>{body}</blockquote>" if body.strip() else "",
    "video": lambda fields, body, value: fragments.media(value[0], "video"),
    "audio": lambda fields, body, value: fragments.media(value[0], "audio"),
    "hr": lambda fields, body, value: "" if fields.get("show_divider") == "off" else "<hr>",
    "li": lambda fields, body, value: "<li>" + (
        body or fragments.text(fields.get("text") or fields.get("title") or "")) + "</li>",
    "code": lambda fields, body, value: f'<div data-autop="off">{body}</div>',
    "strip": lambda fields, body, value: f"<ul>{body}</ul>" if body.strip() else "",
}  # fmt: skip
"""What makes each kind of part: of all fields, the body, and the values of the fields it names."""
BODILY = {"body", "quote", "code", "pricing", "li", "counter", "strip"}
"""Kinds that show the body."""


def network(fields: Mapping[str, str], body: str) -> str:
    """One link of a social strip."""
    name = body.strip() or fields.get("social_network", "")
    url = fields.get("url") or fields.get("social_url") or ""
    return f"<li>{fragments.linked(name, url)}</li>" if name else ""


def _heading(kind: str, value: list[str], fields: Fields) -> str:
    words, to = value[:2]
    if not words:
        return ""
    levels = (fields.get(f"{of}_level", "") for of in ("title", "header", "toggle", "heading"))
    given = next((level for level in levels if re.fullmatch(r"h[1-6]", level)), kind)
    # Inline markup in a title is kept.
    words = re.sub(r"</?(?:p|h[1-6]|div)\b[^<>]*>", " ", fragments.linked(words, to))
    return f"<{given}>{words}</{given}>"
