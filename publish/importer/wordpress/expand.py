"""Expands shortcodes to HTML: WordPress' own, Divi's, WPBakery's, and the words of any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Any

from publish.importer.losses import Loss
from publish.importer.model import number_of
from publish.importer.tree import unescaped
from publish.importer.wordpress import divi, fragments, shortcodes, wpbakery
from publish.importer.wordpress.nesting import Code
from publish.post.text import clean, plain, shorten

EMBEDS = {
    "youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/",
    "dailymotion": "https://www.dailymotion.com/video/", "ted": "https://www.ted.com/talks/",
    "gist": "https://gist.github.com/", "tweet": "https://twitter.com/i/status/",
    "wistia": "https://fast.wistia.net/embed/iframe/", "loom": "https://www.loom.com/share/",
    "wpvideo": "https://videopress.com/v/", "videopress": "https://videopress.com/v/",
    **dict.fromkeys((
        "soundcloud", "spotify", "twitter", "instagram", "facebook", "tiktok", "slideshare",
        "scribd", "kickstarter", "flickr", "bandcamp", "mixcloud", "codepen", "googlemaps",
    ), ""),
}  # fmt: skip
"""What stands before the id that may be given instead of an address."""
SOURCES = ("src", "link", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav", "0")
FORMS = {
    "contact-form-7", "contact-form", "gravityform", "ninja_form", "ninja_forms", "wpforms",
    "mc4wp_form", "formidable", "caldera_form", "newsletter_form", "jetpack_subscription_form",
    "subscribe2", "contact-field", "mailpoet_form", "convertkit", "optin-monster", "thrive_leads",
    "vc_wp_search",
}  # fmt: skip
STRIPS = {"addtoany", "sociable", "social_share", "ssba", "shareaholic", "sharethis", "addthis"}
NAMELESS = {"sourcecode", "source", "code"}
DYNAMIC = {
    "toc", "recent_posts", "recent-posts", "display-posts", "archives", "sitemap",
    "woocommerce_cart", "woocommerce_checkout", "woocommerce_my_account", "product", "products",
    "vc_posts_slider", "vc_basic_grid", "vc_post_grid", "vc_wp_recentposts", "vc_masonry_grid",
    "vc_media_grid", "vc_gmaps", "vc_widget_sidebar", "vc_facebook", "vc_flickr",
    "blog_subscription_form",
    "instagram-feed", "custom-facebook-feed", "custom-twitter-feeds", "jetpack-related-posts",
    "shariff", "printfriendly", "mashshare",
    "ez-toc", "lwptoc", "rank_math_toc", "related_posts", "crp", "yarpp",
}  # fmt: skip
TRANSPARENT = {
    "vc_row", "vc_row_inner", "vc_column", "vc_column_inner", "vc_column_text", "vc_section",
    "vc_tta_tabs", "vc_tta_tour", "vc_tta_accordion", "vc_tabs", "vc_accordion", "vc_tour",
    "one_half", "one_third", "two_third", "one_fourth", "three_fourth", "one_half_last",
    "one_third_last", "two_third_last", "su_row", "su_column", "su_tabs", "su_accordion",
    "fusion_builder_container", "fusion_builder_row", "fusion_builder_column", "fusion_text",
    "av_section", "av_textblock", "columns", "column", "row", "raw", "et_pb_dmb_code_snippet",
}  # fmt: skip


@dataclass
class Context:
    """What converting a post needs from the rest of the export, and its losses. ``find`` returns
    the body of another item by its id and kind (``block`` or ``module``), or None; ``fields`` are
    the values for Divi's dynamic content; ``own_words`` are the post's own in a reusable block, by
    the names of the blocks inside."""

    id: int
    find: Callable[[int, str], str | None] = lambda *_: None
    gallery: Callable[[str], str] = lambda _: ""
    fields: Mapping[str, str] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    within: list[int] = field(default_factory=list)
    own_words: Any = None

    def lose(self, code: str, detail: str = "", words: str = "") -> None:
        """Note a loss."""
        # JSON can hold halves of a character, which no file can.
        self.losses.append(
            Loss(code, self.id, clean(detail), shorten(" ".join(clean(words).split()), 80))
        )


def expand(text: str, context: Context) -> str:
    """``text`` with every shortcode expanded to HTML."""
    if "[" not in text:
        return text
    if "_holder" in text:
        text = HOLDER.sub("\n", text)
    nodes = shortcodes.parse(_sources(text), NAMES)
    return shortcodes.escaped(_inside(Code("", inside=nodes), context))


SOURCE = re.compile(
    r"\[(sourcecode|source|code|bash|css|html|java|javascript|js|php|python|ruby|sql|xml)"
    r"(?=[\s\]=])([^\[\]]{0,200})\]",
    re.I,
)


def _sources(text: str) -> str:
    """Escape source code between the shortcodes of a highlighter."""
    out, at = [], 0
    never: set[str] = set()
    for found in SOURCE.finditer(text):
        name = found[1].lower()
        if found.start() < at or name in never:
            continue
        end = re.compile(rf"\[/{name}\]", re.I).search(text, found.end())
        if not end:
            never.add(name)
            continue
        named = re.search(r"lang(?:uage)?\s*=\s*\W?([\w+#-]+)", found[2])
        kind = named[1] if named else "" if name in NAMELESS else name
        code = escape(unescaped(text[found.end() : end.start()]), quote=False)
        code = code.replace("[", "&#91;")
        tag = "pre" if "\n" in code else "code"
        mark = f' class="language-{kind}"' if kind else ""
        out += [text[at : found.start()], f"<{tag}{mark}>{code}</{tag}>"]
        at = end.end()
    return "".join([*out, text[at:]])


HOLDER = re.compile(
    r"(?:<!--\s*)?(?:\[|&#0*91;|&lsqb;|%91)(et_pb_line_break_holder|et_pb_br_holder)(?:\]|&#0*93;|%93)(?:\s*-->)?"
)
"""Divi's stand-ins for line breaks."""


def _inside(code: Code, context: Context) -> str:
    out = []
    for before, node in pairwise(["", *code.inside]):
        if isinstance(before, Code) and isinstance(node, Code) and node.name not in NAMES:
            # Themes stack what they do not separate, as a heading and a button.
            out.append("\n\n")
        out.append(node if isinstance(node, str) else _code(node, context))
    return "".join(out)


HIDDEN = {"disabled": "on", "disabled_on": "on|on|on", "disable_element": "yes"}
"""How Divi and WPBakery hide an element on every screen."""


def _code(code: Code, context: Context) -> str:
    made = _shown(code, context)
    if not any(code.get(key) == value for key, value in HIDDEN.items()):
        return made
    context.lose("hidden-left", code.name, plain(made))
    return ""


def _shown(code: Code, context: Context) -> str:
    if code.name.startswith(("et_pb_", "et_social_")) and code.name not in TRANSPARENT:
        return _divi(code, context)
    return HANDLERS.get(code.name, _other)(code, context)


def _divi(code: Code, context: Context) -> str:
    name = divi.name_of(code.name.removeprefix("et_pb_"))
    if fixed := _global(code, context):
        return fixed
    fields = {k: dynamic(unescaped(v), context) for k, v in code.attributes.items()}
    if divi.PICTURE.search(fields.get("background_image", "")):
        context.lose("background-dropped", fields["background_image"])
    inside = _inside(code, context)
    if "@ET-DC@" in inside:
        inside = dynamic(inside, context)
    return module(name, code.name, fields, inside, context)


def module(name: str, full: str, fields: Mapping[str, str], body: str, context: Context) -> str:
    """A Divi module's HTML, with losses noted and calls to action marked (see ``ending``)."""
    if (to := fields.get("link_option_url", "")) and divi.known(name):
        if "url" in divi.named(name):
            fields = {**fields, "url": fields.get("url") or to}
        elif name not in divi.DYNAMIC:
            body = fragments.leading(body, to)
    body += divi.rest(name, fields)
    if name == "code":
        # Divi has codes for brackets and breaks, and removes the paragraphs around it.
        body = body.replace("%22", '"') if '="%22' in body else body
        body = re.sub(r"&#0?9([13]);", lambda m: "[" if m[1] == "1" else "]", body)
        body = re.sub(r"^\s*(?:<br ?/?>|</p>)+|(?:<br ?/?>|<p>)+\s*$", "", body)
        body = f'<div data-autop="off">{body}</div>'
    else:
        # A module may begin with a stray </p>, and end with a stray <p>.
        body = re.sub(r"^\s*(?:</p>|<br ?/?>)\s*|\s*<p>\s*$", "\n", body)
    if name in divi.STRUCTURE:
        mark = ' data-group="1"' if name in ("row", "row_inner", "group") else ""
        tag = "ul" if name == "icon_list" else "div"
        return f"<{tag}{mark}{_named(fields)}>{body}</{tag}>"
    if name == "social_media_follow_network":
        return divi.network(fields, body)
    if name in divi.SILENT and name not in divi.PARTS:
        return body
    if name in divi.DYNAMIC:
        words = fields.get("title") or fields.get("field_title") or plain(body)
        if name not in ("contact_field", "signup_custom_field"):
            context.lose("module-dropped", full, words)
            return body
        return f'<div data-label="{escape(words)}"></div>'
    if not divi.known(name):
        words = plain(body) or " ".join(fields.get(w, "") for w in divi.WORDS)
        context.lose("unknown-shortcode", full, words)
    made = divi.html_of(name, fields, body)
    if labels := re.findall(r'data-label="([^"]*)"', body):
        # A form's fields are dropped with it, and listed in the report.
        made = made.replace("<div data-form=", f'<div data-words="{", ".join(labels)}" data-form=')
    if name == "gallery":
        made += context.gallery(fields.get("gallery_ids") or fields.get("gallery_captions") or "*")
    mark = ' data-call="1"' if name in divi.CTA else ""
    return f"<div{mark}{_named(fields)}>{made}</div>"


def _named(fields: Mapping[str, str]) -> str:
    """The id of a module, to which links refer."""
    name = fields.get("module_id") or fields.get("css_id") or ""
    return f' id="{escape(name)}"' if re.fullmatch(r"[\w:.-]{1,80}", name) else ""


def _global(code: Code, context: Context) -> str:
    """A global module's body, if the post only refers to it."""
    number = number_of(code.get("global_module", "template_id"))
    if (
        not number
        or code.inside
        or any(code.attributes.get(key) for key in divi.WORDS + divi.PICTURES)
    ):
        return ""
    return referred(number, "module", code.name, context)


def referred(number: int, kind: str, name: str, context: Context) -> str:
    """The expanded body of a referenced item; a recursive reference is dropped."""
    text = context.find(number, kind)
    if text is None or number in context.within or len(context.within) > 16:
        context.lose("reference-missing", f"{name} {number}")
        return ""
    from publish.importer.wordpress.blocks import to_html

    context.within.append(number)
    try:
        return to_html(text, context)
    finally:
        context.within.pop()


DYNAMIC_CODE = re.compile(r"@ET-DC@([A-Za-z0-9+/=_-]{1,20000})@")
DYNAMIC_VARIABLE = re.compile(r"\$variable\((\{.{0,20000}?\})\)\$", re.S)


def dynamic(value: str, context: Context) -> str:
    """The value of Divi's dynamic content."""
    if "@ET-DC@" in value:
        value = DYNAMIC_CODE.sub(lambda m: _of_json(fragments.of_base64(m[1]), context), value)
    if "$variable(" in value:
        value = DYNAMIC_VARIABLE.sub(lambda m: _of_json(m[1], context), value)
    return value


def _of_json(raw: str, context: Context) -> str:
    found = fragments.of_json(raw)
    if not isinstance(found, dict) or found.get("type") == "color":
        return ""
    name = str(found.get("content") or fragments.at(found, "value", "name") or "")
    settings = found.get("settings") or fragments.at(found, "value", "settings")
    if name not in context.fields:
        context.lose("dynamic-left", name or "?")
    if words := context.fields.get(name):
        before, after = (fragments.at(settings, side) or "" for side in ("before", "after"))
        return f"{before}{words}{after}"
    return ""


IMAGE = re.compile(r"(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?", re.I)


def _caption(code: Code, context: Context) -> str:
    inside = _inside(code, context)
    image = IMAGE.search(inside)
    if not image:
        return inside
    rest = f"{inside[: image.start()].strip()} {inside[image.end() :].strip()}".strip()
    words = unescaped(code.get("caption")).strip()
    note, rest = (words, rest) if words else (rest, "")
    return fragments.figure(image[0], note) + rest


def _embed(code: Code, context: Context) -> str:
    own = code.get("0", "id", "url", "src", "link", "href", "video", "tweet")
    inside = _inside(code, context)
    given, rest = (unescaped(own), inside) if own else (plain(inside), "")
    if given and "://" not in given:
        if given.startswith("//"):
            given = f"https:{given}"
        elif base := EMBEDS[code.name]:
            given = base + given
    if "://" not in given:
        context.lose("module-dropped", code.name, given)
        return rest
    return f"\n\n{fragments.media(given, code.name)}\n\n{rest}"


def _linked(code: Code, context: Context) -> str:
    """An address, as WordPress links those that it cannot embed."""
    shown = _inside(code, context).strip() or code.get("src", "url")
    url = unescaped(shown)
    linked = fragments.linked(url, url) if re.fullmatch(r"https?://\S+", url) else shown
    return f"\n\n{linked}\n\n"


def _media(code: Code, context: Context) -> str:
    source = unescaped(code.get(*SOURCES))
    kind = {"vc_video": "video", "iframe": "frame"}.get(code.name, code.name)
    return f"\n\n{fragments.media(source, kind)}\n\n{_inside(code, context)}"


def _form(code: Code, context: Context) -> str:
    said = escape(unescaped(code.get("label", "title")))
    return f'<div data-form="{code.name}" data-words="{said}"></div>{_inside(code, context)}'


def _dropped(code: Code, context: Context) -> str:
    inside = _inside(code, context)
    words = "" if code.name in STRIPS else code.get("title") or inside
    context.lose("module-dropped", code.name, words)
    return inside


def _pictures(code: Code, context: Context) -> str:
    """WPBakery's pictures, by their numbers, or one by its address."""
    numbers = code.get("image", "images")
    made = context.gallery(numbers) if numbers else ""
    if not made and (src := code.get("custom_src")):
        made, note = fragments.image(unescaped(src), ""), code.get("caption")
        made = fragments.figure(made, note) if note else made
    if to := wpbakery.link(unescaped(code.get("link", "img_link"))):
        made = IMAGE.sub(lambda found: f'<a href="{escape(to)}">{found[0]}</a>', made)
    return made + _inside(code, context)


def _other(code: Code, context: Context) -> str:
    """The words of WPBakery's and of unknown shortcodes."""
    name = code.name
    inside = _inside(code, context)
    fields = {k: unescaped(v) for k, v in code.attributes.items()}
    if name.startswith("vc_") or name in TRANSPARENT:
        own = {key: wpbakery.decoded(value) for key, value in fields.items()}
        words = wpbakery.words_of(name, own) + inside
        return f'<div data-group="1">{words}</div>' if name == "vc_row" else f"\n\n{words}\n\n"
    context.lose(
        "unknown-shortcode",
        name,
        plain(inside) or " ".join(v for k, v in fields.items() if k in divi.WORDS),
    )
    to = divi.target(fields)
    if to and inside.strip() and not re.search(r"<(?:p|div|h\d|ul|ol|table|a)\b", inside):
        return f'<a href="{escape(to)}">{inside}</a>'
    return divi.unknown(fields, inside) if fields else inside


Handler = Callable[[Code, Context], str]
HANDLERS: Mapping[str, Handler] = {
    **dict.fromkeys(EMBEDS, _embed), **dict.fromkeys(FORMS, _form),
    **dict.fromkeys(STRIPS | DYNAMIC, _dropped),
    **dict.fromkeys(("caption", "wp_caption"), _caption),
    **dict.fromkeys(("video", "audio", "vc_video", "iframe"), _media),
    **dict.fromkeys(("vc_raw_html", "vc_raw_js"), lambda code, context:
        f'<div data-autop="off">{wpbakery.raw(_inside(code, context))}</div>'),
    **dict.fromkeys(("vc_single_image", "vc_gallery", "vc_images_carousel"), _pictures),
    **dict.fromkeys(("more", "nextpage"), lambda code, context: "\n\n" + _inside(code, context)),
    "gallery": lambda code, context:
        context.gallery(code.get("ids", "include") or "*") + _inside(code, context),
    "playlist": lambda code, context:
        context.gallery(code.get("ids")) if code.get("ids") else _dropped(code, context),
    "embed": _linked,
}  # fmt: skip
"""What makes HTML of each shortcode that is known; of any other its words stay."""
NAMES = HANDLERS.keys() | TRANSPARENT
