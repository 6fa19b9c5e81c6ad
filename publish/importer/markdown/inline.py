"""Writes inline content as this blog's Markdown, with special characters escaped. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape as html_escape

from publish.importer.tree import ENTITY as NAME
from publish.importer.tree import El

ENTITY = re.compile(rf"&{NAME}")
SIGNS = (
    r"--|\.\.(?:(?<=\.\.\.)|(?=\.))|[\\`*\[\]{<]|(?<![^\W_])_|_(?![^\W_])|!(?=\[)|&(?=" + NAME + ")"
)
IN_LINK = re.compile(SIGNS)
IN_TEXT = re.compile(rf"\[(?![^\]]{{0,60}}TOC)[^\W_][\w .,’'…/-]{{0,60}}\](?![\[(:{{]|\Z)|{SIGNS}")
"""What has to be escaped; in text, unlike in a link, brackets of prose ("[sic]") count."""
NAMED = {"<": "&lt;", "&": "&amp;"}
LINE_START = re.compile(r"(?m)^( {0,3})(?:(\d{1,9})([.)])(?=\s|$)|([-+>#|])|([:=~])|(\xa0+))")
TAGS = {"em", "strong"}


@dataclass
class Dialect:
    """The features of the site's Markdown, and the link targets in the post.

    ``smarty``: dashes and dots become typographic; ``anchors`` are ids that links refer to;
    ``notes`` maps the ids of footnotes to their numbers.
    """

    smarty: bool = True
    html: bool = True
    definitions: bool = True
    anchors: frozenset[str] = frozenset()
    notes: dict[str, int] = field(default_factory=dict)


def text(words: str, dialect: Dialect, strict: bool = False, pipes: bool = False) -> str:
    """Words as Markdown, escaped. ``strict`` escapes every bracket (inside of a link)."""

    def one(found: re.Match[str]) -> str:
        sign = found[0]
        if sign in ("--", ".."):
            return f"{sign[0]}\\{sign[1]}" if dialect.smarty else sign
        return sign if len(sign) > 1 else NAMED.get(sign) or f"\\{sign}"

    made = (IN_LINK if strict else IN_TEXT).sub(one, words)
    return made.replace("|", "\\|") if pipes else made


def lines(made: str) -> str:
    """Escapes what would begin a list, a heading, a quotation or a rule at a line's start."""

    def one(found: re.Match[str]) -> str:
        if found[2]:
            return f"{found[2]}\\{found[3]}" if found[3] == "." else f"{found[2]}&#41;"
        if found[4]:
            return f"\\{found[4]}"
        if found[5]:
            return f"&#{ord(found[5])};"
        return "&nbsp;" * len(found[6])

    return LINE_START.sub(one, made)


@dataclass
class _Emphasis:
    tag: str
    inner: str
    nested: bool


def run(kids: list[El | str], dialect: Dialect, br: str = "  \n", pipes: bool = False) -> str:
    """Inline content as Markdown. ``br`` is the line break to use; ``pipes``: inside a table's
    cell."""
    return _Writer(dialect, br, pipes).kids(kids)


class _Writer:
    def __init__(self, dialect: Dialect, br: str, pipes: bool) -> None:
        self.dialect, self.br, self.pipes = dialect, br, pipes
        self._emphasis = 0
        self._link = 0

    def kids(self, kids: list[El | str]) -> str:
        pieces: list[str | _Emphasis] = []
        for kid in kids:
            made = self._text(kid) if isinstance(kid, str) else self._el(kid)
            if isinstance(made, tuple):
                pieces += [part for part in made if part]
            elif made:
                pieces.append(made)
        return self._join(pieces)

    def _text(self, words: str) -> str:
        return text(words, self.dialect, self._link > 0, self.pipes)

    def _join(self, pieces: list[str | _Emphasis]) -> str:
        parts = [""]
        for number, piece in enumerate(pieces):
            before = parts[-1]
            if isinstance(piece, str):
                if before[-1:] == "!" and piece[0] == "[":
                    # Before a link it would make it a picture.
                    parts[-1] = f"{before[:-1]}\\!"
                parts.append(piece)
                continue
            after = pieces[number + 1] if number + 1 < len(pieces) else ""
            # Nothing separates the marks of two adjacent emphases.
            follows = after[:1] if isinstance(after, str) else "*"
            tag, inner = piece.tag, piece.inner
            clash = (
                piece.nested
                or _sticks(before[-1:])
                or _sticks(follows)
                or inner[0] in "*_\\ "
                or inner[-1] in "*_\\ "
                or "\n" in inner
            )
            sign = "*" if tag == "em" else "**"
            parts.append(f"<{tag}>{inner}</{tag}>" if clash else f"{sign}{inner}{sign}")
        return "".join(parts)

    def _el(self, el: El) -> str | tuple[str | _Emphasis, ...]:
        tag = el.tag
        if tag == "br":
            return self.br if not self._link else "<br>"
        if tag == "img":
            return image(el)
        if tag == "a":
            return self._anchor(el)
        if tag == "code":
            return self._code(el)
        if tag == "fnref":
            number = self.dialect.notes.get(el.get("id"))
            return f"[^{number}]" if number else ""
        if tag in TAGS:
            nested = self._emphasis > 0
            self._emphasis += 1
            inner = self.kids(el.kids)
            self._emphasis -= 1
            before, core, after = _edges(inner)
            nested = nested or "**" in core or "<em>" in core or "<strong>" in core
            return before, _Emphasis(tag, core, nested) if core else "", after
        inner = self.kids(el.kids)
        attrs = "".join(
            f' {name}="{html_escape(el.attrs[name])}"'
            for name in ("title", "lang", "dir")
            if name in el.attrs
        )
        return f"<{tag}{attrs}>{inner}</{tag}>" if inner else ""

    def _anchor(self, el: El) -> str | tuple[str, ...]:
        if "href" not in el.attrs:
            name = el.get("id")
            return f'<a id="{html_escape(name)}"></a>' if name in self.dialect.anchors else ""
        self._link += 1
        inner = self.kids(el.kids)
        self._link -= 1
        before, core, after = _edges(inner)
        return before, f"[{core}]({address(el.get('href'))}{title(el)})" if core else "", after

    def _code(self, el: El) -> str:
        if any(kid.tag in ("a", "br", "img") for kid in el.walk()):
            inner = self.kids(el.kids)
            return f"<code>{inner}</code>" if inner else ""
        words = " ".join(el.text().split())
        if not words:
            return ""
        if re.search(r"<[!?]|\\$", words) or (self.pipes and "|" in words):
            # Markdown does not interpret numeric entities.
            inert = re.sub(r"[^\w\s]", lambda m: f"&#{ord(m[0])};", words)
            return f"<code>{inert}</code>"
        fence = "`"
        while fence in words:
            fence += "`"
        pad = " " if "`" in (words[0], words[-1]) else ""
        return f"{fence}{pad}{words}{pad}{fence}"


def _edges(inner: str) -> tuple[str, str, str]:
    """The blanks before some Markdown, what stands between, and the blanks after it."""
    core = inner.strip(" \n\xa0")
    start = inner.index(core) if core else len(inner)
    return inner[:start], core, inner[start + len(core) :]


def _sticks(sign: str) -> bool:
    """Whether an emphasis next to this character would be inside a word, or touch another one."""
    return bool(sign) and (sign.isalnum() or sign in "*_\\")


def literal(words: str) -> str:
    """Words in which what reads as an entity stands for itself."""
    return ENTITY.sub(lambda m: f"&amp;{m[0][1:]}", words)


def address(href: str) -> str:
    """An address escaped for Markdown's parentheses."""
    made = re.sub(
        r"[\s()<>\"'\\`^|*]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), href.strip()
    )
    return literal(made)


def title(el: El) -> str:
    """A link's or a picture's title, with its quotes; ``""`` for none."""
    words = " ".join(el.get("title").split())
    words = re.sub(r'["\\`<>\[\]()*_]', lambda m: f"&#{ord(m[0])};", words.replace("&", "&amp;"))
    return f' "{words}"' if words else ""


def image(el: El) -> str:
    """A picture."""
    alt = " ".join(el.get("alt").split())
    alt = re.sub(r"([\\`\[\]])", r"\\\1", alt).replace("<", "&lt;")
    alt = ENTITY.sub(lambda m: m[0] if m[0] == "&lt;" else "&amp;" + m[0][1:], alt)
    return f"![{alt}]({address(el.get('src'))}{title(el)})"
