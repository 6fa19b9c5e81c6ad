"""One deploy from reading the target to the report: the plan is made before anything is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from publish.deploy import verify
from publish.deploy.guard import Age, Compare, is_superseded, require_fit, require_pages
from publish.deploy.plan import Plan, Put, Remote, plan
from publish.deploy.programs import Failed
from publish.deploy.release import Hold, OldRelease, Record, Release
from publish.deploy.targets import REBUILD, Place, Raced, Target
from publish.errors import ConfigError, NothingSent, PublishError, Refused, as_publish_error
from publish.post import cache

T = TypeVar("T")
VERIFY = 900.0
"""Seconds within which every host of static files shows a release."""
PATIENCE = 60.0
"""Seconds to wait for another deploy."""


@dataclass(frozen=True)
class DeployOptions:
    """How to deploy. ``verify`` are the seconds to wait until the release is live, 0 not to look;
    ``patience`` those to wait for another deploy. ``kept_for_letters`` are files that sent letters
    show.
    """

    dry_run: bool = False
    resume: bool = False
    allow_deletes: bool = False
    verify: float = VERIFY
    kept_for_letters: Collection[str] = ()
    patience: float = PATIENCE


@dataclass
class Outcome:
    """What was done; ``seconds`` per phase.

    ``state`` is ``live``, ``deployed`` (not looked at), ``unchanged``, ``superseded``, ``planned``
    (a dry run), ``partial``, ``held`` (by a rollback), or ``stopped`` (the old site is there, or,
    where an answer was lost, the new one as a whole).
    """

    target: str
    kind: str
    release: str = ""
    previous: str = ""
    source: str = ""
    state: str = "stopped"
    put: tuple[Put, ...] = ()
    deleted: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unchanged: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    verified: int = 0
    warnings: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the time spent inside to ``phase``."""
        start = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - start
            self.seconds[phase] = round(self.seconds.get(phase, 0) + spent, 3)


class Stopped(PublishError):
    """A deploy that failed: the error, and how far it came."""

    def __init__(self, error: PublishError, outcome: Outcome) -> None:
        super().__init__(error.message, error.remedy, error.code)
        self.outcome = outcome


def deploy(
    target: Target, place: Place, release: Release, compare: Compare, options: DeployOptions
) -> Outcome:
    """Put ``release`` up at the target, and verify that readers get it.

    Raises:
        Stopped: it is refused, or the other side failed; with what is so now.
    """
    with _outcome(place) as out:
        out.warnings += [target.caveat] if target.caveat else []
        release = release.adding(target.additions(release)).marked()
        out.release, out.source = release.id, release.source
        require_fit(release)

        def decide(now: Remote, first: Remote) -> Plan | None:
            return _decide(target, release, now, first, compare, options, out)

        def act(now: Remote, todo: Plan) -> Record:
            known = now.record or Record()
            if todo.empty:
                return known
            # The step after the release is recorded as open until it has succeeded.
            record = known.succeeded(release, target.keep)
            record = replace(record, open="after" if target.after else "")
            target.put(release, todo, now, record)
            return record

        _carry_out(target, release, options, out, decide, act)
        _verify(place, release, options, out)
    return out


@contextmanager
def _outcome(place: Place) -> Iterator[Outcome]:
    """The outcome of a deploy to ``place``, filled in by the caller; an error is raised with it.

    Raises:
        Stopped: an error was raised inside.
    """
    out = Outcome(place.name, str(place.options["kind"]))
    try:
        yield out
    except PublishError as error:
        raise Stopped(error, out) from None
    except OSError as error:  # of a folder: its disk is full, or it may not be written
        found = as_publish_error(error)
        raise Stopped(NothingSent(found.message, found.remedy), out) from None


def roll_back(target: Target, place: Place, wanted: str, options: DeployOptions) -> Outcome:
    """Make an earlier release public again, and hold it: no unattended run undoes that.

    ``wanted`` is the beginning of a release's name; ``""`` for the one before this.

    Raises:
        Stopped: there is none such, or the other side failed.
    """
    with _outcome(place) as out:
        if target.keep < 2:
            raise ConfigError(
                f"a target of kind {out.kind} cannot go back by itself",
                "use the host's own rollback, or build that state of the content and deploy it",
            )

        def is_repeated(known: Record) -> bool:
            """Whether it is repeated without a name, perhaps after a crash: then it does not go
            back further."""
            return bool(not wanted and known.hold and known.hold.to == known.release)

        def decide(now: Remote, first: Remote) -> OldRelease | None:
            known = now.record or Record()
            past = known.past() if is_repeated(known) else _past(known, wanted)
            out.release, out.previous, out.source = past.release, known.release, past.source
            if is_repeated(known) and not known.open:
                out.state = "unchanged"
                return None
            return past

        def act(now: Remote, past: OldRelease) -> Record:
            known = now.record or Record()
            if is_repeated(known):
                return known
            # Of several rollbacks in a row the first one determines which release must not come
            # back.
            hold = known.hold or Hold(known.release, known.source, past.release)
            before = tuple(p for p in (known.past(), *known.before) if p.release != past.release)
            record = Record(
                past.release,
                past.source,
                past.time,
                before=before,
                hold=replace(hold, to=past.release),
                open="after" if target.after else "",
            )
            shown = [path for path in options.kept_for_letters if path in now.files]
            target.roll_back(past, now, record, shown)
            return record

        _carry_out(target, Release({}, "", ""), options, out, decide, act)
        _seen(place, options, out)
    return out


def _carry_out(
    target: Target,
    release: Release,
    options: DeployOptions,
    out: Outcome,
    decide: Callable[[Remote, Remote], T | None],
    act: Callable[[Remote, T], Record],
) -> None:
    """Decide by the target's state now and at first; ``decide`` returns None if there is nothing to
    do. Then hold the target, decide again, ``act``, and run the step after a release."""
    end = time.monotonic() + options.patience
    with out.timed("look"):
        first = target.read()
    todo = decide(first, first)
    if options.dry_run or todo is None:
        out.state = out.state if todo is None else "planned"
        return
    while True:
        try:
            with out.timed("put"), target.claim(release, max(1.0, end - time.monotonic())) as now:
                if (todo := decide(now, first)) is not None:
                    out.state = "stopped" if target.replaces_atomically else "partial"
                    record = act(now, todo)
                    out.state = "deployed"
                    _run_after_step(target, record, out)
            return
        except Raced:
            if time.monotonic() >= end:
                raise
            time.sleep(0.2)


def _decide(
    target: Target,
    release: Release,
    now: Remote,
    first: Remote,
    compare: Compare,
    options: DeployOptions,
    out: Outcome,
) -> Plan | None:
    """The plan; None if there is nothing to do."""
    known = now.record
    out.previous = known.release if known else ""
    out.foreign = tuple(p for p in now.foreign if p not in release.files)
    target_changed = now.at != first.at
    if known and known.hold and not options.resume:
        out.state = "held"
    if is_superseded(release, known, compare, resume=options.resume, target_changed=target_changed):
        same = known is not None and known.release == release.id
        out.state, out.put, out.deleted = "unchanged" if same else "superseded", (), ()
        return None
    moved = known is None or compare(release.source, known.source) not in (Age.SAME, Age.NONE)
    todo = plan(
        release,
        now,
        target.fingerprint,
        kept_for_letters=options.kept_for_letters,
        atomic=target.replaces_atomically,
        moved=moved or bool(known and known.hold),
    )
    out.put, out.deleted, out.unchanged = todo.puts, todo.delete, todo.unchanged
    if todo.empty and not (known and known.open):
        out.state = "unchanged"
        return None
    require_pages(release, now, options.allow_deletes)
    return todo


def _run_after_step(target: Target, record: Record, out: Outcome) -> None:
    if record.open:
        with out.timed("after"):
            try:
                target.run_after_step()
            except Failed as error:
                raise Failed(
                    f"the release is up, but the step after it failed: {error.message}",
                    "fix that, then run it again",
                ) from None
            target.write_record(replace(target.read().record or record, open=""))


def _verify(place: Place, release: Release, options: DeployOptions, out: Outcome) -> None:
    if out.state not in ("deployed", "unchanged"):
        return
    # What an earlier deploy uploaded and did not find right is requested again.
    memory = place.cache / "unverified"
    changed = [*cache.load(memory), *(put.path for put in out.put)]
    if out.put:
        cache.save(memory, dict.fromkeys(changed))
    _seen(place, options, out)
    if changed and options.verify:
        with out.timed("verify"):
            out.warnings += verify.pages(place.siteurl, release, changed)
            out.verified += len(verify.sample(release, changed))
        memory.unlink(missing_ok=True)


def _seen(place: Place, options: DeployOptions, out: Outcome) -> None:
    if out.state not in ("deployed", "unchanged") or not options.verify:
        return
    with out.timed("verify"):
        verify.wait(place.siteurl, out.release, options.verify, place.say, note=place.note)
    out.verified += 1
    out.state = "unchanged" if out.state == "unchanged" else "live"


def _past(known: Record, wanted: str) -> OldRelease:
    if not wanted and known.hold and known.hold.to != known.release:
        wanted = known.hold.to  # A rollback that did not end.
    found = [p for p in known.before if p.release.startswith(wanted)]
    if wanted and known.release.startswith(wanted):
        found = [known.past()]
    if not found or (wanted and len({p.release for p in found}) > 1):
        have = ", ".join(p.release[:12] for p in known.before)
        raise Refused(
            f"there is no earlier release {wanted}".rstrip() + " to go back to",
            f"there is: {have}" if have else REBUILD,
        )
    return found[0]
