"""Rules about content that the theme's own content security policy blocks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from publish.checks.rule import site_rule
from publish.checks.site import Site
from publish.post.diagnostic import Problem, quoted
from publish.post.record import FRAMES, PLAYERS, Link

DIRECTIVES = {
    "img": "img-src",
    "cover": "img-src",
    "form": "form-action",
    **dict.fromkeys(FRAMES, "frame-src"),
    **dict.fromkeys(PLAYERS, "media-src"),
}
"""The directive that governs what each element names."""


def _allowed(site: Site, directive: str, address: str) -> bool:
    fallback = "default-src" if directive.endswith("-src") else ""
    sources = site.policy.get(directive, site.policy.get(fallback))
    if sources is None or "*" in sources:
        return True
    try:
        parts, home = urlsplit(address), urlsplit(str(site.values.get("SITEURL") or ""))
    except ValueError:
        return True  # an invalid address: the policy is not what keeps it from being loaded
    if not parts.netloc or parts.netloc == home.netloc:
        return (
            "'self'" in sources
            if parts.scheme in ("", "http", "https")
            else (f"{parts.scheme}:" in sources)
        )
    return f"{parts.scheme}:" in sources or any(parts.netloc in given for given in sources)


def _refused(site: Site, directive: str, what: str, remedy: str) -> Iterator[Problem]:
    """The links of a page, and its cover, that a directive of the policy blocks."""
    for source in site.sources:
        cover = source.post.cover if source.post else None
        covers = [Link("cover", cover.written, cover.url)] if cover and not cover.path else []
        for link in (*covers, *source.links):
            governed = DIRECTIVES.get(link.tag) == directive and not link.mail
            # The rule `data-uri` reports a picture that is pasted into the text.
            pasted = directive == "img-src" and link.address[:5].lower() == "data:"
            if governed and not pasted and not _allowed(site, directive, link.address):
                host = quoted(urlsplit(link.address).netloc or "what is in it", 40)
                message = f"no browser will {what}: the site's policy forbids {host}"
                yield Problem(source.line_of(link), message, remedy, source.file)


@site_rule("blocked-frame", "warning", "`<iframe src=…>` of a film")
def blocked_frame(site: Site) -> Iterator[Problem]:
    """A page of another site in a frame: the theme's policy lets no browser load it."""
    return _refused(site, "frame-src", "show this frame", "link what it shows, best with a picture")


@site_rule("foreign-picture", "warning", "`![A cup](https://pictures.example/cup.jpg)`")
def foreign_picture(site: Site) -> Iterator[Problem]:
    """A picture or cover from another site: the theme's policy lets no browser load it."""
    return _refused(site, "img-src", "show this picture", "save it in images/ and show that")


@site_rule("foreign-media", "warning", "`<audio src=…>` from another site")
def foreign_media(site: Site) -> Iterator[Problem]:
    """A sound or film that the theme's policy lets no browser load."""
    return _refused(site, "media-src", "play this", "save it beside the pictures, or link it")


@site_rule("blocked-form", "warning", "`<form action=…>` of a mail service")
def blocked_form(site: Site) -> Iterator[Problem]:
    """A form that posts to another site: the theme's policy lets no browser send it."""
    return _refused(site, "form-action", "send this form", "link the page that has the form")


@site_rule("inline-style", "warning", '`<p style="color: red">`')
def inline_style(site: Site) -> Iterator[Problem]:
    """A style or script in the text: the theme's policy makes every browser leave it out."""
    sources = site.policy.get("style-src", site.policy.get("default-src"))
    if sources is None or "'unsafe-inline'" in sources:
        return
    for source in site.sources:
        for tag in dict.fromkeys(source.post.inline if source.post else ()):
            line = source.find(f"<{tag}", "style" if tag != "script" else "script")
            message = f"no browser will apply the style or script of this <{tag}>"
            yield Problem(line, message, "use a class of the theme, or plain Markdown", source.file)
