"""The servers run once for all tests of deploying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy import rigs


@dataclass(frozen=True)
class Rigs:
    """Where everything is: ``www`` is what ``web`` serves, ``buckets`` the S3 server's address."""

    ssh: rigs.Ssh
    web: str
    www: Path
    buckets: str


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Rigs]:
    """sshd, nginx and the S3 server."""
    folder = tmp_path_factory.mktemp("rigs")
    with ExitStack() as stack:
        ssh = stack.enter_context(rigs.sshd(folder / "ssh"))
        buckets = stack.enter_context(rigs.s3(root))
        web = stack.enter_context(rigs.nginx(folder / "web", buckets))
        yield Rigs(ssh, web, folder / "web" / "www", buckets)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the S3 server, and nothing of the developer's."""
    for name in ("GIT_SSH_COMMAND", "PUBLISH_GIT_TOKEN", "PUBLISH_SSH_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", rigs.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", rigs.SECRET)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
