"""The pages at old addresses and the map files, written into the output folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from publish.post.diagnostic import Complaint
from publish.post.files import write_whole

from .maps import RENDER
from .plan import Move, fault

# Nothing here is loaded, and nothing needs a style: most readers never see it.
PAGE = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<title>$title</title>
<meta name="viewport" content="width=device-width">
$lead<meta name="robots" content="noindex">
</head>
<body>
<p>$words</p>
</body>
</html>
""")


def write_all(
    moves: Sequence[Move], maps: Collection[str], real: Collection[str], output: str
) -> Iterator[Complaint]:
    """Write a page for each move that can have one, and the maps; yield a complaint for each
    failure.

    ``maps`` are names of map files. One that is among the ``real`` files of the site is kept.
    """
    files = [(move.alias.file, page(move), move.file) for move in moves if move.alias.file]
    leading = [move for move in moves if move.target]
    for name, render in RENDER.items() if leading else ():
        source = leading[0].file
        if name in maps and name in real:
            remedy = f"leave {name} out of REDIRECT_FILES"
            yield fault(source, f"{name} is a file of the site already", remedy)
        elif name in maps:
            files.append((name, render(leading), source))
    for name, text, source in files:
        try:
            write_whole(Path(output, name), text.encode())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            message = f"{name} cannot be written: {why}"
            yield fault(source, message, "remove what is there, or the alias")


def page(move: Move) -> str:
    """HTML that redirects at once and names the canonical address for search engines; for a retired
    address a page that says it is gone, without naming what it was."""
    name, target, canonical = map(escape, (move.title, move.target, move.canonical))
    if target:
        title, words = name, f'<a href="{target}">{name}</a>'
        lead = (
            f'<meta http-equiv="refresh" content="0; url={target}">\n'
            f'<link rel="canonical" href="{canonical}">\n'
        )
    else:
        title, lead = "Gone", ""
        words = f'What was here was taken down. <a href="{canonical}">{name}</a>'
    return PAGE.substitute(lang=escape(move.lang), title=title, lead=lead, words=words)
