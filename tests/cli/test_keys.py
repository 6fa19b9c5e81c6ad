"""A key never becomes public: it is found before a page is, where the author can take it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.checks import run
from publish.office.checking import records
from publish.post import stamps
from publish.settings import load
from tests.cli.terminal import publish

KEY = "0123456789abcdef" * 2 + "-us6"
CONF = """\
SITENAME = "Small"
SITEURL = "https://small.example"
TIMEZONE = "UTC"
PATH = "content"
THEME = "theme"
PLUGIN_PATHS = ["plugins"]
PLUGINS = ["own"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
PLUGIN = """\
from pelican import signals

def found(generator):
    for article in generator.articles:
        article.word = {word!r}

def register():
    signals.article_generator_finalized.connect(found)
"""
TEMPLATES = dict.fromkeys(
    ("index", "archives", "categories", "tags", "authors", "category", "tag", "author"),
    "{{ SITENAME }}",
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A built site with a theme and a plugin of its own."""
    files = {"pelicanconf.py": CONF, "plugins/own.py": PLUGIN.format(word="kind")}
    files |= {f"theme/templates/{name}.html": text for name, text in TEMPLATES.items()}
    files["theme/templates/article.html"] = "<p>\n{{ article.title }} {{ article.word }}\n"
    files["theme/templates/page.html"] = "{{ page.title }}"
    files["theme/static/site.css"] = "p { top: 0 }\n"
    for name in ("one", "two"):
        head = f"Title: {name}\nDate: 2026-01-02\nCategory: Career\nSlug: {name}\nSummary: Fine.\n"
        files[f"content/{name}.md"] = f"{head}\nWords.\n"
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    done = publish("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def built(site: Path) -> dict[str, bytes]:
    output = site / "output"
    return {f.name: f.read_bytes() for f in sorted(output.rglob("*")) if f.is_file()}


@pytest.mark.parametrize(
    ("file", "line"),
    [("theme/templates/article.html", 3), ("theme/static/site.css", 2), ("pelicanconf.py", 10)],
)
def test_a_key_in_the_sites_own_files_is_named_where_it_stands(small: Path, file: str, line: int):
    old = built(small)
    text = (small / file).read_text()
    (small / file).write_text(f"{text}# {KEY}\n")
    done = publish("build", cwd=small)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {file}:{line}: a secret key is here — remove it")
    assert len(done.stderr.splitlines()) == 1
    assert KEY not in done.stderr + done.stdout
    assert built(small) == old
    (small / file).write_text(text)
    assert publish("build", cwd=small).returncode == 0


def test_a_key_that_a_plugin_puts_into_pages_never_reaches_the_output(small: Path):
    old = built(small)
    (small / "plugins/own.py").write_text(PLUGIN.format(word=KEY))
    done = publish("build", cwd=small)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: output/one.html:2: a secret key is here (and 1 more like it) — ")
    assert KEY not in line
    assert built(small) == old


def test_a_key_in_what_an_earlier_build_left_does_not_keep_a_clean_one_from_being_built(
    small: Path,
):
    (small / "output/one.html").write_text(f"<p>{KEY}</p>")
    found = publish("check", cwd=small)
    assert (found.returncode, "output/one.html:1" in found.stdout + found.stderr) == (1, True)
    done = publish("build", cwd=small)
    assert done.returncode == 0, done.stderr
    assert KEY.encode() not in built(small)["one.html"]
    assert publish("check", cwd=small).returncode == 0


def test_what_is_known_of_the_built_site_is_not_lost_by_a_build(
    small: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stamps, "RACY", -(10**12))  # every stamp is old enough to be trusted
    settings = load(small / "pelicanconf.py")
    run.judge(settings, records(settings), built=True)
    assert b"output/two.html" in (small / ".publish/checks").read_bytes()
    (small / "content/one.md").write_bytes((small / "content/two.md").read_bytes())
    run.judge(settings, records(settings))
    assert b"output/two.html" in (small / ".publish/checks").read_bytes()
