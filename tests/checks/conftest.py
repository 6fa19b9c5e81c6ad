"""Pelican is loaded once for all tests: each check reads its site in a copy of this process."""

from pathlib import Path

import pelican  # noqa: F401
import pytest

from tests.checks.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "site")
