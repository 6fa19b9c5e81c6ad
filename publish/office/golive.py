"""Deploys the last build to a target of the settings; used by everything that deploys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from publish.deploy import built, repository, targets, verify
from publish.deploy.deploy import VERIFY, DeployOptions, Outcome, deploy, roll_back
from publish.deploy.release import MARKER, Release
from publish.errors import ConfigError
from publish.office.question import Voice
from publish.post.files import locked
from publish.post.urls import is_site
from publish.settings import Settings
from publish.site import manifest
from publish.site.addresses import letter_pictures

DEFAULT = DeployOptions()
SILENT = Voice()


def named(settings: Settings) -> dict[str, Mapping[str, Any]]:
    """The targets of the settings by name.

    Raises:
        ConfigError: ``DEPLOY`` is no such table.
    """
    found = settings.values.get("DEPLOY") or {}
    if not isinstance(found, Mapping) or not all(isinstance(v, Mapping) for v in found.values()):
        raise settings.wrong(
            "DEPLOY",
            "DEPLOY: must be a table of targets, each with its kind",
            "see docs/going-live.md for one of each kind",
        )
    return {str(name): dict(value) for name, value in found.items()}


def target_config(settings: Settings, name: str | None, voice: Voice = SILENT) -> targets.Place:
    """The target called ``name``; the only one if it is not given.

    Raises:
        ConfigError: there is no such target, or ``name`` is missing and there are several.
    """
    configured = named(settings)
    if not configured:
        raise ConfigError(
            "DEPLOY is empty: there is no target to deploy to",
            "add one to the settings file; docs/going-live.md has one of each kind",
        )
    if name is None:
        if len(configured) > 1:
            raise ConfigError("there are several targets", f"name one of {', '.join(configured)}")
        name = next(iter(configured))
    if name not in configured:
        raise ConfigError(f"there is no target {name!r}", f"choose one of {', '.join(configured)}")
    cache = settings.cache / "deploy" / re.sub(r"[^\w.-]", "_", name)
    url = configured[name].get("url", settings.siteurl)
    place = targets.Place(
        name,
        configured[name],
        settings.root,
        settings.output.absolute(),
        cache,
        str(url).rstrip("/"),
        voice.progress,
        voice.say,
        settings.wrong,
    )
    if (url or "url" in configured[name]) and not is_site(str(url)):
        said = f"{url!r} is no address of a site"
        if "url" not in configured[name]:
            raise settings.wrong("SITEURL", f"SITEURL: {said}", "write it as https://example.org")
        remedy = "write where readers of this target find it, with https://; SITEURL is the default"
        raise place.wrong("url", said, remedy)
    return place


def target_of(settings: Settings, name: str) -> targets.Target:
    """The target called ``name``, to look at.

    Raises:
        ConfigError: there is none, or it is no valid one.
    """
    return targets.make(target_config(settings, name))


def verify_timeout(settings: Settings) -> float:
    """Seconds to wait until a release is live.

    Raises:
        ConfigError: ``DEPLOY_VERIFY`` is no number of seconds.
    """
    found = settings.values.get("DEPLOY_VERIFY", VERIFY)
    if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
        raise settings.wrong(
            "DEPLOY_VERIFY", "DEPLOY_VERIFY: must be a number of seconds", "900 is the default"
        )
    return float(found)


def go_live(
    settings: Settings,
    name: str | None,
    options: DeployOptions = DEFAULT,
    voice: Voice = SILENT,
    *,
    rollback: str | None = None,
) -> Outcome:
    """Upload the last build, or go back to the release ``rollback`` (``""``: the one before), and
    verify that it is live.

    Raises:
        Stopped: it was refused or failed; with how far it came.
        ConfigError, Refused: it was not begun.
    """
    where = target_config(settings, name, voice)
    seconds = options.verify and verify_timeout(settings)
    if seconds and not where.siteurl:
        raise ConfigError(
            "SITEURL is not set, so nothing can be verified",
            "set it to the public address, with https://, or add --no-verify",
        )
    options = replace(options, verify=seconds, kept_for_letters=letter_pictures(settings))
    target = targets.make(where)
    with locked(where.cache / "lock", targets.Busy, options.patience, voice.say, "deploy"):
        if rollback is not None:
            return roll_back(target, where, rollback, options)
        release = release_of(settings)
        if manifest.outdated(settings):
            voice.say("the content changed since it was built: `publish build` brings that in")
        ledger = f"{settings.name_of(settings.content)}/ledger"
        return deploy(target, where, release, repository.comparer(settings.root, ledger), options)


def rehearse(settings: Settings, name: str | None, voice: Voice) -> Outcome:
    """What ``go_live`` would do; nothing is written.

    Raises:
        PublishError: as ``go_live``.
    """
    return go_live(settings, name, DeployOptions(dry_run=True, verify=0), voice)


def release_of(settings: Settings) -> Release:
    """The last build as a release.

    Raises:
        Refused: there is none, or ``output/`` was changed since.
    """
    with manifest.built(settings) as names:
        cache = settings.cache / "deploy" / "digests"
        files = built.survey(settings.output.absolute(), [n for n in names if n != MARKER], cache)
        # What was pulled since is not in it, and no reason to replace a newer release.
        commit = repository.commit_of(settings.root, manifest.outdated(settings))
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        return Release(files, commit, now)


def is_live(settings: Settings) -> bool:
    """Whether the public site's marker names the last build; True without a target.

    Raises:
        Refused: ``output/`` was changed since.
    """
    names = named(settings)
    if not names:
        return True
    says = verify.live(settings.siteurl)
    for name in names if says else ():
        where = target_config(settings, name)
        release = release_of(settings)
        if release.adding(targets.make(where).additions(release)).id == says:
            return True
    return False


def steps(out: Outcome) -> list[str]:
    """A line for each file."""
    lines = [f"{put.path}: {put.why}" for put in out.put]
    return lines + [f"{path}: is no part of the site any more" for path in out.deleted]


def summary(out: Outcome) -> str:
    """The outcome in one line."""
    what = f"{out.target} ({out.kind}): release {out.release[:12]}"
    sums = f"; {len(out.put)} uploaded, {len(out.deleted)} removed, {out.unchanged} unchanged"
    if not (out.put or out.deleted or out.unchanged):
        sums = ""  # A rollback.
    return {
        "live": f"{what} is live{sums}",
        "deployed": f"{what} is up, not verified{sums}",
        "unchanged": f"{what} is up already; nothing to do",
        "superseded": f"{out.target} ({out.kind}): a newer release is up; nothing to do",
        "planned": f"{what} would be put up{sums} (a dry run: nothing was written)",
        "partial": f"{what} is up in part{sums}",
    }[out.state]
