"""``publish run``: reads the current state, and does what is due.

The result does not depend on when or why it was started, or on what earlier runs finished. So the
next run makes up for one that was late, came twice, or died.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from publish.deploy.deploy import Stopped
from publish.errors import NothingSent, PublishError, as_publish_error
from publish.office import golive
from publish.post.files import locked
from publish.run import ledger_repo
from publish.run.report import Report

if TYPE_CHECKING:
    from publish.office.context import Office
    from publish.run.ledger_repo import LedgerRepository

PATIENCE = 1800.0
"""Seconds to wait for another run on this machine; then do what is left to do."""
MAX_REBUILDS = 3
"""The most rebuilds in a run because the site became stale meanwhile."""


class AlreadyRunning(NothingSent):
    """Another run is under way, and does everything that is due."""


def run(office: Office) -> Report:
    """Do what is due: pull the ledger, build, deploy, wait until live, settle, send, push.

    Failures are in the report, and dependent steps are skipped: without a good build and a verified
    page nothing is sent; but open sends are settled, and the ledger is pushed in every case.
    """
    report = Report(live=True)
    say = office.voice.say
    try:
        with locked(office.settings.cache / "run.lock", AlreadyRunning, PATIENCE, say, "run"):
            _run(office, report)
    except AlreadyRunning:
        report.lines.append("another run is at work in this folder and does all there is to do")
    except PublishError as error:
        report.errors.append(error)
    return report


def rehearse(office: Office) -> Report:
    """What a run would do now. Nothing is written anywhere; other machines are only read."""
    report = Report(live=False)
    with _recording_failure(report):
        repo = ledger_repo.repository_of(office.settings, office.lock)
        if repo:
            with _recording_failure(report):
                repo.require_committed()
            if repo.ahead():
                report.lines.append(
                    f"{repo.remote}/{repo.branch} has newer commits: a run would pull them first"
                )
    stale = office.site.stale()
    if stale:
        report.lines.append("the site would be built")
    for name in _targets(office, report) if not stale else ():
        with _recording_failure(report):
            out = golive.rehearse(office.settings, name, office.voice)
            report.deploys.append(asdict(out))
            report.lines.append(golive.summary(out))
    with _recording_failure(report):
        from publish.office import listing

        items, lines = listing.planned(office, (), False, None)
        report.issues += [office.for_scripts(asdict(item)) for item in items if item.send]
        report.lines += lines
    report.next_due = _next_due(office)
    report.lines.append(
        office.with_sandbox_note("a dry run: nothing was written; with --live it happens")
    )
    return report


def _run(office: Office, report: Report) -> None:
    repo = ledger_repo.repository_of(office.settings, office.lock)
    if repo:
        # A refusal here comes before anything has changed.
        repo.pull()
    try:
        _build_deploy_send(office, report)
    finally:
        if repo:
            _push(repo, report)
        report.next_due = _next_due(office)


def _build_deploy_send(office: Office, report: Report) -> None:
    from publish.office import retracting, settling
    from publish.office.sending import send_due

    deployed_id = ""
    for _ in range(MAX_REBUILDS):
        before = len(report.errors)
        with _recording_failure(report):
            office.site.fresh(office.voice, reason="built")
            # A post may have come due during the deploy: it must become public before it is mailed.
            # A site whose state is uncertain is built again, with no difference.
            if (made := golive.release_of(office.settings).id) != deployed_id:
                deployed_id = made
                report.deploys.clear()
                report.lines += retracting.withdraw(office)
                for name in _targets(office, report):
                    with _recording_failure(report):
                        _deploy(office, report, name)
        if len(report.errors) > before:
            with _recording_failure(report):
                with office.lock():
                    settling.settle(office)
                report.lines += retracting.withdraw(office, lost=True)
            return
        if not office.site.stale():
            break
    with _recording_failure(report):
        done = send_due(office, build=True)
        report.lines += done.lines
        report.issues += done.results
        report.errors += done.errors
        report.refused = done.code


def _deploy(office: Office, report: Report, name: str) -> None:
    try:
        out = golive.go_live(office.settings, name, voice=office.voice)
    except Stopped as stop:
        report.deploys.append(asdict(stop.outcome))
        raise
    report.deploys.append(asdict(out))
    report.lines += [golive.summary(out), *(f"warning: {line}" for line in out.warnings)]


def _push(repo: LedgerRepository, report: Report) -> None:
    try:
        report.ledger = repo.push()
    except PublishError as error:
        report.ledger = "unpushed"
        error.remedy += "; nothing is sent twice: Mailchimp knows what was sent"
        report.errors.append(error)


def _targets(office: Office, report: Report) -> list[str]:
    names = list(golive.named(office.settings))
    if not names:
        report.lines.append("DEPLOY is empty: nothing is uploaded")
    return names


def _next_due(office: Office) -> str:
    """When the next scheduled post becomes public, in ISO form; ``""`` if there is none."""
    from publish.site.posts import sources

    now = office.now
    posts = sources(office.settings, office.settings.posts)
    ahead = [post.date for post in posts if post.date and post.visibility(now) == "scheduled"]
    return min(ahead).astimezone(office.zone).isoformat(timespec="seconds") if ahead else ""


@contextmanager
def _recording_failure(report: Report) -> Iterator[None]:
    """Record a failure in the report, and continue the run."""
    try:
        yield
    except (PublishError, OSError) as error:
        report.errors.append(as_publish_error(error))
