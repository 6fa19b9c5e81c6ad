"""Writes which identity is at which address, for the guard of permalinks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def addresses(contents: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Root-relative address to ``uid``, earlier ones and source file, of what the site shows."""
    return {
        "/" + content.url.lstrip("/"): {
            "uid": content.uid,
            "was": list(content.was),
            "source": str(content.relative_source_path),
        }
        for content in contents
        if content.save_as and content.status in ("published", "hidden")
    }


def write(path: str, contents: Iterable[Any]) -> None:
    """Write the addresses as JSON to ``path``."""
    text = json.dumps(addresses(contents), ensure_ascii=False, indent=1, sort_keys=True)
    Path(path).write_text(text + "\n", encoding="utf-8")
