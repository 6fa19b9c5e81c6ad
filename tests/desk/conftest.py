"""The tests of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.site import Open, a_site, opened
from tests.desk.stand import Desk, a_desk


@pytest.fixture(scope="session")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """A site with its desk open: one for all, for its first build takes the longest."""
    with opened(a_site(tmp_path_factory.mktemp("blog"))) as found:
        yield found


@pytest.fixture
def site(one_site: Open) -> Open:
    """That site as it was at first, whatever another test did to it."""
    one_site.renew()
    return one_site


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = a_desk(tmp_path)
    yield made
    made.office.gate.set()
    made.acts.jobs.close()
