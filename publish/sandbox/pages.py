"""The frame of every page the sandbox shows: plain HTML, one style sheet, no script."""

from __future__ import annotations

import html

from publish.sandbox.request import Call, Response, Routes

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSS = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #56606f; --paper: #fbfaf7;
  --card: #fff; --line: #dcd8cf; --accent: #0b5f58; --bad: #a3201a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --soft: #a9b0ba;
  --paper: #16191e; --card: #1f242b; --line: #39414c; --accent: #6fd0c4; --bad: #ff9c92; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem); max-width: 60rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline;
  border-bottom: 1px solid var(--line); padding-bottom: .75rem; }
header strong { font-size: 1.05rem; }
header span, .soft, time, dt { color: var(--soft); }
h1 { font-size: 1.6rem; line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.mails { list-style: none; padding: 0; }
.mails li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .7rem 1rem; margin: .5rem 0; overflow-wrap: anywhere; }
.mails p { margin: 0; }
.kind { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6em; font-size: .85em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 80vh; border: 1px solid var(--line); border-radius: .5rem;
  background: #fff; color-scheme: light; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
form { display: grid; gap: .6rem; justify-items: start; max-width: 30rem; }
input[type=email], input[type=text] { width: 100%; }
input, button { font: inherit; padding: .55rem .8rem; border-radius: .4rem;
  border: 1px solid var(--soft); background: var(--card); color: inherit; }
button { background: var(--accent); border-color: var(--accent); color: var(--paper);
  font-weight: 600; cursor: pointer; }
.error { color: var(--bad); font-weight: 600; }
.trap { position: absolute; left: -100rem; }
"""


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
    return Response(200, CSS.encode(), "text/css; charset=utf-8")


@routes("GET", "/favicon.ico")
def no_icon(call: Call) -> None:
    """Browsers ask; there is none."""
