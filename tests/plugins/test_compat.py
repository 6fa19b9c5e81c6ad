"""Our plugins in stock themes, and our theme without any plugin."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_full_feeds_site import KINDS, PLUGINS, Site

OURS = ["post_identity", "multi_category", "share_links", "full_feeds"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.write("images/cover.jpg", b"not really a picture")
    made.write("pages/about.md", "Title: About\n\nUs.\n")
    both = {"Uid": "aaaaaaaaaaaa1", "Category": "Career, Network", "Tags": "calm", "Author": "Ann"}
    made.post("both", Summary="Gist.", Image="images/cover.jpg", Image_alt="A cover", **both)
    made.post("one", Uid="bbbbbbbbbbbb2", Category="Career", Modified="2024-06-01", Author="Bo")
    made.post("draft", Status="draft", Category="Career", Author="Bo")
    # An empty AUTHOR makes Pelican itself warn of an author without a slug.
    made.settings |= {"AUTHOR": "Ann", "SHARE_LINKS": ["email", "copy"]}
    return made


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_stock_themes_build_with_our_plugins_and_nothing_to_complain_of(site: Site, theme: str):
    built = site.build("--fatal", "warnings", THEME=theme)
    assert (built.code, built.log) == (0, "")
    assert "/both/" in built.text("index.html")
    assert "Words." in built.text("index.html")
    assert "/category/career.html" in built.text("both/index.html")
    for name in built.feeds():
        assert built.json(name)["items"] if name.endswith(".json") else built.feed(name).entries


@pytest.mark.parametrize("plugin", OURS)
@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_each_plugin_works_without_the_others(site: Site, theme: str, plugin: str):
    built = site.build("--fatal", "warnings", THEME=theme, PLUGINS=[plugin])
    assert (built.code, built.log) == (0, "")
    assert "/both/" in built.text("index.html")


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_a_post_of_two_categories_is_on_both_pages_and_in_both_feeds(site: Site, theme: str):
    built = site.build(THEME=theme)
    for name, titles in {"career": {"both", "one"}, "network": {"both"}}.items():
        page = built.text(f"category/{name}.html")
        assert {title for title in ("both", "one", "draft") if f"/{title}/" in page} == titles
        for kind in KINDS[:2]:
            assert {entry.title for entry in built.feed(f"{name}.{kind}").entries} == titles
        assert {item["title"] for item in built.json(f"{name}.json")["items"]} == titles
    assert not (built.output / "category" / "career-network.html").exists()


def test_our_plugins_change_no_page_of_a_stock_site_with_one_category_a_post(site: Site):
    site.post("both", Category="Career", Author="Ann", Slug="both")
    stock, ours = site.build(PLUGINS=[]), site.build()
    pages = [f.relative_to(stock.output) for f in stock.output.rglob("*.html")]
    assert len(pages) >= 10
    for page in pages:
        assert ours.text(str(page)) == stock.text(str(page)), page


def test_loading_our_plugins_loads_nothing_heavy():
    heavy = ("feedgen", "lxml", "full_feeds.writer", "full_feeds.xmlfeed", "publish", "requests")
    script = (
        "import sys, pelican; before = set(sys.modules)\n"
        f"sys.path.insert(0, {PLUGINS!r})\n"
        f"[__import__(name).register() for name in {OURS!r}]\n"
        f"print([m for m in set(sys.modules) - before if m.startswith({heavy!r})])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_each_of_these_plugins_says_what_it_is_and_how_to_use_it_elsewhere():
    for name in ("post_identity", "full_feeds"):
        readme = (Path(PLUGINS) / name / "README.md").read_text(encoding="utf-8")
        assert "## Use in another site" in readme
        used = set()
        for module in (Path(PLUGINS) / name).glob("*.py"):
            source = module.read_text(encoding="utf-8")
            used |= set(re.findall(r"\bFEED_[A-Z_]+|\bCATEGORY_FEED_JSON", source))
        ours = used & {"FEED_ALL_JSON", "CATEGORY_FEED_JSON", "FEED_HUBS", "FEED_IDENTITY"}
        assert all(f"| `{setting}` |" in readme for setting in ours)


def test_our_theme_builds_without_any_plugin(site: Site, root: Path):
    built = site.build(
        "--fatal",
        "warnings",
        THEME=str(root / "theme"),
        PLUGINS=[],
        FEED_ALL_JSON=None,
        CATEGORY_FEED_JSON=None,
    )
    assert (built.code, built.log) == (0, "")
    assert "both" in built.text("index.html")
    assert "Words." in built.text("both/index.html")
    assert "Us." in built.text("pages/about.html")
