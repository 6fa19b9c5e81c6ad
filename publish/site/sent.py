"""Pictures of sent letters stay published: a reader may open a letter in ten years."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from urllib.parse import unquote

from publish.settings import Settings


def pictures(settings: Settings) -> set[str]:
    """The files below the output folder that issues in the ledger name as their pictures.

    An issue is in the ledger from the moment it may go out. Damaged records name nothing.
    """
    own = str(settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl).rstrip("/") + "/"
    found: set[str] = set()
    for file in Path(settings.content, "ledger", "issues").glob("*/issue.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            for address in json.loads(file.read_bytes())["images"]:
                if str(address).startswith(own):
                    found.add(unquote(str(address).removeprefix(own)))
    return found
