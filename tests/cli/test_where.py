"""The wheel brings plugins and theme, and a stock site can use them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from publish.cli.setting_up import folder

WHEEL = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
COMMAND = "import sys; from publish.cli import main; main(sys.argv[1:])"
CONF = """SITENAME = "Stock"
SITEURL = "https://stock.example"
TIMEZONE = "UTC"
AUTHOR = "Ann"
PLUGIN_PATHS = [{plugins!r}]
PLUGINS = ["neighbours", "read_next"]
THEME_TEMPLATES_OVERRIDES = ["over"]
"""


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, as an installer would unpack it."""
    source, place = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site-packages")
    for name in ("publish", "plugins", "theme"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(root / name, source)
    run(source, "-c", WHEEL, str(source))
    (wheel,) = source.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place)
    return place


def run(folder: Path, *words: str, first: Path | None = None) -> str:
    env = {**os.environ, **({"PYTHONPATH": str(first)} if first else {})}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_holds_all_files_of_plugins_and_theme_and_no_other_package(
    root: Path, installed: Path
):
    tops = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"publish"}
    for name in ("plugins", "theme"):
        ours, theirs = root / name, installed / "publish/share" / name
        wanted = {
            f.relative_to(ours).as_posix()
            for f in ours.rglob("*")
            if f.is_file() and "__pycache__" not in f.parts
        }
        assert {
            f.relative_to(theirs).as_posix() for f in theirs.rglob("*") if f.is_file()
        } == wanted
    # A folder that Pelican would import unasked.
    assert not list(installed.rglob("pelican"))


def test_a_stock_site_uses_one_of_the_plugins_and_the_theme(installed: Path, tmp_path: Path):
    where = {
        name: run(tmp_path, "-c", COMMAND, "where", name, first=installed).strip()
        for name in ("plugins", "theme")
    }
    assert all(path.startswith(str(installed.resolve())) for path in where.values())
    (tmp_path / "pelicanconf.py").write_text(CONF.format(plugins=where["plugins"]))
    (tmp_path / "over").mkdir()
    (tmp_path / "over/article.html").write_text("{{ article.previous.slug }}|{{ article.related }}")
    (tmp_path / "content").mkdir()
    for day, name in ((1, "one"), (2, "two")):
        (tmp_path / f"content/{name}.md").write_text(f"Title: {name}\nDate: 2026-01-0{day}\n\nx")
    pelican = ("-m", "pelican", "--fatal", "warnings", "content")
    run(tmp_path, *pelican, first=installed)
    assert (tmp_path / "output/two.html").read_text() == "one|[]"
    (tmp_path / "over/article.html").unlink()
    run(tmp_path, *pelican, "-t", where["theme"], first=installed)
    assert 'class="neighbours"' in (tmp_path / "output/two.html").read_text()


def test_in_a_checkout_they_are_those_of_the_checkout(root: Path):
    assert folder("plugins") == (root / "plugins").resolve()
    assert (folder("theme") / "templates/base.html").is_file()
