"""The site that an export is brought into."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.settings import Settings
from tests.importer.export import site


@pytest.fixture
def blog(tmp_path: Path, root: Path) -> Settings:
    return site(tmp_path / "site", root)
