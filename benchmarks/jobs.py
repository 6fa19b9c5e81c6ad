"""What an author does in a day, each done, timed, and looked up in the output before it counts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from secrets import token_hex

from benchmarks.corpus import slug, title
from benchmarks.measure import Failed, Spent, environment
from benchmarks.working_copy import WorkingCopy

PREVIEW = "preview"
WAIT = 300.0
"""Seconds after which a preview is not waited for any longer."""
STEP = 0.003
"""Seconds between two looks at a preview; no latency is known more finely."""


def cold(site: WorkingCopy) -> Spent:
    """All of it, from nothing."""
    site.forget()
    spent = site.build()
    _whole(site)
    return spent


def noop(site: WorkingCopy) -> Spent:
    """Nothing changed."""
    spent = site.build()
    _whole(site)
    return spent


def add(site: WorkingCopy) -> Spent:
    """One post added, the newest."""
    added = site.add()
    spent = site.build()
    site.require(site.page(added.number), f"{site.peer.heading}{added.title}")
    site.require("index.html", added.slug)
    site.require(site.peer.feed, added.slug)
    site.require(site.page(added.number - 1), added.slug)  # it has a newer neighbour now
    return spent


def edit(site: WorkingCopy) -> Spent:
    """A paragraph more in a post of the past."""
    mark, number = _mark(), site.count // 3
    site.write(site.post(number).edited(mark))
    spent = site.build()
    site.require(site.page(number), mark)
    return spent


def retitle(site: WorkingCopy) -> Spent:
    """The title of a post of the past edited."""
    mark, number = _mark(), site.count // 2
    given = site.post(number)
    site.write(replace(given, title=f"{given.title} {mark}"))
    spent = site.build()
    site.require(site.page(number), mark)
    return spent


def template(site: WorkingCopy) -> Spent:
    """The template that every page uses edited."""
    mark = _mark()
    site.mark_template(mark)
    spent = site.build()
    for name in (*map(site.page, (0, site.count // 3, site.count - 1)), "index.html"):
        site.require(name, f"Edition {mark}")
    return spent


BUILDS: dict[str, Callable[[WorkingCopy], Spent]] = {
    job.__name__: job for job in (cold, noop, edit, retitle, add, template)
}
JOBS = (*BUILDS, PREVIEW)


def preview(site: WorkingCopy, rounds: int) -> list[float]:
    """Seconds from saving a post to its new page served, ``rounds`` times; the first is left out.

    Raises:
        Failed: the server does not come up, ends, or never serves the change.
    """
    if not site.peer.serve:
        raise Failed(f"{site.peer.name} has no preview of its own")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [part.format(port=port) for part in site.peer.serve]
    number = site.count - 1
    path = "/" + site.page(number).removesuffix("index.html")
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(  # noqa: S603 - a peer
            command,
            cwd=site.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            spent, found = _served(server, port, path, "<h1"), []
            for _ in range(rounds + 1):
                # It must be idle: a server may serve this page long before its build is through,
                # and watch for changes only then.
                time.sleep(1 + 2 * spent)
                mark = _mark()
                site.write(site.post(number).edited(mark))
                spent = _served(server, port, path, mark)
                found.append(spent)
        except Failed as error:
            said.seek(0)
            last = said.read().decode("utf-8", "replace").strip()[-400:]
            raise Failed(f"{site.peer.name}: {error}: {last}") from None
        finally:
            _end(server)
    return found[1:]


def _served(server: subprocess.Popen[bytes], port: int, path: str, words: str) -> float:
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < WAIT:
        if words.encode() in _get(port, path):
            return time.perf_counter() - began
        if server.poll() is not None:
            raise Failed(f"the preview ended with {server.returncode}")
        time.sleep(STEP)
    raise Failed(f"the preview did not serve the change in {spent:.0f} s")


def _get(port: int, path: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=WAIT)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except (OSError, HTTPException):
        return b""
    finally:
        connection.close()


def _end(server: subprocess.Popen[bytes]) -> None:
    """End it and what it started: some previews are several processes."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)


def _whole(site: WorkingCopy) -> None:
    """Every post has its page with its title, and the newest is on the first list."""
    for number in range(site.posts):
        site.require(site.page(number), f"{site.peer.heading}{title(number)}")
    newest = slug(site.posts - 1)
    for name in ("index.html", site.peer.feed, "sitemap.xml"):
        site.require(name, newest)


def _mark() -> str:
    return f"mark{token_hex(4)}"
