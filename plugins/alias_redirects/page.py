"""The page at an old address. Pure."""

from __future__ import annotations

from html import escape
from string import Template

from .plan import Move

# Nothing here is loaded, and nothing needs a style: most readers never see it.
PAGE = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<title>$title</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url=$target">
<link rel="canonical" href="$canonical">
<meta name="robots" content="noindex">
</head>
<body>
<p><a href="$target">$title</a></p>
</body>
</html>
""")


GONE = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<title>Gone</title>
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
</head>
<body>
<p>What was here was taken down. <a href="$home">$name</a></p>
</body>
</html>
""")


def gone_page(lang: str, home: str, name: str) -> str:
    """HTML that says that a page is gone, and not what it was; ``home`` leads to the site."""
    return GONE.substitute(lang=escape(lang), home=escape(home), name=escape(name))


def page(move: Move) -> str:
    """HTML that takes a reader on at once, and names the true address to search engines."""
    return PAGE.substitute(
        lang=escape(move.lang),
        title=escape(move.title),
        target=escape(move.target),
        canonical=escape(move.canonical),
    )
