"""Social cards: what stands on them, that it can be read, and that each is drawn once."""

from __future__ import annotations

import io
from itertools import combinations
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont
from post_cards import Shown
from post_cards.card import Card, name, printable
from post_cards.draw import png
from post_cards.face import BOLD, REGULAR, face
from post_cards.fit import fit
from post_cards.scene import GAP, HEIGHT, PALETTES, WIDTH, scene
from test_full_feeds_site import Built, Site

LONG = "How to Ask for a Raise When Your Manager Says There Is No Money, Word for Word, " * 3
GERMAN = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
SIZES = (104, 80, 56)


def card(title: str = "Before You Quit", above: str = "Career", below: str = "A Blog") -> Card:
    return Card(title, above, below, "seed")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("title", ["Why?", "Before You Quit", LONG, GERMAN, "Как жить; Πώς"])
def test_a_card_is_a_small_png_of_the_size_that_share_pages_show(title: str):
    data = png(card(title))
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(data) < 60_000
    assert data == png(card(title))


@pytest.mark.parametrize("title", ["Why?", "Before You Quit", LONG, GERMAN])
def test_the_words_keep_to_their_box(title: str):
    drawn = opened(png(card(title, above="", below="")))
    # The sun evades the lines, so only where it is not may the two be compared.
    empty = opened(png(card("", above="", below="")))
    changed = ImageChops.difference(drawn, empty).crop((0, 0, WIDTH, 380))
    left, top, right, bottom = changed.point(lambda v: 255 if v > 60 else 0).getbbox()
    assert left >= 70
    assert top >= 130
    assert right <= WIDTH - 60
    assert bottom <= HEIGHT


@pytest.mark.parametrize("palette", range(len(PALETTES)))
def test_words_leave_the_hills_as_they_are(palette: int):
    """Letters are painted over rows of one colour, so none of them may reach an edge of a hill."""
    seeds = (f"{number}" for number in range(200))
    seed = next(s for s in seeds if scene(s).palette is PALETTES[palette])
    bare = opened(png(Card("", "", "", seed))).crop((0, 421, 690, 570))
    for words in (1, 3, 5, 7, 9, 12, 15, 30):
        # The deepest letters and the highest.
        drawn = opened(png(Card("Ģjörņģ ĥĺ " * words, "ÅĥĢ", "Ģjĺĥ", seed)))
        assert not ImageChops.difference(drawn.crop((0, 421, 690, 570)), bare).getbbox()


def test_a_title_can_be_read_on_a_thumbnail():
    small = opened(png(card(LONG))).resize((300, 158), Image.Resampling.LANCZOS).convert("L")
    rows = [min(small.crop((19, y, 281, y + 1)).tobytes()) for y in range(34, 100)]
    # Dark lines with light between them: four of text, and no grey in which they run together.
    dark = [row < 120 for row in rows]
    lines = sum(now and not before for before, now in zip([False, *dark], dark, strict=False))
    assert lines == 4


@pytest.mark.parametrize("palette", PALETTES)
def test_words_stand_out_from_what_is_behind_them(palette):
    for behind in palette.sky:
        assert contrast(palette.ink, behind) >= 7
        assert contrast(palette.quiet, behind) >= 4.5
    assert contrast(palette.light, palette.hills[-1]) >= 7


@given(st.text(max_size=12))
def test_a_landscape_belongs_to_its_post(seed: str):
    assert scene(seed) == scene(seed)
    x, _, radius = scene(seed).sun
    assert 0 < x - radius < x < WIDTH


@given(
    st.text(max_size=5),
    st.lists(st.tuples(st.integers(76, 1124), st.integers(100, 480)), max_size=4),
)
def test_the_sun_is_clear_of_the_words(seed: str, boxes: list[tuple[int, int]]):
    x, y, radius = scene(seed).clear_of(boxes).sun
    for right, foot in boxes:
        assert foot <= y - radius - GAP + 0.01 or right <= x - radius - GAP + 0.01


WORDS = st.lists(st.text("abcdefWMil,’", min_size=1, max_size=18), min_size=1, max_size=40)


@given(WORDS)
def test_a_title_fits_its_box_and_says_its_words_in_order(words: list[str]):
    text, measure = " ".join(words), face(BOLD).width
    found = fit(text, measure, 1048, 300, SIZES, 1.1)
    assert found.size in SIZES
    assert len(found.lines) * found.size * 1.1 <= 300
    assert all(measure(line) * found.size <= 1048 + 0.01 for line in found.lines)
    if not found.lines[-1].endswith("…") and found.size > SIZES[-1]:
        assert " ".join(found.lines) == text


@given(WORDS)
def test_no_size_larger_would_have_fitted(words: list[str]):
    text, measure = " ".join(words), face(BOLD).width
    found = fit(text, measure, 1048, 300, SIZES, 1.1)
    for larger in SIZES[: SIZES.index(found.size)]:
        again = fit(text, measure, 1048, 300, (larger,), 1.1)
        assert any(line.endswith("…") for line in again.lines)


def test_what_is_too_long_is_cut_between_words():
    found = fit(LONG, face(BOLD).width, 1048, 300, SIZES, 1.1)
    assert len(found.lines) == 4
    assert found.lines[-1].endswith("…")
    said = " ".join(found.lines).removesuffix("…").split()
    assert [word.rstrip(",") for word in said] == LONG.replace(",", "").split()[: len(said)]
    (one,) = fit(GERMAN, face(BOLD).width, 1048, 300, SIZES, 1.1).lines
    assert GERMAN.startswith(one.removesuffix("…"))


@given(st.lists(st.text("abWil", min_size=1, max_size=6), min_size=2, max_size=9))
def test_lines_are_as_equal_as_they_can_be(words: list[str]):
    measure = face(BOLD).width
    found = fit(" ".join(words), measure, 700, 300, (72,), 1.1)
    if found.lines[-1].endswith("…"):
        return
    breaks = combinations(range(1, len(words)), len(found.lines) - 1)
    ways = [zip((0, *at), (*at, len(words)), strict=True) for at in breaks]
    least = min(max(measure(" ".join(words[i:j])) for i, j in way) for way in ways)
    assert max(map(measure, found.lines)) <= least + 0.05


@pytest.mark.parametrize("file", [BOLD, REGULAR])
def test_the_fonts_have_what_a_title_needs(file: Path):
    found = face(file)
    for character in "Aaé’“”–—…€·ßŁőЖщΩπ0":
        assert found.advances[character] > 0
    # Kerning: a pair that leans into one another is closer than its two letters.
    assert found.width("To") < found.width("T") + found.width("o")
    assert found.width("") == 0
    assert [x for _, x in found.places("To")] == [
        0,
        pytest.approx(found.width("To") - found.width("o")),
    ]
    assert (file.parent / "OFL.txt").is_file()


@pytest.mark.parametrize("file", [BOLD, REGULAR])
def test_the_widths_beside_a_font_are_its_own(file: Path):
    font = ImageFont.truetype(file, 1000, layout_engine=ImageFont.Layout.BASIC)
    found = face(file)
    for character, width in found.advances.items():
        assert width * 1000 == pytest.approx(font.getlength(character), abs=0.5), character


HAS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFG 0123456789-é…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Calm 🙂 days", None),
        ("calm 🙂 days", "calm days"),
        ("🙂", ""),
        ("cafe\u0301", "café"),
        ("ﬁne", "fine"),
        ("1\ufe0f\u20e3 step", "1 step"),
        ("سلام", None),
        ("日本", None),
        ("", ""),
    ],
)
def test_ornaments_go_and_letters_do_not(text: str, shown: str | None):
    # This font lacks the capital M and S on purpose; "Calm" has a C.
    has = HAS - {"C"} if shown is None else HAS
    assert printable(text, has) == shown


@given(st.text(max_size=60))
def test_what_is_printable_has_a_glyph_for_each_character(text: str):
    found = printable(text, face(BOLD).advances)
    assert found is None or set(found) <= set(face(BOLD).advances) | {" "}


@given(st.text(max_size=80))
def test_a_file_name_is_safe_whatever_the_slug(slug: str):
    made = name(slug, "a", "b")
    assert Path(made).name == made
    assert made.isascii()
    assert name(slug, "a", "c") != made != name(slug, "ab", "")


def test_a_card_is_a_string_that_knows_its_size():
    shown = Shown("a.png", "Words")
    assert shown == shown.url == "cards/a.png"
    assert (shown.width, shown.height, shown.alt) == (1200, 630, "Words")


PRINTS = """{% if article %}{% set card = article.card %}
<i>{{ card }}|{{ card.width }}|{{ card.alt }}</i>{% endif %}
<b>{{ site_card }}</b>"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings["PLUGINS"] = ["post_identity", "multi_category", "post_cards"]
    made.settings["THEME"] = "bare"
    made.settings["DIRECT_TEMPLATES"] = ["index"]
    made.settings["CACHE_PATH"] = "kept"
    bare = made.root / "bare/templates"
    bare.mkdir(parents=True)
    (made.root / "bare/static").mkdir()
    for kind in ("index", "article", "page", "category", "tag", "author"):
        (bare / f"{kind}.html").write_text(PRINTS, encoding="utf-8")
    made.post(
        "one",
        Slug="one",
        Title="One & only",
        Category="Career, Network",
        Author="",
        Uid="aaaaaaaaaaa1",
    )
    return made


def told(built: Built, slug: str) -> list[str]:
    return str(lxml.html.fromstring(built.text(f"{slug}/index.html")).xpath("string(//i)")).split(
        "|"
    )


def test_each_article_has_a_card_and_the_site_one_for_the_rest(site: Site):
    site.post("emoji", Slug="emoji", Title="Calm 🙂 days", Uid="aaaaaaaaaaa2")
    site.post("rtl", Title="سلام", Uid="aaaaaaaaaaa3", Slug="rtl")
    site.post("hidden", Status="hidden", Uid="aaaaaaaaaaa4")
    site.post("draft", Status="draft", Title="Secret", Slug="draft", Uid="aaaaaaaaaaa5")
    built = site.build()
    assert built.code == 0
    one, emoji, hidden = told(built, "one"), told(built, "emoji"), told(built, "hidden")
    assert one[1:] == ["1200", "One & only"]
    default = lxml.html.fromstring(built.text("index.html")).xpath("string(//b)")
    rtl = lxml.html.fromstring(built.text("rtl/index.html")).xpath("string(//i)").split("|")
    # No letter of it can be set, so it shares the site's; an emoji alone is no reason for that.
    assert rtl == [default, "1200", "Notes & thoughts"]
    shown = {one[0], emoji[0], hidden[0], default}
    assert len(shown) == 4
    written = {f"cards/{f.name}" for f in (built.output / "cards").iterdir()}
    assert written == shown
    assert not [name for name in written if "secret" in name or "draft" in name]


def test_a_second_build_draws_nothing_and_a_new_title_one(site: Site):
    site.post("two", Slug="two", Title="Two", Uid="aaaaaaaaaaa2")
    first = site.build()
    kept = {f: f.stat().st_mtime_ns for f in (site.root / "kept").rglob("*.png")}
    assert len(kept) == 3
    second = site.build()
    assert {f: f.stat().st_mtime_ns for f in kept} == kept
    assert told(second, "one") == told(first, "one")
    # What is damaged is drawn again, and never shown.
    marked = next(f for f in kept if f.name.startswith("two"))
    marked.write_bytes(b"marked")
    card = (second.output / told(second, "two")[0]).read_bytes()
    assert opened(card).size == (WIDTH, HEIGHT)
    repaired = site.build()
    assert (repaired.output / told(repaired, "two")[0]).read_bytes() == card
    assert marked.read_bytes() != b"marked"
    site.post("one", Slug="one", Title="Another", Uid="aaaaaaaaaaa1")
    third = site.build()
    assert told(third, "one")[0] != told(first, "one")[0]
    again = {f: f.stat().st_mtime_ns for f in (site.root / "kept").rglob("*.png")}
    assert len(again) == 4
    assert all(again[f] == stamp for f, stamp in kept.items() if f != marked)


def test_the_same_words_give_the_same_bytes_without_the_cache(site: Site, tmp_path: Path):
    first = site.build()
    second = site.build(CACHE_PATH=str(tmp_path / "elsewhere"))
    read = [
        {f.name: f.read_bytes() for f in (b.output / "cards").iterdir()} for b in (first, second)
    ]
    assert read[0] == read[1]


def test_a_cache_that_cannot_be_written_is_one_line(site: Site):
    (site.root / "kept").write_text("a file in the way")
    built = site.build()
    said = [line for line in built.log.splitlines() if "card" in line]
    assert len(said) == 1
    assert "Traceback" not in built.log


@settings(max_examples=5, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40))
def test_any_title_that_is_printable_can_be_drawn(text: str):
    words = printable(text, face(BOLD).advances)
    if words:
        assert opened(png(card(words))).size == (WIDTH, HEIGHT)
