"""JSON-LD as the text of a ``<script>`` element."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def text(document: Mapping[str, Any]) -> str:
    """The document as JSON that no HTML parser can leave early.

    ``<``, ``>`` and ``&`` are written as JSON's own escapes, so neither ``</script>`` nor
    ``<!--`` can stand in it, and a template may print it as it is.
    """
    plain = _ENCODER.encode(document)
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return plain
