"""``publish check`` as a person, a script and GitHub Actions meet it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from publish.office import checking
from publish.post.diagnostic import Diagnostic
from publish.settings import load
from tests import forked
from tests.checks.project import Project

FIELDS = ["file", "line", "rule", "severity", "message", "remedy"]


def run(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    return forked.run("publish", ["check", *words], project.root)


@pytest.fixture
def faulty(project: Project) -> Project:
    """One error and one warning, on lines 9 and 11."""
    project.post("[a](/nowhere/)\n\n[click here](https://example.org/)\n")
    return project


def test_a_person_gets_a_line_a_finding(faulty: Project):
    done = run(faulty)
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert re.fullmatch(r"content/posts/a\.md:9: nothing is at /nowhere/ — .+", first)
    assert re.fullmatch(r"content/posts/a\.md:11: .+ — .+ \[warning\]", second)
    assert "1 to fix, 1 to consider" in done.stderr


def test_a_script_gets_a_list_with_fixed_keys(faulty: Project):
    done = run(faulty, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [list(finding) for finding in found] == [FIELDS, FIELDS]
    assert [(f["line"], f["rule"], f["severity"]) for f in found] == [
        (9, "broken-link", "error"),
        (11, "vague-link-text", "warning"),
    ]
    # The three shapes are one list.
    assert "\n".join(map(_line, found)) == run(faulty).stdout.strip()


def test_github_gets_annotations(faulty: Project):
    first, second = run(faulty, "--github").stdout.splitlines()
    assert first.startswith("::error file=content/posts/a.md,line=9,title=broken-link::")
    assert second.startswith("::warning file=content/posts/a.md,line=11,title=vague-link-text::")


def test_warnings_fail_only_when_asked_to(project: Project):
    project.post("[click here](https://example.org/)\n")
    assert run(project).returncode == 0
    assert run(project, "--strict").returncode == 1


def test_nothing_to_mend(project: Project):
    project.post()
    done = run(project, "--strict")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(run(project, "--json").stdout) == []
    assert run(project, "--github").stdout.strip() == ""


def test_a_path_that_is_not_there_is_a_usage_error_in_one_line(project: Project):
    done = run(project, "nope.md")
    assert done.returncode == 2
    assert "nope.md: there is no such file" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_of_rules_is_printed_by_the_catalogue(root: Path):
    done = subprocess.run(
        [sys.executable, "-m", "publish.checks.catalogue"],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert done.stdout == (root / "docs/rules.md").read_text(encoding="utf-8")


def _line(finding: dict[str, Any]) -> str:
    mark = "" if finding["severity"] == "error" else " [warning]"
    return f"{Diagnostic(**finding)}{mark}"


def test_findings_about_settings_stand_in_the_file_that_sets_them(project: Project):
    line = project.set('TIMEZONE = "New York"')
    project.write("publishconf.py", 'from pelicanconf import *\n\nSITEURL = "nohost"\n')
    own = f"pelicanconf.py:{line} bad-timezone error"
    assert project.reported() == [own]
    # The cached result of another settings file does not count.
    settings = load(project.root / "publishconf.py")
    found = checking.findings(settings)
    assert [f"{f.file}:{f.line} {f.rule} {f.severity}" for f in found] == [
        own,
        "publishconf.py:3 bad-siteurl error",
    ]
    project.write("basis.py", f'KEY = "{"0123456789abcdef" * 2}-us21"\n')
    project.write("publishconf.py", "from pelicanconf import *\nfrom basis import *\n")
    assert "basis.py:1" in {f"{f.file}:{f.line}" for f in checking.findings(settings)}


OPTIONAL = """
try:
    with open(__file__.rpartition("/")[0] + "/own.txt") as own:
        TEXT = own.read()
except FileNotFoundError:
    TEXT = "good"
"""


def test_a_cached_result_does_not_outlive_the_files_that_settings_and_plugins_read(
    project: Project,
):
    project.post()
    project.set(f"{OPTIONAL}SITENAME = 5 if 'five' in TEXT else 'Name'\n")
    project.set("PLUGIN_PATHS, PLUGINS = ['own'], ['judging']")
    project.write(
        "own/judging.py",
        "from pelican import signals\n\n"
        "def judge(generator):\n"
        + "".join(
            f"    {line}\n" for line in OPTIONAL.replace("own.txt", "../told.txt").split("\n")
        )
        + "    if 'bad' in TEXT:\n        raise ValueError('the text is bad')\n\n"
        "def register():\n    signals.article_generator_finalized.connect(judge)\n",
    )
    for name, text, rule in (
        ("own.txt", "", []),
        ("told.txt", "bad", ["refused"]),
        ("told.txt", "good", []),
        ("own.txt", "five", ["setting-kind"]),
    ):
        if text:
            project.write(name, text)
        for _ in range(2):
            assert [f.rule for f in checking.findings(project.settings)] == rule
