"""What the preview adds to a page on its way out: a script that follows, a bar for an error.

The files on disk stay as built. Nothing is inline, so that a page with a strict content
security policy ('self' only) shows it all the same.
"""

from __future__ import annotations

from html import escape

SCRIPT = """\
const bar = (text) => {
  const old = document.getElementById("publish-error");
  if (old) old.remove();
  if (!text) return;
  const box = document.createElement("pre");
  box.id = "publish-error";
  box.setAttribute("role", "alert");
  box.textContent = text;
  document.body.append(box);
};
const built = new URL(document.currentScript.src).searchParams.get("build");
new EventSource("/_events").onmessage = (event) => {
  const state = JSON.parse(event.data);
  if (String(state.number) !== built) location.reload();
  else bar(state.error);
};
"""
STYLE = """\
#publish-error { position: fixed; inset: 0 0 auto 0; z-index: 2147483647; margin: 0; padding: 1rem;
  max-height: 40vh; overflow: auto; background: #7a1212; color: #fff; white-space: pre-wrap;
  font: 16px/1.4 ui-monospace, monospace; }
"""


def inserted(page: bytes, number: int, error: str) -> bytes:
    """``page`` as the browser gets it: it reloads when build ``number`` is not the last any more.

    ``error`` is shown above the last good page.
    """
    tags = '<link rel="stylesheet" href="/_live.css">'
    if error:
        tags += f'<pre id="publish-error" role="alert">{escape(error)}</pre>'
    tags += f'<script src="/_live.js?build={number}"></script>'
    head, end, rest = page.rpartition(b"</body>")
    return head + tags.encode() + end + rest if end else page + tags.encode()
