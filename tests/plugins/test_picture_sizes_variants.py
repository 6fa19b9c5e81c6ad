"""Pictures in several sizes: made once, never larger than they were, and on the page alone."""

from __future__ import annotations

import functools
import http.server
import io
import json
import os
import random
import re
import threading
import zlib
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_sizes import cache
from picture_sizes.encode import encode, planned
from picture_sizes.markup import Page, pictured
from picture_sizes.variants import RECIPE, Broken, Offer, Picture, name, offers, shown, widths
from PIL import Image, ImageDraw
from playwright.sync_api import Browser
from test_full_feeds_site import Built, Site

from publish.post import stamps

WANTED = (48, 80, 120)
SECRET = b"GPS 48.2082 N 16.3738 E"


def painted(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture with slopes and edges, its left half darker; cheap to make."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2, height), fill="#203040")
    draw.ellipse((width // 4, height // 4, width // 2, height // 2), fill="#c08040")
    return image.convert(mode)


def stored(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def photograph(width: int = 200, height: int = 120, **options: Any) -> bytes:
    return stored(painted(width, height), quality=95, **options)


def read(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@given(st.integers(1, 5000), st.sets(st.integers(1, 3000), min_size=1, max_size=5))
def test_no_width_is_larger_than_the_picture(own: int, wanted: set[int]):
    found = widths(own, wanted)
    assert found == tuple(sorted(set(found)))
    assert all(width <= own for width in found)
    assert found[-1] == min(own, max(wanted))
    assert set(found) <= wanted | {own}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_file_is_what_its_name_says(format: str):
    made, variants = encode(stored(painted(100, 60), format), WANTED)
    assert (made.width, made.height) == (100, 60)
    for (kind, width), data in variants.items():
        image = read(data)
        assert image.format.lower() == kind
        assert image.size == (width, round(width * 0.6))
    own = made.format
    # At its own width its own format is the picture itself.
    assert {width for kind, width in variants if kind == own} == {48, 80}
    assert {width for kind, width in variants if kind != own} == {48, 80, 100}


def test_the_same_picture_gives_the_same_bytes():
    data = photograph()
    first, second = encode(data, WANTED), encode(data, WANTED)
    assert first == second


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_photograph_is_turned_for_good(orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    made, variants = encode(photograph(exif=exif), WANTED)
    turned = orientation in (6, 8)
    assert (made.width, made.height) == ((120, 200) if turned else (200, 120))
    small = read(variants["webp", 48]).convert("L")
    assert small.size == ((48, 80) if turned else (48, 29))
    # The dark half is on the left, and goes where the camera was turned to.
    x, y = {1: (4, 14), 3: (44, 14), 6: (24, 4), 8: (24, 76)}[orientation]
    assert small.getpixel((x, y)) < 80


def test_nothing_is_said_beside_the_pixels():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    secret = {"exif": exif, "comment": SECRET, "xmp": SECRET}
    _, variants = encode(photograph(**secret), WANTED)
    assert not [key for key, data in variants.items() if SECRET in data]
    assert not [key for key, data in variants.items() if read(data).getexif()]


def test_what_colours_mean_goes_along():
    profile = b"\0" * 16 + b"RGB " + b"\0" * 108
    _, variants = encode(photograph(icc_profile=profile), WANTED)
    assert all(read(data).info.get("icc_profile") == profile for data in variants.values())
    # A profile of greys would be wrong for a file in colours.
    grey = stored(painted(90, 60, "L"), icc_profile=profile.replace(b"RGB ", b"GRAY"))
    _, variants = encode(grey, WANTED)
    assert "icc_profile" not in read(variants["webp", 48]).info
    assert "icc_profile" in read(variants["jpeg", 48]).info


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_seen_through_stays_so(mode: str):
    image = painted(100, 60, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((100, 60)))
    _, variants = encode(stored(image.convert(mode), "PNG"), WANTED)
    for data in variants.values():
        again = read(data)
        assert again.mode in ("LA", "RGBA")


def test_what_moves_or_is_for_print_is_left_alone():
    frames = [painted(60, 40), painted(60, 40).rotate(180)]
    for format in ("WEBP", "PNG", "AVIF"):
        assert (
            encode(stored(frames[0], format, save_all=True, append_images=frames[1:]), WANTED)
            is None
        )
    assert encode(stored(painted(60, 40, "CMYK")), WANTED) is None


def test_a_telephones_two_in_one_is_a_photograph():
    data = stored(painted(100, 60), "MPO", save_all=True, append_images=[painted(20, 10)])
    made, _ = encode(data, WANTED)
    assert (made.format, made.width) == ("jpeg", 100)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        photograph()[:400],
        stored(painted(90, 60), "PNG")[:200],
        stored(painted(90, 60), "WEBP")[:100],
        stored(painted(9, 6), "GIF"),
    ],
)
def test_a_broken_picture_says_so_in_one_line(data: bytes):
    with pytest.raises(Broken) as error:
        encode(data, WANTED)
    assert str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("side", [40_000, 9_000])
def test_a_picture_of_too_many_pixels_is_reported_by_a_check_as_by_a_build(side: int):
    head = bytearray(stored(painted(9, 6), "PNG"))
    head[16:24] = side.to_bytes(4, "big") * 2
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4, "big")
    for work in (encode, planned):
        with pytest.raises(Broken, match="too many pixels"):
            work(bytes(head), WANTED)


@given(st.integers(0, 700), st.binary(max_size=6))
def test_damage_is_survived(at: int, noise: bytes):
    data = photograph(60, 40)
    damaged = data[:at] + noise + data[at + len(noise) :]
    try:
        made = encode(damaged, (30,))
    except Broken:
        return
    assert made is None or made[1]


def files(**sizes: int) -> dict[tuple[str, int], bytes]:
    """``avif_80=9`` is an AVIF file, 80 pixels wide and 9 bytes long."""
    return {(k.split("_")[0], int(k.split("_")[1])): b"x" * n for k, n in sizes.items()}


@pytest.mark.parametrize(
    ("made", "size", "kept"),
    [
        (files(avif_48=1, webp_48=2, jpeg_48=3, avif_80=3, webp_80=6), 9, "avif webp jpeg"),
        # What is no smaller than the plainer format is of no use to anybody.
        (files(avif_48=1, webp_48=2, jpeg_48=3, avif_80=6, webp_80=6), 9, "webp jpeg"),
        (files(avif_48=1, webp_48=2, jpeg_48=3, avif_80=8, webp_80=10), 9, "avif jpeg"),
        (files(avif_48=1, webp_48=1, png_48=9, avif_80=10, webp_80=10), 9, ""),
    ],
)
def test_a_format_is_kept_if_it_saves_bytes(made: Any, size: int, kept: str):
    format = "png" if ("png", 48) in made else "jpeg"
    found = offers(made, format, size)
    assert " ".join(offer.format for offer in found) == kept
    for offer in found:
        # All widths or none: a browser that takes a format looks at no other.
        assert offer.widths == tuple(w for k, w in sorted(made) if k == offer.format)


def test_the_best_format_comes_first_and_the_picture_itself_last():
    made = tuple(Offer(format, (48,)) for format in ("avif", "webp", "jpeg"))
    picture = Picture("a-0", 100, 60, "jpeg", True, made)
    found = shown(picture, "images/a b,c.jpg")
    assert [source.type for source in found.sources] == ["image/avif", "image/webp"]
    assert found.files == (("pictures/a-0-48.jpg", 48), ("images/a%20b%2Cc.jpg", 100))


@given(st.text(max_size=60))
def test_a_name_is_safe_in_a_list_of_addresses(stem: str):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*-[0-9a-f]{12}", name(stem, "0123456789abcdef"))


# --- markup

PICTURE = Picture(
    "cup-1", 1000, 500, "jpeg", True, (Offer("webp", (480, 1000)), Offer("jpeg", (480,)))
)
KNOWN = {"images/cup.jpg": PICTURE, "images/two cups.jpg": PICTURE}
HOME = Page("https://one.example/blog", "https://one.example/blog", "50vw")


def page(markup: str, at: Page = HOME, first: bool = False) -> Any:
    return lxml.html.fragment_fromstring(pictured(markup, KNOWN, at, first), create_parent="div")


@pytest.mark.parametrize(
    ("src", "here", "root"),
    [
        ("https://one.example/blog/images/cup.jpg", "https://one.example/blog", "/blog/"),
        ("/blog/images/cup.jpg", "https://one.example/blog", "/blog/"),
        ("../images/cup.jpg", "..", "../"),
        ("./images/cup.jpg", ".", "./"),
        ("/images/cup.jpg", "", "/"),
        ("/images/two%20cups.jpg", "", "/"),
        ("/images/two cups.jpg", "", "/"),
    ],
)
def test_a_picture_is_known_wherever_the_site_lies(src: str, here: str, root: str):
    site = here if "://" in here else ""
    found = page(f'<p><img alt="x" src="{src}"></p>', Page(here, site, "50vw"))
    assert found.xpath("//source/@srcset") == [
        f"{root}pictures/cup-1-480.webp 480w, {root}pictures/cup-1-1000.webp 1000w"
    ]
    (img,) = found.xpath("//picture//img")
    assert img.get("src") == src
    assert img.get("srcset").startswith(f"{root}pictures/cup-1-480.jpg 480w, {root}images/")
    assert set(found.xpath("//@sizes")) == {"50vw"}


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://other.example/images/cup.jpg">',
        '<img src="/else/images/cup.jpg">',
        '<img src="/blog/images/none.jpg">',
        "<img>",
        '<picture><source srcset="a"><img src="/blog/images/cup.jpg"></picture>',
        '<!-- <img src="/blog/images/cup.jpg"> -->',
        '<pre>&lt;img src="/blog/images/cup.jpg"&gt;</pre>',
    ],
)
def test_what_is_not_known_or_not_ours_is_left_as_it_is(markup: str):
    assert pictured(markup, KNOWN, HOME, True) == markup


def test_only_the_first_does_not_wait():
    tag = '<img alt="a > b" src="/blog/images/cup.jpg" width="1000" height="500" loading="lazy">'
    found = page(f"{tag}\n{tag}", first=True).xpath("//img")
    assert [i.get("loading") for i in found] == [None, "lazy"]
    assert [i.get("decoding") for i in found] == [None, "async"]
    assert [i.get("alt") for i in found] == ["a > b"] * 2
    waiting = page(tag, first=False).xpath("//img")
    assert waiting[0].get("loading") == "lazy"
    eager = page('<img src="/blog/images/cup.jpg" loading="eager" />').xpath("//img")
    assert (eager[0].get("loading"), eager[0].get("decoding")) == ("eager", "async")


@pytest.mark.parametrize(
    ("said", "width", "height"),
    [
        ("", "1000", "500"),
        ('width="300"', "300", "150"),
        ("height='100'", "200", "100"),
        ('width="10" height="10"', "10", "10"),
        ('width="50%"', "50%", None),
    ],
)
def test_width_and_height_are_there(said: str, width: str, height: str | None):
    (img,) = page(f'<img src="/blog/images/cup.jpg" {said}>').xpath("//img")
    assert (img.get("width"), img.get("height")) == (width, height)


@given(st.text(max_size=80))
def test_words_are_never_touched(text: str):
    assert pictured(text, KNOWN, HOME, True) == text


# --- the cache


def test_what_is_kept_is_read_again_and_what_is_damaged_is_not(tmp_path: Path):
    made = {("jpeg", 480): b"j", ("webp", 480): b"w", ("webp", 1000): b"W"}
    folder = tmp_path / "a"
    assert cache.read(folder) is None
    cache.write(folder, PICTURE, made)
    assert cache.read(folder) == PICTURE
    assert cache.path(folder, "webp", 1000).read_bytes() == b"W"
    cache.write(folder, PICTURE, made)
    cache.path(folder, "webp", 1000).unlink()
    assert cache.read(folder) is None
    cache.write(folder, PICTURE, made)
    (folder / cache.LISTED).write_text('{"offers": [{}]}')
    assert cache.read(folder) is None
    assert [f.name for f in tmp_path.iterdir()] == ["a"]


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_other_bytes_have_another_name(one: bytes, other: bytes):
    same = cache.digest(one, RECIPE, WANTED) == cache.digest(other, RECIPE, WANTED)
    assert same == (one == other)
    assert cache.digest(one, RECIPE, WANTED) != cache.digest(one, RECIPE + "2", WANTED)


# --- a whole site

BODY = """A cup. ![One]({static}/images/one.jpg)

![Two]({static}/images/two%20cups.png) ![Moving]({static}/images/moving.gif)

![Drawn]({static}/images/drawn.svg) ![Elsewhere](https://two.example/images/one.jpg)
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"></svg>'
PRINTS = """<div>{{ (article or page).pictured or (article or page).content }}</div>
{% if article and article.cover %}
<b>{{ article.cover.sources[0].files[0][0] }} {{ article.image_width }}</b>{% endif %}"""
TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
EMPTY = ("index", "category", "tag", "author")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {
        "PLUGINS": ["picture_sizes", "only_blocks", "post_identity", "full_feeds", "mail_issues"],
        "THEME": "bare",
        "DIRECT_TEMPLATES": ["index"],
        "CACHE_PATH": "kept",
        "IMAGES_WIDTHS": WANTED,
        "IMAGES_SIZES": "50vw",
        "LOCALE": "C",
    }
    bare = made.root / "bare/templates"
    bare.mkdir(parents=True)
    (made.root / "bare/static").mkdir()
    for template in ("article", "page", *EMPTY):
        text = "<p>" if template in EMPTY else PRINTS
        (bare / f"{template}.html").write_text(text, encoding="utf-8")
    made.write("images/one.jpg", photograph())
    made.write("images/two cups.png", stored(painted(90, 60), "PNG"))
    made.write(
        "images/moving.gif",
        stored(painted(60, 40), "GIF", save_all=True, append_images=[painted(60, 40).rotate(90)]),
    )
    made.write("images/drawn.svg", SVG)
    made.post("cup", BODY, Uid="aaaaaaaaaaaa1")
    return made


def prose(built: Built, slug: str = "cup") -> Any:
    return lxml.html.fromstring(built.text(f"{slug}/index.html")).xpath("//div")[0]


def listed(built: Built) -> set[str]:
    """Every file that a srcset of the site names."""
    found = set()
    for file in built.output.rglob("*.html"):
        for choice in re.findall(r'srcset="([^"]*)"', file.read_text(encoding="utf-8")):
            found |= {part.split()[0].lstrip("./") for part in choice.split(", ")}
    return found


def test_the_page_offers_sizes_that_are_there(site: Site):
    site.post(
        "covered",
        "![One]({static}/images/one.jpg)",
        Image="images/two cups.png",
        Uid="aaaaaaaaaaaa2",
    )
    site.write("pages/about.md", "Title: About\n\n![One]({static}/images/one.jpg)\n")
    built = site.build()
    assert built.code == 0, built.log
    images = prose(built).xpath(".//img")
    assert [img.get("alt") for img in images] == ["One", "Two", "Moving", "Drawn", "Elsewhere"]
    offered = [bool(img.xpath("ancestor::picture")) for img in images]
    assert offered == [True, True, False, False, False]
    assert all(img.get("width") and img.get("height") for img in images[:4])
    assert [img.get("loading") for img in images[:2]] == [None, "lazy"]
    there = {f.relative_to(built.output).as_posix() for f in built.output.rglob("*.*")}
    assert {name.replace("%20", " ") for name in listed(built)} <= there
    assert not [n for n in there if n.startswith("pictures/") and n not in listed(built)]
    for file in (built.output / "pictures").iterdir():
        assert str(read(file.read_bytes()).width) == file.stem.rpartition("-")[2]
    assert "<picture>" in built.text("pages/about.html")
    # A cover comes before the body, whose pictures then wait.
    assert prose(built, "covered").xpath(".//img/@loading") == ["lazy"]
    cover = built.text("covered/index.html").partition("<b>")[2]
    assert re.match(r"pictures/two-cups-[0-9a-f]{12}-48.(avif|webp) 90</b>", cover)


def test_feeds_and_mail_show_the_plain_picture(site: Site):
    with_sizes = site.build()
    mail = site.root / ".publish/issues/cup"
    mails = [(mail / n).read_bytes() for n in ("issue.html", "issue.txt", "issue.json")]
    without = site.build(IMAGES_WIDTHS=())
    assert "<picture>" not in without.text("cup/index.html")
    assert with_sizes.feeds() == without.feeds()
    assert mails == [(mail / n).read_bytes() for n in ("issue.html", "issue.txt", "issue.json")]
    for data in (*with_sizes.feeds().values(), *mails):
        assert b"picture>" not in data
        assert b"srcset" not in data
    assert b"https://one.example/images/one.jpg" in mails[0]


def noisy(width: int, height: int) -> Image.Image:
    """What no encoder makes small; the same in each run."""
    data = random.Random(5).randbytes(3 * width * height)
    return Image.frombytes("RGB", (width, height), data)


def test_a_letter_never_shows_a_photograph_at_its_full_size(site: Site):
    noise = noisy(1600, 900)
    site.write("images/noise.jpg", stored(noise, "JPEG", quality=95))
    site.write("images/cover.jpg", photograph(2000, 900))
    body = "![A]({static}/images/noise.jpg)\n\n"
    body += "::: email-only\n![B]({static}/images/one.jpg)\n:::\n"
    site.post("heavy", body, Uid="aaaaaaaaaaaa9", Image="images/cover.jpg", Image_alt="C")
    built = site.build(IMAGES_WIDTHS=(480, 800, 1200))
    folder = site.root / ".publish/issues/heavy"
    letter = lxml.html.fromstring((folder / "issue.html").read_text("utf-8"))
    shown = {
        e.get("alt"): e.get("src").removeprefix("https://one.example/") for e in letter.iter("img")
    }
    files = {alt: built.output / place for alt, place in shown.items()}
    sizes = {alt: Image.open(io.BytesIO(file.read_bytes())).width for alt, file in files.items()}
    assert sizes == {"A": 800, "B": 200, "C": 1200}
    assert all(file.stat().st_size <= 200_000 for alt, file in files.items())
    record = json.loads((folder / "issue.json").read_text("utf-8"))
    assert {address.removeprefix("https://one.example/") for address in record["images"]} >= set(
        shown.values()
    )
    # Pictures that the site cleaned count as the author's own file.
    weight = sum(file.stat().st_size for file in files.values())
    assert 0 <= record["picture_bytes"] - weight < 2_000


def test_a_letter_says_which_picture_is_too_heavy_even_at_its_smallest(site: Site):
    noise = noisy(1600, 900)
    site.write("images/noise.png", stored(noise, "PNG"))
    site.post("heavy", "![A]({static}/images/noise.png)", Uid="aaaaaaaaaaaa9")
    built = site.build(IMAGES_WIDTHS=(800,))
    assert re.search(r"heavy.md: the letter's picture noise-\w+-800.png has \d+ kB", built.log)


@pytest.mark.parametrize(
    "data",
    [
        photograph(300, 200),
        photograph(60, 40),
        stored(painted(120, 80), "PNG"),
        stored(painted(120, 80), "WEBP"),
        photograph(300, 200, exif=TURNED),
    ],
)
def test_what_is_planned_of_a_picture_is_what_is_made(data: bytes):
    (made, variants), plan = encode(data, WANTED), planned(data, WANTED)
    assert (plan.width, plan.height, plan.format) == (made.width, made.height, made.format)
    (offer,) = plan.offers or (Offer(plan.format, ()),)
    assert set(offer.widths) == {w for kind, w in variants if kind == made.format}


def test_a_second_build_encodes_nothing(site: Site, tmp_path: Path):
    first = site.build()
    folders = [folder.parent for folder in (site.root / "kept").rglob(cache.LISTED)]
    assert len(folders) == 2

    def stamps() -> dict[Path, int]:
        return {f: f.stat().st_mtime_ns for folder in folders for f in folder.iterdir()}

    kept = stamps()
    second = site.build()
    assert stamps() == kept
    assert second.text("cup/index.html") == first.text("cup/index.html")
    # What is damaged is made again, and never shown.
    damaged = next(f for f in kept if f.name == "48.webp")
    damaged.write_bytes(b"damaged")
    assert same(site.build()) == same(first)
    assert damaged.read_bytes() != b"damaged"
    # And without it, all is made again, byte for byte.
    third = site.build(CACHE_PATH=str(tmp_path / "other"))
    assert same(first) == same(third)


def same(built: Built) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (built.output / "pictures").iterdir()}


def test_a_picture_that_changes_has_other_addresses(site: Site):
    first = listed(site.build())
    site.write("images/one.jpg", photograph(180, 120))
    second = listed(site.build())
    assert not {n for n in first & second if "one-" in n}
    assert {n for n in first if "two-" in n} <= second


def test_a_broken_picture_is_one_line_with_its_place(site: Site):
    site.write("images/broken.jpg", photograph()[:300])
    site.post("sad", "Words.\n\n![Broken]({static}/images/broken.jpg)", Uid="aaaaaaaaaaaa3")
    built = site.build()
    assert built.code == 0
    (said,) = [line for line in built.log.splitlines() if "broken.jpg" in line]
    assert "content/sad.md:7: the picture images/broken.jpg" in said
    assert "Traceback" not in built.log
    assert not prose(built, "sad").xpath(".//picture")
    assert prose(built, "sad").xpath(".//img/@src") == ["https://one.example/images/broken.jpg"]
    assert prose(built).xpath(".//picture")


@pytest.mark.parametrize("place", ["kept/images", "output-0/pictures"])
def test_pictures_that_cannot_be_written_are_one_line(site: Site, place: str):
    (site.root / place).parent.mkdir()
    (site.root / place).write_text("in the way", encoding="utf-8")
    built = site.build()
    (said,) = [line for line in built.log.splitlines() if "cannot be written" in line]
    assert f"{place}/" in said
    assert said.endswith("— fix that (permissions, disk space) and build again")
    assert "Traceback" not in built.log


def test_a_draft_has_no_variants(site: Site):
    site.write("images/secret.jpg", photograph(130, 90))
    site.post("later", "![S]({static}/images/secret.jpg)", Status="draft", Uid="aaaaaaaaaaaa4")
    built = site.build()
    assert not [n for n in same(built) if "secret" in n]


def test_relative_and_attached_pictures_are_found(site: Site):
    site.write("near.jpg", photograph(140, 90))
    site.post("attached", "![N]({attach}near.jpg)", Uid="aaaaaaaaaaaa5")
    built = site.build(RELATIVE_URLS=True, SITEURL="", PLUGINS=["picture_sizes"])
    (img,) = prose(built, "attached").xpath(".//picture//img")
    assert img.get("src") == "../attached/near.jpg"
    assert (built.output / "attached/near.jpg").is_file()
    for name_ in re.findall(r"(\.\./pictures/\S+)", img.get("srcset")):
        assert (built.output / "attached" / name_).is_file()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.mark.browser
def test_a_browser_takes_the_size_that_suits_its_screen(site: Site, browser: Browser):
    site.write("images/one.jpg", photograph(1600, 900))
    site.post("cup", "![One]({static}/images/one.jpg)", Uid="aaaaaaaaaaaa1")
    built = site.build(
        IMAGES_WIDTHS=(480, 800, 1200), IMAGES_SIZES="100vw", SITEURL="", PLUGINS=["picture_sizes"]
    )
    handler = functools.partial(Silent, directory=str(built.output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        for width, sharp, wanted in ((390, 1, 480), (390, 2, 800), (1200, 2, 1200)):
            asked: list[str] = []
            screen = {"width": width, "height": 800}
            tab = browser.new_page(viewport=screen, device_scale_factor=sharp)
            tab.on("response", lambda r, asked=asked: asked.append(r.url) if r.ok else None)
            tab.goto(f"http://127.0.0.1:{server.server_port}/cup/", wait_until="networkidle")
            drawn = tab.evaluate("document.querySelector('img').currentSrc")
            tab.close()
            pictures = [url for url in asked if url.endswith((".avif", ".webp", ".jpg"))]
            assert pictures == [drawn]
            assert re.search(rf"/pictures/one-[0-9a-f]{{12}}-{wanted}\.(avif|webp)$", drawn)
        server.shutdown()


def test_a_file_is_read_again_only_where_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file, read = tmp_path / "a.jpg", []
    file.write_bytes(b"one")

    def of(purpose: str) -> str:
        results = cache.Results(tmp_path / "results")
        found = results.of(file, purpose, lambda data: read.append(data) or data.decode())
        results.save()
        return found

    # What was written a moment ago may be written once more within the same tick of the clock.
    assert [of("a"), of("a")] == ["one", "one"]
    assert len(read) == 2
    monkeypatch.setattr(stamps, "RACY", -1)
    assert [of("a"), of("a"), of("b"), of("b")] == ["one"] * 4
    assert len(read) == 4
    stamp = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert of("b") == "two"
    (tmp_path / "results").write_bytes(b"damaged")
    assert of("b") == "two"
    file.unlink()
    with pytest.raises(FileNotFoundError):
        of("b")


def test_a_cleaned_copy_is_made_once_and_again_if_it_is_lost(site: Site):
    site.write("images/secret.jpg", photograph(300, 200, exif=TURNED))
    site.post("p", "![A]({static}/images/secret.jpg)", Uid="aaaaaaaaaaab1")
    site.build()
    (copy,) = (site.root / "kept/images/cleaned").iterdir()
    stamp, data = copy.stat().st_mtime_ns, copy.read_bytes()
    built = site.build()
    assert (built.output / "images/secret.jpg").read_bytes() == data
    assert copy.stat().st_mtime_ns == stamp
    copy.unlink()
    assert (site.build().output / "images/secret.jpg").read_bytes() == data
