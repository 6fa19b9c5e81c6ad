"""Asks the web whether the outside links still answer; politely, and at most once a day."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publish.checks import library
from publish.checks.finding import Finding
from publish.checks.links import links
from publish.files import write_whole
from publish.settings import Settings

DAY = 86400
CONNECTIONS = 4
AGENT = {"User-Agent": "publish-check"}


def dead_links(settings: Settings, paths: Sequence[Path] = ()) -> list[Finding]:
    """A warning for each outside link that does not answer."""
    site = library.read(settings, datetime.now(UTC))
    wanted = library.wanted(site, paths)
    places = [
        (source.path, link.line, link.target)
        for source in site.sources
        if wanted is None or source.path in wanted
        for link in links(source)
        if link.target.startswith(("http://", "https://"))
    ]
    cache = settings.cache / "links.json"
    known = _load(cache)
    fresh = {url: [said, at] for url, (said, at) in known.items() if time.time() - at < DAY}
    todo = sorted({url for _, _, url in places} - set(fresh))
    hosts: dict[str, list[str]] = {}
    for url in todo:
        hosts.setdefault(urlsplit(url).netloc, []).append(url)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # One host is asked by one thread, one link after the other.
        for answers in pool.map(lambda urls: [(u, ask(u)) for u in urls], hosts.values()):
            fresh |= {url: [said, time.time()] for url, said in answers}
    write_whole(cache, json.dumps(fresh, indent=1).encode())
    return [
        Finding(path, line, "dead-link", "warning", f"{url} {fresh[url][0]}", "mend or remove it")
        for path, line, url in places
        if fresh[url][0]
    ]


def ask(url: str, timeout: float = 10) -> str:
    """What is wrong with an address; ``""`` if it answers."""
    said = ""
    for method in ("HEAD", "GET"):
        request = urllib.request.Request(url, method=method, headers=AGENT)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 - http(s) only
                return ""
        except urllib.error.HTTPError as error:
            with error:
                said = f"answers {error.code}"
        except (OSError, HTTPException, ValueError) as error:
            said = f"does not answer ({getattr(error, 'reason', error)})"
    return said


def _load(cache: Path) -> dict[str, Any]:
    try:
        found = json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
