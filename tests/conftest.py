"""What every test may use: the project's root, and a child environment without secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
