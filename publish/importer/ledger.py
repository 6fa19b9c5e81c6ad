"""The ledger of imports, content/ledger/import.json: the files that runs wrote, with digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from publish.errors import Refused
from publish.post.files import write_whole


@dataclass(slots=True)
class Record:
    """One imported item: its file below the content folder, and the digest of what was written."""

    file: str
    slug: str
    written: str


@dataclass
class Ledger:
    """Items by ``host/id``; pictures and files by their path, with their digests, and the path by
    each old address.

    ``begun`` are the files that a run was about to write, with their digests: files written by a
    killed run count as its own, whatever export the next run reads. ``moved`` are addresses of
    feeds and archives that were put into ``retired.json``. ``renamed`` are the new names of
    ``authors`` and ``categories``, as options gave them once.
    """

    path: Path
    items: dict[str, Record] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """The ledger at ``path``; an empty one if there is none.

        Raises:
            Refused: it is damaged.
        """
        ledger = cls(path)
        try:
            data: Any = json.loads(path.read_text(encoding="utf-8"))
            ledger.items = {
                key: Record(item["file"], item["slug"], item["written"])
                for key, item in data["items"].items()
            }
            ledger.files = dict(data["files"])
            ledger.addresses = dict(data.get("addresses") or {})
            ledger.begun = dict(data.get("begun") or {})
            ledger.moved = list(data.get("moved") or [])
            renamed = dict(data.get("renamed") or {})
            ledger.renamed = {
                k: dict(renamed[k]) for k in ("authors", "categories") if k in renamed
            }
        except FileNotFoundError:
            return ledger
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise Refused(
                f"{path}: is damaged, so what was imported before is not known",
                "bring it back from git; deleting it makes every imported file yours",
            ) from None
        return ledger

    def save(self) -> bool:
        """Write it in one step; returns whether it changed."""
        # One line per item, appended one by one: git merges by lines, and no second copy is in
        # memory.
        out = bytearray(b'{"version": 1,\n')
        tables: dict[str, Mapping[str, object]] = {
            "files": self.files, "addresses": self.addresses, "begun": self.begun,
            "renamed": self.renamed,
        }  # fmt: skip
        for name, values in tables.items():
            if values or name == "files":
                _object(out, name, ((k, v) for k, v in sorted(values.items())))
        if self.moved:
            out += f'"moved": {_json(sorted(self.moved))},\n'.encode()
        _object(out, "items", ((key, asdict(self.items[key])) for key in sorted(self.items)))
        return write_whole(self.path, bytes(out[:-2]) + b"}\n")


def _object(out: bytearray, name: str, pairs: Iterable[tuple[str, object]]) -> None:
    out += f'"{name}": {{'.encode()
    for number, (key, value) in enumerate(pairs):
        out += f"{',' if number else ''}\n {_json(key)}: {_json(value)}".encode()
    out += b"\n},\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
