"""What a build keeps of the last one, counted: sources, posts, calls, feeds, copies, templates."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pelican.contents import Article
from pelican.settings import DEFAULT_CONFIG
from pelican.urlwrappers import Author, Category, Tag
from pelican.utils import SafeDatetime

from publish.site import inputs
from publish.site.commit import commit, tree
from publish.site.engine.ghosts import, Ghosts, packed
from publish.site.engine.parsed import Parsed
from tests.site.laws_scenes import site
from tests.site.laws_site import Lab, post

# ---- the store of sources


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A source whose stamp is old enough to be trusted."""
    file = tmp_path / "a.md"
    file.write_text("Title: A\n")
    return str(file)


def stored(tmp_path: Path, source: str, result: Any = ("body", {"title": "A"}), *,
           further: tuple[str, ...] = (), light: Any = None) -> Parsed:  # fmt: skip
    """A store that has been saved with what was made of ``source``."""
    parsed = Parsed(tmp_path / "parsed", "key", SHARED)
    packed_ = parsed.packed(source, result, inputs.stamp(source), further)
    assert packed_ is not None
    parsed.put(packed_)
    if light is not None:
        parsed.replace(source, light, b"state")
    parsed.save({})
    return Parsed(tmp_path / "parsed", "key", SHARED)


SHARED = {"a": "setting"}


def test_a_result_comes_back_as_long_as_its_file_has_the_same_bytes(tmp_path: Path, source: str):
    result = ("body", {"title": "A", "settings": SHARED})
    found = stored(tmp_path, source, result).get(source)
    assert found == result
    assert found[1]["settings"] is SHARED
    Path(source).touch()
    assert Parsed(tmp_path / "parsed", "key", SHARED).get(source) == result
    Path(source).write_text("Title: B\n")
    assert Parsed(tmp_path / "parsed", "key", SHARED).get(source) is None


def test_a_result_of_other_circumstances_is_none(tmp_path: Path, source: str):
    stored(tmp_path, source)
    assert Parsed(tmp_path / "parsed", "another key", SHARED).get(source) is None
    assert Parsed(tmp_path / "parsed", "key", SHARED, forget=True).get(source) is None


def test_what_else_was_read_decides_too(tmp_path: Path, source: str):
    other = tmp_path / "other.txt"
    other.write_text("1")
    assert stored(tmp_path, source, further=(str(other),)).get(source)
    other.write_text("2")
    assert Parsed(tmp_path / "parsed", "key", SHARED).get(source) is None


def test_a_ghost_is_no_result_and_has_its_version(tmp_path: Path, source: str):
    parsed = stored(tmp_path, source, light=("slug",))
    assert parsed.get(source) is None
    assert parsed.has(source)
    kept = parsed.ghost(source)
    assert kept is not None
    assert (kept[0], kept[1]()) == (("slug",), b"state")
    assert parsed.version(source) == ""  # it has not been taken yet
    parsed.stays(source)
    assert parsed.version(source) == inputs.digest(source)


def test_a_ghost_whose_state_is_damaged_says_so_when_it_is_asked(tmp_path: Path, source: str):
    stored(tmp_path, source, light=("slug",))
    results = tmp_path / "parsed/results"
    results.write_bytes(b"stage")
    kept = Parsed(tmp_path / "parsed", "key", SHARED).ghost(source)
    assert kept is not None
    with pytest.raises(ValueError, match="damaged"):
        kept[1]()
    results.write_bytes(b"")
    assert Parsed(tmp_path / "parsed", "key", SHARED).ghost(source) is None


def test_the_store_does_not_grow_for_ever(tmp_path: Path, source: str):
    large = "x" * 600_000
    for number in range(6):
        Path(source).write_text(str(number))
        stored(tmp_path, source, (large, {"n": number}))
    assert (tmp_path / "parsed/results").stat().st_size < 4 * len(large)


# ---- ghosts


def article(**metadata: Any) -> Any:
    """An article as Pelican makes it."""
    settings = {**DEFAULT_CONFIG, "PATH": "content", "TIMEZONE": "UTC", "DEFAULT_LANG": "en",
                "OUTPUT_PATH": "output"}  # fmt: skip
    terms = {
        "category": Category("Notes", settings), "authors": [Author("Ann", settings)],
        "tags": [Tag("a", settings), Tag("b", settings)],
    }  # fmt: skip
    given = {"title": "A", "slug": "a", "date": SafeDatetime(2024, 1, 2), "summary": "S"}
    return Article("<p>Words.</p>", {**given, **terms, **metadata}, settings, "/content/a.md", {})


def test_a_ghost_becomes_what_it_stands_for():
    true = article(field=[1, 2])
    made = packed(true)
    assert made is not None
    ghosts = Ghosts()
    ghost = ghosts.make(made[0], lambda: made[1], true.settings, true._context)
    assert set(vars(ghost)) < set(vars(true))
    assert (ghost.slug, ghost.date, ghost.category.slug) == (true.slug, true.date, "notes")
    ghosts.fill(ghost)
    assert {k: repr(v) for k, v in vars(ghost).items()} == {
        k: repr(v) for k, v in vars(true).items()
    }
    assert ghost.metadata["tags"] is ghost.tags
    assert type(ghost.tags) is list
    assert ghost.metadata["category"] is ghost.category
    assert ghost.author is ghost.authors[0]
    assert ghost.settings is true.settings


def test_what_was_put_on_a_ghost_stays_when_it_is_filled():
    true = article()
    made = packed(true)
    assert made is not None
    ghosts = Ghosts()
    ghost = ghosts.make(made[0], lambda: made[1], true.settings, {})
    ghost.title, ghost.word = "Another", 1
    ghost.tags.reverse()
    ghosts.fill(ghost)
    assert (ghost.title, ghost.word, [t.name for t in ghost.tags]) == ("Another", 1, ["b", "a"])
    assert ghost.metadata["tags"] is ghost.tags


def test_whether_somebody_has_laid_hands_on_a_ghost_is_seen():
    true = article()
    made = packed(true)
    assert made is not None
    ghosts = Ghosts()

    def touched(how: str) -> tuple[bool, set[str]]:
        post = ghosts.make(made[0], lambda: made[1], true.settings, {})
        exec(how, {"post": post, "Tag": Tag})
        (ghost,) = [g for g in ghosts.waiting.values() if g.post is post]
        return not ghosts.untouched(ghost), ghosts.lists(ghost) | ghosts.added(ghost)

    assert touched("") == (False, set())
    assert touched("post.word = 1") == (False, {"word"})
    assert touched("post.tags.pop()") == (False, {"tags"})
    assert touched("post.tags[0].name = 'x'") == (False, {"tags"})
    assert touched("post.tags[0] = Tag('a', post.settings)") == (False, {"tags"})
    for how in ("post.slug = 'b'", "post.category.slug = 'b'", "post.category.name = 'B'",
                "post.author.word = 1", "post.title = 'B'", "post._summary = 'B'",
                "post.override_url = 'b/'", "post.date = post.date.replace(day=3)"):  # fmt: skip
        assert touched(how)[0], how


@pytest.mark.parametrize(
    "metadata",
    [
        {"translation": "true"}, {"save_as": "x.html"}, {"url": "x/"},
        {"date": SafeDatetime(2999, 1, 1)}, {"tags": ("a",)},
        {"field": lambda: None}, {"date": datetime(2024, 1, 2, tzinfo=ZoneInfo("UTC"))},
    ],
    ids=["translation", "save_as", "url", "future", "tags", "function", "date"],
)  # fmt: skip
def test_a_post_out_of_the_ordinary_has_no_ghost_or_a_true_one(metadata: dict[str, Any]):
    true = article(**metadata)
    made = packed(true)
    if made is None:
        return
    ghosts = Ghosts()
    ghost = ghosts.make(made[0], lambda: made[1], true.settings, true._context)
    ghosts.fill(ghost)
    assert {k: repr(v) for k, v in vars(ghost).items()} == {
        k: repr(v) for k, v in vars(true).items()
    }


def test_a_ghost_that_cannot_be_filled_ends_the_run():
    true = article()
    made = packed(true)
    assert made is not None
    ghosts = Ghosts()
    ghost = ghosts.make(made[0], lambda: b"nothing", true.settings, {})
    with pytest.raises(Damaged):
        ghosts.fill(ghost)


# ---- what is kept in the output


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A plain site with feeds, a style and pictures, whose stamps are old enough to be trusted."""
    files: dict[str, str | bytes | None] = dict(site(
        'FEED_ALL_ATOM = "all.xml"\nCATEGORY_FEED_RSS = "{slug}.xml"\nFEED_DOMAIN = SITEURL\n'
        "FEED_MAX_ITEMS = 2\n"
    ))  # fmt: skip
    for number in range(6):
        files |= post(f"post-{number}", 10 + number, Category="Late" if number > 3 else "Early")
    files |= {"content/images/a.png": b"a", "content/images/b.png": b"b"}
    lab = Lab(tmp_path / "site", files)
    grown_old(lab)
    for number in range(3):
        lab.apply(post("one", 1, f"Edit {number}."))
        lab.build()
    return lab


def grown_old(lab: Lab) -> None:
    """Wait until the stamps of the site's files can be trusted."""
    newest = max(f.stat().st_ctime_ns for f in lab.root.rglob("*") if f.is_file())
    time.sleep(max(0, inputs.RACY - (time.time_ns() - newest)) / 1e9 + 0.05)


def test_an_edit_makes_what_shows_it_and_keeps_feeds_and_copies(lab: Lab):
    lab.apply(post("one", 1, "Another body."))
    done = lab.build()
    # Its page, and its category's feed if it is among the newest there: nothing else is made.
    assert done.written == ("one/index.html",)
    assert done.rendered <= 3


def test_a_feed_is_made_again_when_it_tells_of_another(lab: Lab):
    lab.apply(post("post-5", 15, "Another body.", Category="Late"))
    done = lab.build()
    assert {"post-5/index.html", "all.xml", "late.xml"} < set(done.written)
    assert not [name for name in done.written if "early" in name]


def test_a_copy_is_made_again_when_the_original_changes_or_it_is_touched(lab: Lab):
    lab.apply({"content/images/a.png": b"c"})
    assert lab.build().written == ("images/a.png",)
    (lab.output / "images/b.png").write_bytes(b"mine")
    assert "images/b.png" in lab.build().written
    assert lab.tree["images/b.png"] == b"b"


def test_templates_are_kept_compiled_and_damage_is_noticed(lab: Lab):
    files = [f for f in (lab.root / ".publish/templates").rglob("*") if f.is_file()]
    assert files
    for file in files:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(data)
    lab.apply({"theme/templates/article.html": "<h1>{{ article.title }}</h1>!"})
    done = lab.build()
    assert len(done.written) == 9
    assert lab.tree["one/index.html"].endswith(b"!")


def test_a_copy_whose_original_is_gone_goes_too(lab: Lab):
    lab.apply({"content/images/b.png": None})
    done = lab.build()
    assert (done.written, done.removed) == ((), ("images/b.png",))


def test_a_full_build_makes_everything_and_writes_nothing(lab: Lab):
    whole = lab.build(full=True)
    assert (whole.rendered, whole.written) == (len(lab.tree), ())


# ---- into the output


def test_what_has_been_looked_up_a_moment_ago_is_not_looked_up_again(tmp_path: Path):
    stage, target = tmp_path / "stage", tmp_path / "output"
    for folder, files in ((stage, {"a": "new", "b": "new"}), (target, {"a": "old", "x": "mine"})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
    present = tree(target)
    changes = commit(stage, target, ["a", "gone"], ["gone"], present=present)
    assert (changes.written, changes.removed, changes.foreign) == (("a", "b"), (), ("x",))
    assert {n: (target / n).read_text() for n in tree(target)} == {
        "a": "new", "b": "new", "x": "mine",
    }  # fmt: skip
