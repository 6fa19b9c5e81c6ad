"""The options that commands share do in each command what its --help says of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from publish.cli.group import COMMANDS, group
from publish.errors import Exit
from publish.newsletter.account import FORMS, Limits, limits
from publish.sandbox import NOTE
from publish.settings import load
from tests.cli import terminal
from tests.cli.inside import publish
from tests.newsletter.stand import deliveries, live_environment, make_site, put_post, web_host

EXPORT = """\
<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url>
</channel></rss>
"""
MORE = """
NEWSLETTER_UNDO_MINUTES = 30
DEPLOY = {"www": {"kind": "folder", "path": "www"}}
DEPLOY_VERIFY = 0
"""
DAY = (
    "new Fresh", "check", "build", "plan", "test dose --to a@b.example", "send --yes", "status",
    "undo dose", "report", "doctor", "rename other another", "retract another --yes", "deploy",
    "deploy --dry-run", "import export.xml --dry-run", "run", "sandbox inbox", "demo",
    "sandbox reset", "where plugins",
)  # fmt: skip
"""An author's day in an order in which each command has something to do."""
SAYING = ("plan", "test", "send", "status", "undo", "report", "doctor", "run", "demo")
"""Commands whose result concerns letters."""
SILENT = ("plan", "status", "report", "doctor", "check", "build", "run", "sandbox inbox")
"""Commands that print results alone with ``--quiet``."""
DOCUMENTS = {
    "check": list, "build": dict, "plan": list, "send --yes": list, "status": list,
    "report": list, "undo dose": list, "retract dose --yes": list, "deploy --dry-run": dict,
    "deploy": dict, "run": dict, "import export.xml --dry-run": dict,
}  # fmt: skip
"""Commands with ``--json``, in such an order too, and what each one's document is."""
ACCOUNT = (
    "plan", "test dose --to a@b.example", "send --yes", "undo", "status", "report",
    "retract dose --yes", "run", "desk --no-open --port 0", "doctor",
)  # fmt: skip
"""Commands with ``--live``."""


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Each command that does something, by the words that name it."""
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield f"{name} {inner}", found
        else:
            assert command is not None
            yield name, command


def having(option: str) -> set[str]:
    """The commands that have ``option``."""
    return {
        name for name, command in leaves() if any(option in each.opts for each in command.params)
    }


def named(typed: str) -> str:
    """The name of the command in what is typed."""
    first, *more = typed.split()
    return f"{first} {more[0]}" if first == "sandbox" else first


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site with two public posts and a letter that may go out, and an export beside it."""
    root = tmp_path_factory.mktemp("options") / "site"
    make_site(root)
    with (root / "pelicanconf.py").open("a", encoding="utf-8") as conf:
        conf.write(MORE)
    put_post(root, "dose")
    put_post(root, "other", days=90)
    (root / "export.xml").write_text(EXPORT, encoding="utf-8")
    assert publish("build", cwd=root).returncode == 0
    return root


@pytest.fixture
def small(made: Path, tmp_path: Path) -> Path:
    """The same at another place, built there."""
    root = tmp_path / "site"
    shutil.copytree(made, root, ignore=shutil.ignore_patterns(".publish", "output"))
    return root


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of the author's, and of the site."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".publish", "cache"}.intersection(path.parts)
    }


def test_every_command_has_the_common_options():
    every = {name for name, _ in leaves()}
    for option in ("--settings", "-s", "--quiet", "-q", "--verbose", "-v", "--no-color"):
        assert having(option) == every, option


def test_these_tests_type_every_command_that_has_the_option():
    assert {named(typed) for typed in DAY} == having("--settings") - {
        "preview",
        "desk",
        "sandbox serve",
    }
    assert {named(typed) for typed in ACCOUNT} == having("--live")
    assert {named(typed) for typed in DOCUMENTS} == having("--json")


def test_every_option_says_what_it_does():
    for name, command in leaves():
        for each in command.params:
            if isinstance(each, click.Option):
                assert each.help, (name, each.opts)
                assert each.help[-1] in ".]", (name, each.opts)


def test_a_settings_file_may_lie_in_any_folder(small: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(small / "export.xml", elsewhere)
    for typed in DAY:
        done = publish(*typed.split(), "-s", "../site/pelicanconf.py", cwd=elsewhere)
        assert done.returncode == 0, (typed, done.stderr)
        assert (NOTE in done.stdout + done.stderr) == (named(typed) in SAYING), typed
    assert [path.name for path in elsewhere.iterdir()] == ["export.xml"]
    assert (small / "content/posts/fresh.md").is_file()
    assert "Status: draft" in (small / "content/posts/other.md").read_text(encoding="utf-8")
    assert (small / "www/dose/index.html").is_file()


def test_a_post_may_be_named_by_its_path_from_where_one_is(small: Path):
    (small / "notes").mkdir()
    for folder, path in (
        ("content/posts", "dose.md"),
        ("notes", "../content/posts/dose.md"),
        ("notes", f"{small}/notes/../content/posts/dose.md"),
    ):
        up = "../" * len(Path(folder).parts)
        for typed in ("check", "plan", "test --to a@b.example", "send --yes", "status", "undo"):
            command, *rest = typed.split()
            words = [command, path, *rest, "-s", f"{up}pelicanconf.py"]
            done = publish(*words, cwd=small / folder)
            assert done.returncode == 0, (folder, words, done.stderr)
    done = publish(
        "rename", "../content/posts/dose.md", "new", "-s", "../pelicanconf.py", cwd=small / "notes"
    )
    assert (done.returncode, done.stderr) == (0, "")
    done = publish(
        "retract", "dose.md", "--yes", "-s", "../../pelicanconf.py", cwd=small / "content/posts"
    )
    assert done.returncode == 0, done.stderr
    assert "Status: draft" in (small / "content/posts/dose.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("typed", sorted(having("--settings") - {"where"}))
def test_a_settings_file_that_is_not_there_is_code_2(tmp_path: Path, typed: str):
    more = {
        "new": ["X"],
        "rename": ["a", "b"],
        "retract": ["a"],
        "import": ["a.xml"],
        "test": ["a", "--to", "a@b.example"],
    }
    done = publish(*typed.split(), *more.get(typed, []), "-s", "no/conf.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("error: no/conf.py: there is no such settings file — ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", SILENT)
def test_quiet_prints_the_same_results_and_nothing_else(made: Path, typed: str):
    loud, quiet = (publish(*typed.split(), *more, cwd=made) for more in ([], ["-q"]))
    assert (quiet.returncode, quiet.stdout) == (loud.returncode, loud.stdout)
    assert loud.returncode == 0
    assert quiet.stderr == ""


@pytest.mark.parametrize("typed", SILENT)
def test_verbose_adds_lines_and_leaves_the_others(made: Path, typed: str):
    plain, more = (publish(*typed.split(), *more, cwd=made) for more in ([], ["-v"]))
    assert more.returncode == plain.returncode
    for name in ("stdout", "stderr"):
        missing = set(getattr(plain, name).splitlines()) - set(getattr(more, name).splitlines())
        assert not missing


def test_the_desk_opens_in_the_browser_unless_it_is_told_not_to(made: Path, tmp_path: Path):
    opener = tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n', encoding="utf-8")
    opener.chmod(0o755)
    env = {**os.environ, "PATH": f"{opener.parent}:{os.environ['PATH']}"}
    for option, opened in (("--no-open", False), ("--open", True)):
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "publish", "desk", "--port", "0", option],
            cwd=made,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdout is not None
        address = child.stdout.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:")
        for _ in range(100):
            if (tmp_path / "opened").exists() == opened:
                break
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 0, said
        found = (tmp_path / "opened").read_text().split() if opened else []
        assert found == [address] * opened
        assert opened or not (tmp_path / "opened").exists()


def test_outside_links_are_asked_through_the_authors_proxy_and_only_with_online(small: Path):
    put_post(small, "dose", "Read [the study on pain](http://studies.example/gone).")
    words = ("check", "--json", "--online")
    # Processes of their own: Python asks once which proxy there is.
    with web_host({}) as proxy:
        env = {"http_proxy": proxy, "no_proxy": ""}
        quiet = terminal.publish("check", "--json", cwd=small, env=env)
        asked = terminal.publish(*words, cwd=small, env=env)
        only = terminal.publish(*words, "content/posts/other.md", cwd=small, env=env)
        strict = terminal.publish("check", "--online", "--strict", cwd=small, env=env)
    dead = [f for f in json.loads(asked.stdout) if f["rule"] == "dead-link"]
    assert [(f["file"], f["severity"]) for f in dead] == [("content/posts/dose.md", "warning")]
    assert "http://studies.example/gone answers 404" in dead[0]["message"]
    assert (quiet.returncode, asked.returncode, strict.returncode) == (0, 0, 1)
    assert "dead-link" not in quiet.stdout + only.stdout


def test_json_is_one_document_and_all_of_standard_output(small: Path):
    publish("build", cwd=small)
    found: dict[str, Any] = {}
    for typed, kind in DOCUMENTS.items():
        done = publish(*typed.split(), "--json", cwd=small)
        assert done.returncode == 0, (typed, done.stderr)
        found[typed] = json.loads(done.stdout)
        assert type(found[typed]) is kind, typed
    assert [each["slug"] for each in found["send --yes"]] == ["dose"]
    assert {each["slug"] for each in found["status"]} >= {"dose"}
    for typed in ("plan", "send --yes", "status", "undo dose", "retract dose --yes"):
        assert all(each["sandbox"] is True for each in found[typed]), typed
    assert "dose" not in deliveries(small)


@pytest.mark.parametrize("typed", ACCOUNT)
def test_live_without_a_key_is_code_2_and_changes_nothing(made: Path, typed: str):
    before = snapshot(made)
    done = publish(*typed.split(), "--live", cwd=made, env={"MAILCHIMP_API_KEY": ""})
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("error: --live: MAILCHIMP_API_KEY is not set — ")
    assert snapshot(made) == before


def test_where_nothing_answers_it_is_code_3_and_nothing_was_sent(made: Path):
    before = snapshot(made)
    nobody = live_environment("http://127.0.0.1:9")
    done = publish("send", "--yes", "--live", cwd=made, env=nobody)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert snapshot(made) == before


def table(root: Path, heading: str) -> list[tuple[str, ...]]:
    """The rows of a table in the reference."""
    page = (root / "docs/reference.md").read_text(encoding="utf-8")
    part = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip(" `") for cell in row) for row in rows[2:]]


def test_the_exit_codes_of_the_reference_are_those_of_the_program(root: Path):
    assert [int(code) for code, _ in table(root, "Exit codes")] == sorted(Exit)


def test_the_defaults_of_the_reference_are_those_of_the_program(root: Path, tmp_path: Path):
    make_site(tmp_path)
    conf = tmp_path / "pelicanconf.py"
    own = [line for line in conf.read_text().splitlines() if not line.startswith("NEWSLETTER")]
    conf.write_text("\n".join(own), encoding="utf-8")
    told = {name: default for name, default, _ in table(root, "Settings")}
    found = limits(load(conf))
    for each in fields(Limits):
        value = getattr(found, each.name)
        default = "none" if value is None else f"{value:g}"
        assert told[f"NEWSLETTER_{each.name.upper()}"] == default
    assert {f"NEWSLETTER_{name.upper()}" for name in FORMS} <= {
        name.strip("` ") for row in told for name in row.split(",")
    }


def test_every_key_of_the_reference_is_one_that_a_post_may_have(root: Path, tmp_path: Path):
    make_site(tmp_path)
    rows = table(root, "Front matter")
    keys = {name.strip("` ").partition(":")[0] for key, *_ in rows for name in key.split(",")}
    keys -= {"Network"}  # the second category of an example
    assert {"Title", "Uid", "Was", "Aliases", "Preheader", "Image_alt"} <= keys
    put_post(tmp_path, "dose", **dict.fromkeys(keys - {"Title", "Date", "Slug", "Uid"}, "x"))
    found = json.loads(publish("check", "--json", cwd=tmp_path).stdout)
    assert not [each for each in found if each["rule"] == "unknown-key"]
    put_post(tmp_path, "dose", Preheaderr="x")
    found = json.loads(publish("check", "--json", cwd=tmp_path).stdout)
    assert [each["rule"] for each in found if each["severity"] == "warning"] == ["unknown-key"]
