"""From the stage to the good folder: all that can fail first, then one rename a file."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from publish.errors import Refused
from publish.post.files import remove_below

PARTS = ".publish-parts"
"""The folder in the target through which files of another file system come."""


class Changes(NamedTuple):
    """Relative paths: what was written and removed, and what lies there and is not ours."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def tree(folder: Path) -> list[str]:
    """Every file below ``folder``, relative, with slashes, sorted.

    Links to folders count as files and are not followed; a ``.git`` folder is not looked into.
    """
    found, waiting = [], [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        found.append(prefix + entry.name)
                    elif entry.name not in (".git", PARTS):
                        waiting.append((entry.path, f"{prefix}{entry.name}/"))
        except OSError:
            continue
    return sorted(found)


def commit(
    stage: Path, target: Path, owned: Collection[str], kept: Collection[str] = (), *,
    present: list[str] | None = None,
) -> Changes:  # fmt: skip
    """Make ``target`` hold what ``stage`` holds; files are moved out of ``stage``.

    ``owned`` are the files an earlier build wrote; of those already in ``target`` only they are
    ever removed, and none that is ``kept`` though ``stage`` lacks it. ``present`` is what lies in
    ``target``, if that has been looked up a moment ago. After a crash, running it
    again with a new stage finishes the work.

    Raises:
        Refused: a link in ``target`` leads out of it, or a foreign file is in the way.
        OSError: a file cannot be written; every file is as it was or as it shall be.
    """
    names, ours = tree(stage), set(owned)
    present = tree(target) if present is None else present
    wanted = {*names, *kept}
    gone = [name for name in present if name in ours and name not in wanted]
    _refuse_obstacles(target, names, set(gone))
    differing = [name for name in names if not _same(stage / name, target / name)]
    # An old page may lie where a folder has to be, and the other way round.
    blocking = [n for n in gone if any(w.startswith(f"{n}/") or n.startswith(f"{w}/")
                                       for w in differing)]  # fmt: skip
    target.mkdir(parents=True, exist_ok=True)
    source = _near(stage, target, differing)
    for name in blocking:
        remove_below(target, target / name)
    for name in differing:
        try:
            (source / name).replace(target / name)
        except FileNotFoundError:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).replace(target / name)
    for name in set(gone) - set(blocking):
        remove_below(target, target / name)
    shutil.rmtree(target / PARTS, ignore_errors=True)
    foreign = [n for n in present if n not in wanted and n not in ours]
    return Changes(tuple(differing), tuple(gone), tuple(foreign))


def _same(new: Path, old: Path) -> bool:
    try:
        return not old.is_symlink() and filecmp.cmp(new, old, shallow=False)
    except OSError:
        return False


def _near(stage: Path, target: Path, names: Collection[str]) -> Path:
    """The folder to rename from: a rename is one step only within one file system.

    Every folder that has to be written in is tried before anything in ``target`` changes.
    """
    for parent in {_existing(target / name) for name in names}:
        if not os.access(parent, os.W_OK | os.X_OK):
            raise PermissionError(13, "may not be written in", str(parent))
    if _one_device(stage, target):
        return stage
    parts = target / PARTS
    shutil.rmtree(parts, ignore_errors=True)
    for name in names:
        (parts / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(stage / name, parts / name)
    return parts


def _one_device(stage: Path, target: Path) -> bool:
    place = target if target.exists() else target.parent
    return stage.stat().st_dev == place.stat().st_dev


def _existing(path: Path) -> Path:
    """The nearest folder above ``path`` that is there."""
    return next(parent for parent in path.parents if parent.is_dir())


def _refuse_obstacles(target: Path, names: Collection[str], gone: Collection[str]) -> None:
    above: dict[str, str] = {}  # every folder that a page lies in, with the first such page
    for name in names:
        end = name.rfind("/")
        while end > 0 and name[:end] not in above:
            above[name[:end]] = name
            end = name.rfind("/", 0, end)
    strangers = [(folder, name) for folder, name in above.items()
                 if folder not in gone and (target / folder).is_file()]  # fmt: skip
    for folder in above:
        place = target / folder
        if place.is_symlink() and not place.resolve().is_relative_to(target.resolve()):
            raise Refused(
                f"{place}: is a link out of {target.name}/, and no page is written through it",
                "remove the link, then build again",
            )
    for name in names:
        place = target / name
        if place.is_dir() and not place.is_symlink():
            inside = (f"{name}/{n}" for n in tree(place))
            strangers += [(stranger, name) for stranger in inside if stranger not in gone]
    for stranger, name in strangers[:1]:
        raise Refused(
            f"{target / stranger}: is not ours and in the way of the page {name}",
            "move it elsewhere, then build again",
        )


def prepare(stage: Path) -> None:
    """Make the folders that a build writes to in its ``stage``."""
    for name in ("site", "issues"):
        (stage / name).mkdir(parents=True)


def take_over(stage: Path, record: Path) -> bool:
    """Put what the build noted of its pages in the place of ``record``; whether it noted any."""
    noted = (stage / "pages").exists()
    if noted:
        (stage / "pages").replace(record)
    else:
        record.unlink(missing_ok=True)
    return noted


@contextmanager
def staged(cache: Path, folder: str = "stage") -> Iterator[Path]:
    """A folder of this build alone: a killed build's process may still be writing in its own.

    What else lies in ``folder`` of the ``cache`` is removed, if it is the builds' own.
    """
    if folder == "stage":
        shutil.rmtree(cache / folder, ignore_errors=True)
    (cache / folder).mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=cache / folder))
    try:
        prepare(stage)
        yield stage
    finally:
        shutil.rmtree(cache / folder if folder == "stage" else stage, ignore_errors=True)
