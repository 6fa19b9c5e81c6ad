"""The API's common query parameters: ``count``, ``offset``, ``fields``, dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from publish.sandbox.problem import choice, invalid
from publish.sandbox.request import Request, seconds

MOST = 1000
Tree = dict[str, "Tree"]


def collection(
    request: Request, name: str, items: Sequence[Any], show: Callable[[Any], Any], **more: Any
) -> dict[str, Any]:
    """A page of ``items``, each rendered by ``show``, under ``name``, beside ``more``: ``count``
    items (10, at most 1000) from ``offset`` (0) on.

    Raises:
        Problem: 400.
    """
    count, offset = window(request)
    shown = [show(item) for item in items[offset : offset + count]]
    return {name: shown, **more, "total_items": len(items)}


def window(request: Request) -> tuple[int, int]:
    """``count`` and ``offset``, for queries that page in the database.

    Raises:
        Problem: 400.
    """
    count, offset = _number(request, "count", 10), _number(request, "offset", 0)
    if count > MOST:
        raise invalid(("count", f"This must be {MOST} or less."))
    return count, offset


def one_of(request: Request, name: str, allowed: Sequence[str], default: str = "") -> str:
    """A query value from a fixed set.

    Raises:
        Problem: 400.
    """
    found = request.query.get(name, default)
    return found if found == default else choice(name, found, allowed)


def between(request: Request, what: str, at: int | None) -> bool:
    """Whether ``at`` lies after ``since_<what>`` and before ``before_<what>``, both exclusive."""
    since, before = bound(request, f"since_{what}"), bound(request, f"before_{what}")
    if since is not None and (at is None or at <= since):
        return False
    return before is None or (at is not None and at < before)


def bound(request: Request, name: str) -> int | None:
    """A date of the query in epoch seconds, or None if it has none.

    Raises:
        Problem: 400.
    """
    text = request.query.get(name)
    return seconds(text, name) if text else None


def reduced(request: Request, document: Any) -> Any:
    """``document`` reduced to ``fields``, without ``exclude_fields``."""
    if fields := request.query.get("fields"):
        document = _keep(document, _tree(fields))
    if exclude := request.query.get("exclude_fields"):
        document = _drop(document, _tree(exclude))
    return document


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise invalid((name, "This must be a whole number, 0 or more."))
    return int(text)


def _tree(fields: str) -> Tree:
    root: Tree = {}
    for path in fields.split(","):
        branch = root
        for part in filter(None, path.strip().split(".")):
            branch = branch.setdefault(part, {})
    return root


def _keep(found: Any, tree: Tree) -> Any:
    if isinstance(found, list):
        return [_keep(item, tree) for item in found]
    if isinstance(found, dict) and tree:
        return {key: _keep(item, tree[key]) for key, item in found.items() if key in tree}
    return found


def _drop(found: Any, tree: Tree) -> Any:
    if isinstance(found, list):
        return [_drop(item, tree) for item in found]
    if isinstance(found, dict):
        return {
            key: _drop(item, tree.get(key, {}))
            for key, item in found.items()
            if key not in tree or tree[key]
        }
    return found
