"""Reads a WordPress export (WXR 1.0 to 1.2) as a stream: one item in memory at a time."""

from __future__ import annotations

import codecs
import gzip
import html.entities
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from lxml import etree

from publish.errors import Refused
from publish.importer.model import DESCRIPTIONS, Channel, Comment, Item, Term, number_of
from publish.importer.uploads import UNPACKING
from publish.importer.wordpress.channel import children, space_of, take
from publish.post.ignore import is_left_behind
from publish.post.text import clean

CHUNK = 1 << 18
PROLOG = 1 << 20
"""Bytes before the first element; no export has more."""
MARK = re.compile(
    r"\]\]>|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|&(?:(?:#(?:x0*(?P<hex>[0-9A-Fa-f]{1,6})|0*(?P<dec>[0-9]{1,7}))"
    r"|(?P<name>[A-Za-z]\w{1,31}));)?",
    re.A,
)
"""An entity, a sign that should be one, or the beginning or end of a section of text."""
BEGUN = re.compile(r"(?:&[^;]{0,39}|\]{1,2}|<!?\[?[CDAT]{0,5})\Z")
"""What may be the beginning of one."""
SIGNS = bytes(range(32, 127))
HIDDEN = re.compile(r"<!--(?:.*?-->|.*)|<\?(?:.*?\?>|.*)", re.S)
WIDE = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
}
Decode = Callable[[bytes, bool], str]
XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
NAMES = {name: f"&#{code};" for name, code in html.entities.name2codepoint.items()}
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z\d]{2,8})*")
VALUES = {
    "title": "title", "link": "link", "guid": "guid", "pubDate": "pub_date",
    "dc:creator": "creator", "excerpt:encoded": "excerpt", "wp:post_type": "type",
    "wp:status": "status", "wp:post_name": "slug", "wp:post_date": "date",
    "wp:post_date_gmt": "date_gmt", "wp:post_modified": "modified",
    "wp:post_modified_gmt": "modified_gmt", "wp:attachment_url": "attachment",
}  # fmt: skip
"""Elements of an item, and the fields that their texts become."""
META = {
    "_thumbnail_id", "_wp_attachment_image_alt", "_elementor_data", "_elementor_edit_mode",
    "footnotes", *DESCRIPTIONS,
}  # fmt: skip
"""Post meta that is read. Of anything else only the key is: the value may be a secret."""
BOOKKEEPING = re.compile(
    r"_edit_|_wp_|_pingme|_encloseme|_oembed_|_et_|_elementor_|_wpb_|_menu_item_|_thumbnail"
    r"|_yoast_wpseo_(?:linkdex|content_score|primary_|estimated|is_cornerstone|wordproof)|rank_math_(?:seo|internal|primary)"
    r"|dsq_thread|_wpas_|_jetpack_|_publicize_|_last_editor|_genesis_(?:layout|hide)|et_"
)
"""How those keys begin under which WordPress and plugins keep what no reader sees."""


class Filter:
    """A file object for lxml: the export's bytes as valid UTF-8 XML.

    Control characters are dropped, bytes that are not UTF-8 are decoded as Windows-1252, HTML's
    named entities become numeric. ``repairs`` counts the changes.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._rest = ""
        self._cdata = False
        self.repairs = 0
        head = stream.read(CHUNK)
        self._decode = _decoder(head, self._as_1252)
        self._head = self._begun(self._decode(head, False), name)

    def _begun(self, head: str, name: str) -> str:
        """The first text, from ``<?xml`` or the first element on.

        Raises:
            Refused: no export, or one that declares entities of its own.
        """
        # A comment or instruction may contain the root's name, with a declaration after it.
        while "<rss" not in (shown := HIDDEN.sub("", head)) and len(head) < PROLOG:
            if not (more := self._stream.read(CHUNK)):
                break
            head += self._decode(more, False)
        if re.search(r"<!(?:DOCTYPE|ENTITY)", shown.split("<rss", 1)[0], re.I):
            raise Refused(
                f"{name}: declares a document type, which no WordPress export does",
                "export again under Tools → Export, and take that file",
            )
        if "<rss" not in shown:
            raise Refused(
                f"{name}: is no WordPress export (WXR)",
                "in WordPress: Tools → Export → All content, and take that file",
            )
        # Blanks or warnings printed by a plugin may precede the declaration.
        return head[min(at for at in (head.find("<?xml"), head.find("<rss")) if at >= 0) :]

    def read(self, _size: int = -1) -> bytes:
        """The next bytes; ``b""`` at the end."""
        while True:
            begun, self._head = self._head, ""
            data = b"" if begun else self._stream.read(CHUNK)
            ended = not begun and not data
            given = begun or self._decode(data, ended)
            allowed = clean(given)
            self.repairs += len(given) - len(allowed)
            text = self._rest + allowed
            # A possible beginning of an entity or section waits for more bytes.
            part = None if ended else BEGUN.search(text, max(len(text) - 40, 0))
            cut = part.start() if part else len(text)
            text, self._rest = text[:cut], text[cut:]
            if text or ended:
                return MARK.sub(self._marked, text).encode()

    def _as_1252(self, error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        self.repairs += 1
        return error.object[error.start : error.end].decode("cp1252", "replace"), error.end

    def _marked(self, found: re.Match[str]) -> str:
        """Repair entities and signs outside CDATA; inside it everything is text."""
        sign = found[0]
        if self._cdata or sign[0] == "<":
            self._cdata = sign != "]]>"
            return sign
        if name := found["name"]:
            return sign if name in XML_NAMES else NAMES.get(name, f"&amp;{sign[1:]}")
        number = int(found["hex"] or "0", 16) or int(found["dec"] or 0)
        if 0 < number < 0x110000 and clean(chr(number)):
            return sign
        self.repairs += 1
        return {"&": "&amp;", "]]>": "]]&gt;"}.get(sign, "")


def _decoder(head: bytes, bad: Callable[[UnicodeError], tuple[str, int]]) -> Decode:
    """The decoder for the stream's bytes; ``bad`` decodes invalid UTF-8."""
    # An export in UTF-16 may have no name of it, or another one.
    wide = name = next((name for sign, name in WIDE.items() if head.startswith(sign)), "")
    if not wide:
        found = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w-]+)[\"']", head)
        name = found[1].decode() if found else "utf-8"
    try:
        # An encoding that is no superset of ASCII could hide an entity declaration.
        plain = codecs.lookup(name).name in ("utf-8", "ascii")
        plain |= not wide and SIGNS.decode(name) != SIGNS.decode("ascii")
    except (LookupError, UnicodeError):
        plain = True
    codecs.register_error("publish-import", bad)
    decoder = codecs.getincrementaldecoder("utf-8" if plain else name)
    return decoder("publish-import" if plain else "replace").decode


def read(path: Path, name: str) -> Iterator[Item | Channel]:
    """Every item of an export, and last its channel; of a .zip, as WordPress.com gives it, those
    of each .xml in it. One that gzip packed, as backups are, is unpacked.

    ``name`` is how a message names the file.

    Raises:
        Refused: the file is no export, is cut off, or is no XML; the message has its line.
        OSError: it cannot be read.
    """
    try:
        if not zipfile.is_zipfile(path):
            with path.open("rb") as raw:
                sign = raw.read(4)
                raw.seek(0)
                if sign == b"PK\3\4":
                    raise Refused(f"{name}: is a .zip that is cut off", "download it once more")
                packed = gzip.GzipFile(fileobj=raw) if sign.startswith(b"\x1f\x8b") else raw
                yield from _items(cast(IO[bytes], packed), name)
            return
        with zipfile.ZipFile(path) as archive:
            exports = [
                info
                for info in sorted(archive.infolist(), key=lambda info: info.filename)
                if info.filename.lower().endswith(".xml")
                and not is_left_behind(info.filename.rpartition("/")[2])
            ]
            if not exports:
                raise Refused(f"{name}: holds no .xml", "name the export; pictures go to --uploads")
            for info in exports:
                with archive.open(info) as raw:
                    yield from _items(raw, f"{name}/{info.filename}")
    except (*UNPACKING, gzip.BadGzipFile) as error:
        why = "it asks for a password" if type(error) is RuntimeError else error
        raise Refused(
            f"{name}: cannot be unpacked: {why}", "unpack it, then name the .xml"
        ) from None


def _items(raw: IO[bytes], name: str) -> Iterator[Item | Channel]:
    source = Filter(raw, name)
    parser = etree.iterparse(
        source,
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
        encoding="utf-8",
    )
    channel, wxr = Channel(), False
    try:
        for _, element in parser:
            space, local = space_of(element.tag)
            parent = element.getparent()
            above = space_of(parent.tag)[1] if parent is not None else ""
            if above != "channel":
                continue
            wxr = wxr or any(space_of(child.tag)[0] == "wp" for child in (element, *element))
            if local == "item":
                yield item_of(element)
            else:
                take(channel, space, local, element)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise _refused(name, error.lineno or 1, str(error.msg)) from None
    # The parser recovers only from undeclared namespaces; anything else would lose text.
    for entry in parser.error_log:
        if entry.domain_name != "NAMESPACE" and entry.level_name != "WARNING":
            raise _refused(name, entry.line, entry.message)
    if not wxr:
        raise Refused(
            f"{name}: is a feed, not a WordPress export (WXR)",
            "in WordPress: Tools → Export → All content, and take that file",
        )
    channel.repairs = source.repairs
    yield channel


def _refused(name: str, line: int, message: str) -> Refused:
    cut = any(word in message for word in ("Premature end", "EndTag", "end of data", "CDATA"))
    what = "is cut off, or is no XML" if cut else "is no XML"
    remedy = "export again, or in several files (Tools → Export → by date)"
    if "Extra content" in message:
        remedy = "remove what a plugin wrote after </rss>, then run it again"
    return Refused(f"{name}:{line}: {what}: {message}", remedy)


def item_of(element: Any) -> Item:
    """An item from its element; the first of several equal elements counts."""
    found: dict[str, str] = {}
    item = Item(0)
    for child in element:
        space, local = space_of(child.tag)
        if space == "wp" and local == "postmeta":
            _meta(child, item)
        elif space == "wp" and local == "comment":
            _comment(child, item)
        elif space == "" and local == "category":
            _term(child, item)
        elif space != "?":
            found.setdefault(f"{space}:{local}" if space else local, child.text or "")
    value = {key: text.strip() for key, text in found.items()}
    for name, field in VALUES.items():
        if value.get(name):
            setattr(item, field, value[name])
    item.body = found.get("content:encoded", "")
    item.password = bool(value.get("wp:post_password", ""))
    item.parent = number_of(value.get("wp:post_parent", ""))
    item.sticky = value.get("wp:is_sticky", "") == "1"
    item.id = number_of(value.get("wp:post_id", ""))
    if not item.id:
        place = item.guid or item.link or f"{item.title} {item.date}"
        item.id = -1 - zlib.crc32(place.encode())
    return item


def _meta(element: Any, item: Item) -> None:
    pair = children(element)
    key, value = pair.get("meta_key", ""), pair.get("meta_value", "")
    if key == "_wp_old_slug":
        item.old_slugs.append(value)
    elif key == "_wp_old_date":
        item.old_dates.append(value)
    elif key == "_wpml_import_language_code":
        item.lang = value
    elif key in META and value:
        item.meta.setdefault(key, value)
    elif key and value and key not in item.unread and not BOOKKEEPING.match(key):
        item.unread.append(key)


def _comment(element: Any, item: Item) -> None:
    values = children(element)
    if values.get("comment_approved") != "1" or values.get("comment_type") in (
        "pingback",
        "trackback",
    ):
        return
    parts = (values.get(f"comment_{name}", "") for name in ("author", "date", "content"))
    item.comments.append(Comment(*parts))


def _term(element: Any, item: Item) -> None:
    domain = element.get("domain", "category")
    term = Term((element.text or "").strip(), element.get("nicename", ""))
    if domain == "language" and LANGUAGE.fullmatch(term.slug):
        item.lang = term.slug
    elif term.name and domain != "post_translations":
        same = item.terms.setdefault("post_tag" if domain == "tag" else domain, [])
        # WXR 1.0 lists each term twice, once with its slug and once without.
        if all(known.name != term.name for known in same):
            same.append(term)
