"""A server reached by ssh: each release lies in a folder of its own, and a symbolic link points to
the current one. A web server serves ``PATH/current``.

::

    PATH/current -> releases/ID        replaced in one step
    PATH/releases/ID/                  a whole site; files that did not change are hard links
    PATH/releases/ID.json              what is remembered of it
    PATH/.publish/                     the lock
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from publish.deploy import built
from publish.deploy.plan import Plan, Remote
from publish.deploy.release import KEEP, MARKER, OldRelease, Record, Release, decoded, encoded
from publish.deploy.targets import REBUILD, Place, Target
from publish.deploy.targets.connection import Server
from publish.errors import Refused

if TYPE_CHECKING:
    from publish.deploy.targets.server import Carrier

HOST = re.compile(r"(?:[^\s:-][^\s:]*@)?(?:[^\s@:/-][^\s@:/]*|(?=.*:.*:)[\da-fA-F:.]+(?:%\w+)?)")
"""A name, or an IPv6 address, with an account before it."""


class Ssh(Target):
    """``host`` and ``path``; ``options`` are further arguments of ssh."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        keep = place.options.get("keep", KEEP)
        if not isinstance(keep, int) or not 2 <= keep <= 50:
            raise place.wrong("keep", "must be a number from 2 to 50")
        self.keep = keep
        self.after = place.words("after")
        host = place.text("host")
        if not HOST.fullmatch(host):
            what = (
                "must be a server as ssh names it, you@example.org; `port` is an option of its own"
            )
            raise place.wrong("host", what)
        port = place.options.get("port")
        if port and not str(port).isdecimal():
            raise place.wrong("port", "must be a number")
        options = [*place.words("options"), *(["-o", f"Port={port}"] if port else [])]
        # Both programs begin in the account's own folder.
        path = place.text("path").removeprefix("~/")
        self.server = Server(host, path, options)

    @cached_property
    def carrier(self) -> Carrier:
        """rsync over ssh where the server has it, else sftp."""
        from publish.deploy.targets.server import carrier

        return carrier(self.server)

    def read(self) -> Remote:
        """The record and the files of the current release."""
        id, data, names = self.carrier.now()
        if not data:
            return Remote(None, {}, tuple(sorted(names)), id)
        record = decoded(data, self.server.record(id))
        ours = {*record.files, *record.expiring}
        files = {p: record.files.get(p, "") for p in names if p in ours}
        return Remote(replace(record, at=id), files, tuple(sorted(set(names) - ours)), id)

    @contextmanager
    def claim(self, release: Release, patience: float) -> Iterator[Remote]:
        """Hold the lock on the server, which ends with the connection."""
        with self.carrier.lock(patience):
            yield self.read()

    def put(self, release: Release, plan: Plan, remote: Remote, record: Record) -> None:
        """Upload beside the current release, then switch."""
        id = f"{record.release[:16]}-{record.source[:8] or '0'}"
        known = remote.record.files if remote.record else {}
        files = {path: file.sha256 for path, file in release.files.items()}
        carried = {path: known.get(path, "") for path in plan.retained}
        full = replace(
            record, files={**carried, **files}, expiring=plan.expiring, planned=(), at=id
        )
        if not self._has(id):
            changed = {put.path for put in plan.puts} | {MARKER}
            self.place.say(f"uploading to {self.server.host}")
            with built.frozen(self.place.output, release, self.place.cache / "site") as folder:
                self.carrier.upload(folder, id, sorted(changed), remote.at)
        self.carrier.reuse(sorted({*plan.retained, *remote.foreign} - set(files)), id)
        self.carrier.switch(id, encoded(full))
        self.carrier.prune([id, *(past.at for past in full.before)])

    def roll_back(
        self, to: OldRelease, remote: Remote, record: Record, shown: Collection[str]
    ) -> None:
        """Switch to the folder of the old release."""
        data = self.carrier.get(f"releases/{to.at}.json")
        if not data or not self._has(to.at):
            raise Refused(f"the server does not have release {to.release[:12]} any more", REBUILD)
        old = decoded(data, self.server.record(to.at), REBUILD)
        known = remote.record.files if remote.record else {}
        added = {path: known.get(path, "") for path in shown if path not in old.files}
        self.carrier.reuse(sorted({*added, *remote.foreign} - set(old.files)), to.at)
        full = replace(record, files={**old.files, **added}, expiring=old.expiring, at=to.at)
        self.carrier.switch(to.at, encoded(full))

    def _has(self, id: str) -> bool:
        """Whether a release is there completely: its folder is renamed to its id last."""
        return self.carrier.get(f"releases/{id}/{MARKER}") is not None

    def run_after_step(self) -> None:
        """Run the command of the settings on the server."""
        if self.after:
            self.carrier.call(list(self.after))

    def probe(self) -> None:
        """Take and release the lock, which needs the right to write."""
        with self.carrier.lock(1):
            return

    def write_record(self, record: Record) -> None:
        """Replace the record of the current release."""
        self.carrier.write_record(record.at, encoded(record))
