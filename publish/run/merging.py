"""The ledger's files of two machines become one set, by the rules of ``newsletter/merging``. Pure:
files as bytes by their path in the ledger."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from publish.errors import Refused
from publish.newsletter import merging

Files = Mapping[str, bytes]
FACTS, URLS, SINCE, RETIRED = "issues.jsonl", "urls.json", "since.json", "retired.json"
KEPT = "issues/"


def merged(ours: Files, theirs: Files, base: Files) -> dict[str, bytes]:
    """The ledger that knows what both know; ``base`` is what both began with.

    Raises:
        Refused: a file is damaged, or one address has two identities.
    """
    found: dict[str, bytes] = {**ours, **theirs}
    if FACTS in found:
        try:
            found[FACTS] = merging.facts(ours.get(FACTS, b""), theirs.get(FACTS, b""))
        except ValueError:
            raise _damaged(FACTS) from None
    for name in (URLS, SINCE, RETIRED):
        if name in ours and name in theirs and ours[name] != theirs[name]:
            one, two = table(ours, name), table(theirs, name)
            found[name] = _written(_one(name, one, two, table(base, name)))
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
    try:
        found = json.loads(files.get(name, b"{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _damaged(name)
    return found


def _one(
    name: str, ours: dict[str, Any], theirs: dict[str, Any], base: dict[str, Any]
) -> dict[str, Any]:
    if name == SINCE:
        return merging.days(ours, theirs)
    if name == RETIRED:
        return merging.retired(base, ours, theirs)
    found, torn = merging.addresses(ours, theirs)
    if torn:
        raise Refused(
            f"{URLS}: {torn[0]} belongs to {ours[torn[0]]} here and to {theirs[torn[0]]} in the "
            "repository", "give the post the Uid of the repository",
        )  # fmt: skip
    return found


def _keep(found: dict[str, bytes], key: str, ours: Files, theirs: Files) -> None:
    """One machine's copy of a letter, whole: of two, the one that was posted last."""
    place = f"{KEPT}{key}/"
    copies = [{p: b for p, b in side.items() if p.startswith(place)} for side in (theirs, ours)]
    if not all(copies) or copies[0] == copies[1]:
        return
    by_digest = {_digest(copy, place): copy for copy in reversed(copies)}
    digests = [_digest(copy, place) for copy in copies]
    for path in {*copies[0], *copies[1]}:
        found.pop(path, None)
    found.update(by_digest[merging.kept(found.get(FACTS, b""), key, digests)])


def _digest(files: Files, place: str) -> str:
    try:
        return str(json.loads(files[f"{place}issue.json"]).get("digest"))
    except (KeyError, ValueError, AttributeError):
        return ""


def _damaged(name: str) -> Refused:
    return Refused(f"content/ledger/{name}: is damaged", "restore it from version control")


def _written(table: Mapping[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
