"""The shapes of an export, honest and hostile."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.errors import Refused
from publish.importer.model import Channel, Item
from publish.importer.wordpress.wxr import read
from tests.importer.export import HEAD, TAIL, export, item


def items(folder: Path, text: str | bytes) -> tuple[list[Item], Channel]:
    file = folder / "export.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = list(read(file, "export.xml"))
    channel = found.pop()
    assert isinstance(channel, Channel)
    return [one for one in found if isinstance(one, Item)], channel


def body(folder: Path, text: str | bytes) -> str:
    return items(folder, text)[0][0].body


def test_an_item_has_what_wordpress_says(tmp_path: Path):
    (one,), channel = items(tmp_path, export(item(12, "Words.", title="A & B", parent=3)))
    assert (one.id, one.title, one.body, one.parent) == (12, "A & B", "Words.", 3)
    assert (one.status, one.slug, one.creator) == ("publish", "post-12", "nora")
    assert channel.url == "https://old.example"
    assert channel.authors == {"nora": "Nora Whitfield"}
    assert channel.terms == {("category", "career"): "Career"}


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("    <wp:wxr_version>1.2</wp:wxr_version>\n", ""),
        lambda t: t.replace("export/1.2/", "export/1.0/"),
        lambda t: t.replace("http://wordpress.org", "https://wordpress.org"),
        lambda t: t.replace("<wp:", "<w:").replace("</wp:", "</w:").replace("xmlns:wp", "xmlns:w"),
        lambda t: t.replace(' xmlns:wp="http://wordpress.org/export/1.2/"', "").replace(
            '    xmlns:wp="http://wordpress.org/export/1.2/">', ">"
        ),
        lambda t: "\n\n  " + t,
        lambda t: "\ufeff" + t,
        lambda t: "<br />\n<b>Warning</b>: something\n" + t,
        lambda t: t.replace("><![CDATA[", ">\n      <![CDATA[").replace("]]></", "]]>\n   </"),
        lambda t: t.replace("Words", "Wo\x0brd\x00s"),
        lambda t: t.replace("<title>", "<title>&#8;&nbsp;"),
        lambda t: t.replace("<link>https://old.example", "<link>https://old.example/?a=1&b=2#"),
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda t: t.replace("UTF-8", "utf-16").encode("utf-16-le"),
        lambda t: t.replace("UTF-8", "UTF-16BE").encode("utf-16-be"),
        lambda t: t.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        lambda t: t.replace("<rss", '<rss xmlns:odd="http://ëxample/"'),
        lambda t: t.replace("<item>", "<item><nobody:x>y</nobody:x>"),
    ],
)
def test_it_is_read_in_every_shape_seen_in_the_wild(tmp_path: Path, change):
    (one,), _ = items(tmp_path, change(export(item(1, "Words.", extra=""))))
    assert one.body.strip() == "Words."
    assert one.id == 1
    assert one.status == "publish"


def test_cdata_that_was_split_is_whole(tmp_path: Path):
    assert body(tmp_path, export(item(1, "a ]]> b"))) == "a ]]> b"


def test_bytes_that_are_no_utf8_are_read_as_windows_1252(tmp_path: Path):
    text = export(item(1, "caf@ and tea")).encode().replace(b"@", b"\xe9")
    assert body(tmp_path, text) == "café and tea"


def test_what_is_cut_across_a_read_is_whole(tmp_path: Path):
    long = "é" * 200_000 + " &amp; ]]> " + "x" * 100_000 + "\x07" + "“" * 100_000
    assert body(tmp_path, export(item(1, long))) == long.replace("\x07", "")


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY lol "lol">]>',
        '<!doctype rss SYSTEM "file:///etc/passwd">',
        "<!-- x --><!DOCTYPE rss [",
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, head: str):
    text = HEAD.replace("<rss", f"{head}<rss", 1) + item(1, "x") + TAIL
    with pytest.raises(Refused, match="document type"):
        items(tmp_path, text)


@pytest.mark.parametrize("text", ["", "hello", "<html></html>", "<rss", "{}", "\x00" * 50])
def test_what_is_no_export_is_refused(tmp_path: Path, text: str):
    with pytest.raises(Refused):
        items(tmp_path, text)


def test_a_feed_is_no_export(tmp_path: Path):
    feed = (
        "<rss version='2.0'><channel><title>x</title><item><title>y</title></item></channel></rss>"
    )
    with pytest.raises(Refused, match="is a feed"):
        items(tmp_path, feed)


def test_a_file_that_is_cut_off_is_refused_wherever_it_ends(tmp_path: Path):
    text = export(item(1, "Words & <b>more</b>."), item(2, "Second.")).encode()
    for end in range(0, len(text.rstrip()) - 1, 97):
        with pytest.raises(Refused):
            items(tmp_path, text[:end])


@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_any_damage_is_refused_or_read(tmp_path_factory, junk: bytes, at: int, cut: int):
    text = export(item(1, "Words.")).encode()
    damaged = text[:at] + junk + text[at + cut :]
    with suppress(Refused):
        items(tmp_path_factory.mktemp("x"), damaged)


@pytest.mark.parametrize("piece", ["<!--", "<?", "<![CDATA["])
@pytest.mark.timeout(60)
def test_a_flood_that_a_square_of_work_would_not_end_in_a_minute_is_refused(
    tmp_path: Path, piece: str
):
    with pytest.raises(Refused):
        items(tmp_path, piece * 250_000)
