"""Runs the programs that carry a site: git, ssh, rsync, sftp, and those of the settings.

No secret is ever an argument; output is shown with the secrets' values masked.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from publish.errors import ConfigError, NothingSent

SECRET = re.compile(r"TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH|HEARTBEAT", re.I)
"""Names of environment variables whose values are masked in output."""
DEADLINE = 1800.0
"""Seconds after which a hanging program is killed."""


class Failed(NothingSent):
    """A program ended with an error; ``message`` holds the last lines of its output (exit 3)."""


def run(
    words: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    deadline: float = DEADLINE,
    remedy: str = "run it again",
) -> bytes:
    """Run a program; returns its standard output.

    Raises:
        ConfigError: it is not installed, or is no program.
        Failed: it ends with an error, or not within ``deadline`` seconds.
    """
    whole = {**os.environ, **(env or {})}
    try:
        child = subprocess.Popen(  # noqa: S603 - words, never a shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=whole,
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise ConfigError(f"{words[0]} is not installed", f"install {words[0]}") from None
    except OSError as error:
        remedy = "fix its permissions, or name the program that runs it (sh, python3)"
        raise ConfigError(f"{words[0]} cannot be run: {error.strerror}", remedy) from None
    with child:
        try:
            out, err = child.communicate(stdin, timeout=deadline)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.killpg(child.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(f"{words[0]} did not end within {deadline:g} s", remedy) from None
            raise
    if child.returncode:
        said = last_lines(err or out, whole) or f"exit code {child.returncode}"
        raise Failed(f"{Path(words[0]).name}: {said}", remedy)
    return out


def last_lines(said: bytes, env: Mapping[str, str] = os.environ) -> str:
    """The last lines of a program's output, on one line, without the secrets of ``env``."""
    text = masked(said.decode("utf-8", "replace"), env)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-4:])[-600:]


def masked(text: str, env: Mapping[str, str] = os.environ) -> str:
    """``text`` with the values of the secrets in ``env`` masked, also where they are encoded."""
    for name, value in env.items():
        header = name.startswith("GIT_CONFIG_VALUE_") and value.startswith("Authorization")
        if not header and (not SECRET.search(name) or name.endswith(("_SOCK", "_FILE", "PATH"))):
            continue
        for word in {value, *value.split(), base64.b64encode(value.encode()).decode()}:
            if len(word) >= 8:
                text = text.replace(word, "•••")
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)
