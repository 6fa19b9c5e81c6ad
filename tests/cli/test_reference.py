"""Every command and setting is documented."""

import re
import subprocess
import sys
from pathlib import Path

import click

from publish.cli.group import COMMANDS, group


def test_the_reference_is_what_help_says(root: Path, tmp_path: Path):
    page = (root / "docs/reference.md").read_bytes()
    copy = tmp_path / "docs/reference.md"
    copy.parent.mkdir()
    # Of a command that came, went or changed.
    copy.write_bytes(page.partition(b"## publish build")[0])
    # In a process of its own: click keeps the help option of a command's first context.
    command = [sys.executable, "-m", "publish.cli.reference"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert shown.stdout == page
    subprocess.run([*command, "--write"], cwd=tmp_path, check=True)
    assert copy.read_bytes() == page


def test_every_command_shows_an_example():
    context = click.Context(group, info_name="publish")
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        assert f"Example: publish {name}" in (command.help or ""), name


def test_every_setting_that_the_code_reads_is_in_the_reference(root: Path):
    known = (root / "docs/reference.md").read_text(encoding="utf-8") + "".join(
        file.read_text(encoding="utf-8") for file in (root / "plugins").glob("*/README.md")
    )
    names = set()
    for file in [*root.glob("publish/**/*.py"), *root.glob("plugins/**/*.py")]:
        names |= set(
            re.findall(
                r'"(NEWSLETTER_[A-Z_]+|SHARE_LINKS|FEED_HUBS|FEED_IDENTITY)"',
                file.read_text(encoding="utf-8"),
            )
        )
    assert names
    for name in names:
        assert f"`{name}`" in known, name


def test_an_unknown_command_names_the_choices():
    from tests.cli.terminal import publish

    done = publish("sned")
    assert done.returncode == 2
    assert "No such command 'sned'" in done.stderr
