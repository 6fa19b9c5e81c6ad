"""Finds what is wrong in the content before a reader does.

A rule is a small pure function over a ``Source`` or over the ``Site``; ``registry.RULES`` lists
them all, and docs/rules.md explains each. Nothing here imports Pelican: a check is quick enough
to run at every save.
"""

from __future__ import annotations

from publish.checks.run import check, leaks
from publish.post.diagnostic import Diagnostic

__all__ = ["Diagnostic", "check", "leaks"]
