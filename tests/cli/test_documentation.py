"""The commands, links and examples in the documentation work."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from publish.cli.group import COMMANDS, group
from publish.deploy.targets import KINDS, Place, make
from tests.cli.inside import publish
from tests.conftest import ROOT
from tests.newsletter.stand import make_site, put_post

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("plugins/*/README.md"),
        *ROOT.glob("publish/*/README.md"),
    ]
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """The text of the code blocks in ``languages``."""
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each `publish …` and `make …` that a reader may type."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in blocks(page, "sh", "yaml", "ini") for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    for found in [*lines, *spans]:
        for part in re.split(r"&&|\||;", found.partition(" #")[0]):
            typed = re.search(r"(?:^|[\s/(=\[,])(publish|make) ([a-z.].*)", f" {part}")
            if typed and not re.search(r"import publish|…", part):
                yield [typed[1], *shlex.split(re.split(r"[,\]]", typed[2])[0])]


def test_what_a_page_says_to_type_is_understood(root: Path):
    targets = re.findall(r"^([a-z./]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    context = click.Context(group, info_name="publish")
    found = [words for page in PAGES for words in commands(page)]
    assert len(found) > 150
    for program, first, *rest in found:
        if program == "make":
            assert first in targets, first
            continue
        assert first in COMMANDS, (first, rest)
        command = group.get_command(context, first)
        assert command is not None
        while isinstance(command, click.Group) and rest:
            command = command.get_command(context, rest.pop(0))
            assert command is not None, (first, rest)
        command.make_parser(click.Context(command, info_name=first)).parse_args(rest)


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_link_of_a_page_leads_somewhere():
    for page in PAGES:
        text = re.sub(r"`[^`\n]+`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
            file, _, anchor = target.partition("#")
            there = page.parent / file if file else page
            assert there.exists(), (page, target)
            if anchor:
                headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.M)
                assert anchor in map(anchor_of, headings), (page, target)


def test_every_file_that_a_page_names_is_there(root: Path):
    places = (root, root / "tests", root / "publish", root / "publish/site")
    tops = "publish|plugins|tests|theme|docs|benchmarks|newsletter|office|engine|\\.ci"
    ends = "py|md|css|js|toml|html|txt"
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for path in re.findall(rf"[`\s]((?:{tops})/[\w*./-]*\w\.(?:{ends}))\b", text):
            assert any([*place.glob(path)] for place in places), (page, path)


def test_every_module_that_a_plugins_parts_name_is_there(root: Path):
    named = 0
    for page in root.glob("plugins/*/README.md"):
        parts = page.read_text(encoding="utf-8").partition("\n## Parts\n")[2].partition("\n## ")[0]
        modules = re.findall(r"`([a-z_]+)`(?! table)", parts)
        assert [m for m in modules if not page.with_name(f"{m}.py").is_file()] == [], page.parent
        named += len(modules)
    assert named > 20


def test_every_option_of_a_deploy_target_is_in_the_reference(root: Path):
    page = (root / "docs/reference.md").read_text(encoding="utf-8")
    table = page.partition("## Deploy targets")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| (`.*?`) \|", table, re.M)
    told = {(kind, option) for kind, cell in rows for option in re.findall(r"`(\w+)`", cell)}
    assert told == {(kind, option) for kind, (_, known) in KINDS.items() for option in known} | {
        ("any", "url")
    }


def test_the_targets_of_going_live_are_such_as_the_settings_may_hold(root: Path, tmp_path: Path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    add = ["git", "-C", tmp_path, "remote", "add", "origin", "https://git.example/blog.git"]
    subprocess.run(add, check=True)
    known = 0
    for block in blocks(root / "docs/going-live.md", "python"):
        for one in re.split(r"^(?=DEPLOY)", block, flags=re.M)[1:]:
            found: dict[str, dict[str, dict[str, object]]] = {}
            exec(one, found)
            for target, options in found["DEPLOY"].items():
                if options["kind"] != "s3":
                    output, cache = tmp_path / "output", tmp_path / ".publish"
                    make(Place(target, options, tmp_path, output, cache, "https://blog.example"))
                else:
                    assert set(options) <= {"kind", "url", *KINDS["s3"][1]}
                known += 1
    assert known >= 8


def test_the_line_for_cron_hands_the_keys_to_the_command(root: Path, tmp_path: Path):
    page = (root / "docs/going-live.md").read_text(encoding="utf-8")
    line = re.search(r"^7,22,37,52 \* \* \* \* (.*)$", page, re.M)
    env = "".join(b for b in blocks(root / "docs/going-live.md", "text") if "API_KEY=" in b)
    assert line
    assert env
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/publish.env").write_text(env.replace("…", "a-key"), encoding="utf-8")
    program = tmp_path / ".venv/bin/publish"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$MAILCHIMP_API_KEY $*"\n', encoding="utf-8")
    program.chmod(0o755)
    typed = line[1].replace("/srv/blog", str(tmp_path))
    done = subprocess.run(
        ["/bin/sh", "-c", typed],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "a-key run --live -q\n"


def test_the_demo_says_where_the_site_and_the_mail_are(tmp_path: Path):
    make_site(tmp_path)
    put_post(tmp_path, "dose")
    done = publish("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    places = re.findall(r"^(site|mail) +(/.*)$", done.stdout, re.M)
    assert [what for what, _ in places] == ["site", "mail"]
    assert all(Path(file).is_file() for _, file in places)


def test_the_demo_of_a_site_without_letters_says_what_it_needs(tmp_path: Path):
    make_site(tmp_path)
    done = publish("demo", cwd=tmp_path)
    assert done.returncode == 1
    assert "error: no post has a letter" in done.stderr
    assert "PLUGINS" in done.stderr


def test_the_list_of_commands_cuts_no_sentence_off():
    context = click.Context(group, info_name="publish")
    sandbox = group.get_command(context, "sandbox")
    assert sandbox is not None
    for listing in (group, sandbox):
        # As in a terminal of 80 columns, of which click leaves two free.
        shown = listing.get_help(click.Context(listing, terminal_width=78))
        assert "..." not in shown.partition("\nCommands:\n")[2], listing.name
