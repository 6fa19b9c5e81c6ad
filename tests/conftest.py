"""What every test may use: the project's root, a browser, and no secrets of the shell's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
# Python trusts compiled files by the second: a site that a test edits twice in one would be stale.
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
# A busy machine is no fault of an example.
settings.register_profile("house", deadline=None)
# The whole suite tries the same examples each time; a room's tests, started by hand, try others.
settings.register_profile("whole", deadline=None, derandomize=True, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach a real account, whatever the developer's shell holds."""
    for name in list(os.environ):
        if name.startswith("MAILCHIMP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all: two that are driven from one process get into each other's way."""
    from tests.chromium import running

    with running() as chromium:
        yield chromium
