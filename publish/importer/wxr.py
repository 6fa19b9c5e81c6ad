"""Reads a WordPress export (WXR 1.0 to 1.2) as a stream: one item in memory at a time."""

from __future__ import annotations

import codecs
import html.entities
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from publish.errors import Refused
from publish.importer.model import Channel, Comment, Item, Term

CHUNK = 1 << 18
PROLOG = 1 << 20
"""Bytes before the first element; no export has more."""
CONTROL = bytes(c for c in range(32) if c not in (9, 10, 13))
ENTITY = re.compile(
    rb"&(?:(?:#(?:x0*(?P<hex>[0-9A-Fa-f]{1,6})|0*(?P<dec>[0-9]{1,7}))|(?P<name>[A-Za-z]\w{1,31}));)?"
)
NONCHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
XML_NAMES = {b"amp", b"lt", b"gt", b"quot", b"apos"}
NAMES = {k.encode(): f"&#{v};".encode() for k, v in html.entities.name2codepoint.items()}
PREFIXES = ("wp", "content", "excerpt", "dc")
META = {
    "_thumbnail_id", "_wp_attached_file", "_wp_attachment_image_alt", "_wp_attachment_metadata",
    "_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description", "_aioseop_description",
    "_genesis_description", "_elementor_data", "_elementor_edit_mode", "footnotes",
    "_et_pb_use_builder", "_wp_page_template",
}  # fmt: skip
"""Post meta that is read. Of anything else only the key is: the value may be a secret."""
BOOKKEEPING = re.compile(
    r"_edit_|_wp_(?!attach)|_pingme|_encloseme|_oembed_|_et_|_elementor_|_wpb_|_menu_item_|_thumbnail"
    r"|_yoast_wpseo_(?:linkdex|content_score|primary_|estimated|is_cornerstone|wordproof)|rank_math_(?:seo|internal|primary)"
    r"|dsq_thread|_wpas_|_jetpack_|_publicize_|_last_editor|_genesis_(?:layout|hide)|et_"
)
"""How those keys begin under which WordPress and plugins keep what no reader sees."""


class Filter:
    """The export's bytes as UTF-8 that XML can hold; a file object for lxml.

    Control characters go, bytes that are no UTF-8 are read as Windows-1252, named entities of
    HTML become numbers. ``mended`` counts what was changed.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._rest = b""
        self._cdata = False
        self.mended = 0
        head = _head(stream, name)
        self._decode, self._head = _encoding(head)

    def read(self, _size: int = -1) -> bytes:
        """The next bytes; ``b""`` at the end."""
        while True:
            data, self._head = self._head, b""
            data = data or self._stream.read(CHUNK)
            text = self._rest + self._decode(data, not data)
            # What may be the beginning of an entity, a mark or a character waits for its end.
            cut = _safe(text) if data else len(text)
            text, self._rest = text[:cut], text[cut:]
            if text or not data:
                return self._clean(text)

    def _clean(self, data: bytes) -> bytes:
        clean = data.translate(None, CONTROL)
        self.mended += len(data) - len(clean)
        try:
            clean.decode()
        except UnicodeDecodeError:
            clean = clean.decode("utf-8", "publish-1252").encode()
            self.mended += 1
        if b"\xef\xbf" in clean or b"\xed" in clean:
            clean = NONCHARACTER.sub(b"", clean)
        return self._marked(clean)

    def _marked(self, data: bytes) -> bytes:
        """Entities and signs that XML knows otherwise, outside of CDATA; inside all is text."""
        out: list[bytes] = []
        at = 0
        while at < len(data):
            mark = b"]]>" if self._cdata else b"<![CDATA["
            end = data.find(mark, at)
            piece = data[at:] if end < 0 else data[at:end]
            out.append(piece if self._cdata else self._markup(piece))
            if end < 0:
                break
            out.append(mark)
            self._cdata = not self._cdata
            at = end + len(mark)
        return b"".join(out)

    def _markup(self, piece: bytes) -> bytes:
        if b"]]>" in piece:
            piece = piece.replace(b"]]>", b"]]&gt;")
            self.mended += 1
        return ENTITY.sub(self._entity, piece) if b"&" in piece else piece

    def _entity(self, found: re.Match[bytes]) -> bytes:
        if name := found["name"]:
            return found[0] if name in XML_NAMES else NAMES.get(name, b"&amp;" + found[0][1:])
        if found[0] == b"&":
            self.mended += 1
            return b"&amp;"
        number = int(found["hex"], 16) if found["hex"] else int(found["dec"])
        if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE:
            return found[0]
        if 0x10000 <= number <= 0x10FFFF:
            return found[0]
        self.mended += 1
        return b""


def _as_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("publish-1252", _as_1252)


def _safe(data: bytes) -> int:
    """How much of ``data`` ends with a whole character and a whole entity."""
    cut = data.rfind(b"&", -40)
    cut = len(data) if cut < 0 or b";" in data[cut:] else cut
    for mark in (b"]]>", b"<![CDATA["):
        for size in range(len(mark) - 1, 0, -1):
            if data.endswith(mark[:size], 0, cut):
                cut -= size
                break
    for back in range(1, min(4, cut) + 1):
        byte = data[cut - back]
        if byte >= 0xC0:
            wide = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return cut - back if wide > back else cut
        if byte < 0x80:
            break
    return cut


def _encoding(head: bytes) -> tuple[Callable[[bytes, bool], bytes], bytes]:
    """How to turn the stream's bytes into UTF-8, and the head without its declaration."""
    name = "utf-8"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        name = "utf-16"
    elif found := re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w-]+)[\"']", head):
        name = found[1].decode()
        head = head.replace(found[0], re.sub(rb"\sencoding.*", b"", found[0], flags=re.S), 1)
    try:
        plain = codecs.lookup(name).name in ("utf-8", "ascii")
    except LookupError:
        plain = True
    if plain:
        return (lambda data, _last: data), head
    decoder = codecs.getincrementaldecoder(name)("replace")
    return (lambda data, last: decoder.decode(data, last).encode()), head


def _head(stream: BinaryIO, name: str) -> bytes:
    """The first bytes, from ``<?xml`` or the first element on.

    Raises:
        Refused: no export, or one that declares entities of its own.
    """
    head = stream.read(CHUNK)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        probe = head.decode("utf-16", "replace").encode()
    else:
        head = head.removeprefix(b"\xef\xbb\xbf")
        # A plugin that prints blanks or a warning puts them before the declaration.
        start = min((at for at in (head.find(b"<?xml"), head.find(b"<rss")) if at >= 0), default=-1)
        head = head[max(start, 0) :]
        probe = head
    while b"<rss" not in probe and len(probe) < PROLOG and (more := stream.read(CHUNK)):
        head, probe = head + more, probe + more
    prolog = probe.split(b"<rss", 1)[0]
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", re.sub(rb"<!--.*?-->", b"", prolog, flags=re.S), re.I):
        raise Refused(
            f"{name}: declares a document type, which no WordPress export does",
            "export again under Tools → Export, and take that file",
        )
    if b"<rss" not in probe:
        raise Refused(
            f"{name}: is no WordPress export (WXR)",
            "in WordPress: Tools → Export → All content, and take that file",
        )
    return head


def _space(tag: Any) -> tuple[str, str]:
    """What an element's namespace stands for, and its local name."""
    if not isinstance(tag, str):
        return "", ""
    uri, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if not uri:
        # A prefix that the export forgot to declare means what it means everywhere.
        prefix, colon, rest = local.partition(":")
        return (prefix if prefix in PREFIXES else "?", rest) if colon else ("", local)
    if "wordpress.org/export/" in uri:
        return ("excerpt" if "/excerpt" in uri else "wp"), local
    if "/content" in uri:
        return "content", local
    return ("dc" if "purl.org/dc" in uri else "?"), local


def read(path: Path, name: str) -> Iterator[Item | Channel]:
    """Every item of an export, and last its channel.

    ``name`` is how a message names the file.

    Raises:
        Refused: the file is no export, is cut off, or is no XML; the message has its line.
        OSError: it cannot be read.
    """
    from publish.importer.channel import Gathering

    with path.open("rb") as raw:
        source = Filter(raw, name)
        parser = etree.iterparse(
            source, events=("end",), resolve_entities=False, no_network=True, load_dtd=False,
            remove_comments=True, remove_pis=True, recover=True,
        )  # fmt: skip
        gathered = Gathering()
        try:
            for _, element in parser:
                space, local = _space(element.tag)
                parent = element.getparent()
                above = _space(parent.tag)[1] if parent is not None else ""
                if local == "item" and above == "channel":
                    gathered.wxr |= any(_space(child.tag)[0] == "wp" for child in element)
                    yield item_of(element)
                elif above == "channel":
                    gathered.take(space, local, element)
                else:
                    continue
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            raise _refused(name, error.lineno or 1, str(error.msg)) from None
        # Only to forgive a namespace is the parser lenient: anything else would lose text.
        for entry in parser.error_log:
            if entry.domain_name != "NAMESPACE" and entry.level_name != "WARNING":
                raise _refused(name, entry.line, entry.message)
        if not gathered.wxr:
            raise Refused(
                f"{name}: is a feed, not a WordPress export (WXR)",
                "in WordPress: Tools → Export → All content, and take that file",
            )
        yield gathered.channel(source.mended)


def _refused(name: str, line: int, message: str) -> Refused:
    cut = any(word in message for word in ("Premature end", "EndTag", "end of data", "CDATA"))
    what = "is cut off, or is no XML" if cut else "is no XML"
    return Refused(
        f"{name}:{line}: {what}: {message}",
        "export again, or in several files (Tools → Export → by date)",
    )


def item_of(element: Any) -> Item:
    """An item from its element; the first of two equal values counts."""
    found: dict[str, str] = {}
    item = Item(0)
    for child in element:
        space, local = _space(child.tag)
        if space == "wp" and local == "postmeta":
            _meta(child, item)
        elif space == "wp" and local == "comment":
            _comment(child, item)
        elif space == "" and local == "category":
            _term(child, item)
        elif space != "?":
            found.setdefault(f"{space}:{local}" if space else local, child.text or "")
    value = {key: text.strip() for key, text in found.items()}
    item.title = value.get("title", "")
    item.link, item.guid = value.get("link", ""), value.get("guid", "")
    item.pub_date, item.creator = value.get("pubDate", ""), value.get("dc:creator", "")
    item.body = found.get("content:encoded", "")
    item.excerpt = value.get("excerpt:encoded", "")
    item.type = value.get("wp:post_type", "") or "post"
    item.status = value.get("wp:status", "")
    item.slug = value.get("wp:post_name", "")
    item.date, item.date_gmt = value.get("wp:post_date", ""), value.get("wp:post_date_gmt", "")
    item.modified = value.get("wp:post_modified", "")
    item.modified_gmt = value.get("wp:post_modified_gmt", "")
    item.password = bool(value.get("wp:post_password", ""))
    item.parent = _number(value.get("wp:post_parent", ""))
    item.sticky = value.get("wp:is_sticky", "") == "1"
    item.attachment = value.get("wp:attachment_url", "")
    item.id = _number(value.get("wp:post_id", ""))
    if not item.id:
        place = item.guid or item.link or f"{item.title} {item.date}"
        item.id = -1 - zlib.crc32(place.encode())
    return item


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else 0


def _children(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        if _space(child.tag)[0] == "wp":
            found.setdefault(_space(child.tag)[1], (child.text or "").strip())
    return found


def _meta(element: Any, item: Item) -> None:
    pair = _children(element)
    key, value = pair.get("meta_key", ""), pair.get("meta_value", "")
    if key == "_wp_old_slug":
        item.old_slugs.append(value)
    elif key == "_wp_old_date":
        item.old_dates.append(value)
    elif key in META and value:
        item.meta.setdefault(key, value)
    elif key and value and key not in item.unread and not BOOKKEEPING.match(key):
        item.unread.append(key)


def _comment(element: Any, item: Item) -> None:
    values = _children(element)
    if values.get("comment_approved") != "1" or values.get("comment_type") in (
        "pingback", "trackback",
    ):  # fmt: skip
        return
    item.comment_count += 1
    item.comments.append(
        Comment(
            values.get("comment_author", ""),
            values.get("comment_date", ""),
            values.get("comment_content", ""),
        )
    )


def _term(element: Any, item: Item) -> None:
    domain = element.get("domain", "category")
    name = (element.text or "").strip()
    term = Term(name, element.get("nicename", ""))
    kinds = {"category": item.categories, "post_tag": item.tags, "tag": item.tags}
    kinds["author"] = item.authors
    same = kinds.get(domain)
    # WXR 1.0 names each category twice, once with its slug and once without.
    if same is not None and name and all(known.name != name for known in same):
        same.append(term)
    elif same is None and name and (domain, name) not in item.others:
        item.others.append((domain, name))
