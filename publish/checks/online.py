"""Checks whether links to other sites still answer, at most once a day each.

There is one connection per host at a time, to at most four hosts at once; each address has a
timeout and one retry. Answers are cached in ``links`` in the cache folder.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit

from publish.checks.file_cache import Store
from publish.checks.reading import site_of
from publish.checks.result_cache import names, within
from publish.checks.rules.linking import is_local
from publish.checks.site import Site
from publish.post import cache
from publish.post.diagnostic import Diagnostic, quoted
from publish.post.record import Library
from publish.settings import Settings

DAY = 86_400.0
"""Seconds for which an answer is cached."""
CONNECTIONS = 4
TIMEOUT = 10.0
"""Seconds for one request."""
PAUSE = 1.0
"""Seconds before the second try."""
AGENT = {"User-Agent": "publish-check/1 (link checker; HEAD first, one connection a host)"}
REFUSED = (401, 403, 405, 406, 429, 501, 503, 999)
"""Answers of hosts that refuse programs or are overloaded: readers may still get the page."""


@dataclass(frozen=True)
class Place:
    """The place of a link to another site."""

    file: str
    line: int
    url: str


def dead_links(
    settings: Settings,
    library: Library,
    paths: Sequence[Path] = (),
    *,
    clock: Callable[[], float] = time.time,
    pause: float = PAUSE,
    local: bool = False,
) -> list[Diagnostic]:
    """A warning for each outside link that does not answer; of ``paths`` only, if some are given.

    ``local`` includes addresses on this machine, for tests.

    Raises:
        ConfigError: a path names nothing.
    """
    chosen = names(settings, paths)
    site = site_of(settings, library, Store(settings.cache / "checks"), built=False)
    places = [
        place for place in outside(site, local) if chosen is None or within(place.file, chosen)
    ]
    memory = settings.cache / "links"
    now = clock()
    fresh = {url: said for url, said in cache.load(memory).items() if 0 <= now - said[1] < DAY}
    for url, answer in _ask_all({p.url for p in places} - set(fresh), pause).items():
        fresh[url] = (answer, now)
    if places:
        cache.save(memory, fresh)
    remedy = "correct the address, or remove the link"
    return sorted(
        Diagnostic(p.file, p.line, "dead-link", "warning", f"{quoted(p.url)} {said}", remedy)
        for p in places
        if (said := fresh[p.url][0])
    )


def outside(site: Site, local: bool = False) -> list[Place]:
    """Every link to another site, without its fragment. Pure."""
    home = urlsplit(str(site.values.get("SITEURL") or "")).netloc
    found = []
    for source in site.sources:
        for link in source.links:
            if link.tag == "form":
                continue  # it takes posts, and may answer a question with an error
            url = link.written.partition("#")[0]
            if url[:8].lower().startswith(("http://", "https://")) and (local or not is_local(url)):
                if home and url.partition("://")[2].partition("/")[0] == home:
                    continue
                found.append(Place(source.file, source.line_of(link), url))
    return found


def _ask_all(urls: set[str], pause: float) -> dict[str, str]:
    by_host: dict[str, list[str]] = {}
    for url in sorted(urls):
        by_host.setdefault(url.partition("://")[2].partition("/")[0].lower(), []).append(url)

    def ask_host(mine: list[str]) -> list[tuple[str, str]]:
        return [(url, ask(url, pause=pause)) for url in mine]

    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        return {url: said for host in pool.map(ask_host, by_host.values()) for url, said in host}
    finally:
        # Ctrl-C waits for no host that does not answer.
        pool.shutdown(wait=False)


def ask(url: str, timeout: float = TIMEOUT, pause: float = PAUSE) -> str:
    """The fault of an address, as the end of a sentence; ``""`` if it answers."""
    said = _once(url, timeout)
    if said:
        time.sleep(pause)
        said = _once(url, timeout)
    return said


def _once(url: str, timeout: float) -> str:
    said = ""
    for method in ("HEAD", "GET"):
        try:
            # A request line must be ASCII, a link need not.
            plain = quote(url, safe="%/:=&?~#+!$,;'@()*[]")
            request = urllib.request.Request(plain, method=method, headers=AGENT)  # noqa: S310 - http(s) only, see outside()
            with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 - the same
                return ""
        except urllib.error.HTTPError as error:
            error.close()
            said = "" if error.code in REFUSED else f"answers {error.code}"
            if not said and method == "GET":
                return ""
        except (OSError, HTTPException, ValueError) as error:
            return f"does not answer ({quoted(str(getattr(error, 'reason', error)))})"
    return said
