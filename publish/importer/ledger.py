"""The ledger of imports, content/ledger/import.json: the files that runs wrote, with digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from publish.errors import Refused
from publish.importer.model import Options
from publish.post.files import write_whole
from publish.post.identity import CONFLICT, remedy_of

SHAPING = {
    "authors": "--author", "categories": "--category", "comments": "--comments",
    "keep_end": "--keep-end",
}  # fmt: skip
"""The options that shape every text, by their names in ``Options``."""


@dataclass(slots=True)
class Record:
    """One imported item: its file below the content folder, and the digest of what was written;
    ``lacks`` counts what it refers to and the export did not hold."""

    file: str
    slug: str
    written: str
    lacks: int = 0


@dataclass
class Ledger:
    """Items by ``host/id``; pictures and files by their path, with their digests, and the path by
    each old address.

    ``begun`` are the files that a run was about to write, with their digests: files written by a
    killed run count as its own, whatever export the next run reads. ``moved`` are addresses of
    feeds and archives that were put into ``retired.json``. ``options`` are those that shape the
    texts, as they were given once, ``endings`` those that posts shared, as digests.
    """

    path: Path
    items: dict[str, Record] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    endings: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """The ledger at ``path``; an empty one if there is none.

        Raises:
            Refused: it is damaged.
        """
        ledger, written = cls(path), b""
        try:
            written = path.read_bytes()
            data: Any = json.loads(written)
            ledger.items = {
                key: Record(item["file"], item["slug"], item["written"], item.get("lacks", 0))
                for key, item in data["items"].items()
            }
            ledger.files = dict(data["files"])
            for name in ("addresses", "begun", "options"):
                setattr(ledger, name, dict(data.get(name) or {}))
            for name in ("moved", "endings"):
                setattr(ledger, name, list(data.get(name) or []))
        except FileNotFoundError:
            return ledger
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            if b"\n<<<<<<< " in written:
                raise Refused(f"{path}: {CONFLICT}", remedy_of(CONFLICT)) from None
            raise Refused(
                f"{path}: is damaged, so what was imported before is not known",
                "bring it back from git; deleting it makes every imported file yours",
            ) from None
        return ledger

    def remembered(self, given: Options) -> Options:
        """The options ``given``, with those of earlier imports; they are remembered."""
        for name in SHAPING:
            now, before = getattr(given, name), self.options.get(name)
            if isinstance(before, type(now)):
                now = {**before, **now} if isinstance(before, dict) else before or now
            self.options[name] = now
        return replace(given, **{name: self.options[name] for name in SHAPING})

    def save(self) -> bool:
        """Write it in one step; returns whether it changed."""
        # One line per item, appended one by one: git merges by lines, and no second copy is in
        # memory.
        out = bytearray(b'{"version": 1,\n')
        tables: dict[str, Mapping[str, object]] = {
            "files": self.files, "addresses": self.addresses, "begun": self.begun,
            "options": {name: value for name, value in self.options.items() if value},
        }  # fmt: skip
        for name, values in tables.items():
            if values or name == "files":
                _object(out, name, ((k, v) for k, v in sorted(values.items())))
        for name, many in (("moved", self.moved), ("endings", self.endings)):
            if many:
                out += f'"{name}": {_json(many)},\n'.encode()
        _object(out, "items", ((key, asdict(self.items[key])) for key in sorted(self.items)))
        return write_whole(self.path, bytes(out[:-2]) + b"}\n")


def _object(out: bytearray, name: str, pairs: Iterable[tuple[str, object]]) -> None:
    out += f'"{name}": {{'.encode()
    for number, (key, value) in enumerate(pairs):
        out += f"{',' if number else ''}\n {_json(key)}: {_json(value)}".encode()
    out += b"\n},\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
