"""``publish deploy`` as an author types it: one line for every mistake, no secret anywhere."""

from __future__ import annotations

import base64
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from publish.cli import run as publish
from publish.deploy import programs
from publish.deploy.deploy import Stopped
from publish.deploy.targets.connection import Connection, Server
from publish.http import fetch
from publish.settings import load
from publish.site import manifest, snapshot
from tests.deploy import rigs
from tests.deploy import stand as stands
from tests.deploy.conftest import Rigs
from tests.deploy.stand import dead_links, site

NUMBERS = itertools.count(1)
LIVE = {"kind": "folder", "path": "www"}


def project(folder: Path, files: dict[str, bytes] | None, **values: Any) -> Path:
    """A site's folder whose last build made ``files``."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {"SITEURL": "http://127.0.0.1:9", "DEPLOY": {"www": LIVE}, **values}
    rows = "".join(f"{key} = {value!r}\n" for key, value in given.items())
    (folder / "pelicanconf.py").write_text(rows, encoding="utf-8")
    if files is not None:
        output = folder / "output"
        for path, data in files.items():
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            (output / path).write_bytes(data)
        stamps = snapshot.of(str(output / path) for path in files)
        settings = load(folder / "pelicanconf.py")
        read = manifest.scan(settings)
        record = manifest.Manifest(
            files=tuple(sorted(files)),
            stamps=read.stamps,
            racy=read.racy,
            scope=manifest.scope(settings),
            outputs=stamps,
            output=str(output),
        )
        manifest.write(manifest.place(settings, output), record)
    return folder


def typed(
    folder: Path, *words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Type a command in ``folder``: exit code, standard output, standard error."""
    monkeypatch.chdir(folder)
    code = publish(["deploy", *words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("values", "words", "code", "says"),
    [
        ({"DEPLOY": {}}, [], 2, "DEPLOY is empty"),
        ({"DEPLOY": ["git"]}, [], 2, "must be a table of targets"),
        ({"DEPLOY": {"a": LIVE, "b": LIVE}}, [], 2, "name one of a, b"),
        ({}, ["nix"], 2, "there is no target 'nix'"),
        ({"DEPLOY": {"a": {"kind": "ftp"}}}, [], 2, "one of git, ssh, s3, folder, command"),
        ({"DEPLOY": {"a": {"kind": "folder"}}}, [], 2, '["path"]: must be a text'),
        ({"DEPLOY": {"a": {"kind": "folder", "path": "output/www"}}}, [], 2, "that the site is"),
        ({"DEPLOY": {"a": {"kind": "folder", "path": "."}}}, [], 2, "that the site is built in"),
        ({"DEPLOY": {"a": {"kind": "folder", "path": "pelicanconf.py"}}}, [], 2, "names a file"),
        (
            {"DEPLOY": {"a": {"kind": "folder", "path": "pelicanconf.py/www"}}},
            ["--no-verify"],
            3,
            "pelicanconf.py/www/.publish: Not a directory",
        ),
        ({"DEPLOY": {"a": {**LIVE, "pth": "x"}}}, [], 2, "of kind folder has no 'pth'"),
        ({"DEPLOY": {"a": {**LIVE, "url": "mirror"}}}, [], 2, "'mirror' is no address of a site"),
        ({"DEPLOY": {"a": {**LIVE, "url": None}}}, [], 2, "None is no address of a site"),
        ({"DEPLOY": {"a": {"kind": "command", "command": ["up"]}}}, [], 2, "where the site is"),
        ({"DEPLOY": {"a": {"kind": "command", "command": "up"}}}, [], 2, "a list of words"),
        (
            {"DEPLOY": {"a": {"kind": "command", "command": ["./output/a", "{output}"]}}},
            ["--no-verify"],
            2,
            "./output/a cannot be run: Permission denied",
        ),
        (
            {"DEPLOY": {"a": {"kind": "command", "command": ["no-such", "{output}"]}}},
            ["--no-verify"],
            2,
            "no-such is not installed",
        ),
        ({"DEPLOY": {"a": {"kind": "git", "history": "none"}}}, [], 2, "must be keep or squash"),
        ({"DEPLOY": {"a": {"kind": "ssh", "host": "h", "path": "a", "keep": 1}}}, [], 2, "2 to 50"),
        (
            {"DEPLOY": {"a": {"kind": "git", "remote": "/no/such", "branch": "a..b"}}},
            [],
            2,
            '["branch"]: is no name of a branch',
        ),
        ({"DEPLOY": {"a": {"kind": "ssh", "host": "h", "path": "a\nb"}}}, [], 2, "must be a text"),
        (
            {"DEPLOY": {"a": {"kind": "ssh", "host": "h", "path": "a", "port": "x"}}},
            [],
            2,
            "must be a number",
        ),
        (
            {"DEPLOY": {"a": {"kind": "ssh", "host": "h:22", "path": "a"}}},
            [],
            2,
            "`port` is an opt",
        ),
        (
            {"DEPLOY": {"a": {"kind": "ssh", "host": "u:pw@h", "path": "a"}}},
            [],
            2,
            "as ssh names it",
        ),
        (
            {"DEPLOY": {"a": {"kind": "ssh", "host": "-oX=y", "path": "a"}}},
            [],
            2,
            "as ssh names it",
        ),
        ({"DEPLOY": {"a": {"kind": "git", "remote": "nix"}}}, [], 2, "no Git remote named nix"),
        ({"DEPLOY": {"a": {"kind": "git", "remote": "/no/such"}}}, ["--no-verify"], 3, "git: "),
        ({"DEPLOY_VERIFY": "x"}, [], 2, "must be a number of seconds"),
        ({"SITEURL": ""}, [], 2, "SITEURL is not set"),
        ({"SITEURL": "https://ex ample.com"}, [], 2, "'https://ex ample.com' is no address of a"),
        ({"SITEURL": "http://[::1"}, ["--dry-run"], 2, "'http://[::1' is no address of a site"),
        ({"SITEURL": "ftp://x.example"}, [], 2, "'ftp://x.example' is no address of a site"),
        ({"SITEURL": "HTTPS://X.EXAMPLE"}, ["--rollback"], 1, "no earlier release to go back to"),
        (
            {"DEPLOY": {"a": {"kind": "folder", "path": "w", "url": "https://x.example:99999"}}},
            ["--dry-run"],
            2,
            "'https://x.example:99999' is no address of a site",
        ),
        ({}, ["--rollback", "--resume"], 2, "exclude each other"),
        ({}, ["--rollback"], 1, "no earlier release to go back to"),
        ({"DEPLOY_VERIFY": 0.1}, [], 3, "deployed, but not live after 0.1 s"),
    ],
)
def test_a_mistake_is_one_line_with_the_next_step(
    tmp_path: Path,
    values: dict[str, Any],
    words: list[str],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    folder = project(tmp_path / "a", {**site(1), "a": b"no program"}, **values)
    ended, out, err = typed(folder, *words, monkeypatch=monkeypatch, capsys=capsys)
    assert ended == code, err
    assert says in err
    assert "Traceback" not in out + err
    assert "—" in err or "Usage" in err


def test_a_mirror_is_looked_at_where_its_own_readers_find_it(
    servers: Rigs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """``SITEURL`` is the main site's; a target's ``url`` is where that target is verified."""
    stand = stands.make("folder", servers, tmp_path, f"mirror-{next(NUMBERS)}")
    mirror = {**stand.options, "url": f"{stand.siteurl}/"}
    folder = project(tmp_path / "a", site(1), DEPLOY={"mirror": mirror}, DEPLOY_VERIFY=5)
    code, out, err = typed(folder, monkeypatch=monkeypatch, capsys=capsys)
    assert (code, "is live; " in out) == (0, True), err
    assert stand.public()["index.html"] == site(1)["index.html"]


def test_what_was_not_built_or_was_changed_since_is_not_put_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    folder = project(tmp_path / "a", None)
    code, _, err = typed(folder, monkeypatch=monkeypatch, capsys=capsys)
    assert (code, "was not built by `publish build`" in err) == (1, True)
    folder = project(tmp_path / "b", site(1))
    (folder / "output/post-0/index.html").write_bytes(b"by hand")
    code, _, err = typed(folder, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
    assert (code, "output/post-0/index.html: is not as it was built" in err) == (1, True)
    folder = project(tmp_path / "c", {**site(1), "a.html": b'<script src="/_live.js?build=1">'})
    code, _, err = typed(folder, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
    assert (code, "a.html: is a page of a preview" in err) == (1, True)
    assert not [letter for letter in "abc" if (tmp_path / letter / "www").exists()]


def test_a_settings_file_is_named_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    project(tmp_path / "a", site(1))
    code, _, err = typed(
        tmp_path / "a/output",
        "-s",
        "../pelicanconf.py",
        "--no-verify",
        monkeypatch=monkeypatch,
        capsys=capsys,
    )
    assert (code, (tmp_path / "a/www/index.html").is_file()) == (0, True), err


@pytest.mark.parametrize("kind", ["folder", "git", "ssh", "command"])
def test_a_build_that_goes_on_meanwhile_stops_a_deploy_and_readers_keep_the_old_site(
    kind: str, servers: Rigs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stand = stands.make(kind, servers, tmp_path, f"moved-{kind}-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1")
    stand.build(site(2))
    release = stand.release("a2", 1)
    (stand.output / "post-1/index.html").write_bytes(b"of another build")
    monkeypatch.setattr(type(stand), "release", lambda self, *rest: release)
    with pytest.raises(Stopped, match="was changed by another build while") as refusal:
        stand.deploy("a2", 1)
    assert refusal.value.code == 1
    public = stand.public()
    assert public["post-1/index.html"] == site(1)["post-1/index.html"]
    assert b"of another build" not in public.values()
    assert not list(dead_links(public))


def test_it_goes_up_and_is_reported_in_words_and_for_scripts(
    servers: Rigs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    name = f"cli-{next(NUMBERS)}"
    target = {"kind": "folder", "path": str(servers.www / name)}
    folder = project(
        tmp_path / "a", site(1), SITEURL=f"{servers.web}/{name}", DEPLOY={"www": target}
    )
    code, out, _ = typed(folder, "--dry-run", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert "post-0/index.html: new" in out
    assert out.splitlines()[-1].endswith("(a dry run: nothing was written)")
    assert not (servers.www / name).exists()
    code, out, err = typed(folder, monkeypatch=monkeypatch, capsys=capsys)
    assert (code, err) == (0, "")
    assert "is live; 10 uploaded, 0 removed, 0 unchanged" in out
    code, out, _ = typed(folder, "--json", monkeypatch=monkeypatch, capsys=capsys)
    told = json.loads(out)
    assert (code, told["state"], told["put"], told["target"]) == (0, "unchanged", [], "www")
    assert set(told) == {
        "target",
        "kind",
        "release",
        "previous",
        "source",
        "state",
        "put",
        "deleted",
        "foreign",
        "unchanged",
        "seconds",
        "verified",
        "warnings",
    }


def test_what_was_pulled_after_the_build_is_no_reason_to_replace_a_newer_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said = {"monkeypatch": monkeypatch, "capsys": capsys}
    www = {"www": {"kind": "folder", "path": str(tmp_path / "www")}}
    begun = time.time() - 60

    def git(folder: Path, *words: str) -> None:
        when = {"GIT_COMMITTER_DATE": f"{begun:.0f} +0000", "GIT_AUTHOR_DATE": f"{begun:.0f} +0000"}
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True, env={**os.environ, **when})

    old = project(tmp_path / "old", None, DEPLOY=www)
    (old / ".gitignore").write_text("output\n.publish\n")
    git(old, "init", "-q")
    git(old, "add", "-A")
    git(old, "commit", "-qm", "one")
    git(tmp_path, "clone", "-q", str(old), "new")
    project(old, site(1), DEPLOY=www)
    begun += 30  # what follows happens after the build
    record = manifest.place(load(old / "pelicanconf.py"), old / "output")
    os.utime(record, (begun - 10, begun - 10))
    new = tmp_path / "new"
    (new / "content").mkdir()
    (new / "content" / "new.md").write_text("new")
    git(new, "add", "-A")
    git(new, "commit", "-qm", "two")
    project(new, site(2), DEPLOY=www)
    assert typed(new, "--no-verify", **said)[0] == 0
    git(old, "pull", "-q", "../new")
    code, out, err = typed(old, "--no-verify", **said)
    assert (code, out) == (0, "www (folder): a newer release is up; nothing to do\n")
    assert "the content changed since it was built: `publish build` brings that in" in err
    assert (tmp_path / "www" / "new-2" / "index.html").is_file()
    project(old, site(3), DEPLOY=www)
    assert "is up, not verified" in typed(old, "--no-verify", **said)[1]


def test_going_back_and_what_is_not_ours_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said = {"monkeypatch": monkeypatch, "capsys": capsys}
    folder = project(tmp_path / "a", site(1))
    for number in range(12):
        place = folder / "www" / f"theirs-{number:02}.html"
        place.parent.mkdir(exist_ok=True)
        place.write_text("theirs")
    _, _, err = typed(folder, "--no-verify", **said)
    assert "theirs-09.html: is not ours; left alone" in err
    assert "and 2 more that are not ours" in err
    first = json.loads((folder / "www" / "publish-release.json").read_text())["release"]
    project(folder, site(2))
    typed(folder, "--no-verify", **said)
    _, out, _ = typed(folder, "--rollback", "--dry-run", **said)
    what = f"www (folder): release {first[:12]}"
    assert out == f"{what} would be put up (a dry run: nothing was written)\n"
    assert (folder / "www" / "new-2" / "index.html").is_file()
    _, out, err = typed(folder, "--rollback", "--no-verify", **said)
    assert out == f"{what} is up, not verified\n"
    assert "held: `publish deploy` and `publish run` upload nothing older" in err
    code, out, err = typed(folder, "--json", "--no-verify", **said)
    assert (code, json.loads(out)["state"]) == (1, "held"), err
    _, out, _ = typed(folder, "--rollback", first[:8], "--no-verify", **said)
    assert out == f"{what} is up, not verified\n"
    next((folder / "www" / ".publish").rglob("record.json")).write_text("{")
    code, out, err = typed(folder, "--json", "--no-verify", **said)
    assert (code, json.loads(out)["state"]) == (1, "stopped")
    assert "record.json: is damaged — remove it: then every file there counts as not ours" in err


def test_a_branch_gets_the_sites_own_name_and_another_machine_goes_back_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    bare = tmp_path / "pages.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    deploy = {"a": {"kind": "git", "remote": str(bare)}}
    values = {"SITEURL": "https://www.calm.example", "DEPLOY": deploy}
    for machine in ("one", "two", "three"):
        folder = project(tmp_path / machine, site(1 + (machine != "one")), **values)
        words = ["--rollback"] if machine == "three" else []
        code, _, err = typed(folder, *words, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
        assert code == 0, err

    def shown(path: str) -> bytes:
        return subprocess.run(
            ["git", "-C", str(bare), "show", f"gh-pages:{path}"], capture_output=True, check=True
        ).stdout

    assert shown("CNAME") == b"www.calm.example\n"
    assert shown("index.html") == site(1)["index.html"]


def test_a_page_that_was_wrong_is_requested_again_until_it_is_right(servers: Rigs, tmp_path: Path):
    stand = stands.make("folder", servers, tmp_path, f"wrong-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1", verify=0)
    page = Path(stand.options["path"], "new-1/index.html")
    stamp = page.stat().st_mtime_ns
    right = page.read_bytes()

    def serve(body: bytes) -> None:
        page.write_bytes(body)
        os.utime(page, ns=(stamp, stamp))

    serve(right.swapcase())  # As a stale cache: the marker is right, a page is not.
    for _ in range(2):
        with pytest.raises(Stopped, match="new-1/ is not what was built") as wrong:
            stand.deploy("a1", 1)
        assert wrong.value.code == 1
    serve(right)
    assert stand.deploy("a1", 2).verified > 4
    assert stand.deploy("a1", 3).verified == 1


def test_cloudflare_gets_redirects_in_its_own_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    words = ["sh", "-c", 'cp "$1/_redirects" up', "wrangler", "{output}"]
    folder = project(
        tmp_path / "a",
        {**site(1), "_redirects": b"/old/  /new/  301!\n"},
        DEPLOY={"a": {"kind": "command", "command": words}},
    )
    code, _, err = typed(folder, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0, err
    assert (folder / "up").read_bytes() == b"/old/  /new/  301\n"


def arguments_of_programs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of every program that is started from now on."""
    words: list[str] = []
    real = subprocess.Popen

    def watched(args: list[str], **how: Any) -> Any:
        words.extend(args)
        return real(args, **how)

    monkeypatch.setattr(programs.subprocess, "Popen", watched)
    return words


def test_no_secret_is_in_an_argument_or_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    token = "ghp_a-token-of-the-tests"
    monkeypatch.setenv("PUBLISH_GIT_TOKEN", token)
    monkeypatch.setenv(
        "PUBLISH_SSH_KEY", "-----BEGIN KEY-----\nAAAASECRETSECRET\n-----END KEY-----"
    )
    words = arguments_of_programs(monkeypatch)
    heads: list[str] = []
    with stand_in_for_a_host(heads) as url:
        target = {"kind": "git", "remote": f"{url}/blog.git"}
        folder = project(tmp_path / "a", site(1), DEPLOY={"pages": target})
        code, out, err = typed(folder, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 3
    assert heads, "the token reaches the host"
    assert all(head.startswith("Basic ") for head in heads)
    everything = " ".join([*words, out, err])
    for secret in (token, heads[0].split()[1], "AAAASECRETSECRET"):
        assert secret not in everything
    kept = [p for p in (tmp_path / "a").rglob("*") if p.is_file()]
    assert not [p for p in kept if token.encode() in p.read_bytes()]


def test_a_refused_push_leaves_what_was_there_and_says_why_in_the_document_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    hook = tmp_path / "pages.git/hooks/pre-receive"
    subprocess.run(["git", "init", "-q", "--bare", str(hook.parent.parent)], check=True)
    hook.write_text("#!/bin/sh\necho not today >&2; exit 1\n", encoding="ascii")
    hook.chmod(0o755)
    pages = {"kind": "git", "remote": str(hook.parent.parent)}
    folder = project(tmp_path / "site", site(1), DEPLOY={"www": pages})
    said = {"monkeypatch": monkeypatch, "capsys": capsys}
    code, out, err = typed(folder, "--json", "--no-verify", **said)
    found = json.loads(out)
    assert (code, found["state"]) == (3, "stopped")
    assert err == f"error: {found['errors'][0]}\n"
    assert "not today" in err


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_deploy_that_is_stopped_leaves_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals
):
    """As `timeout`, systemd and CI jobs stop a program, and as closing the terminal does."""
    target = {"kind": "ssh", "host": "h", "path": "blog"}
    folder = project(tmp_path / "a", site(1), DEPLOY={"server": target})
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text("#!/bin/sh\nexec cat >&2\n", encoding="ascii")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PUBLISH_SSH_KEY", "SECRET OF THE TESTS")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    # Under nohup, where the tests may run, a closed terminal stops nothing.
    heeding = f"import signal; signal.signal({int(stop)}, signal.SIG_DFL)"
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{heeding}; import publish.cli; publish.cli.main()",
            "deploy",
            "--no-verify",
        ],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            while child.poll() is None and not list((tmp_path / "temporary").glob("*/key")):
                time.sleep(0.01)
            child.send_signal(stop)
            _, said = child.communicate(timeout=30)
        finally:
            child.kill()
    assert (child.returncode, list((tmp_path / "temporary").iterdir())) == (130, []), said
    assert "interrupted — run it again" in said


def test_a_deploy_that_is_stopped_waits_for_no_command_at_work_on_the_server():
    line = Connection(["sh"], "h", "")
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        line.ask(lambda end: f"exec sleep 20; echo {end}\n")
    stopped = line.child.poll()
    line.close()
    assert stopped == -signal.SIGKILL


def test_a_deploy_that_is_stopped_waits_for_no_store_that_does_not_answer(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = f"http://127.0.0.1:{silent.getsockname()[1]}"
        target = {"kind": "s3", "bucket": "b", "endpoint": store}
        child = subprocess.Popen(
            [sys.executable, "-m", "publish", "deploy", "--no-verify"],
            cwd=project(tmp_path / "a", site(1), DEPLOY={"store": target}),
            env={**os.environ, "AWS_ACCESS_KEY_ID": "A" * 16, "AWS_SECRET_ACCESS_KEY": "S" * 16},
            stderr=subprocess.PIPE,
            text=True,
        )
        with silent.accept()[0]:
            time.sleep(0.1)
            child.send_signal(signal.SIGINT)
            try:
                said = child.communicate(timeout=15)[1]
            finally:
                child.kill()
    assert (child.returncode, said.count("interrupted")) == (130, 1)


def test_a_program_that_has_just_ended_when_it_is_stopped_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
):
    communicate = subprocess.Popen.communicate

    def stopped(self: subprocess.Popen[bytes], *args: Any, **options: Any) -> None:
        communicate(self, *args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", stopped)
    with pytest.raises(KeyboardInterrupt):
        programs.run(["true"])


def test_a_deploy_stopped_as_its_clock_starts_does_not_wait_for_that_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    start = threading.Timer.start

    def stopped(self: threading.Timer) -> None:
        start(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Timer, "start", stopped)
    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        Server("h", str(tmp_path)).connect("sh", ["-c", "exec cat"], "", str)
    assert not [t for t in set(threading.enumerate()) - before if not t.daemon]


@pytest.mark.parametrize(
    ("login", "sent"), [("nora:pass-w%40rd", {b"nora:pass-w@rd"}), ("pass-w", {b"pass-w:helped"})]
)
def test_a_login_in_a_remotes_address_is_in_no_argument(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    login: str,
    sent: set[bytes],
):
    heads: list[str] = []
    with stand_in_for_a_host(heads) as url:
        folder = project(tmp_path / "a", site(1), DEPLOY={"pages": {"kind": "git"}})
        remote = url.replace("http://", f"http://{login}@") + "/blog.git"
        helper = "!f() { echo password=helped; }; f"
        for git in (
            ["init", "-q"],
            ["remote", "add", "origin", remote],
            ["config", "credential.helper", helper],
        ):
            subprocess.run(["git", *git], cwd=folder, check=True)
        words = arguments_of_programs(monkeypatch)
        code, out, err = typed(folder, "--no-verify", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 3, err
    assert {base64.b64decode(head.split()[1]) for head in heads} == sent
    assert "pass-w" not in " ".join([*words, out, err])
    kept = [p for p in (folder / ".publish").rglob("*") if p.is_file()]
    assert not [p for p in kept if b"pass-w" in p.read_bytes()]


def stand_in_for_a_host(heads: list[str]) -> Any:
    """A host that refuses all, and remembers what it was told."""
    from contextlib import contextmanager
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            head = self.headers.get("Authorization")
            heads.extend([head] if head else [])
            self.send_response(403 if head else 401)
            self.send_header("WWW-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    @contextmanager
    def serving() -> Any:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()

    return serving()


@pytest.mark.parametrize("kind", ["ssh", "folder"])
def test_readers_under_load_see_the_old_site_or_the_new_one(
    kind: str, servers: Rigs, tmp_path: Path
):
    stand = stands.make(kind, servers, tmp_path, f"load-{kind}-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1")
    wrong: list[str] = []
    seen: set[bytes] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            for path in ("index.html", "post-0/index.html", "theme/site.css"):
                status, body = fetch(f"{stand.siteurl}/{path}")
                if status != 200:
                    wrong.append(f"{path} answers {status}")
                elif path == "post-0/index.html":
                    seen.add(body)
                    shown = body.decode().split('src="../')[1].split('"')[0]
                    # The page is read, and a moment later what it shows.
                    if (status := fetch(f"{stand.siteurl}/{shown}")[0]) != 200:
                        wrong.append(f"{shown} answers {status}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(2, 4):
            stand.build(site(number))
            stand.deploy(f"a{number}", number)
    finally:
        time.sleep(0.1)
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong, wrong[:5]
    assert seen <= {site(n)["post-0/index.html"] for n in range(1, 6)}
    assert len(seen) > 1
    assert not list(dead_links(stand.public()))


def test_starting_loads_neither_the_bucket_library_nor_what_it_does_not_use(tmp_path: Path):
    folder = project(tmp_path / "a", site(1))
    code = (
        "import sys\nfrom publish.cli import run\nrun(['deploy', '--no-verify'])\n"
        "print([m for m in ('obstore', 'requests', 'pelican', 'lxml', 'http.client', 'jinja2') "
        "if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_help_names_each_option_of_the_contract():
    from publish.cli.live import deploy as command

    said = CliRunner().invoke(command, ["--help"]).output
    for option in ("--dry-run", "--rollback", "--resume", "--allow-deletes", "--no-verify"):
        assert option in said
    assert rigs.SECRET not in said
