"""Finds what is wrong in a site before a reader does.

A rule is a small pure function over a ``Source`` or over the ``Site``; ``run.RULES`` lists them
all, and docs/rules.md explains each. They judge the records that Pelican and the plugins made
(``publish.post.record``); the text of a source only gives the line.
"""

from __future__ import annotations

from publish.checks.result_cache import Judged, check

__all__ = ["Judged", "check"]
