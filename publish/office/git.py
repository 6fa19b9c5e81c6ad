"""The Git repository of a site: its upstream, and commits in the author's name."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from publish.deploy.programs import Failed
from publish.deploy.repository import Repository
from publish.errors import ConfigError, Refused
from publish.settings import Settings

PATIENCE = 120.0
"""Seconds for a push."""


class Upstream(NamedTuple):
    """A branch of a remote; ``branch`` is ``""`` if it is unknown."""

    remote: str
    branch: str


def upstream(root: Path) -> Upstream | None:
    """Where the branch in ``root`` is pushed to: its configured upstream, else ``origin``, else the
    only remote; None without a repository or such a remote."""
    ask = Repository("-C", str(root)).ask
    remotes = ask("remote").split()
    branch = ask("symbolic-ref", "-q", "--short", "HEAD")
    remote = (ask("config", f"branch.{branch}.remote") if branch else "") or (
        "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else ""
    )
    if not remote:
        return None
    merge = ask("config", f"branch.{branch}.merge") if branch else ""
    # A CI runner checks out a commit, and names the branch in the environment.
    elsewhere = os.environ.get("CI_COMMIT_BRANCH") or os.environ.get("GITHUB_REF_NAME") or ""
    return Upstream(remote, merge.removeprefix("refs/heads/") or branch or elsewhere)


def commit_and_push(settings: Settings, where: Upstream, message: str) -> None:
    """Commit the content folder, and push it to ``where``. Other changes, staged or not, are not
    committed.

    Raises:
        Refused: Git refuses; with its own message, without secrets.
    """
    root, content = settings.root, settings.name_of(settings.content)
    git = partial(Repository("-C", str(root)).git, deadline=PATIENCE)
    try:
        git("add", "--all", "--", content)
        if git("status", "--porcelain", "--", content):
            git("commit", "--quiet", "--message", message, "--only", "--", content)
        git("push", "--quiet", where.remote, f"HEAD:refs/heads/{where.branch}")
    except (Failed, ConfigError) as error:
        raise Refused(
            f"the texts could not be pushed: {error.message}", "fix that, then go on"
        ) from None
