"""Map files for hosts that answer an old address with a 301. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from .plan import Move

FILES = ("_redirects", "redirects.nginx.conf", "redirects.apache.conf")


def netlify(moves: Sequence[Move]) -> str:
    """One line a rule. ``301!`` because at each old address there is a file, too."""
    lines = ["# Old addresses of this site; written at each build."]
    for move in moves:
        query = "".join(
            f" {quote(key, safe='')}={quote(value, safe='')}"
            for key, value in parse_qsl(move.alias.query, keep_blank_values=True)
        )
        lines += [f"{quote(old, safe='/')}{query}  {move.target}  301!" for old in _spellings(move)]
    return _text(lines)


def nginx(moves: Sequence[Move]) -> str:
    """Two maps: ``$uri`` has no query, and is decoded; ``$request_uri`` is the request line's."""
    queries = [
        _rule(f"{re.escape(quote(move.old, safe='/'))}\\?{re.escape(move.alias.query)}", move)
        for move in moves
        if move.alias.query
    ]
    paths = [
        _rule(re.escape(old), move)
        for move in moves
        if not move.alias.query
        for old in _spellings(move)
    ]
    return _text(
        [
            "# Old addresses of this site; written at each build. In nginx's http block:",
            "#     include /path/to/redirects.nginx.conf;",
            "# and in the site's server block:",
            "#     if ($old_address) { return 301 $old_address; }",
            "map $request_uri $old_address_with_query {",
            '    default "";',
            *queries,
            "}",
            "map $uri $old_address {",
            "    default $old_address_with_query;",
            *paths,
            "}",
        ]
    )


def apache(moves: Sequence[Move]) -> str:
    """Rewrite rules that work in a ``<VirtualHost>`` and in ``.htaccess`` alike."""
    lines = [
        "# Old addresses of this site; written at each build. In the site's <VirtualHost>:",
        "#     Include /path/to/redirects.apache.conf",
        "RewriteEngine On",
    ]
    for move in moves:
        for old in _spellings(move):
            if move.alias.query:
                lines.append(f'RewriteCond %{{QUERY_STRING}} "^{_pattern(move.alias.query)}$"')
            # In a substitution % and $ before a digit would be references.
            target = re.sub(r"([%$])", r"\\\1", move.target)
            flags = "R=301,L,NE,QSD" if move.alias.query else "R=301,L,NE"
            lines.append(f'RewriteRule "^/?{_pattern(old[1:])}$" "{target}" [{flags}]')
    return _text(lines)


RENDER: dict[str, Callable[[Sequence[Move]], str]] = dict(
    zip(FILES, (netlify, nginx, apache), strict=True)
)


def _spellings(move: Move) -> list[str]:
    """The address with and without its last slash: readers see one address, servers two."""
    old = move.old
    if move.alias.query or old == "/" or old.endswith((".html", ".htm")):
        return [old]
    bare = old.rstrip("/")
    return [bare, f"{bare}/"]


def _pattern(text: str) -> str:
    return re.escape(text).replace('"', '\\"')


def _rule(pattern: str, move: Move) -> str:
    """A line of an nginx map. A plain key would ignore case; a regular expression does not."""
    quoted = pattern.replace('"', '\\"')
    # A dollar would begin a variable, and there is no way to escape one.
    target = move.target.replace("$", "%24")
    return f'    "~^{quoted}$" "{target}";'


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
