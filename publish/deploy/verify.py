"""Verifies that a release is public, by the requests a browser makes.

The marker is requested first, and pages only when it is right: a request that comes too early gives
a 404, which a cache in between may keep.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote, urljoin

from publish.deploy.release import MARKER, NOTHING, File, Release, is_page, read_marker
from publish.errors import NothingSent, Refused
from publish.http import LARGEST, Answer, ask, digest_in

PAGES = 20
"""Changed pages that are requested."""
PAUSES = (0.2, 0.5, 1, 2, 5, 10, 15)
"""Seconds between requests for the marker; the last one repeats."""
FIRST_NOTE, NEXT_NOTE = 8.0, 60.0
"""Seconds of waiting after which a permanent line says for what, and from then on between two."""

MOVED = (301, 302, 303, 307, 308)
"""Status codes that lead to another address."""

Ask = Callable[..., Answer]


def marker(siteurl: str, get: Ask = ask) -> tuple[tuple[str, str, str], str]:
    """Release, source and time of the live site, requested past every cache; empty words if there
    is no readable marker, and why."""
    try:
        found = get(f"{siteurl}/{MARKER}?{time.time_ns()}", headers={"Cache-Control": "no-cache"})
    except OSError as error:
        return NOTHING, f"does not answer ({error})"
    if found.status != 200:
        return NOTHING, f"answers {found.status}"
    says = read_marker(found.body)
    return says, "" if says[0] else "is no marker"


def live(siteurl: str) -> str:
    """The release that the live site's marker names; ``""`` if there is none."""
    return marker(siteurl)[0][0]


def wait(
    siteurl: str,
    release: str,
    seconds: float,
    say: Callable[[str], None],
    get: Ask = ask,
    note: Callable[[str], None] = lambda line: None,
) -> None:
    """Wait until the live site's marker names ``release``. ``say`` gets a progress line for each
    request; ``note`` a permanent one now and then, as a log shows no progress.

    Raises:
        NothingSent: it did not within ``seconds``; the message says what is live.
    """
    end, number = time.monotonic() + seconds, 0
    next_note = time.monotonic() + FIRST_NOTE
    while True:
        (found, *_), fault = marker(siteurl, get)
        if found == release:
            return
        rest = end - time.monotonic()
        state = f"is still release {found[:12]}" if found else f"/{MARKER} {fault}"
        if rest <= 0:
            raise NothingSent(
                f"deployed, but not live after {seconds:g} s: {siteurl} {state}",
                "run it again: nothing is uploaded twice; a host of static pages may take minutes",
            )
        waiting = f"waiting until {siteurl} is release {release[:12]}"
        if time.monotonic() >= next_note:
            next_note += NEXT_NOTE
            note(f"{waiting} ({state}), at most {rest:.0f} s more")
        say(waiting)
        time.sleep(min(PAUSES[min(number, len(PAUSES) - 1)], rest))
        number += 1


def pages(siteurl: str, release: Release, changed: Sequence[str], get: Ask = ask) -> list[str]:
    """Request a sample of what changed, once each; only after ``wait``. Returns warnings.

    Raises:
        Refused: a page differs from the built one.
    """
    warnings: list[str] = []
    for file in sample(release, changed):
        url = address(siteurl, file.path)
        try:
            found = get(url)
            if found.status in MOVED and is_page(file.path) and not file.digest:
                # At an old address a host's map of redirects answers for the page there.
                url = urljoin(url, found.headers.get("location", ""))
                if not url.startswith(f"{siteurl}/") or (found := get(url)).status == 200:
                    continue
        except OSError as error:
            raise NothingSent(f"{url} does not answer ({error})", "run it again") from None
        if found.status != 200:
            raise Refused(
                f"{url} answers {found.status} though the site is this release",
                "look at your host's settings, then run it again",
            )
        if file.size > LARGEST or hashlib.sha256(found.body).hexdigest() == file.sha256:
            continue
        if file.digest and digest_in(found.body) == file.digest:
            warnings.append(f"the host changes pages: {url} is not byte for byte what was built")
            continue
        raise Refused(
            f"{url} is not what was built though the site is this release",
            "a cache before the site may be stale: purge it, then run it again",
        )
    return list(dict.fromkeys([*warnings, *_policy_warnings(siteurl, get)]))


def sample(release: Release, changed: Sequence[str]) -> list[File]:
    """The files to verify: changed pages before lists, and one picture."""
    files = [release.files[path] for path in changed if path in release.files]
    html = sorted(
        (f for f in files if is_page(f.path) and f.path != "404.html"),
        key=lambda f: (f.kind != "page", f.path),
    )
    pictures = [f for f in files if f.path.endswith((".jpg", ".png", ".webp", ".avif", ".svg"))]
    return html[:PAGES] + pictures[:1]


def address(siteurl: str, path: str) -> str:
    """The public address of a file."""
    folder = path.removesuffix("index.html") if path.endswith("/index.html") else path
    return f"{siteurl}/{quote('' if path == 'index.html' else folder)}"


def _policy_warnings(siteurl: str, get: Ask) -> list[str]:
    try:
        status = get(f"{siteurl}/404-{time.time_ns():x}/").status
    except OSError:
        return []
    if status != 404:
        return [
            f"an address that is not there answers {status}, not 404: set 404.html in your "
            "host's settings"
        ]
    return []
