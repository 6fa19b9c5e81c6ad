"""Posts that are only looked into when somebody asks, whoever has laid hands on them before."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.errors import Refused
from tests.site.laws import played
from tests.site.laws_ghosts import house, visits
from tests.site.laws_haunts import SCENES as HAUNTS
from tests.site.laws_scenes import Scene, site
from tests.site.laws_site import Lab, differences, post


@pytest.mark.parametrize("init", [False, True], ids=["left alone at birth", "met at birth"])
def test_what_plugins_do_to_posts_shows_as_in_stock_pelican(tmp_path: Path, init: bool):
    lab = Lab(tmp_path / "house", house(init))
    for number, edit in enumerate(visits(init)):
        lab.apply(edit)
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), f"after visit {number}:\n{wrong}"


@pytest.mark.parametrize("scene", HAUNTS[::3], ids=lambda scene: scene.name)
def test_a_plugin_that_deceives_an_engine_that_trusts(tmp_path: Path, scene: Scene):
    """Every third of them; ``python -m tests.site.laws`` plays them all."""
    played(tmp_path / "site", scene)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A site of which a small edit looks into few posts."""
    files = site(templates={"archives": "{% for a in dates %}{{ a.title }} {% endfor %}"})
    for number in range(12):
        files |= post(f"post-{number}", 10 + number, Tags="a, b")
    return Lab(tmp_path / "site", files)


def test_a_store_that_is_damaged_behind_its_index_costs_time_and_nothing_else(lab: Lab):
    for number in range(3):
        lab.apply(post("one", 1, f"Edit {number}."))
        lab.build()
    results = lab.root / ".publish/parsed/results"
    data = bytearray(results.read_bytes())
    for place in range(100, len(data), 150):
        data[place] ^= 0x55
    results.write_bytes(data)
    lab.apply(post("post-3", 13, "Edited.", Title="Another", Tags="a, b"))
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong


def test_another_markup_is_read_though_its_readers_are_loaded_late(lab: Lab):
    lab.build()
    text = "Late\n####\n\n:date: 2024-02-01\n:category: Notes\n\nA *word* of ``code``.\n"
    for number in range(3):
        lab.apply({"content/posts/late.rst": f"{text}\n{number}\n"} | post("one", 1, f"{number}."))
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), wrong
    lab.apply({"content/posts/late.rst": None})
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong


def test_an_edit_renders_the_pages_that_show_it_and_looks_into_no_other(lab: Lab):
    for number in range(3):
        lab.apply(post("one", 1, f"Edit {number}."))
        done = lab.build()
    # The post's page; the theme's lists show titles, and feeds are unlike only by this post.
    assert "one/index.html" in done.written
    assert done.rendered <= 5


def test_a_key_in_a_page_stops_the_build_before_anything_is_public(lab: Lab):
    from publish import checks
    from publish.settings import load
    from publish.site.build import build

    lab.build()
    old = lab.tree
    key = "0123456789abcdef0123456789abcdef" + "-us6"
    lab.apply({"theme/templates/article.html": f"<!-- {key} -->{{{{ article.title }}}}"})
    settings = load(lab.conf)

    def examine(folder: Path) -> None:
        if found := checks.leaks(settings, folder):
            raise Refused(found[0].located)

    with pytest.raises(Refused, match=r"output/.*index\.html:1: a secret key"):
        build(settings, examine=examine)
    assert lab.tree == old
