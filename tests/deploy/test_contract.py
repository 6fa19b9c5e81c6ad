"""The contract of every kind of target, observed through the public server."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from publish.deploy import targets
from publish.deploy.deploy import Stopped
from publish.deploy.release import MARKER, read_marker
from publish.deploy.targets.ssh import Ssh
from publish.errors import Exit, NothingSent
from publish.http import fetch
from tests.deploy import stand as stands
from tests.deploy.conftest import Rigs
from tests.deploy.stand import KINDS, ROLLS, Stand, dead_links, expected, site, site_of

NUMBERS = itertools.count(1)


@pytest.fixture(params=KINDS)
def every(request: pytest.FixtureRequest, servers: Rigs, tmp_path: Path) -> Stand:
    return stands.make(request.param, servers, tmp_path, f"{request.param}-{next(NUMBERS)}")


@pytest.fixture(params=[kind for kind in KINDS if kind != "sftp"])
def stand(request: pytest.FixtureRequest, servers: Rigs, tmp_path: Path) -> Stand:
    """Without the second way of ssh, which differs from the first in how files travel alone."""
    return stands.make(request.param, servers, tmp_path, f"{request.param}-{next(NUMBERS)}")


def shows(stand: Stand, files: dict[str, bytes]) -> None:
    """Assert that readers get exactly these files."""
    public = stand.public()
    assert site_of(public) == expected(stand, files)
    assert not list(dead_links(public))


def test_a_site_goes_up_changes_stands_and_goes_back(every: Stand):
    stand = every
    first, second = site(1), site(2)
    stand.build(first)
    dry = stand.deploy("a1", dry_run=True)
    assert dry.state == "planned"
    assert {p.path for p in dry.put} >= set(first)
    assert stand.listed() == [], "a dry run writes nothing"

    out = stand.deploy("a1")
    assert (out.state, out.previous) == ("live", "")
    assert out.verified >= len(site(1)) - 4
    shows(stand, first)
    assert read_marker(stand.public()[MARKER])[:2] == (out.release, "a1")

    again = stand.deploy("a1", 1)
    assert (again.state, again.put, again.deleted) == ("unchanged", (), ())

    stand.build(second)
    changed = stand.deploy("a2", 2)
    assert (changed.state, changed.previous) == ("live", out.release)
    touched = {p.path for p in changed.put}
    assert "grüße/ö.txt" not in touched, "what did not change does not go up"
    assert {"index.html", "new-2/index.html", MARKER} <= touched
    assert "new-1/index.html" in changed.deleted
    old_picture = next(p for p in first if p.startswith("pictures/"))
    carried = {} if stand.kind == "command" else {old_picture: first[old_picture]}
    shows(stand, second | carried)

    if stand.kind not in ROLLS:
        with pytest.raises(Stopped, match="cannot go back by itself") as refusal:
            stand.back()
        assert refusal.value.code == Exit.USAGE
        return
    back = stand.back()
    assert (back.state, back.release) == ("live", out.release)
    shows(stand, first)
    with pytest.raises(Stopped, match="rolled back from release") as held:
        stand.deploy("a2", 3)
    assert held.value.code == Exit.REFUSED
    shows(stand, first)
    stand.build(site(3))
    assert stand.deploy("a3", 4).state == "live", "a correction ends the hold"
    assert stand.deploy("a3", 5).state == "unchanged"
    assert stand.public()["index.html"] == site(3)["index.html"]


ODD = ("(a) +b/100%.txt", "#1, 'q' \"r\"/sq[1] what?.txt", "-d/{a,b} $HOME `x` ~;&|!.txt",
       "back\\slash.txt", "narrow\u202fAM.txt", "a:b/two  spaces.txt", ".htaccess", "%41.txt",
       "releases/x.part")  # fmt: skip


def test_files_of_any_name_go_up_change_and_go(every: Stand):
    stand = every
    for number in (1, 2):
        files = site(number) | {name: f"{name} {number}\r\n".encode() for name in ODD}
        stand.build(files)
        assert stand.deploy(f"a{number}", number).state == "live"
        public = stand.public()
        assert {path: public[path] for path in files} == files
    stand.build(site(2))
    assert stand.deploy("a3", 3).state == "live"


def test_more_commands_than_fit_into_a_pipe_are_carried_out(servers: Rigs, tmp_path: Path):
    stand = stands.make("sftp", servers, tmp_path, f"many-{next(NUMBERS)}")
    stand.options["path"] += "/of/many/folders"  # which are made
    files = site(1) | {f"a/{number:0200}.txt": b"" for number in range(300)}
    stand.build(files)
    assert stand.deploy("a1", patience=1, verify=0).state == "deployed"
    top = Path(stand.options["path"], "current")
    assert set(files) <= {p.relative_to(top).as_posix() for p in top.rglob("*.*")}


@pytest.mark.parametrize("kind", ["folder", "ssh", "sftp"])
def test_a_web_server_may_read_all_whatever_the_umask_is(servers: Rigs, tmp_path: Path, kind: str):
    stand = stands.make(kind, servers, tmp_path, f"umask-{next(NUMBERS)}")
    before = os.umask(0o077)
    try:
        stand.build(site(1))
        stand.deploy("a1", verify=0)
    finally:
        os.umask(before)
    top = servers.www / stand.name
    for path in stand.listed():
        modes = [p.stat().st_mode & 0o777 for p in (top / path, (top / path).parent)]
        assert modes == [0o644, 0o755], path


@pytest.mark.parametrize(("name", "what"), [("post-0", "a folder"), ("index.html/x", "a file")])
def test_what_is_in_the_way_is_named_with_the_next_step(
    servers: Rigs, tmp_path: Path, name: str, what: str
):
    stand = stands.make("folder", servers, tmp_path, f"way-{next(NUMBERS)}")
    stand.build(site(1))
    place = Path(stand.options["path"], name)
    place.parent.mkdir(exist_ok=True)
    place.write_text("theirs")
    with pytest.raises(Stopped, match=f"that is not ours is in the way of {what}"):
        stand.deploy("a1")


def test_nothing_is_written_through_a_link_that_leads_out(servers: Rigs, tmp_path: Path):
    stand = stands.make("folder", servers, tmp_path, f"link-{next(NUMBERS)}")
    stand.build(site(1))
    (tmp_path / "elsewhere").mkdir()
    Path(stand.options["path"], "post-0").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Stopped, match=r"post-0: is a link out of .* — remove the link"):
        stand.deploy("a1")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("kind", ["ssh", "sftp"])
def test_a_damaged_record_is_refused_and_a_lost_release_is_not_gone_back_to(
    servers: Rigs, tmp_path: Path, kind: str
):
    stand = stands.make(kind, servers, tmp_path, f"damaged-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1", verify=0)
    current = tmp_path / "server" / "current"
    record = current.parent / "releases" / f"{current.resolve().name}.json"
    record.write_text("{")
    stand.build(site(2))
    for act in (stand.back, lambda: stand.deploy("a2", 2)):
        with pytest.raises(Stopped, match="is damaged — remove it: then every file there"):
            act()
    record.unlink()
    assert stand.deploy("a2", 2).state == "live"
    stand.build(site(3))
    stand.deploy("a3", 3, verify=0)
    past = stand.back(dry_run=True).release
    shutil.rmtree(current.parent / "releases" / f"{past[:16]}-a2")
    with pytest.raises(Stopped, match=r"the server does not have release .* any more"):
        stand.back()
    assert stand.public()["index.html"] == site(3)["index.html"]


@pytest.mark.parametrize("lost", ["kept", "releases"])
def test_a_release_whose_files_are_lost_is_not_gone_back_to(
    servers: Rigs, tmp_path: Path, lost: str
):
    stand = stands.make("folder", servers, tmp_path, f"lost-{next(NUMBERS)}")
    for number in (1, 2):
        stand.build(site(number))
        stand.deploy(f"a{number}", number, verify=0)
    (vault,) = Path(stand.options["path"]).glob(f".publish/*/{lost}")
    shutil.rmtree(vault)
    with pytest.raises(Stopped, match="is not kept any more — build that state of the content"):
        stand.back()
    assert stand.public()["index.html"] == site(2)["index.html"]


def test_an_account_that_loses_its_shell_or_gets_one_deploys_as_before(
    servers: Rigs, tmp_path: Path
):
    stand = stands.make("ssh", servers, tmp_path, f"both-{next(NUMBERS)}")
    for number, host in enumerate((servers.ssh.host, servers.ssh.sftp_only, servers.ssh.host), 1):
        stand.options["host"] = host
        stand.build(site(number))
        assert stand.deploy(f"a{number}", number, patience=0).state == "live"
    stand.options["host"] = servers.ssh.sftp_only
    assert stand.back().state == "live"
    assert stand.public()["index.html"] == site(2)["index.html"]


def test_a_server_whose_flock_cannot_wait_gets_the_site_by_sftp(servers: Rigs, tmp_path: Path):
    """As busybox's, which knows neither of these options."""
    stand = stands.make("ssh", servers, tmp_path, f"flock-{next(NUMBERS)}")
    flock = tmp_path / "flock"
    flock.write_text("#!/bin/sh\necho unrecognized option >&2\nexit 1\n")
    flock.chmod(0o755)
    config = Path(servers.ssh.options[1])
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    act = (
        f"PATH={tmp_path}:$PATH; case $SSH_ORIGINAL_COMMAND in internal-sftp) "
        "exec /usr/lib/openssh/sftp-server;; esac; eval $SSH_ORIGINAL_COMMAND"
    )
    with (config.parent / "authorized_keys").open("a") as keys:
        keys.write(f'command="{act}" {key.with_suffix(".pub").read_text()}')
    mine = tmp_path / "ssh_config"
    known = config.read_text()
    mine.write_text(known.replace(str(config.parent / "id"), str(key)))
    stand.options["options"] = ["-F", str(mine)]
    stand.build(site(1))
    assert stand.deploy("a1").state == "live"


def test_a_deploy_with_a_shell_and_one_with_sftp_alone_exclude_each_other(
    servers: Rigs, tmp_path: Path
):
    shell = stands.make("ssh", servers, tmp_path, f"either-{next(NUMBERS)}")
    sftp = shell.other()
    sftp.options = {**shell.options, "host": servers.ssh.sftp_only}
    for number, (holder, other) in enumerate([(shell, sftp), (sftp, shell)]):
        for stand in (holder, other):
            stand.build(site(number))
        with (
            targets.make(holder.place()).claim(holder.release("a1"), 1),
            pytest.raises(Stopped, match="another deploy is at work"),
        ):
            other.deploy("a1", number, patience=0)
        assert other.deploy("a1", number, patience=0, verify=0).state == "deployed"
    # One that died leaves nothing that the other would have to wait for.
    died = targets.make(shell.place())
    assert isinstance(died, Ssh)
    died.claim(shell.release("a1"), 1).__enter__()
    died.carrier.line.child.kill()
    sftp.build(site(2))
    assert sftp.deploy("a1", 2, patience=5, verify=0).state == "deployed"


def test_a_slow_upload_whose_lock_was_taken_over_does_not_come_through(
    servers: Rigs, tmp_path: Path
):
    stand = stands.make("ssh", servers, tmp_path, f"slow-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1", verify=0)
    target = targets.make(stand.place())
    assert isinstance(target, Ssh)
    with target.claim(stand.release("a1"), 1):
        lease = Path(stand.options["path"], ".publish", "lease")
        (lease / "shell").rename(lease / "another")
        with pytest.raises(NothingSent, match="lease"):
            target.carrier.switch("elsewhere", b"{}")
    assert stand.public()["index.html"] == site(1)["index.html"]


def test_a_server_whose_order_failed_is_free_at_once(servers: Rigs, tmp_path: Path):
    stand = stands.make("sftp", servers, tmp_path, f"free-{next(NUMBERS)}")
    stand.build(site(1))
    in_the_way = Path(stand.options["path"], ".publish", "current.new", "theirs")
    in_the_way.mkdir(parents=True)
    with pytest.raises(Stopped, match="rig-sftp"):
        stand.deploy("a1")
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    assert stand.deploy("a1", 1, patience=0).state == "live"


@pytest.mark.parametrize("kind", ["ssh", "sftp"])
def test_a_folder_where_the_link_belongs_is_named_with_the_next_step(
    servers: Rigs, tmp_path: Path, kind: str
):
    stand = stands.make(kind, servers, tmp_path, f"no-link-{next(NUMBERS)}")
    stand.build(site(1))
    theirs = Path(stand.options["path"], "current", "theirs.html")
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    with pytest.raises(Stopped, match=r"/current on rig.* is a folder, not a link — move it") as no:
        stand.deploy("a1", dry_run=True)
    assert no.value.code == Exit.REFUSED
    assert theirs.read_text() == "theirs"


def test_resume_ends_a_hold_and_puts_the_same_up_again(stand: Stand):
    if stand.kind not in ROLLS:
        return
    for number in (1, 2):
        stand.build(site(number))
        stand.deploy(f"a{number}", number)
    back = stand.back()
    with pytest.raises(Stopped, match="rolled back"):
        stand.deploy("a2", 3)
    assert stand.deploy("a2", 4, resume=True).state == "live"
    assert stand.deploy("a2", 5).state == "unchanged"
    assert stand.back(back.release[:8]).release == back.release, "by its name, again"
    with pytest.raises(Stopped, match="no earlier release ffff to go back to"):
        stand.back("ffff")


@pytest.mark.parametrize(("kind", "name"), [("folder", "after"), ("ssh", "after"), ("s3", "purge")])
def test_the_step_after_a_release_is_repeated_until_it_succeeds(
    servers: Rigs, tmp_path: Path, kind: str, name: str
):
    stand = stands.make(kind, servers, tmp_path, f"after-{next(NUMBERS)}")
    ready, ran = tmp_path / "is ready", tmp_path / "ran"
    script = 'echo "not ready" >&2; test -e "$0" && echo ran >> "$1"'
    stand.options[name] = ["sh", "-c", script, str(ready), str(ran)]
    stand.build(site(1))
    with pytest.raises(Stopped, match=r"the release is up, but .* failed: .*not ready") as failure:
        stand.deploy("a1")
    assert failure.value.code == Exit.NOTHING_SENT
    assert failure.value.outcome.state == "deployed"
    shows(stand, site(1))
    ready.touch()
    assert stand.deploy("a1", 1).state == "live", "though no file changed"
    assert stand.deploy("a1", 2).state == "unchanged"
    stand.build(site(2))
    stand.deploy("a2", 3)
    ready.unlink()
    with pytest.raises(Stopped, match="not ready"):
        stand.back()
    assert ran.read_text().split() == ["ran", "ran"]
    shows(stand, site(1))
    ready.touch()
    assert [stand.back().state for _ in range(2)] == ["live", "unchanged"]
    assert ran.read_text().split() == ["ran", "ran", "ran"]


def test_a_server_without_a_shell_says_so_if_a_step_is_to_run_there(servers: Rigs, tmp_path: Path):
    stand = stands.make("sftp", servers, tmp_path, f"after-{next(NUMBERS)}")
    stand.options["after"] = ["nginx", "-s", "reload"]
    stand.build(site(1))
    with pytest.raises(Stopped, match=r"has no shell.*remove `after`"):
        stand.deploy("a1")


@pytest.mark.parametrize("kind", ["ssh", "sftp"])
def test_a_server_keeps_as_many_releases_as_the_settings_say(
    servers: Rigs, tmp_path: Path, kind: str
):
    stand = stands.make(kind, servers, tmp_path, f"keep-{next(NUMBERS)}")
    stand.options["keep"] = 2
    made = []
    for number in (1, 2, 3):
        stand.build(site(number))
        made.append(stand.deploy(f"a{number}", number, verify=0).release)
    there = {p.name for p in (tmp_path / "server" / "releases").iterdir()}
    assert len(there) == 4, there
    assert stand.back(dry_run=True).release == made[1]
    with pytest.raises(Stopped, match=rf"no earlier release {made[0]}.*there is: {made[1][:12]}"):
        stand.back(made[0])


def test_what_is_not_ours_stays(every: Stand):
    stand = every
    stand.build(site(1))
    stand.deploy("a1")
    if stand.kind == "command":
        return
    stand.plant("owner.html", b"not ours")
    stand.build(site(2))
    out = stand.deploy("a2", 1)
    assert out.foreign == ("owner.html",)
    assert stand.public()["owner.html"] == b"not ours"
    for name, act in (
        ("second.html", stand.back),
        ("third.html", lambda: stand.deploy("a2", 2, resume=True)),
    ):
        shutil.rmtree(stand.folder / "work", ignore_errors=True)
        stand.plant(name, b"not ours either")
        act()
        assert stand.public()["owner.html"] == b"not ours"
        assert stand.public()[name] == b"not ours either"
    assert stand.public()["index.html"] == site(2)["index.html"]


def test_a_link_and_a_program_of_the_branch_that_are_not_ours_stay_what_they_are(
    servers: Rigs, tmp_path: Path
):
    stand = stands.make("git", servers, tmp_path, f"modes-{next(NUMBERS)}")
    stand.build(site(1))
    stand.deploy("a1", 1, verify=0)
    stand.plant("run.sh", b"#!/bin/sh\n")
    work = tmp_path / "work"
    (work / "link").symlink_to("run.sh")
    (work / "run.sh").chmod(0o755)
    git = ["git", "-C", str(work), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["add", "-A"], ["commit", "-qm", "by hand"], ["push", "-q"]):
        subprocess.run([*git, *words], check=True)

    def modes() -> list[str]:
        words = ["git", "-C", str(tmp_path / "pages.git"), "ls-tree", "gh-pages", "link", "run.sh"]
        return [line[:6] for line in subprocess.check_output(words, text=True).splitlines()]

    stand.build(site(2))
    assert stand.deploy("a2", 2).state == "live"
    assert modes() == ["120000", "100755"]
    assert stand.back().state == "live"
    assert modes() == ["120000", "100755"]


def test_what_a_broken_upload_left_does_not_keep_the_disk_full(servers: Rigs, tmp_path: Path):
    for host in (servers.ssh.host, servers.ssh.sftp_only):
        stand = stands.make("ssh", servers, tmp_path / host, f"left-{next(NUMBERS)}")
        stand.options["host"] = host
        stand.build(site(1))
        releases = Path(stand.options["path"], "releases")
        left = releases / ".0123456789abcdef-a0.part" / "pictures"
        left.mkdir(parents=True)
        (left / "big.jpg").write_bytes(b"x" * 1000)
        target = targets.make(stand.place())
        assert isinstance(target, Ssh)
        with target.claim(stand.release("a1"), 1):
            target.carrier.upload(stand.output, "fresh", ["index.html"], "")
            assert {p.name for p in releases.iterdir()} == {"fresh"}


def test_a_first_deploy_over_an_old_site_takes_its_files_over_once(stand: Stand):
    if stand.kind in ("ssh", "command"):
        return  # What was there before is a folder of the server's, and is refused or replaced.
    if stand.kind == "git":
        subprocess.run(
            ["git", "clone", "-q", stand.options["remote"], str(stand.folder / "first")], check=True
        )
        git = ["git", "-C", str(stand.folder / "first"), "-c", "user.name=a", "-c", "user.email=b"]
        for words in (
            ["checkout", "-q", "-b", "gh-pages"],
            ["commit", "-q", "--allow-empty", "-m", "by hand"],
            ["push", "-q", "origin", "gh-pages"],
        ):
            subprocess.run([*git, *words], check=True)
    stand.plant("index.html", b"an old site")
    shutil.rmtree(stand.folder / "work", ignore_errors=True)
    stand.plant("owner.html", b"not ours")
    stand.build(site(1))
    out = stand.deploy("a1")
    assert [p.why for p in out.put if p.path == "index.html"] == [
        "takes the place of a file that is not ours"
    ]
    assert out.foreign == ("owner.html",)
    again = stand.deploy("a1", 1)
    assert (again.state, again.foreign) == ("unchanged", ("owner.html",))
    assert stand.public()["index.html"] == site(1)["index.html"]


def test_an_older_source_never_replaces_a_newer_one(stand: Stand):
    stand.build(site(2))
    stand.deploy("a2", 2)
    late = stand.other()
    late.build(site(1))
    out = late.deploy("a1", 9)
    assert out.state == "superseded"
    shows(stand, site(2))
    late.build(site(3))
    with pytest.raises(Stopped, match="on another branch") as apart:
        late.deploy("b1", 9)
    assert apart.value.code == Exit.NOTHING_SENT
    shows(stand, site(2))
    assert late.deploy("b1", 10, resume=True).state == "live"
    assert site_of(stand.public())["index.html"] == site(3)["index.html"]


def test_a_fifth_of_the_pages_does_not_vanish_by_mistake(stand: Stand):
    stand.build(site(1, posts=6))
    stand.deploy("a1")
    stand.build(site(1, posts=3))
    with pytest.raises(Stopped, match="3 of 8 pages would vanish") as refusal:
        stand.deploy("a2", 1)
    assert refusal.value.code == Exit.REFUSED
    shows(stand, site(1, posts=6))
    assert stand.deploy("a2", 2, allow_deletes=True).state == "live"
    shows(stand, site(1, posts=3))


def test_a_picture_that_a_sent_letter_shows_stays_and_others_go_after_a_day(stand: Stand):
    if stand.kind == "command":
        return
    pictures = []
    for number in (1, 2, 3):
        stand.build(site(number))
        pictures.append(next(p for p in site(number) if p.startswith("pictures/")))
        stand.deploy(f"a{number}", number, kept_for_letters=pictures[:1])
    assert set(pictures) <= set(stand.listed())
    stand.build(site(4))
    day_later = stand.release("a4").time.replace("-28T", "-30T")
    release = stand.release("a4")
    object.__setattr__(release, "time", day_later)
    from publish.deploy import deploy as deploying
    from publish.deploy import targets

    place = stand.place()
    options = deploying.DeployOptions(verify=5, kept_for_letters=pictures[:1])
    out = deploying.deploy(targets.make(place), place, release, stands.line, options)
    assert pictures[0] in stand.listed(), "a letter shows it"
    assert pictures[1] in out.deleted
    assert pictures[1] not in stand.listed()
    assert pictures[2] in stand.listed(), "dead since a moment only"


def test_a_rollback_leaves_what_a_sent_letter_shows(every: Stand):
    stand = every
    if stand.kind not in ROLLS:
        return
    for number in (1, 2):
        stand.build(site(number))
        stand.deploy(f"a{number}", number, verify=0)
    picture = next(p for p in site(2) if p.startswith("pictures/"))
    assert stand.back(kept_for_letters=[picture]).state == "live"
    shows(stand, site(1) | {picture: site(2)[picture]})
    stand.build(site(3))
    out = stand.deploy("a3", 3, kept_for_letters=[picture])
    assert (out.state, out.foreign) == ("live", ())
    assert picture in stand.listed()


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_what_was_taken_off_is_not_found_by_those_who_know_where_it_is_kept(
    kind: str, servers: Rigs, tmp_path: Path
):
    stand = stands.make(kind, servers, tmp_path, f"vault-{kind}-{next(NUMBERS)}")
    stand.build(site(1))
    first = stand.deploy("a1")
    stand.build(site(2))
    second = stand.deploy("a2", 1)
    page = hashlib.sha256(site(1)["new-1/index.html"]).hexdigest()
    releases = [f"releases/{out.release}.json" for out in (first, second)]
    for path in ("record.json", f"kept/{page}", "r/000000002.done", *releases):
        assert fetch(f"{stand.siteurl}/.publish/{path}")[0] in (403, 404), path
    assert stand.back().release == first.release, "and yet it is kept"


def test_git_travels_over_ssh_too(servers: Rigs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_SSH_COMMAND", " ".join(["ssh", *servers.ssh.options]))
    stand = stands.make("git-ssh", servers, tmp_path, f"git-ssh-{next(NUMBERS)}")
    stand.build(site(1))
    assert stand.deploy("a1").state == "live"
    assert stand.deploy("a1", 1).state == "unchanged"
    shows(stand, site(1))
