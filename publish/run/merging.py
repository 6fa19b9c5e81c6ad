"""The ledgers of two machines become one. Pure: files as bytes by their path in the ledger.

Merging is the same in any order and any number of times, so a run that dies in between does no
harm. What cannot be merged is refused and never counts as empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from publish.errors import Refused

Files = Mapping[str, bytes]
FACTS, URLS, SINCE, RETIRED = "issues.jsonl", "urls.json", "since.json", "retired.json"
KEPT = "issues/"


def merged(ours: Files, theirs: Files) -> dict[str, bytes]:
    """The ledger that knows what both know.

    Raises:
        Refused: a file is damaged, or one address has two identities.
    """
    found: dict[str, bytes] = {**ours, **theirs}
    if FACTS in found:
        found[FACTS] = _facts(ours.get(FACTS, b""), theirs.get(FACTS, b""))
    for name, choose in ((URLS, _same), (SINCE, _earliest), (RETIRED, _theirs)):
        if name in ours and name in theirs:
            found[name] = _table(name, ours[name], theirs[name], choose)
    for key in {path.split("/")[1] for path in found if path.startswith(KEPT)}:
        _keep(found, key, ours, theirs)
    return found


def known_to(files: Files, uids: Collection[str]) -> dict[str, bytes]:
    """The ledger without the addresses of posts that are not among ``uids``."""
    if URLS not in files:
        return dict(files)
    return {**files, URLS: _written({a: u for a, u in table(files, URLS).items() if u in uids})}


def table(files: Files, name: str) -> dict[str, Any]:
    """A file of the ledger that is one table; empty if it is not there.

    Raises:
        Refused: it is damaged.
    """
    return _object(name, files[name]) if name in files else {}


def _facts(ours: bytes, theirs: bytes) -> bytes:
    rows: dict[bytes, str] = {}
    for data in (theirs, ours):
        # What follows the last line end is a line that a crash tore.
        for number, line in enumerate(data.split(b"\n")[:-1], 1):
            try:
                moment = datetime.fromisoformat(json.loads(line)["at"])
                rows[line] = f"{moment.timestamp():020.6f}"
            except (ValueError, KeyError, TypeError):
                raise Refused(
                    f"{FACTS}:{number}: this line of the ledger is damaged",
                    "restore the file from version control",
                ) from None
    return b"".join(line + b"\n" for line in sorted(rows, key=lambda line: (rows[line], line)))


def _table(name: str, ours: bytes, theirs: bytes, choose: Callable[[str, Any, Any], Any]) -> bytes:
    one, two = _object(name, ours), _object(name, theirs)
    both = {key: choose(key, one[key], two[key]) for key in one.keys() & two.keys()}
    return _written({**one, **two, **both})


def _same(address: str, ours: Any, theirs: Any) -> Any:
    if ours != theirs:
        raise Refused(
            f"{URLS}: {address} belongs to {ours} here and to {theirs} in the repository",
            "give the post the Uid of the repository",
        )
    return ours


def _earliest(uid: str, ours: Any, theirs: Any) -> Any:
    return min(ours, theirs)


def _theirs(address: str, ours: Any, theirs: Any) -> Any:
    return theirs


def _keep(found: dict[str, bytes], key: str, ours: Files, theirs: Files) -> None:
    """One machine's copy of a letter, whole: of two, the one that was sent last."""
    mine, other = (
        {p: b for p, b in side.items() if p.startswith(f"{KEPT}{key}/")} for side in (ours, theirs)
    )
    if not mine or not other or mine == other:
        return
    last = ""
    for line in found.get(FACTS, b"").splitlines():
        fact = json.loads(line)
        if fact.get("key") == key and fact.get("fact") in ("write_try", "replace_try"):
            last = str(fact.get("digest") or last)
    chosen = mine if last and _digest(mine, key) == last else other
    for path in {*mine, *other}:
        found.pop(path, None)
    found.update(chosen)


def _digest(files: Files, key: str) -> str:
    try:
        return str(json.loads(files[f"{KEPT}{key}/issue.json"]).get("digest"))
    except (KeyError, ValueError, AttributeError):
        return ""


def _object(name: str, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(f"{name}:1: is damaged", "restore it from version control")
    return found


def _written(table: Mapping[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
