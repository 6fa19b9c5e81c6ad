"""An S3-compatible bucket: one object a file, in phases, with claims that are never overwritten.

``.publish/r/N.claim`` is created with ``If-None-Match: *``, the one condition that all stores
keep. The highest one holds the bucket until ``N.done``, which lies in the vault, or ``N.over`` is
there, or its lease is over by the store's clock. After a refused create the deploy reads
the object: a create whose answer was lost is refused on the second try, though it was ours.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any, TypeVar

from publish.deploy.incremental import OWN, IncrementalTarget
from publish.deploy.plan import Remote
from publish.deploy.programs import masked
from publish.deploy.release import CONTROL, KEEP, Record, Release, decoded, encoded
from publish.deploy.response_headers import cache_control, content_type
from publish.deploy.targets import Busy, Place, Raced, wait_for
from publish.errors import ConfigError, NothingSent, Refused
from publish.http import clock_offset
from publish.post.files import write_whole

try:
    import obstore
    from obstore.exceptions import (
        BaseError,
        NotFoundError,
        PermissionDeniedError,
        UnauthenticatedError,
    )
    from obstore.store import S3Store
except ImportError:
    raise ConfigError(
        "a target of kind s3 needs obstore", "install it: pip install 'happy-pharmacists[s3]'"
    ) from None

T = TypeVar("T")
CLAIMS = f"{OWN}/r/"
NUMBERED = re.compile(rf"{re.escape(OWN)}/(?:[0-9a-f]{{32}}/)?r/(\d+)\.(claim|done|over)")
LEASE = 600.0
"""Seconds by the store's clock after which a claim's holder counts as dead."""
TRIES = 5
"""Times that a create is tried, with a read between."""
DENIED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken")
"""Error codes of a store that rejects the keys."""
RETRIES = 4
"""Automatic retries of a request, where that is safe."""
AT_ONCE = 100 * 1024 * 1024
"""Bytes up to which an object is put in one request, so that its ETag is the MD5 of its bytes."""


class S3(IncrementalTarget):
    """``bucket``, ``prefix``, ``region``, ``endpoint``; keys come from the environment alone."""

    workers = 8

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.after = place.words("purge")
        endpoint = place.text("endpoint", "") if place.options.get("endpoint") else ""
        region = place.text("region", "us-east-1")
        # The library ends the process where an address or a header made of these is none.
        config: dict[str, Any] = {"region": region, **_keys()}
        if endpoint:
            if not re.fullmatch(r"https?://[!-~]+", endpoint):
                raise place.wrong("endpoint", "must be an address, with https://")
            config["endpoint"] = endpoint
        for key, value in (("bucket", place.text("bucket")), ("region", region)):
            if not re.fullmatch(r"[A-Za-z0-9._-]+", value):
                raise place.wrong(key, "must be a name of letters, digits, hyphens and dots")
        prefix = "/".join(filter(None, place.text("prefix", "").split("/")))
        self.endpoint = endpoint or f"https://s3.{region}.amazonaws.com"
        self.honest = place.options.get("lock", True) is not False
        if not self.honest:
            self.caveat = f"{self._where()}: nothing keeps two deploys apart, for lock is False"
        options: dict[str, Any] = {
            "timeout": timedelta(seconds=60),
            "connect_timeout": timedelta(seconds=15),
            "allow_http": endpoint.startswith("http://"),
        }

        def store(retries: int) -> S3Store:
            return S3Store(
                place.text("bucket"),
                prefix=prefix or None,
                config=config,  # type: ignore[arg-type]
                client_options=options,  # type: ignore[arg-type]
                retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=90)},
            )

        self.store, self.once = store(RETRIES), store(0)
        self.number = 0
        self.done = False

    def tags(self, below: str = "") -> dict[str, str]:
        """The ETag of each object, from one listing."""
        return {row["path"]: str(row["e_tag"]) for row in self._list(below)}

    def same(self, path: str, tag: str, data: bytes) -> bool:
        """Whether the ETag is the MD5 of ``data``, as it is of a plain object."""
        return tag.strip('"') == md5(data, usedforsecurity=False).hexdigest()

    def load(self) -> Record | None:
        """The record in the last ``done``; files planned by a later claim count as ours."""
        names = self._names()
        done = max((n for n, kind in names if kind == "done"), default=0)
        record = self._decoded(done) if done else None
        for number in sorted(n for n, kind in names if kind == "claim" and n > done):
            claim, known = self._claim(number), record or Record()
            # Not the claim of this very deploy: nothing of it is written yet.
            mine = () if number == self.number else claim.planned
            planned = tuple(sorted({*known.planned, *mine}))
            record = replace(known, planned=planned, hold=claim.hold or known.hold)
        return record

    def begin(self, record: Record) -> None:
        """The claim already lists the plan; a hold needs another claim."""
        now = self.load()
        if record.hold != (now.hold if now else None):
            self._next(record)

    def write_record(self, record: Record) -> None:
        """Create ``N.done``, which is never overwritten."""
        if self.done:
            self._next(record)
        place = self._done(self.number)
        data = encoded(record)
        if not self._create(place, data, lambda found: found == data):
            raise Raced("another deploy wrote the record meanwhile", "run it again")
        self.done = True

    def ended(self, record: Record) -> None:
        """Remove old claims and records: the last few show what is ours, and whose turn it is."""
        found = ((path, NUMBERED.fullmatch(path)) for path in self.tags(OWN))
        if old := [path for path, m in found if m and int(m[1]) <= self.number - KEEP]:
            self.remove(old)

    def write(self, path: str, data: bytes) -> str:
        """Put an object with its media type and Cache-Control; returns its ETag."""
        type_ = content_type(path, data[:1024])
        done = self._ask(
            lambda: obstore.put(
                self.store,
                path,
                data,
                use_multipart=len(data) > AT_ONCE,
                attributes={"Content-Type": type_, "Cache-Control": cache_control(path, type_)},
            )
        )
        return str(done["e_tag"])

    def fetch(self, path: str) -> bytes | None:
        """An object's bytes."""
        with suppress(_Missing):
            return self._ask(lambda: bytes(obstore.get(self.store, path).bytes()))
        return None

    def copy(self, path: str, to: str) -> None:
        """Copied on the server's side."""
        with suppress(_Missing):
            self._ask(lambda: obstore.copy(self.store, path, to))

    def remove(self, paths: list[str]) -> None:
        """Deleted in batches."""
        self._ask(lambda: obstore.delete(self.store, paths))

    @contextmanager
    def claim(self, release: Release, patience: float) -> Iterator[Remote]:
        """Hold the highest claim."""
        planned = Record(planned=tuple(sorted(release.files)))
        busy = Busy(
            f"another deploy is at work in {self._where()}", "run it again when that has ended"
        )
        wait_for(lambda: self._taken(planned), patience, busy)
        try:
            yield self.read()
        finally:
            if not self.done:
                self._ask(lambda: obstore.put(self.store, f"{CLAIMS}{self.number:09}.over", b"{}"))

    def fence(self) -> None:
        """Raise if one listing shows a higher claim."""
        if max(n for n, _ in self._names()) > self.number:
            raise Raced(f"another deploy took {self._where()} over", "run it again")

    def _taken(self, planned: Record) -> bool:
        """Try to create the highest claim; whether it is ours."""
        claimed = False
        while not claimed:
            names = self._names()
            highest = max((n for n, _ in names), default=0)
            ended = {kind for n, kind in names if n == highest} != {"claim"}
            if highest and not ended and not self._dead(highest):
                return False
            claimed = self._claimed(highest + 1, planned)
        return True

    def _dead(self, number: int) -> bool:
        """Whether a claim's holder is certainly no longer running."""
        # Deploys on one machine are serialized, so a claim of this machine belongs to one that
        # died.
        if self._claim(number).at in self._mine():
            return True
        probe = f"{OWN}/clock-{secrets.token_hex(8)}"
        self._ask(lambda: obstore.put(self.store, probe, b""))
        now: datetime = self._ask(lambda: obstore.head(self.store, probe))["last_modified"]
        self.remove([probe])
        rows = {row["path"]: row["last_modified"] for row in self._list(CLAIMS)}
        made = rows.get(f"{CLAIMS}{number:09}.claim", now)
        return bool((now - made).total_seconds() > LEASE)

    def _claimed(self, number: int, planned: Record) -> bool:
        """Try to create the claim ``number``, which lists what is ``planned`` and has a number that
        is used once for its ``at``; whether it is ours."""
        nonce = secrets.token_hex(16)
        data = encoded(replace(planned, at=nonce))
        # The claim before stays known as ours until this one is made, which may not happen.
        mine = self.place.cache / "claim"
        write_whole(mine, " ".join([*self._mine(), nonce]).encode())
        place = f"{CLAIMS}{number:09}.claim"
        if not self._create(place, data, lambda found: found == data):
            return False
        write_whole(mine, nonce.encode())
        self.number, self.done = number, False
        if self.honest and self._ignores_conditions(place, data):
            raise ConfigError(
                f"{self._where()} ignores conditions, so two deploys would not notice each other",
                'if only one ever runs, set "lock": False for this target',
            )
        return True

    def _ignores_conditions(self, place: str, data: bytes) -> bool:
        try:
            _waited_for(lambda: obstore.put(self.once, place, data, mode="create"))
        except BaseError:
            return False
        return True

    def _next(self, record: Record) -> None:
        planned = Record(planned=record.planned, hold=record.hold)
        if not self._claimed(self.number + 1, planned):
            raise Raced(f"another deploy took {self._where()} over", "run it again")

    def _create(self, place: str, data: bytes, ours: Callable[[bytes], bool]) -> bool:
        """Create an object unless it exists; whether it is ours."""
        error: Exception | None = None
        for pause in range(TRIES):
            time.sleep(pause * 0.2)
            try:
                _waited_for(lambda: obstore.put(self.once, place, data, mode="create"))
                return True
            except (UnauthenticatedError, PermissionDeniedError) as refused:
                raise self._explained(refused) from None
            except BaseError as refused:
                error = refused
            found = self.fetch(place)
            if found is not None:
                return ours(found)
        raise self._explained(error) from None

    def _decoded(self, number: int) -> Record:
        place = self._done(number)
        return decoded(
            self.fetch(place) or b"",
            f"{self._where()}/{place}",
            "remove it: then the record before it counts",
        )

    def _done(self, number: int) -> str:
        return f"{self.vault}/r/{number:09}.done"

    def _claim(self, number: int) -> Record:
        """A claim; an empty record where it is none."""
        place = f"{CLAIMS}{number:09}.claim"
        with suppress(Refused):
            return decoded(self.fetch(place) or b"", place)
        return Record()

    def _mine(self) -> list[str]:
        """The nonces of this machine's last claims."""
        try:
            return (self.place.cache / "claim").read_text(encoding="ascii").split()
        except OSError:
            return []

    def _names(self) -> list[tuple[int, str]]:
        found = (NUMBERED.fullmatch(path) for path in self.tags(OWN))
        return [(int(m[1]), m[2]) for m in found if m]

    def _list(self, prefix: str) -> list[Any]:
        def all_() -> list[Any]:
            stream = obstore.list(self.store, prefix or None, chunk_size=1000)
            return [row for chunk in stream for row in chunk]

        return self._ask(all_)

    def _ask(self, act: Callable[[], T]) -> T:
        try:
            return _waited_for(act)
        except (NotFoundError, FileNotFoundError) as error:
            raise _Missing(f"{self._where()}: {_line(error)}") from None
        except (BaseError, OSError) as error:
            raise self._explained(error) from None

    def _explained(self, error: Exception | None) -> NothingSent | ConfigError:
        said = _line(error)
        if "TimeTooSkewed" in said:
            off = clock_offset(self.endpoint)
            minutes = "many" if off is None else f"{abs(off) / 60:.0f}"
            return ConfigError(f"this machine's clock is {minutes} minutes off", "set it right")
        if "169.254." in said:
            # Without a key the library queries a cloud machine's metadata service.
            return ConfigError(
                "there is no key for the bucket: AWS_ACCESS_KEY_ID is not set",
                "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            )
        if "NoSuchBucket" in said:
            return ConfigError(
                f"there is no bucket {self.place.text('bucket')} at {self.endpoint}",
                "check the bucket's name, its region and the endpoint",
            )
        denied = isinstance(error, UnauthenticatedError | PermissionDeniedError)
        if denied or any(word in said for word in DENIED):
            return ConfigError(
                f"{self._where()}: the keys of the environment may not do this: {said}",
                "check AWS_ACCESS_KEY_ID and its permissions (list, get, put, delete)",
            )
        return NothingSent(f"{self._where()}: {said}", "run it again")

    def _where(self) -> str:
        return f"s3://{self.place.text('bucket')}"


def _waited_for(act: Callable[[], T]) -> T:
    """``act()`` in a thread: Ctrl-C does not reach a thread in which the library waits."""
    done: Future[T] = Future()

    def work() -> None:
        try:
            done.set_result(act())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return done.result()


def _keys() -> dict[str, str]:
    """The keys of the environment, without the line end that a file they were read from has.

    Raises:
        ConfigError: one has more than one line.
    """
    found = {}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        if value := os.environ.get(name, "").strip():
            if CONTROL.search(value):
                raise ConfigError(f"{name} is no key: it has more than one line", "set it again")
            found[name.lower()] = value
    return found


class _Missing(NothingSent):
    """There is no such object."""


def _line(error: Exception | None) -> str:
    """The store's own message, else the client's first line."""
    text = " ".join(str(error).split())
    if found := re.search(r"<Code>([^<]*)</Code>.*?<Message>([^<]*)</Message>", text):
        return masked(f"{found[1]}: {found[2]}")
    return masked(text.partition(" Debug source")[0])[:300]
