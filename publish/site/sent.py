"""Pictures of sent letters stay published: a reader may open a letter in ten years."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publish.settings import Settings


def letter_pictures(settings: Settings) -> set[str]:
    """The files below the output folder that issues in the ledger name as their pictures, at the
    site's address or at the one that letters have (``NEWSLETTER_SITEURL``), by http or https.

    An issue is in the ledger from the moment it may go out. Damaged records name nothing.
    """
    given = (settings.siteurl, str(settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl))
    own = [(parts.netloc, parts.path.rstrip("/") + "/") for parts in map(urlsplit, given)]
    found: set[str] = set()
    for file in Path(settings.content, "ledger", "issues").glob("*/issue.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            for address in json.loads(file.read_bytes())["images"]:
                parts = urlsplit(str(address))
                for host, base in own:
                    if parts.netloc == host and parts.path.startswith(base):
                        found.add(unquote(parts.path.removeprefix(base)))
    return found
