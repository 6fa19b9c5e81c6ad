"""The frame of every page the sandbox shows: plain HTML, one style sheet, no script."""

from __future__ import annotations

import html
from pathlib import Path

from publish.sandbox.request import Call, Response, Routes

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STYLE = Path(__file__).with_name("sandbox.css")
routes = Routes()


def escape(text: object) -> str:
    """``text`` for use in HTML, attributes included."""
    return html.escape(str(text))


def page(title: str, body: str, status: int = 200) -> Response:
    """A whole page; ``title`` is plain text and becomes the heading, ``body`` is HTML."""
    whole = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} – Sandbox</title>\n"
        '<link rel="stylesheet" href="/sandbox.css">\n</head>\n<body>\n'
        '<header><strong><a href="/">Sandbox inbox</a></strong>'
        "<span>Everything stays on this machine; no mail leaves it.</span></header>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
    policy = {"Content-Security-Policy": POLICY}
    return Response(status, whole.encode(), "text/html; charset=utf-8", policy)


@routes("GET", "/sandbox.css")
def style(call: Call) -> Response:
    """The style sheet of every page."""
    return Response(200, STYLE.read_bytes(), "text/css; charset=utf-8")


@routes("GET", "/favicon.ico")
def no_icon(call: Call) -> None:
    """There is no favicon."""
