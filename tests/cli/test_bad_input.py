"""Users' mistakes: one clear line, a non-zero exit, nothing lost, no traceback."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import publish
from tests.conftest import ROOT
from tests.newsletter.stand import put_post

CONF = """\
SITENAME = "Small"
SITEURL = "https://small.example"
TIMEZONE = "UTC"
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
GOOD = """\
Title: Good
Date: 2026-01-02
Category: Career
Uid: 0011223344556677
Summary: Fine.

Words.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A built site that is good, and a copy of it."""
    site = tmp_path_factory.mktemp("small") / "site"
    (site / "content/posts").mkdir(parents=True)
    (site / "content/images").mkdir()
    (site / "pelicanconf.py").write_text(CONF)
    (site / "content/posts/good.md").write_text(GOOD)
    done = publish("build", cwd=site)
    assert done.returncode == 0, done.stderr
    return site, Path(shutil.copytree(site, site.with_name("kept")))


@pytest.fixture
def small(built: tuple[Path, Path]) -> Iterator[Path]:
    """The site, put back after each test: to build it takes longer than to copy it."""
    site, kept = built
    yield site
    shutil.rmtree(site)
    shutil.copytree(kept, site)


def tree(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def post(**changes: str | None) -> bytes:
    headers = {
        "Title": "Bad",
        "Date": "2026-01-03",
        "Category": "Career",
        "Uid": "8899aabbccddeeff",
        "Summary": "Bad.",
    } | changes
    body = headers.pop("body", "Words.")
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\n".join(lines) + f"\n\n{body}\n").encode()


# What is wrong, and the words a line about it must have.
CASES = {
    "a missing date": (post(Date=None), ["bad.md:", "date"]),
    "a bad date": (post(Date="someday"), ["bad.md:2: ", "someday"]),
    "an unknown status": (post(Status="publised"), ["bad.md:6: ", "publised", "published"]),
    "a duplicate slug": (post(Slug="good"), ["bad.md:6: ", "good"]),
    "a broken link": (post(body="See [that]({filename}no.md)."), ["bad.md:7: ", "no.md"]),
    "a broken address": (post(body="See [that](/nowhere/)."), ["bad.md:7: ", "/nowhere/"]),
    "a missing image": (post(body="![A cat]({static}/images/cat.jpg)"), ["bad.md:7: ", "cat.jpg"]),
    "bad UTF-8": (post() + b"caf\xe9\n", ["bad.md:8: ", "UTF-8"]),
    "an empty file": (b"", ["bad.md:1: ", "empty"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_content_stops_the_build_and_harms_nothing(small: Path, case: str):
    data, says = CASES[case]
    before = tree(small / "output")
    (small / "content/posts/bad.md").write_bytes(data)
    done = publish("build", cwd=small)
    assert done.returncode == 1
    assert [word for word in says if word not in done.stderr] == []
    assert done.stderr.startswith("error: ")
    assert " — " in done.stderr
    # One line a finding; an address that two posts share is wrong in both.
    assert all(line.startswith("error: ") for line in done.stderr.strip().splitlines())
    assert len(done.stderr.strip().splitlines()) == (2 if case == "a duplicate slug" else 1)
    assert "Traceback" not in done.stderr + done.stdout
    assert tree(small / "output") == before
    (small / "content/posts/bad.md").unlink()
    assert publish("build", cwd=small).returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SITENAME = ", "pelicanconf.py:1: the settings file fails: SyntaxError"),
        ("\nimport no_such\n", "pelicanconf.py:2: the settings file fails: ModuleNotFoundError"),
        ("1 / 0", "pelicanconf.py:1: the settings file fails: ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("command", ["build", "check", "plan", "status"])
def test_a_settings_file_that_fails(small: Path, text: str, says: str, command: str):
    before = tree(small / "output")
    (small / "pelicanconf.py").write_text(text)
    done = publish(command, cwd=small)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(small / "output") == before


def test_no_settings_file_at_all(tmp_path: Path):
    done = publish("build", cwd=tmp_path)
    assert (done.returncode, "there is no such settings file" in done.stderr) == (2, True)


@pytest.mark.parametrize("damage", ["a line", "a folder"])
def test_a_damaged_ledger_is_reported_by_check_and_stops_the_build(small: Path, damage: str):
    ledger = small / "content/ledger/issues.jsonl"
    ledger.parent.mkdir(exist_ok=True)
    ledger.mkdir() if damage == "a folder" else ledger.write_text("\n".join("<<<<<<< HEAD"))
    (small / "content/posts/more.md").write_bytes(post())
    before = tree(small / "output")
    why = {"a folder": "cannot be read: Is a directory", "a line": "this line of the ledger is"}
    told = f"content/ledger/issues.jsonl:1: {why[damage]}"
    checked, built = publish("check", cwd=small), publish("build", cwd=small)
    assert (checked.returncode, built.returncode) == (1, 1)
    assert told in checked.stdout
    assert built.stderr.startswith(f"error: {told}")
    assert "delete it: Mailchimp knows what was sent" in built.stderr
    assert tree(small / "output") == before
    ledger.rmdir() if damage == "a folder" else ledger.unlink()
    assert publish("build", cwd=small).returncode == 0


def test_the_sandboxs_damaged_ledger_is_a_warning_of_build(small: Path):
    ledger = small / ".publish/sandbox/ledger/issues.jsonl"
    ledger.parent.mkdir(parents=True)
    ledger.write_text("junk\n")
    done = publish("build", "--full", cwd=small)
    assert (done.returncode, done.stderr.count("issues.jsonl:1: this line")) == (0, 1)


def test_a_plugin_that_ends_the_process_is_named(small: Path):
    plugin = small / "plugins/boom.py"
    plugin.parent.mkdir()
    plugin.write_text("import os\n\n\ndef register():\n    os._exit(0)\n")
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write('PLUGIN_PATHS = ["plugins"]\nPLUGINS = ["boom"]\n')
    before = tree(small / "output")
    done = publish("build", cwd=small)
    assert done.returncode == 1
    assert f"{plugin}:5: os._exit(0)" in done.stderr
    assert tree(small / "output") == before


def test_a_site_that_names_no_sender_mails_nothing(small: Path):
    put_post(small, "new")
    for words in (["send", "--yes"], ["test", "new", "--to", "a@b.example"]):
        done = publish(*words, cwd=small)
        assert (done.returncode, done.stdout) == (2, "")
        missing = "NEWSLETTER_REPLY_TO is missing or no sender — set it in the settings file"
        assert f"error: {missing}" in done.stderr
    assert not (small / ".publish/sandbox/mail").exists()


def test_a_site_that_was_never_built_is_built_before_it_is_mailed(small: Path):
    shutil.rmtree(small / "output")
    shutil.rmtree(small / ".publish")
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write('NEWSLETTER_REPLY_TO = "s@example.com"\n')
    refused = publish("send", "--no-build", "--yes", cwd=small)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: ")
    assert not (small / "output").exists()
    done = publish("send", "--yes", cwd=small)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("built first, for the site was stale: ")
    assert (small / "output/good.html").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["send", "--now", "--at", "07:30"], "exclude each other"),
        (["send", "--as-update"], "name the post"),
        (["new", ""], "is empty"),
        (["new", "caf\udce9"], "no UTF-8"),
        (["new", "X", "-t", "one\u2028two"], "holds a line break"),
        (["rename", "good", "x" * 121], "an address of 121 characters"),
        (["new", "Good"], "has the slug good already"),
        (["new", "X", "--date", "soon"], "is no time"),
        (["rename", "nothing", "other"], "there is no such post"),
        (["rename", "good", "../x"], "makes no address"),
        (["rename", "posts/old.rst", "other"], "only Markdown sources are rewritten"),
        (["report", "--plot", "x.png"], "is no .svg file"),
        (["report", ""], "an empty name"),
        (["send", "--live"], "MAILCHIMP_API_KEY is not set"),
        (["test", "good"], "Missing option '--to'"),
        (["check", "nowhere.md"], "there is no such file"),
        (["buidl"], "No such command 'buidl' — `publish --help`"),
        (["sandbox", "stop"], "No such command 'stop' — `publish sandbox --help`"),
        (["new"], "Missing argument 'TITLE' — `publish new --help`"),
        (["test", "good", "--to"], "requires an argument — `publish test --help`"),
        (["where"], "Choose from: plugins, theme — `publish where --help`"),
        (["build", "-o", "content"], "--output names a folder that holds sources"),
        (["build", "-o", "/"], "--output names a folder that holds sources"),
        (["build", "-o", ".publish"], "--output names a folder that holds sources or caches"),
        (["new", "-d", "", "A title"], "'' is no time"),
        (["check", "--json", "--github"], "exclude each other"),
        (["preview", "--port", "99999"], "99999 is not in the range"),
        (["preview", "--port", "0", "--host", "192.0.2.1"], "--host 192.0.2.1: "),
        (["preview", "--port", "0", "--host", "a b"], "--host a b: "),
    ],
)
def test_wrong_use_is_answered_with_code_2_and_the_next_step(
    small: Path, words: list[str], says: str
):
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write('NEWSLETTER_FROM_NAME = "S"\nNEWSLETTER_REPLY_TO = "s@example.com"\n')
    done = publish(*words, cwd=small)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert " — " in line


@pytest.mark.parametrize("words", ["check", "build", "plan", "new X", "--help"])
def test_a_folder_that_is_gone_is_one_line(tmp_path: Path, words: str):
    gone = tmp_path / "gone"
    gone.mkdir()
    typed = f"cd {gone}; rmdir {gone}; {sys.executable} -m publish {words}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", typed], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: this folder is gone — change into the site's folder\n"


def test_a_key_of_a_wrong_form_is_refused_and_not_shown(small: Path):
    secret = "0123456789abcdef0123456789abcdef-evil.example.com/#"
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write('NEWSLETTER_REPLY_TO = "s@example.com"\n')
    done = publish("plan", cwd=small, env={"MAILCHIMP_API_KEY": secret})
    assert done.returncode == 2
    assert "MAILCHIMP_API_KEY" in done.stderr
    assert secret not in done.stderr + done.stdout


def test_a_new_post_is_a_draft_that_the_site_does_not_show(small: Path):
    done = publish(
        "new", "A calm handover", "-c", "Career", "-c", "Network", "-t", "shifts", cwd=small
    )
    path = small / done.stdout.strip()
    text = path.read_text()
    assert "Category: Career, Network\nTags: shifts\nSlug: a-calm-handover\n" in text
    assert "Status: draft\n" in text
    before = tree(small / "output")
    assert publish("build", cwd=small).returncode == 0
    assert not [name for name in tree(small / "output") if "calm-handover" in name]
    said = publish("rename", "a-calm-handover", "calmer", cwd=small).stdout
    assert said.endswith("its slug is calmer now; once it is public it is at /calmer.html\n")
    written = text.replace("Status: draft", "Status: published").partition("\n\n")[0]
    path.write_text(f"{written}\n\nMy own words.\n")
    assert publish("build", cwd=small).returncode == 0
    assert set(tree(small / "output")) > set(before)
