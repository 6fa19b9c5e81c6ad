"""The site that the tests of letters begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.office.stand import Author, a_world


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """A site with one new post."""
    found = Author(tmp_path / "one", a_world())
    found.post("dose")
    return found
