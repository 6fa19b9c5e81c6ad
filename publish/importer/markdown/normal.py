"""Normalizes an HTML tree to a list of blocks with a Markdown form. Pure.

``autop`` is WordPress' rule: an empty line ends a paragraph, a line break is a ``<br>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from publish.importer.markdown.embeds import framed, label, watch
from publish.importer.markdown.inline_runs import split, spread, tidy
from publish.importer.markdown.structures import STRUCTURES, attributes_of, lines
from publish.importer.tree import BLOCKS, CONTAINERS, GONE, INLINE, MADE, El

FRAMES = {"iframe", "video", "audio", "embed"}
PARTING = BLOCKS | GONE - {"svg", "canvas", "input"} | FRAMES
"""What parts two paragraphs; an icon or a field stands in a line."""
INNER = {"li", "blockquote", "td", "th", "dt", "dd", "figcaption", "caption", "summary"}
LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
"""Where scripts that load a picture late keep its address."""
SMILEY = re.compile(r"/smilies/|s\.w\.org/images/core/emoji")
END = El("end")
Lose = Callable[[str, str, str], None]


def normal(root: El, lose: Lose, autop: bool) -> El:
    """The blocks of ``root``, under one element. ``lose(code, detail, words)`` notes a loss."""
    return El("body", {}, [*Flow(lose).flow(root, autop, True)])


class Flow:
    """Converts an element's contents to blocks; ``lose`` gets each loss."""

    def __init__(self, lose: Lose) -> None:
        self.lose = lose
        self._group = 0

    # Flow: blocks and runs of inline content -------------------------------------------------

    def flow(self, parent: El, autop: bool, wrap: bool) -> list[El]:
        """The blocks of a container. Without ``wrap`` a single run of text stays a run."""
        out: list[El] = []
        own = parent.tag in INNER and parent.tag != "blockquote" and parent.get("id")
        run: list[El | str] = []
        if own and parent.text().strip():
            run.append(El("a", {"id": own}))
        for part in self._parts(parent, autop, wrap):
            # An inline element around blocks is split: its parts are blocks, too.
            if isinstance(part, str) or (part.tag not in MADE and part is not END):
                run.append(part)
                continue
            out += self._runs(run, autop, wrap)
            out += [part] if part is not END else []
            run = []
        if parent.tag in INNER:
            # A form's place only matters at a post's end.
            out = [block for block in out if block.tag != "mark-form"]
        if not wrap and sum(b.tag == "run" for b in out) > 1:
            for block in out:
                if block.tag == "run":
                    block.tag = "p"
        return out

    def _parts(self, parent: El, autop: bool, wrap: bool) -> Iterator[El | str]:
        """Words, inline elements and blocks; ``END`` where a paragraph ends."""
        for kid in parent.kids:
            if isinstance(kid, str):
                yield kid
            elif kid.tag in PARTING:
                yield from self.block(kid, autop, wrap)
                yield END
            else:
                yield from self._inline(kid, autop)
        yield END

    def _runs(self, run: list[El | str], autop: bool, wrap: bool) -> list[El]:
        if not any(kid.__class__ is El or kid.strip() for kid in run):  # type: ignore[union-attr]
            return []
        parts = split(run) if autop else [run]
        made = [tidy(part, autop) for part in parts]
        made = [part for part in made if part]
        if not made:
            return []
        if not wrap and len(made) == 1:
            return [El("run", {}, made[0])]
        blocks = [El("p", {}, part) for part in made]
        for block in blocks:
            if link := framed(block):
                self.lose("embed-as-link", link.get("href"), "")
                block.kids = [link]
        return blocks

    # Blocks ---------------------------------------------------------------------------------

    def block(self, el: El, autop: bool, wrap: bool) -> list[El]:
        """The blocks that a block element becomes; ``wrap`` as for ``flow``."""
        if make := KINDS.get(el.tag):
            return make(self, el, autop)
        return self._container(el, autop, wrap)

    def _container(self, el: El, autop: bool, wrap: bool) -> list[El]:
        given = el.get("data-autop")
        autop = given == "on" if given else autop
        if "data-form" in el.attrs:
            self.lose("form-dropped", el.get("data-form"), el.get("data-words"))
            return _mark([El("mark-form")])
        if "data-label" in el.attrs or "data-footnotes" in el.attrs:
            return []
        out = self.flow(el, autop, True if el.tag not in ("label", "legend") else wrap)
        classes = f" {el.get('class')} {el.get('id')} ".lower()
        if "data-call" in el.attrs or CALL.search(classes):
            _mark(out)
        if "data-group" in el.attrs or "group" in classes:
            self._group += 1
            for block in out:
                block.attrs.setdefault("group", str(self._group))
        if el.get("id") and out:
            out[0].attrs.setdefault("id", el.get("id"))
        return out

    def gone(self, el: El, autop: bool) -> list[El]:
        """Note the loss of a dropped element; an ``object`` becomes a link to its content."""
        if el.tag == "script" and el.get("type") not in ("application/ld+json",):
            self.lose("script-dropped", el.get("src"), el.text())
        elif el.tag in ("select", "input") and el.get("type") != "hidden":
            self.lose("form-dropped", el.tag, el.get("value") or el.text())
        elif el.tag == "svg":
            words = " ".join(kid.text() for kid in el.walk() if kid.tag == "text")
            if words:
                self.lose("module-dropped", "svg", words)
        elif el.tag == "object":
            for kid in el.walk():
                own = {"embed": "src", "iframe": "src", "object": "data"}.get(kid.tag, "")
                own = "value" if kid.get("name") == "movie" else own
                if src := kid.get(own):
                    return self._frame(El("iframe", {"src": src}), autop)
            return self.flow(El("div", {}, el.kids), autop, True)
        return []

    def _frame(self, el: El, autop: bool) -> list[El]:
        inside = (kid.get("src") for kid in el.walk() if kid.tag in ("source", "embed"))
        places = (el.get("src"), el.get("data-src"), el.get("data-lazy-src"), *inside)
        src = next(filter(None, places), "")
        if src.startswith("//"):
            src = f"https:{src}"
        if not src or src.lower().startswith(("about:", "javascript:", "data:")):
            return []
        link = El("a", {"href": watch(src)}, [label(src, el)])
        self.lose("embed-as-link", src, el.get("title"))
        return [El("p", {}, [link])]

    def _form(self, el: El, autop: bool) -> list[El]:
        """A form's headings and sentences, without fields and labels."""
        labels = " ".join(_labels(el).split())
        self.lose("form-dropped", el.get("id") or el.get("action").split("?")[0][:80], labels)
        out = self.flow(El("div", {}, _without_fields(el)), autop, True)
        return _mark([*out, El("mark-form")])

    def _paragraph(self, el: El, autop: bool) -> list[El]:
        spoken = attributes_of(el, "lang", "dir")
        kids: list[El | str] = [El("span", spoken, el.kids)] if spoken else el.kids
        out = self.flow(El("p", {}, kids), autop, True)
        if out and el.get("id"):
            out[0].attrs.setdefault("id", el.get("id"))
        return _mark(out) if CALL.search(f" {el.get('class')} ".lower()) else out

    def _heading(self, el: El, autop: bool) -> list[El]:
        inside = self.flow(el, False, False)
        if all(b.tag in ("run", "p") for b in inside):
            made = El(el.tag, attributes_of(el, "id"), lines(inside))
            return [made] if _shows(made) else inside
        words = [b.tag in ("run", "p") and _shows(b) for b in inside]
        return [El(el.tag, {}, b.kids) if w else b for w, b in zip(words, inside, strict=True)]

    def _pre(self, el: El, autop: bool) -> list[El]:
        named = " ".join(k.get("class") for k in el.walk() if k.tag in ("pre", "code"))
        made = El("pre", {**attributes_of(el, "id"), "class": named}, self._preformatted(el))
        return [made] if made.text().strip() else []

    def _quote(self, el: El, autop: bool) -> list[El]:
        inside = self.flow(el, autop, True)
        return [El("blockquote", attributes_of(el, "id"), [*inside])] if inside else []

    def _preformatted(self, el: El) -> list[El | str]:
        kids: list[El | str] = []
        for kid in el.kids:
            if isinstance(kid, str):
                kids.append(kid)
            elif kid.tag in GONE:
                self.gone(kid, False)
            elif kid.tag in ("br", "img") or (kid.tag == "a" and kid.get("href")):
                kids.append(kid.clone(self._preformatted(kid)))
            else:
                kids += self._preformatted(kid)
        return kids

    # Inline ---------------------------------------------------------------------------------

    def _inline(self, el: El, autop: bool) -> list[El | str]:
        """An inline element in its Markdown form; one with blocks inside is split."""
        tag = el.tag
        if tag in GONE:
            return [*self.gone(el, autop)]
        if tag == "img":
            return self._image(el)
        if tag == "br":
            return [El("br")]
        kids = self._kids(el, autop)
        name = INLINE.get(tag)
        if el.get("aria-hidden") == "true" and not re.search(r"\w", el.text()):
            # A sign beside the words, such as the plus of something to open.
            return [kid for kid in kids if isinstance(kid, El)]
        if tag == "sup" and el.get("data-fn"):
            return [El("fnref", {"id": el.get("data-fn")})]
        if tag == "span" and (el.get("lang") or el.get("dir")):
            name = "span"
        place = el.get("id") or (el.get("name") if tag == "a" else "")
        anchor: list[El | str] = [El("a", {"id": place})] if place else []
        if tag == "a":
            return [*anchor, *self._link(el, kids)]
        if name is None or not kids:
            return [*anchor, *kids]
        return [*anchor, *spread(El(name, attributes_of(el, "title", "lang", "dir")), kids)]

    def _kids(self, el: El, autop: bool) -> list[El | str]:
        out: list[El | str] = []
        for kid in el.kids:
            if isinstance(kid, str):
                out.append(kid)
            elif kid.tag in PARTING:
                if kid.tag in GONE:
                    self.gone(kid, autop)
                elif kid.tag in CONTAINERS and not any(
                    k.tag in PARTING for k in kid.walk() if k is not kid
                ):
                    # A div in a link or a span only makes a line of its own.
                    out += [" ", *self._kids(kid, autop), " "]
                else:
                    out += self.block(kid, autop, True)
            else:
                out += self._inline(kid, autop)
        return out

    def _link(self, el: El, kids: list[El | str]) -> list[El | str]:
        href = re.sub(r"[\t\r\n]", "", el.get("href")).strip()
        if re.match(r"\W*(?:javascript|vbscript|data):", href, re.I):
            self.lose("script-dropped", href[:60], El("a", {}, kids).text())
            href = ""
        if href in ("", "#") or not _shows(El("a", {}, kids)):
            return kids
        attrs = {"href": href}
        if el.get("title").strip():
            attrs["title"] = el.get("title")
        return spread(El("a", attrs), kids)

    def _image(self, el: El) -> list[El | str]:
        src = el.get("src").strip()
        lazy = next((el.get(name) for name in LAZY if el.get(name)), "")
        stand_in = not src or src.startswith("data:") or "placeholder" in src
        if lazy and (stand_in or "data-lazy-src" in el.attrs):
            src = lazy.strip()
        if not src or src.lower().startswith(("javascript:",)):
            return []
        if el.get("width") == "1" and el.get("height") == "1":
            return []  # a tracking pixel
        alt = " ".join(el.get("alt").split())
        if "wp-smiley" in el.get("class") or SMILEY.search(src):
            return [alt] if alt else []
        attrs = {"src": src, "alt": alt}
        if el.get("title").strip() and el.get("title").strip() != alt:
            attrs["title"] = " ".join(el.get("title").split())
        if found := re.search(r"wp-image-(\d+)", el.get("class")):
            attrs["data-id"] = found[1]
        return [El("img", attrs)]


KINDS: Mapping[str, Callable[[Flow, El, bool], list[El]]] = {
    **dict.fromkeys(GONE, Flow.gone), **dict.fromkeys(FRAMES, Flow._frame), **STRUCTURES,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Flow._heading),
    **dict.fromkeys(("pre", "xmp", "listing", "textarea"), Flow._pre),
    "form": Flow._form, "p": Flow._paragraph, "blockquote": Flow._quote,
    "hr": lambda *_: [El("hr")],
}  # fmt: skip
"""What makes the blocks of each element."""
CALL = re.compile(
    r"[\s_-](?:sharedaddy|sd-sharing|sharing|share|social|addtoany\w*|a2a_kit|addthis\w*|ssba|"
    r"mc_embed_signup|mc4wp|subscribe|subscription|newsletter|signup|sign-up|optin|opt-in|cta|"
    r"call-to-action|wp-block-buttons?|button|btn)[\s_-]"
)


def _shows(el: El) -> bool:
    """Whether a reader sees words or a picture in it."""
    return bool(el.text().strip()) or any(kid.tag == "img" for kid in el.walk())


def _mark(blocks: list[El]) -> list[El]:
    """Mark blocks as calls to action: see ``ending``."""
    for block in blocks:
        block.attrs["call"] = "1"
    return blocks


def _labels(el: El) -> str:
    return " ".join(
        kid.text() or kid.get("placeholder") or kid.get("value")
        for kid in el.walk()
        if kid.tag in ("label", "button", "input") and kid.get("type") != "hidden"
    )


def _without_fields(el: El) -> list[El | str]:
    out: list[El | str] = []
    for kid in el.kids:
        if isinstance(kid, str):
            out.append(kid)
        elif kid.tag not in ("label", "button", "legend", "select", "textarea", "input", "option"):
            out.append(kid.clone(_without_fields(kid)))
    return out
