"""Merges the ledgers of two machines. Pure: files are bytes by their path in the ledger.

Every rule is idempotent, and commutative except where ``theirs`` wins, as it is already public: so
machines that merge in any order end with the same ledger.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from publish.errors import Refused
from publish.newsletter.facts import by_line
from publish.post.identity import Damaged, remedy_of, table_bytes, table_of

Files = Mapping[str, bytes]
Table = dict[str, str]
FACTS, URLS, SINCE, RETIRED = "issues.jsonl", "urls.json", "since.json", "retired.json"
KEPT = "issues/"


def merge_ledgers(ours: Files, theirs: Files, base: Files) -> dict[str, bytes]:
    """The merged ledger; ``base`` is the common ancestor.

    Raises:
        Refused: a file is damaged, or one address has two identities.
    """
    # Of other files, such as the record of an import, theirs counts where they changed it.
    found = {**theirs, **ours, **{path: b for path, b in theirs.items() if b != base.get(path)}}
    if FACTS in found:
        try:
            found[FACTS] = facts(ours.get(FACTS, b""), theirs.get(FACTS, b""))
        except ValueError:
            raise Refused(
                f"content/ledger/{FACTS}: is damaged", "restore it from version control"
            ) from None
    for name, merge in ((URLS, addresses), (SINCE, days), (RETIRED, retired)):
        if name in ours and name in theirs and ours[name] != theirs[name]:
            merged = merge(table(ours, name), table(theirs, name), table(base, name))
            found[name] = table_bytes(merged)
    for key in {path.split("/")[1] for path in found if path.startswith(KEPT)}:
        _keep(found, key, ours, theirs)
    return found


def only_uids(files: Files, uids: Collection[str]) -> dict[str, bytes]:
    """The ledger without the addresses of posts that are not among ``uids``."""
    if URLS not in files:
        return dict(files)
    return {**files, URLS: table_bytes({a: u for a, u in table(files, URLS).items() if u in uids})}


def table(files: Files, name: str) -> dict[str, str]:
    """A table of the ledger; empty if it is not there.

    Raises:
        Refused: it is damaged.
    """
    try:
        return table_of(f"ledger/{name}", files.get(name, b"{}"))
    except Damaged as damage:
        raise Refused(f"content/{damage.name}: {damage}", remedy_of(str(damage))) from None


def _keep(found: dict[str, bytes], key: str, ours: Files, theirs: Files) -> None:
    """Take over one machine's copy of a letter as a whole: of two, the one posted last."""
    place = f"{KEPT}{key}/"
    copies = [{p: b for p, b in side.items() if p.startswith(place)} for side in (theirs, ours)]
    if not all(copies) or copies[0] == copies[1]:
        return
    by_digest = {_digest(copy, place): copy for copy in reversed(copies)}
    digests = [_digest(copy, place) for copy in copies]
    for path in {*copies[0], *copies[1]}:
        found.pop(path, None)
    found.update(by_digest[newer_copy(found.get(FACTS, b""), key, digests)])


def _digest(files: Files, place: str) -> str:
    try:
        return str(json.loads(files[f"{place}issue.json"]).get("digest"))
    except (KeyError, ValueError, AttributeError):
        return ""


def facts(ours: bytes, theirs: bytes) -> bytes:
    """``issues.jsonl``: every line of both, once, ordered by time. A torn last line is ignored, as
    in reading.

    Raises:
        ValueError: a line is no fact.
    """
    lines = by_line(ours) | by_line(theirs)
    ordered = sorted(lines, key=lambda line: (lines[line].at, line))
    return b"".join(line + b"\n" for line in ordered)


def addresses(ours: Table, theirs: Table, base: Table) -> Table:
    """``urls.json``: every address of both.

    Raises:
        Refused: one has two Uids.
    """
    for address in sorted(ours.keys() & theirs.keys()):
        if ours[address] != theirs[address]:
            both = f"{ours[address]} here and to {theirs[address]} in the repository"
            remedy = "give the post the Uid of the repository"
            raise Refused(f"{URLS}: {address} belongs to {both}", remedy)
    return {**ours, **theirs}


def days(ours: Table, theirs: Table, base: Table) -> Table:
    """``since.json``: for each Uid the earlier day."""
    known = {uid: [t[uid] for t in (ours, theirs) if uid in t] for uid in {*ours, *theirs}}
    return {uid: min(days, key=datetime.fromisoformat) for uid, days in known.items()}


def retired(ours: Table, theirs: Table, base: Table) -> Table:
    """``retired.json``, a three-way merge by address; where both changed it, ``theirs`` wins, as it
    is already public."""
    found = dict(base)
    for known in (ours, theirs):
        for address in {*base, *known}:
            if known.get(address) != base.get(address):
                if address in known:
                    found[address] = known[address]
                else:
                    found.pop(address, None)
    return found


def newer_copy(lines: bytes, key: str, digests: Sequence[str]) -> str:
    """The digest, of those of two copies of ``issues/KEY/``, that was posted last according to the
    merged ``lines`` of the ledger; the first one if neither is in it."""
    posted = ""
    for fact in by_line(lines).values():
        digest = str(fact.data.get("digest") or "")
        if fact.kind == "send_try" and fact.key == key and digest in digests:
            posted = digest
    return posted or digests[0]
