"""A list of findings as text, as JSON, and as GitHub's annotations."""

from __future__ import annotations

from publish.checks.finding import as_github, as_json, as_text

__all__ = ["as_github", "as_json", "as_text"]
