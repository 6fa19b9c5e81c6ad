"""A command imports only what it uses: most of a short command's time is its start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("requests", "mailchimp_marketing", "pelican", "lxml", "jinja2", "markdown", "css_inline")


def loaded(words: list[str], cwd: Path) -> set[str]:
    """The heavy modules in the process when the command has ended."""
    code = (
        "import json, sys\nfrom publish.cli import run\n"
        f"code = run({words!r})\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.strip().splitlines()[-1]))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    from tests.newsletter.stand import make_site

    make_site(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["send", "--help"],
        ["check"],
        ["new", "A title"],
        ["sandbox", "inbox"],
        ["rename", "calm", "calmer"],
    ],
)
def test_commands_that_do_not_talk_to_mailchimp_load_neither_client_nor_pelican(
    site: Path, words: list[str]
):
    assert loaded(words, site) == set()


def test_a_command_that_does_loads_the_client_and_not_pelican(site: Path):
    assert loaded(["plan"], site) == {"requests", "mailchimp_marketing"}
