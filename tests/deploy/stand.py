"""A site, a place for it of each kind, and a reader who looks at it through the public server."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from publish.deploy import built, targets
from publish.deploy import deploy as deploying
from publish.deploy.deploy import DeployOptions, Outcome
from publish.deploy.guard import Age, Compare
from publish.deploy.release import MARKER, Release
from publish.http import fetch
from tests.deploy import rigs
from tests.deploy.conftest import Rigs

KINDS = ("folder", "git", "ssh", "sftp", "s3", "command")
"""Each kind; ssh with rsync, and with sftp alone."""
ROLLS = tuple(kind for kind in KINDS if kind != "command")
TIMES = "2026-11-28T12:{:02}:{:02}+00:00"


def site(number: int, posts: int = 3) -> dict[str, bytes]:
    """A small site: each page shows a picture by its digest and names the others, a list and a feed
    name all; ``number`` says which state of it."""
    picture = f"picture {number}".encode()
    name = f"pictures/cup-{hashlib.sha256(picture).hexdigest()[:12]}-320.jpg"
    slugs = [f"post-{n}" for n in range(posts)] + [f"new-{number}"]
    links = "".join(f'<a href="{s}/">{s}</a>' for s in slugs)
    files = {name: picture, "theme/site.css": f"/* {number // 2} */".encode()}
    for slug in slugs:
        digest = hashlib.sha256(f"{slug} {number}".encode()).hexdigest()[:16]
        files[f"{slug}/index.html"] = (
            f'<!doctype html><meta name="page-digest" content="{digest}">'
            f'<img src="../{name}"><a href="../post-0/">first</a>'
            f'<link href="../theme/site.css"><p>state {number}</p>'
        ).encode()
    files["index.html"] = f"<!doctype html><h1>state {number}</h1>{links}".encode()
    files["feeds/all.rss.xml"] = f"<rss>{links}</rss>".encode()
    files["grüße/ö.txt"] = "für alle".encode()
    return files


def line(ours: str, theirs: str) -> Age:
    """Commits of the tests: ``a1`` is older than ``a2``, ``b1`` is of another branch."""
    if not ours or not theirs:
        return Age.NONE
    if ours[0] != theirs[0]:
        return Age.DIVERGED
    return Age.SAME if ours == theirs else Age.NEWER if ours > theirs else Age.OLDER


@dataclass
class Stand:
    """One target and one machine that deploys to it."""

    kind: str
    servers: Rigs
    folder: Path
    name: str
    options: dict[str, Any]
    machine: str = "one"

    @property
    def siteurl(self) -> str:
        """Where readers find it."""
        middle = "/s3" if self.kind == "s3" else ""
        return f"{self.servers.web}{middle}/{self.name}"

    @property
    def output(self) -> Path:
        """What this machine has built."""
        return self.folder / self.machine / "output"

    def other(self) -> Stand:
        """Another machine that deploys to the same place."""
        return replace(self, machine="two")

    def build(self, files: Mapping[str, bytes]) -> None:
        """Make ``output`` hold ``files``."""
        shutil.rmtree(self.output, ignore_errors=True)
        for path, data in files.items():
            place = self.output / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def place(self) -> targets.Place:
        """The target's place."""
        root = self.folder / self.machine
        root.mkdir(parents=True, exist_ok=True)
        return targets.Place(
            "there",
            self.options,
            root,
            self.output,
            root / ".publish" / "deploy" / "there",
            self.siteurl,
        )

    def release(self, source: str = "", second: int = 0) -> Release:
        """What lies in ``output``, as a release."""
        names = [
            p.relative_to(self.output).as_posix() for p in self.output.rglob("*") if p.is_file()
        ]
        files = built.survey(self.output, names, self.place().cache / "digests")
        return Release(files, source, TIMES.format(second // 60, second % 60))

    def deploy(
        self, source: str = "", second: int = 0, compare: Compare = line, **options: Any
    ) -> Outcome:
        """Deploy what lies in ``output``."""
        place = self.place()
        options = {"verify": 5, "patience": 5, **options}
        return deploying.deploy(
            targets.make(place),
            place,
            self.release(source, second),
            compare,
            DeployOptions(**options),
        )

    def back(self, wanted: str = "", **options: Any) -> Outcome:
        """Roll back."""
        place = self.place()
        options = {"verify": 5, "patience": 5, **options}
        return deploying.roll_back(targets.make(place), place, wanted, DeployOptions(**options))

    def public(self) -> dict[str, bytes]:
        """All that lies where readers can get it, but for what the target keeps for itself."""
        found = {}
        for path in self.listed():
            status, body = fetch(f"{self.siteurl}/{quote(path)}")
            assert status == 200, (path, status)
            found[path] = body
        return found

    def listed(self) -> list[str]:
        """The paths of ``public``."""
        if self.kind == "s3":
            with urlopen(f"{self.servers.buckets}/{self.name}?list-type=2&max-keys=1000") as answer:
                keys = re.findall(r"<Key>([^<]*)</Key>", unescape(answer.read().decode()))
            return sorted(key for key in keys if not key.startswith(".publish/"))
        top = self.servers.www / self.name
        found = [p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()]
        if self.kind in ("ssh", "sftp"):
            top = top.resolve()
            found = [p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()]
        return sorted(p for p in found if not p.startswith((".publish/", ".git")))

    def plant(self, path: str, data: bytes) -> None:
        """Somebody else puts a file there."""
        if self.kind == "s3":
            url = f"{self.servers.buckets}/{self.name}/{path}"
            urlopen(Request(url, data=data, method="PUT")).close()
        elif self.kind in ("git", "git-ssh"):
            work = self.folder / "work"
            subprocess.run(
                ["git", "clone", "-q", "-b", "gh-pages", str(self.folder / "pages.git"), str(work)],
                check=True,
            )
            (work / path).write_bytes(data)
            git = ["git", "-C", str(work), "-c", "user.name=a", "-c", "user.email=a@b.example"]
            subprocess.run([*git, "add", "-A"], check=True)
            subprocess.run([*git, "commit", "-qm", "by hand"], check=True)
            subprocess.run([*git, "push", "-q"], check=True)
        else:
            (self.servers.www / self.name / path).write_bytes(data)


def expected(stand: Stand, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What shall be public: the site, and what the kind of host needs beside it."""
    found = dict(files)
    if stand.kind in ("git", "git-ssh"):
        found[".nojekyll"] = b""
    return found


def site_of(public: Mapping[str, bytes]) -> dict[str, bytes]:
    """``public`` without what only the deployer writes."""
    return {p: b for p, b in public.items() if p not in (MARKER, "_headers")}


def make(kind: str, servers: Rigs, folder: Path, name: str) -> Stand:
    """A stand of ``kind``; ``name`` is used once."""
    folder.mkdir(parents=True, exist_ok=True)
    www = servers.www / name
    ssh: dict[str, Any] = {"options": list(servers.ssh.options)}
    if kind == "folder":
        www.mkdir()
        options: dict[str, Any] = {"kind": "folder", "path": str(www)}
    elif kind in ("git", "git-ssh"):
        bare = folder / "pages.git"
        subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
        www.mkdir()
        # As a host of pages does: what is pushed is served.
        hook = bare / "hooks" / "post-receive"
        hook.write_text(
            f"#!/bin/sh\ngit --work-tree={www} checkout -q -f gh-pages\n"
            f"git --work-tree={www} clean -q -f -d -x\n",
            encoding="ascii",
        )
        hook.chmod(0o755)
        remote = f"ssh://{servers.ssh.host}{bare}" if kind == "git-ssh" else bare.as_uri()
        options = {"kind": "git", "remote": remote, "branch": "gh-pages"}
    elif kind in ("ssh", "sftp"):
        host = servers.ssh.host if kind == "ssh" else servers.ssh.sftp_only
        path = folder / "server"
        www.symlink_to(path / "current")
        options = {"kind": "ssh", "host": host, "path": str(path), **ssh}
    elif kind == "s3":
        urlopen(Request(f"{servers.buckets}/{name}", method="PUT")).close()
        options = {"kind": "s3", "bucket": name, "endpoint": servers.buckets}
    else:
        new, old = www.with_name(name + ".new"), www.with_name(name + ".old")
        script = f'rm -rf {new} {old}; cp -r "$1" {new}; mv {www} {old}; mv {new} {www}'
        www.mkdir()
        options = {"kind": "command", "command": ["sh", "-c", script, "put", "{output}"]}
    return Stand(kind, servers, folder, name, options)


def dead_links(public: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Each page that names something that is not there."""
    for path, body in public.items():
        if not path.endswith((".html", ".xml")):
            continue
        base = Path("/", path).parent
        for link in re.findall(r'(?:href|src)="([^"]*)"', body.decode()):
            home = Path("/") if path.endswith(".xml") else base
            goal = os.path.normpath(home / link).lstrip("/")
            if goal not in public and f"{goal}/index.html" not in public:
                yield path, link


def kept(stand: Stand) -> bool:
    """Whether a key of the tests ever reached a file of the target."""
    return rigs.SECRET.encode() in b"".join(stand.public().values())
