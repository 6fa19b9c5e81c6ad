"""``build``: renders into a stage, and changes ``output/`` only if all of it succeeded."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from publish.errors import Refused
from publish.post import stamps
from publish.post.diagnostic import Complaint
from publish.post.files import locked
from publish.post.identity import SINCE, URLS
from publish.settings import Settings, require_folders
from publish.site import addresses, manifest, snapshot
from publish.site.commit import below, commit, replace_record, site_of, staged, tree
from publish.site.engine import ISSUES, Fit, Judge, Progress, Run, Task, cores, run
from publish.site.manifest import Manifest

LISTED = "addresses.json"
ISSUE = re.compile(r"[^/]+/issue\.(html|txt|json)")
"""The files of a composed issue; others in its folder are not ours to remove."""


class Build(NamedTuple):
    """The result of a build. Paths are relative to ``output``; ``seconds`` are by phase.
    ``foreign`` are files in ``output`` that the tool did not write; they are not changed.
    ``rendered`` is how many pages were rendered; not all of them differed. ``issues`` is how many
    issues are composed."""

    output: str
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    rendered: int
    foreign: tuple[str, ...]
    issues: int
    warnings: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def summary(self) -> str:
        """The result in one line."""
        written, removed = len(self.written), len(self.removed)
        return snapshot.summary(self.output, written, removed, self.unchanged, self.issues)


class Guards(NamedTuple):
    """Callbacks that may refuse a build.

    ``judge`` is called once every source is read and before anything is rendered, in the process
    that runs Pelican; ``answered`` gets its result here, and refuses by raising; where Pelican
    failed before that, ``unread`` gets what it said, and has to raise. A source that is not
    ``fit`` is not opened. ``validate_output`` is called with what was rendered, as paths by
    names, before it becomes the output, and may raise. Where nothing changed, none of them is
    called.
    """

    judge: Judge | None = None
    answered: Callable[[Any], None] = lambda answer: None
    unread: Callable[[Sequence[Complaint]], None] = lambda errors: None
    fit: Fit | None = None
    validate_output: Callable[[Mapping[str, str]], None] = lambda staged: None


def build(
    settings: Settings,
    *,
    output: Path | None = None,
    full: bool = False,
    jobs: int | None = None,
    say: Callable[[str], None] | None = None,
    guards: Guards | None = None,
    progress: Progress | None = None,
) -> Build:
    """Build the site into ``output`` (default: the settings' own).

    ``full`` renders although nothing changed. ``jobs`` is how many processes may be at work; as
    many as there are cores if it is not given. ``say`` is called if another build is waited for,
    ``progress`` as a phase advances.

    Raises:
        Refused: something is not fit, or another build is at work; ``output`` is unchanged.
        ConfigError: the settings file fails, or a setting is of a wrong kind.
    """
    settings.refuse(settings.values)
    require_folders(settings, output)
    target = (output or settings.output).absolute()
    try:
        with locked(settings.cache / "lock", Refused, say=say):
            clock = time.monotonic()
            record = manifest.place(settings, target)
            document = snapshot.read(str(record))
            if not full and snapshot.is_current(document, str(settings.path)):
                return unchanged(manifest.of(document), time.monotonic() - clock)
            known = manifest.of_target(settings, target, manifest.of(document))
            return _build(settings, target, full, jobs, guards or Guards(), progress, known)
    except OSError as error:
        raise Refused(
            f"{error.filename or target}: cannot be written: {error.strerror or error}",
            "fix that (permissions, disk space), then build again",
        ) from None


def _build(
    settings: Settings,
    target: Path,
    full: bool,
    jobs: int | None,
    guards: Guards,
    progress: Progress | None,
    last: Manifest,
) -> Build:
    """Render into a stage, validate it, record the files, then commit and record their stamps."""
    record, clock = manifest.place(settings, target), [time.monotonic()]
    # A file saved in the clock tick before this moment may have its stamp or a later one.
    since = time.time_ns() - int(snapshot.TICK * 1e9)
    first_scan, until = manifest.scan(settings), manifest.midnight(settings)
    environment = stamps.environment_digest(str(settings.path))
    clock.append(time.monotonic())
    in_output = {} if full else stamps.of(f"{target}{os.sep}{name}" for name in last.files)
    with staged(settings.cache) as stage:
        task = Task(
            settings.path,
            overrides(settings, stage, fresh=full),
            stage,
            settings.cache / "engine",
            record.with_suffix(".pages"),
            () if full else intact(settings, last, target, in_output),
            manifest.code(settings, first_scan),
            full,
            jobs or cores(),
            guards.judge,
            guards.fit,
            full_pelican=last.full_pelican,
        )
        rendered = _rendered(task, guards, progress)
        present, staged_site = tree(target), site_of(stage)
        guards.validate_output(staged_site)
        clock.append(time.monotonic())
        letters = [name for name in rendered.kept if name.startswith(f"{ISSUES}/")]
        kept = set(rendered.kept).difference(letters)
        fresh = {*staged_site, *kept}
        if unstaged := (set(last.files) & set(present)) - fresh:
            kept |= unstaged & addresses.letter_pictures(settings)
        site_files = tuple(sorted(fresh | kept))
        # A build into another folder is a trial, and publishes nothing.
        permanent = None
        if target == settings.output.absolute():
            permanent = addresses.guard(settings, stage / LISTED, site_files)
        # Recorded before any file is moved, so that after a crash our pages are not taken for
        # foreign files.
        owned = tuple(sorted({*last.files, *site_files}))
        manifest.write(record, Manifest(files=owned, output=str(target)))
        changes = commit(staged_site, target, last.files, kept, present=present)
        replace_record(stage, task.record)
        moved = time.monotonic()
        _commit_issues(settings, stage, [name.removeprefix(f"{ISSUES}/") for name in letters])
    if permanent is not None:
        addresses.record(settings, permanent)
    inputs = (
        None
        if rendered.untracked
        else manifest.extended(first_scan, settings, rendered.reads, since)
    )
    letter_stamps = stamps.of(snapshot.below(str(settings.issues)))
    record_now = Manifest(
        files=site_files,
        foreign=_reported(settings, changes.foreign),
        reads=rendered.reads,
        warnings=rendered.warnings,
        output=str(target),
        stamps=inputs.stamps if inputs else None,
        racy=inputs.racy if inputs else {},
        outputs=_stamps_left(in_output, target, site_files, changes.written),
        issues=letter_stamps,
        issued=str(settings.issues),
        ledger=stamps.of(str(settings.content / name) for name in (URLS, SINCE)),
        composed=sum(path.endswith("/issue.json") for path in letter_stamps),
        scope=manifest.scope(settings),
        environment=environment,
        moment=time.time(),
        until=min(until, rendered.due or until),
        full_pelican=rendered.full_pelican,
    )
    manifest.write(record, record_now)
    if changes.written:
        # Wait for the next clock tick, so that a later edit of a written file changes its stamp.
        time.sleep(max(0.0, moved + snapshot.TICK - time.monotonic()))
    clock.append(time.monotonic())
    begun, scanned, rendered_at, committed = clock
    return unchanged(record_now, 0.0)._replace(
        written=changes.written,
        removed=changes.removed,
        unchanged=len(site_files) - len(changes.written),
        rendered=rendered.rendered,
        seconds={"scan": scanned - begun, **rendered.seconds, "commit": committed - rendered_at},
    )


def _rendered(task: Task, guards: Guards, progress: Progress | None) -> Run:
    """Run ``task``, and have the guards judge what it found.

    Raises:
        Refused: a guard refuses the site.
    """
    rendered = run(task, progress)
    if rendered.errors and rendered.fit:
        guards.unread(rendered.errors)
    if guards.judge:
        guards.answered(rendered.judged)
    if not rendered.fit:
        raise Refused("the site is not fit", "run `publish check`")
    return rendered


def _commit_issues(settings: Settings, stage: Path, kept: list[str]) -> None:
    """Move the composed issues into place; those of ``kept`` files stay as they are."""
    present = tree(settings.issues)
    ours = [name for name in present if ISSUE.fullmatch(name)]
    commit(below(stage / "issues"), settings.issues, ours, kept, present=present)


def unchanged(last: Manifest, seconds: float) -> Build:
    """The result of a build that found nothing changed."""
    return Build(
        last.output,
        (),
        (),
        len(last.files),
        0,
        last.foreign,
        last.composed,
        last.warnings,
        {"scan": seconds},
    )


def overrides(settings: Settings, stage: Path, *, fresh: bool = False) -> dict[str, Any]:
    """The settings that every build overrides."""
    values: dict[str, Any] = {
        "NEWSLETTER_ISSUES_PATH": str(stage / "issues"),
        "IDENTITY_ADDRESSES_PATH": str(stage / LISTED),
        # Stock Pelican gives drafts a public address, and publishes future posts.
        "DRAFT_SAVE_AS": "",
        "DRAFT_PAGE_SAVE_AS": "",
        "DRAFT_LANG_SAVE_AS": "",
        "DRAFT_PAGE_LANG_SAVE_AS": "",
        "WITH_FUTURE_DATES": False,
        # Pelican's own pattern for hidden files matches nothing.
        "IGNORE_FILES": settings.ignore_files,
    }
    if not settings.values.get("PATH") and settings.content.is_dir():
        values["PATH"] = str(settings.content)  # as with `pelican content`
    return values | ({"CACHE_PATH": str(stage / "cache")} if fresh else {})


def intact(
    settings: Settings, last: Manifest, target: Path, in_output: stamps.Stamps
) -> tuple[str, ...]:
    """The pages in ``target`` and the issues that are unchanged since the last build, by their
    stamps."""
    keys = ((name, f"{target}{os.sep}{name}") for name in last.files)
    pages = [
        name for name, key in keys if key in in_output and in_output[key] == last.outputs.get(key)
    ]
    if last.issued != str(settings.issues):
        return tuple(pages)
    letters, start = stamps.of(last.issues), len(last.issued) + 1
    return (
        *pages,
        *(
            f"{ISSUES}/{path[start:]}"
            for path, stamp in letters.items()
            if stamp == last.issues[path]
        ),
    )


def _stamps_left(
    earlier: stamps.Stamps, folder: Path, names: Iterable[str], written: Iterable[str]
) -> stamps.Stamps:
    """The stamps of files in ``folder``. Files that this build did not write keep their earlier
    stamps, so that the next build detects a change by others meanwhile."""
    keys, fresh = [[f"{folder}{os.sep}{name}" for name in each] for each in (names, written)]
    before = {**earlier, **dict.fromkeys(fresh, "")}
    return {key: stamp for key in keys if (stamp := before.get(key) or stamps.stamp(key))}


def _reported(settings: Settings, foreign: tuple[str, ...]) -> tuple[str, ...]:
    """The foreign files to report: not those that OUTPUT_RETENTION keeps."""
    kept = {str(name) for name in settings.values.get("OUTPUT_RETENTION") or ()}
    return tuple(name for name in foreign if name.split("/", 1)[0] not in kept)
