"""What a build wrote down for the next one: what it was made of, and which files are ours."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from publish.files import write_whole
from publish.settings import Settings
from publish.site.inputs import Inputs, Stamps

VERSION = 2


@dataclass(frozen=True)
class Manifest:
    """``files`` are the pages an earlier build wrote, relative to the output folder.

    ``inputs`` is ``None`` while a build is under way and after one nobody can vouch for: the next
    one renders. ``outputs`` and ``issues`` are stamps of what lies there now; ``reads`` are paths
    the render found out it needs; ``due`` is when the next scheduled post becomes public (ISO).
    """

    files: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    inputs: Inputs | None = None
    outputs: Stamps = field(default_factory=dict)
    issues: Stamps = field(default_factory=dict)
    world: str = ""
    due: str = ""


def place(settings: Settings, output: Path) -> Path:
    """Where the record of builds into ``output`` lies; another output folder has its own."""
    if output == settings.output.absolute():
        return settings.cache / "build.json"
    name = hashlib.sha256(str(output).encode()).hexdigest()[:12]
    return settings.cache / f"build-{name}.json"


def read(path: Path) -> Manifest:
    """The last record; an empty one if it was deleted, is damaged, or of another version."""
    try:
        document = json.loads(path.read_bytes())
        if document.pop("version") != VERSION:
            return Manifest()
        return _typed(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest()


def write(path: Path, manifest: Manifest) -> None:
    """Replace the record in one step.

    Raises:
        OSError: it cannot be written.
    """
    document = asdict(manifest) | {"version": VERSION}
    write_whole(path, json.dumps(document, ensure_ascii=False, sort_keys=True).encode())


def _typed(document: dict[str, Any]) -> Manifest:
    found = document["inputs"]
    inputs = None if found is None else Inputs(dict(found["stamps"]), dict(found["racy"]))
    return Manifest(
        files=tuple(document["files"]),
        foreign=tuple(document["foreign"]),
        reads=tuple(document["reads"]),
        warnings=tuple(document["warnings"]),
        inputs=inputs,
        outputs=dict(document["outputs"]),
        issues=dict(document["issues"]),
        world=str(document["world"]),
        due=str(document["due"]),
    )
