"""Names that are nobody's, and an order without effect: the blog's own bytes are the judge."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from tests.forked import run

# What packages of PyPI put into `pelican.plugins`, or had as a module of their own.
PUBLISHED = """
    ab add_css_classes advthumbnailer alias algolia avatar bib bitly captions category_template
    cite comment_system commonmark compressor css_cache_bust custom_css data_files drafts
    edit_url embed_svg entities events extended_sitemap featured_image feed_filter
    feed_stylesheet figures graphviz gravatar heatmap html_to_pdf htmlmin i18n_subsites
    image_process injector jinja_filters jinja2content just_table katex linkclass liquid_tags
    lunr markdown_image metadataparsing microdata minify more_categories neighbors
    nginx_alias_map obsidian oembed ogimages optimize_images pagination photos planet
    post_stats precompress random_article read_more readtime redirect redirect_url related
    related_posts render_math search seo series share_post show_source similar_posts
    simple_footnotes sitemap slug social social_cards statistics summary table_wrapper
    tag_cloud thumbnailer touch webassets webring xref yaml_metadata youtube cards categories
    feeds identity images issues redirects
"""


def test_no_plugin_is_called_as_a_published_one(root: Path):
    names = {path.parent.name for path in (root / "plugins").glob("*/__init__.py")}
    assert len(names) > 15
    assert names & set(PUBLISHED.split()) == set()
    assert not [name for name in names if name in sys.stdlib_module_names]


@pytest.fixture(scope="module")
def blog(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blog")
    for name in ("content", "theme", "plugins"):
        (folder / name).symlink_to(root / name)
    shutil.copytree(root / "content", folder / "own")
    first, *_ = sorted((folder / "own/posts").rglob("*.md"))
    with first.open("a", encoding="utf-8") as stream:
        # What several plugins have a hand in.
        stream.write(
            "\n\n::: email-only\n![a]({attach}../images/two-coffee-cups.jpg)\n:::\n\nNote.[^9]\n\n"
            "::: web-only\n![b]({static}/images/night-shift-lamp.jpg)\n:::\n\n[^9]: So.\n"
        )
    settings = (root / "pelicanconf.py").read_text("utf-8")
    extra = '\nPATH = "own"\nIMAGES_WIDTHS = (240,)\nCACHE_PATH = "cache"\n'
    (folder / "pelicanconf.py").write_text(settings + extra, encoding="utf-8")
    return folder


def built(blog: Path, name: str, order: list[str] | None) -> dict[str, bytes]:
    file = blog / f"{name}.py"
    text = (blog / "pelicanconf.py").read_text("utf-8")
    text += f'{f"PLUGINS = {order!r}" if order else ""}\nNEWSLETTER_ISSUES_PATH = "{name}-issues"\n'
    file.write_text(text, encoding="utf-8")
    words = ["-s", file.name, "-o", name, "--fatal", "errors", "own"]
    done = run("pelican", words, blog, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        f.relative_to(blog / name).as_posix(): f.read_bytes()
        for f in (blog / name).rglob("*")
        if f.is_file()
    }
    issues = blog / f"{name}-issues"
    return found | {
        f"mail/{f.relative_to(issues)}": f.read_bytes() for f in issues.rglob("*") if f.is_file()
    }


def test_the_order_of_plugins_has_no_effect(root: Path, blog: Path):
    names: dict[str, list[str]] = {}
    exec(compile((root / "pelicanconf.py").read_text("utf-8"), "conf", "exec"), names)
    plugins = names["PLUGINS"]
    first = built(blog, "a", None)
    assert any(name.startswith("mail/") for name in first)
    for n, order in enumerate((plugins[::-1], random.Random(7).sample(plugins, len(plugins)))):
        other = built(blog, f"b{n}", order)
        assert other.keys() == first.keys()
        assert [name for name in first if other[name] != first[name]] == []
