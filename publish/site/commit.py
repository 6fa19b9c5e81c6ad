"""Moves the stage into the output: first everything that can fail, then one rename per file."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from publish.errors import Refused
from publish.post.aliases import folders_of
from publish.post.files import remove_below

PARTS = ".publish-parts"
"""The folder in the target for temporary copies of files from another file system."""
AGAIN = "again"
"""The folder of the stage for pages that the output already has: a single folder, since making and
removing one per page takes longer than writing it."""


class Changes(NamedTuple):
    """The relative paths of written, removed and foreign files."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def tree(folder: Path) -> list[str]:
    """Every file below ``folder``, relative, with slashes, sorted.

    Links to folders count as files and are not followed; ``.git`` folders are skipped.
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


def below(folder: Path) -> dict[str, str]:
    """The path of every file below ``folder`` by its relative one."""
    return {name: f"{folder}{os.sep}{name}" for name in tree(folder)}


def flat(name: str) -> str:
    """A page's file name in ``AGAIN``."""
    return name.replace("%", "%25").replace("/", "%2F")


def site_of(stage: Path) -> dict[str, str]:
    """The path of every file of the site in a ``stage`` by its place in the output."""
    pages = below(stage / AGAIN).items()
    # A plugin's file in the same place was written later, and wins.
    return {name.replace("%2F", "/").replace("%25", "%"): path for name, path in pages} | below(
        stage / "site"
    )


def commit(
    staged: Mapping[str, str],
    target: Path,
    owned: Collection[str],
    kept: Collection[str] = (),
    *,
    present: list[str] | None = None,
) -> Changes:
    """Make ``target`` hold what is ``staged``: paths of files by their names; they are moved.

    ``owned`` are the files that earlier builds wrote: only they are ever removed from ``target``,
    and not if they are ``kept``. ``present`` is a listing of ``target``, if there is a fresh one.
    After a crash, a further run with a new stage completes the work.

    Raises:
        Refused: a link in ``target`` leads out of it, or a foreign file is in the way.
        OSError: a file cannot be written; every file has either its old or its new content.
    """
    names, ours = sorted(staged), set(owned)
    present = tree(target) if present is None else present
    staying = {*names, *kept}
    removed = [name for name in present if name in ours and name not in staying]
    for place, why, remedy in obstacles(target, names, set(removed)):
        raise Refused(f"{place}: {why}", remedy)
    differing = [name for name in names if not _same(staged[name], target / name)]
    # An old page may be in the way of a new folder, and the other way round.
    blocking = [
        n for n in removed if any(w.startswith(f"{n}/") or n.startswith(f"{w}/") for w in differing)
    ]
    target.mkdir(parents=True, exist_ok=True)
    sources = _near(staged, target, differing)
    for name in blocking:
        remove_below(target, target / name)
    whole: set[str] = set()
    for name in differing:
        if whole.isdisjoint(folders_of(name)):
            whole.add(_move(sources[name], target, name))
    for name in set(removed) - set(blocking):
        remove_below(target, target / name)
    shutil.rmtree(target / PARTS, ignore_errors=True)
    foreign = [n for n in present if n not in staying and n not in ours]
    return Changes(tuple(differing), tuple(removed), tuple(foreign))


def _move(source: Path, target: Path, name: str) -> str:
    """Move a file into place; returns what was moved: a whole new folder, or the file alone."""
    try:
        source.replace(target / name)
    except FileNotFoundError:
        new = next((above for above in folders_of(name) if not (target / above).is_dir()), name)
        if source.as_posix().endswith(f"/{name}"):
            Path(str(source)[: len(str(source)) - len(name) + len(new)]).rename(target / new)
            return new
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        source.replace(target / name)
    return name


def _same(new: str, old: Path) -> bool:
    try:
        return not old.is_symlink() and filecmp.cmp(new, old, shallow=False)
    except OSError:
        return False


def _near(staged: Mapping[str, str], target: Path, names: Collection[str]) -> dict[str, Path]:
    """The files to rename, by name; they are first copied to the target's file system if that is
    another one, since only a rename within one is atomic. Every folder to be written is tested
    before ``target`` changes."""
    for parent in {next(p for p in (target / n).parents if p.is_dir()) for n in names}:
        if not os.access(parent, os.W_OK | os.X_OK):
            raise PermissionError(13, "may not be written in", str(parent))
    found = {name: Path(staged[name]) for name in names}
    parts = target / PARTS
    shutil.rmtree(parts, ignore_errors=True)
    if not all(_one_device(source, target) for source in list(found.values())[:1]):
        parts.mkdir()
        for number, (name, source) in enumerate(found.items()):
            found[name] = parts / str(number)
            try:
                shutil.copy2(source, found[name])
            except OSError as error:  # on a full disk the parts would keep it full
                shutil.rmtree(parts, ignore_errors=True)
                error.filename = str(target / name)
                raise
    return found


def _one_device(stage: Path, target: Path) -> bool:
    return stage.stat().st_dev == target.stat().st_dev


def obstacles(
    target: Path, names: Collection[str], gone: Collection[str]
) -> Iterator[tuple[Path, str, str]]:
    """What is in ``target`` in the way of one of the files ``names``, with the message and the
    remedy; ``gone`` are files that are removed before."""
    above: dict[str, str] = {}  # every folder of a page, with its first page
    for name in names:
        end = name.rfind("/")
        while end > 0 and name[:end] not in above:
            above[name[:end]] = name
            end = name.rfind("/", 0, end)
    strangers = [
        (folder, name)
        for folder, name in above.items()
        if folder not in gone and (target / folder).is_file()
    ]
    for folder in above:
        place = target / folder
        if place.is_symlink() and not place.resolve().is_relative_to(target.resolve()):
            why = f"is a link out of {target.name}/, and no page is written through it"
            yield place, why, "remove the link, then build again"
    for name in names:
        place = target / name
        if place.is_dir() and not place.is_symlink():
            inside = (f"{name}/{n}" for n in tree(place))
            strangers += [(stranger, name) for stranger in inside if stranger not in gone]
    for stranger, name in strangers:
        why = f"is not ours and in the way of the page {name}"
        yield target / stranger, why, "move it elsewhere, then build again"


def prepare(stage: Path) -> None:
    """Create the folders of a ``stage``."""
    for name in ("site", AGAIN, "issues"):
        (stage / name).mkdir(parents=True)


def replace_record(stage: Path, record: Path) -> bool:
    """Replace ``record`` by the stage's record of its pages; returns whether there is one."""
    noted = (stage / "pages").exists()
    if noted:
        (stage / "pages").replace(record)
    else:
        record.unlink(missing_ok=True)
    return noted


@contextmanager
def staged(cache: Path, folder: str = "stage") -> Iterator[Path]:
    """A stage for this build alone, as a killed build's process may still be writing into its own.
    Leftover stages in ``folder`` of the ``cache`` are removed."""
    if folder == "stage":
        shutil.rmtree(cache / folder, ignore_errors=True)
    (cache / folder).mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=cache / folder))
    try:
        prepare(stage)
        yield stage
    finally:
        shutil.rmtree(cache / folder if folder == "stage" else stage, ignore_errors=True)
