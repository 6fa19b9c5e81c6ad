"""Fixtures for all tests: the project's root, a browser, and an environment without secrets."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
# Python trusts compiled files by the second: a site that a test edits twice in one would be stale.
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
# A shell's background job ignores Ctrl-C, and so does all that it starts; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A busy machine is no fault of an example.
settings.register_profile("house", deadline=None)
# The whole suite tries the same examples each time; a room's tests, started by hand, try others.
settings.register_profile("whole", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

QUICK = ("importer", "post")
"""Rooms of many files that take seconds each."""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Read the test files. What pytest makes of each is kept beside it, for the next run and for
    the other workers; each begins with a share of its own, and finds the rest made."""
    gc.disable()  # Trees of thousands of statements are looked through for what is left over.
    sys.dont_write_bytecode = False
    for file in _own_share(sorted((ROOT / "tests").rglob("test_*.py"))):
        if (file.parent / "__init__.py").is_file():  # else pytest gives it another name
            with contextlib.suppress(Exception):  # It is told where pytest imports it.
                importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    try:
        yield
    finally:
        sys.dont_write_bytecode = True
        gc.enable()
        gc.freeze()  # What was read stays.


def _own_share(files: list[Path]) -> list[Path]:
    """Those that a worker of several reads before the others; the first one begins as ever."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    begin, end = (len(files) * n // workers for n in (number, number + 1))
    return files[begin:end] if number else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick rooms last: of several workers none is left alone with a long file at the end."""
    items.sort(key=lambda item: item.path.relative_to(ROOT / "tests").parts[0] in QUICK)


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


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """No test waits for the disk: processes are killed here, machines are not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _builds_are_forked() -> Iterator[None]:
    """The processes of this one's builds are as real as ever, and start in no time."""
    from tests import forked  # once it is settled which Python ours is

    popen = SimpleNamespace(Popen=forked.popen, PIPE=subprocess.PIPE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("publish.site.engine.worker.subprocess", popen)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all: two that are driven from one process get into each other's way."""
    from tests.chromium import running

    with running() as chromium:
        yield chromium
