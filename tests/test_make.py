"""The Makefile: its targets, what `make help` says of them, and what `make clean` spares."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PELICANS = {"html", "clean", "regenerate", "serve", "devserver", "publish"}
"""Targets that a site made by pelican-quickstart has too."""
OURS = {"demo", "test", "lint", "bench", "build", "help"}


def make(root: Path, *words: str) -> str:
    """What `make` prints there."""
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A folder with the Makefile alone."""
    shutil.copy(root / "Makefile", tmp_path)
    return tmp_path


def test_help_has_a_line_for_every_target(project: Path):
    lines = make(project, "help").splitlines()
    told = {line.split()[0]: line[14:].strip() for line in lines}
    text = (project / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.M)
    assert phony
    assert set(told) == set(phony[1].split())
    assert set(told) >= PELICANS | OURS
    assert all(told.values())
    assert make(project) == make(project, "help"), "it is the first target"


def test_every_target_is_one_line(project: Path):
    text = (project / "Makefile").read_text(encoding="utf-8")
    for target, recipe in re.findall(r"^([a-z]+):.*\n((?:\t.*\n)*)", text, re.M):
        assert len(recipe.splitlines()) == 1, target


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        ("html", "pelican content"),
        ("regenerate", "pelican content --autoreload"),
        ("serve", "pelican --listen --port 8000"),
        ("devserver", "publish preview --port 8000"),
        ("build", "publish build"),
        ("publish", "publish build && .venv/bin/publish send"),
        ("demo", "publish demo"),
        ("lint", "ruff check ."),
        ("bench", "python benchmarks/plan.py"),
        ("reference", "python -m publish.cli.reference --write"),
    ],
)
def test_a_target_runs_what_its_name_says(project: Path, target: str, runs: str):
    # A virtual environment that is there, so that none is made.
    for name in (
        "requirements.txt",
        "requirements-dev.txt",
        "pyproject.toml",
        ".venv/run",
        ".venv/dev",
    ):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).touch()
    assert f".venv/bin/{runs}" in make(project, "--dry-run", target)


def test_a_port_may_be_named(project: Path):
    for name in (".venv/run", "requirements.txt", "pyproject.toml"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).touch()
    (project / ".venv/run").touch()
    assert "--port 9000" in make(project, "--dry-run", "serve", "PORT=9000")
    assert "--port 9000" in make(project, "--dry-run", "devserver", "PORT=9000")


def test_clean_removes_what_can_be_made_again_and_nothing_else(project: Path):
    kept = {
        "content/posts/a.md",
        "content/ledger/issues.jsonl",
        "pelicanconf.py",
        "theme/x.css",
        ".venv/run",
        "outputs/mine.txt",
    }
    for name in {*kept, "output/index.html", ".publish/build", ".publish/sandbox/state.sqlite3"}:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)
    make(project, "clean")
    left = {f.relative_to(project).as_posix() for f in project.rglob("*") if f.is_file()}
    assert left == {*kept, "Makefile"}
    make(project, "clean")
