"""Real processes of the command, of its builds and of stock Pelican, forked from one with their
imports done.

A start of Python with Pelican costs a second of a core, and the suite needs a thousand of them.
Each process here is one of its own, with its own folder, environment and output; it can be killed.
Of each kind there are two to fork from, each with a seed of hashes of its own, and they take turns:
what depends on the order of a set shows in two runs, as in two starts of Python.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
MARKUP = ["extra", "codehilite", "meta", "toc", "sane_lists", "smarty"]
"""Extensions of Markdown that sites load: Pelican's own, and the blog's."""
READING = f"""
    {" ".join(f"markdown.extensions.{name}" for name in MARKUP)} pygments.lexers
    pygments.formatters encodings.unicode_escape encodings.utf_8_sig
    publish.post.identity publish.post.contents publish.post.images publish.post.media
    publish.post.issue publish.post.installed publish.post.cache publish.post.frontmatter
"""
BUILDING = f"""
    publish.site.engine.execution publish.site.engine.inprocess publish.site.engine.worker
    publish.site.engine.judging publish.site.engine.service
    publish.site.engine.single_page publish.site.engine.trust publish.site.build publish.site.read
    publish.site.library publish.settings {READING} publish.office.checking
    publish.checks.file_cache publish.checks.rules.pathological publish.checks.pictures
    publish.checks.run publish.checks.reading publish.checks.environment
    publish.site.engine.dry_run publish.site.templates publish.office.notices lxml.etree
"""
PRELOADED = {
    "publish": f"""{BUILDING}
        publish.cli.group publish.cli.terminal publish.office publish.office.context
        publish.cli.letters publish.cli.check
        publish.cli.build publish.cli.confirming publish.office.letter_questions
        publish.office.delivery publish.office.listing publish.office.settling
        publish.newsletter.mailchimp mailchimp_marketing publish.site.read publish.sandbox.server
        publish.sandbox.api.account publish.sandbox.api.actions publish.sandbox.api.campaigns
        publish.sandbox.api.content publish.sandbox.api.members
        publish.sandbox.api.segments publish.office.acts
        publish.office.preflight publish.office.replacing publish.office.sending
        publish.office.golive publish.deploy.targets publish.cli.unchanged publish.cli.posts
        click._textwrap importlib.metadata encodings.idna zipfile csv
    """,
    "-c": BUILDING,
    "pelican": f"""
        pelican pelican.readers pelican.generators pelican.writers pelican.server {READING}
        rich.live rich.status rich.table rich._emoji_codes concurrent.futures.thread jinja2.meta
        feedgen.feed feedgen.ext.dc lxml.html css_inline PIL.ImageDraw PIL.ImageFont PIL.ImageOps
        imagesize unidecode uuid platform
    """,
}
"""What each kind has imported before it forks: what ``python -m`` of it mostly needs; ``-c`` is
code that builds. But for "pelican" itself, Pelican is loaded as a build loads it."""


class Process:
    """As ``subprocess.Popen``, as far as the tests use it; text in UTF-8."""

    def __init__(
        self, status: IO[bytes], out: IO[bytes], err: IO[bytes], given: IO[bytes] | None = None
    ) -> None:
        self._status, self.stdout, self._err, self.stdin = status, out, err, given
        self.pid = int(status.readline())
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def send_signal(self, number: int) -> None:
        """Send it, unless the process has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Send the signal that no process survives."""
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """As ``wait``, or None if it has not ended."""
        if self.returncode is None and not select.select([self._status], [], [], 0)[0]:
            return None
        return self.wait()

    def wait(self) -> int:
        """Its exit code, or the negative number of the signal that ended it."""
        with self._lock:
            if self.returncode is None:
                self.returncode = os.waitstatus_to_exitcode(int(self._status.readline()))
                self._status.close()
        return self.returncode

    def communicate(self, timeout: float = 120) -> tuple[str, str]:
        """Wait for its end; what it wrote.

        Raises:
            subprocess.TimeoutExpired: it did not end in ``timeout`` seconds, and was killed.
        """
        late = threading.Timer(timeout, self.send_signal, [signal.SIGKILL])
        late.start()
        try:
            self.wait()
        finally:
            expired = not late.is_alive()
            late.cancel()
            late.join()
        texts = []
        for file in (self.stdout, self._err):
            with file:
                file.seek(0)
                texts.append(file.read().decode("utf-8"))
        if expired:
            raise subprocess.TimeoutExpired("a forked process", timeout, *texts)
        return texts[0], texts[1]


def start(
    module: str,
    words: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Process:
    """``python -m MODULE WORDS``, begun. ``module`` is one of ``PRELOADED``."""
    out, err, given = (tempfile.TemporaryFile() for _ in range(3))  # noqa: SIM115 - by Process
    given.write(stdin.encode())
    given.seek(0)
    fds = [file.fileno() for file in (given, out, err)]
    status = _fork(module, words, cwd, os.environ if env is None else env, fds)
    given.close()
    return Process(status, out, err)


def popen(argv: Sequence[str], **how: Any) -> Process | subprocess.Popen[bytes]:
    """As ``subprocess.Popen`` of ``python -c CODE WORDS`` with two pipes, for code that builds.

    Forked if a build's Pelican will do, and if its Python sees what this one does, and the tool.
    """
    at = argv.index("-c") + 2
    if argv[at:] or _pythons(how["env"]) != seeing_the_tool(BEGUN_WITH):
        return subprocess.Popen(argv, **how)
    given, to_it = os.pipe()
    from_it, out = os.pipe()
    fds = (given, out, how["stderr"].fileno())
    status = _fork("-c", [argv[at - 1]], how["cwd"], how["env"], fds)
    os.close(given)
    os.close(out)
    return Process(status, os.fdopen(from_it, "rb"), how["stderr"], os.fdopen(to_it, "wb"))


def _fork(
    module: str, words: Sequence[str], cwd: Path, env: Mapping[str, str], standard: Sequence[int]
) -> IO[bytes]:
    """Have a process forked; what will tell its number and its end, a line each."""
    theirs, ours = os.pipe()
    told = {"words": list(words), "cwd": str(cwd), "env": dict(env), "by": _forked and os.getpid()}
    with _starting:
        socket.send_fds(next(_parents(module)), [json.dumps(told).encode()], [*standard, ours])
    os.close(ours)
    return os.fdopen(theirs, "rb", buffering=0)  # No line is read before it is asked for.


def run(
    module: str,
    words: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """``python -m MODULE WORDS`` to its end; with a Python of its own where ``env`` has other
    variables of Python's than this process began with."""
    env = os.environ if env is None else env
    if _pythons(env) != BEGUN_WITH:
        return subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=cwd,
            env=env,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    process = start(module, words, cwd, env, stdin)
    out, err = process.communicate(timeout)
    return subprocess.CompletedProcess([module, *words], process.wait(), out, err)


def seeing_the_tool(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, ours if none is given, in which code finds this very program."""
    env = os.environ if env is None else env
    path = os.pathsep.join(filter(None, (env.get("PYTHONPATH"), str(ROOT))))
    return {**env, "PYTHONPATH": path}


def _pythons(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith("PYTHON")}


BEGUN_WITH = _pythons(os.environ)
_starting = threading.Lock()
_forked = False
"""Whether this process was forked here."""


@cache
def _parents(module: str) -> Iterator[socket.socket]:
    """The ways to the processes that fork, in turn."""
    return cycle(_ways(module))


@cache
def _ways(module: str) -> list[socket.socket]:
    """Those to the two processes that fork it; they end when this one does."""
    return [_parent(module), _parent(module)]


def _parent(module: str) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # A command has builds, too.
    fds = [way.fileno() for way in (theirs, *(_ways("-c") if module == "publish" else ()))]
    subprocess.Popen(
        [sys.executable, "-P", __file__, module, *map(str, fds)],
        pass_fds=fds,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        cwd=Path(__file__).parent,
        env={**(seeing_the_tool() if module == "-c" else os.environ), "PYTHONHASHSEED": "random"},
    ).returncode = 0  # It is never waited for.
    theirs.close()
    atexit.register(ours.close)
    return ours


def _serve(module: str, way: socket.socket, builders: list[socket.socket]) -> None:
    import importlib

    BEGUN_WITH.pop("PYTHONHASHSEED", None)  # It is this process's alone.
    if module != "pelican":
        from publish import light

        light.install()
    for name in PRELOADED[module].split():
        importlib.import_module(name)
    _warm()
    gc.collect()
    gc.freeze()  # What is here stays shared.
    # Each process has a parent of its own that waits for it; those end by themselves.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        told, fds, _, _ = socket.recv_fds(way, 1 << 20, 4)
        if not told:
            return
        if os.fork() == 0:
            way.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            *standard, status = fds
            if child := os.fork():
                os.write(status, f"{child}\n".encode())
                if by := json.loads(told)["by"]:
                    _end_with(by, child)
                _, ended = os.waitpid(child, 0)
                os.write(status, f"{ended}\n".encode())
                os._exit(0)
            os.close(status)
            if builders and hasattr(os, "pidfd_open"):
                _fork_builds(builders)
            _become(module, json.loads(told), standard)
        for fd in fds:
            os.close(fd)


def _fork_builds(builders: list[socket.socket]) -> None:
    """The builds of this command are forked, as those of the tests' own process are."""
    global _forked, _parents
    from publish.site.engine import worker

    _forked, turns = True, cycle(builders)
    if os.getpid() % 2:
        next(turns)
    _parents = {"-c": turns}.__getitem__
    worker.subprocess = types.SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE)


def _end_with(parent: int, child: int) -> None:
    """Wait until the child ends; end, and leave it an orphan, when the process ``parent`` does."""
    with contextlib.suppress(ProcessLookupError):
        ends = [os.pidfd_open(parent), os.pidfd_open(child)]
        if ends[1] in select.select(ends, [], [])[0]:
            return
    os._exit(1)


def _warm() -> None:
    """Compile the patterns that every build compiles, and look up what is installed: caches of
    Python, Markdown and Jinja that no site has a part in."""
    import jinja2
    import markdown

    markdown.Markdown(extensions=[f"markdown.extensions.{name}" for name in MARKUP]).convert("a")
    for trims in (True, False):
        jinja2.Environment(trim_blocks=trims, lstrip_blocks=trims).from_string("{{ a }}")


def _become(module: str, told: dict, standard: list[int]) -> None:
    """Run the module as ``python -m`` does, or the code as ``python -P -c`` does, and end."""
    import runpy

    for number, fd in enumerate(standard):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(told["env"])
    time.tzset()
    os.chdir(told["cwd"])
    if module != "-c":
        sys.path.insert(0, told["cwd"])
    sys.argv = [module, *told["words"]]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
    code: object = 0
    try:
        if module == "-c":
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            exec(sys.argv.pop(), vars(main))
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    _end(code)


def _end(code: object) -> None:
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
    threading._shutdown()  # as the interpreter does: wait for threads
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(0 if code is None else code & 0xFF if isinstance(code, int) else 1)


if __name__ == "__main__":
    way, *builders = (socket.socket(fileno=int(number)) for number in sys.argv[2:])
    _serve(sys.argv[1], way, builders)
