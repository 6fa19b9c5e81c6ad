"""``publish desk``: the desk's server, the preview it shows, and the sandbox it rehearses with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from publish.desk import asking, newsletter_state, site_state
from publish.desk.acts import Acts
from publish.desk.app import App
from publish.desk.guard import Guard, key
from publish.desk.jobs import Jobs
from publish.desk.log import Log
from publish.desk.model import Snapshot
from publish.desk.reader import Reader
from publish.desk.writing import Writer
from publish.errors import PublishError, Refused
from publish.post.files import locked
from publish.settings import Settings
from publish.site.server import listening, wait_until

HOST = "127.0.0.1"


def serve(
    settings: Settings,
    *,
    port: int,
    live: bool,
    say: Callable[[str], None],
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    start_editor: Callable[[list[str]], object] | None = None,
) -> None:
    """Serve until ``stop`` is set or Ctrl-C; ``port`` 0 takes a free one.

    ``ready`` gets the address, which ends with the key and a slash. At the end an act under way is
    completed first.

    Raises:
        ConfigError: the port cannot be listened on, or ``live`` without a Mailchimp key.
        Refused: a desk of this site is open already; its address is in the message.
    """
    from publish.office.context import has_key, sandbox_address

    stop = stop or threading.Event()
    real = has_key(live=live)
    folder = settings.cache / "desk"
    address = folder / "address"

    def taken(message: str, remedy: str) -> PublishError:
        open_at = address.read_text("utf-8").strip() if address.is_file() else ""
        return Refused(
            "a desk of this site is open already", f"open {open_at}" if open_at else remedy
        )

    with ExitStack() as stack:
        stack.enter_context(locked(folder / "lock", taken, 0, what="desk"))
        inbox = sandbox_address(settings, stack)
        secret = key(folder / "key")
        read_newsletter = newsletter_state.NewsletterReader(live)
        reader = Reader(settings, site_state.check, read_newsletter, site_state.read_site)
        jobs = Jobs(reader.notify)
        base = f"/k/{secret}"
        acts = Acts(
            reader,
            asking.Office(live),
            Writer(folder / "originals"),
            Log(folder / "log.jsonl"),
            jobs,
            base,
            start_editor,
        )
        app = App(Guard(0, secret), reader, acts)
        server = listening(app, HOST, port)
        app.guard = Guard(server.port, secret)
        where = f"http://{HOST}:{server.port}{base}/"
        first = Snapshot(live=real, acts=live or not real, inbox="" if real else inbox)
        reader.begin(first)
        stack.callback(reader.close)
        stack.callback(_finish, jobs, say)
        preview = _preview(settings, inbox, reader, say, stop)
        stack.callback(_ended, preview)
        stack.callback(stop.set)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        address.touch(0o600)
        address.write_text(where + "\n", encoding="utf-8")
        stack.callback(address.unlink, missing_ok=True)
        if ready:
            ready(where)
        # Let the first page be served before slow work on a large site begins.
        reader.watch()
        preview.start()
        wait_until(stop)


def _preview(
    settings: Settings,
    inbox: str,
    reader: Reader,
    say: Callable[[str], None],
    stop: threading.Event,
) -> threading.Thread:
    """The preview as a thread, not yet started: its first build must not delay the desk."""
    from publish import sandbox
    from publish.office.checking import explained
    from publish.site.preview import serve as show

    def made(trouble: str) -> None:
        reader.change(trouble=trouble)
        reader.notify()
        reader.request_reading()

    def run() -> None:
        overrides = {"NEWSLETTER_SIGNUP_ACTION": inbox + sandbox.signup_path()}
        try:
            show(
                settings,
                host=HOST,
                port=0,
                overrides=overrides,
                say=say,
                stop=stop,
                on_result=made,
                explain=explained,
                ready=lambda address: reader.change(preview=address),
            )
        except (PublishError, OSError) as error:
            say(f"error: {error}")
            reader.change(trouble=str(error))

    return threading.Thread(target=run, daemon=True, name="desk-preview")


def _ended(thread: threading.Thread) -> None:
    if thread.ident:
        thread.join(20)


def _finish(jobs: Jobs, say: Callable[[str], None]) -> None:
    if job := jobs.busy:
        say(f"{job.title}; the desk closes when that is done")
    jobs.close()
