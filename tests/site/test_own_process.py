"""``publish build`` and ``publish check`` run Pelican in their own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from publish.site.build import build
from publish.site.engine.audit import Audit
from publish.site.engine.service import Service
from publish.site.engine.staging import Staging

from .conftest import Site

NOSY = """\
import os
from pathlib import Path
from pelican import signals

FOLDER = Path(__file__).parents[1]

def told(generators):
    print("noise", end="", flush=True)
    os.system("echo louder noise")
    key = os.environ.get("MAILCHIMP_API_KEY", "no key")
    (FOLDER / "seen").write_text(f"{os.getpid()} {Path.cwd()} {key}")

def register():
    signals.all_generators_finalized.connect(told)
"""


def command(
    site: Site, *words: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, from another folder than the site's."""
    return subprocess.run(
        [sys.executable, "-m", "publish", *words, "-s", str(site.conf)],
        cwd=folder or site.root.parent,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MAILCHIMP_API_KEY": "0123"},
    )


@pytest.fixture
def nosy(site: Site) -> Site:
    site.write("plugins/nosy.py", NOSY)
    site.set("PLUGINS = ['nosy']")
    return site


def test_a_plugin_runs_in_the_command_and_spoils_nothing_of_it(nosy: Site):
    with subprocess.Popen(
        [sys.executable, "-m", "publish", "build", "--json", "-s", str(nosy.conf)],
        cwd=nosy.root.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MAILCHIMP_API_KEY": "0123"},
    ) as running:
        out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert "louder noise" in err
    done = json.loads(out)
    assert done["rendered"] > 0
    assert (nosy.root / "seen").read_text() == f"{running.pid} {nosy.root} no key"
    nosy.set("PLUGINS = []")
    assert nosy.bytes() == nosy.stock()


def test_a_build_needs_no_standard_output(site: Site):
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m publish build -s '{site.conf}' >&-"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr
    assert site.bytes() == site.stock()


def test_a_command_that_is_killed_leaves_the_site_as_it_was(site: Site):
    assert command(site, "build").returncode == 0
    good = site.bytes()
    site.write("plugins/deadly.py", "import os\ndef register():\n    os.kill(os.getpid(), 9)\n")
    conf = site.conf.read_text()
    site.set("PLUGINS = ['deadly']\nSITENAME = 'Other'")
    assert command(site, "build").returncode == -signal.SIGKILL
    assert site.bytes() == good
    site.conf.write_text(conf)
    site.post("post-1", "Edited.", date="2024-01-01")
    assert command(site, "build").returncode == 0
    assert site.bytes() == site.stock()


BUSY = """\
import os
from pathlib import Path

def register():
    Path(__file__).with_name("pid").write_text(str(os.getpid()))
    while True:
        pass
"""
BUILD = "import sys; from publish.settings import load; from publish.site.build import build; build"


@pytest.mark.parametrize("how", ["alone", "forked"])
def test_a_process_of_a_build_ends_with_the_one_that_began_it(how: str, site: Site):
    forked = BUSY.replace("register()", "work()") + (
        "def register():\n"
        "    from publish.site.engine.pool import Pool\n"
        "    Pool(2, lambda _: work()).answers()\n"
    )
    site.write("plugins/busy.py", BUSY if how == "alone" else forked)
    site.set("PLUGINS = ['busy']")
    noted = site.root / "plugins/pid"
    with subprocess.Popen(
        [sys.executable, "-c", f"{BUILD}(load(sys.argv[1]))", str(site.conf)],
        cwd=site.root.parent,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as running:
        until(lambda: noted.is_file() and noted.read_text())
        running.kill()
    until(lambda: not is_running(int(noted.read_text())))


def until(seen: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended and that nobody has waited for yet is running no more.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_file_that_the_settings_neighbour_reads_decides(site: Site):
    site.write(
        "words.py",
        "from pathlib import Path\nWORD = Path(__file__).with_name('words.txt').read_text()\n",
    )
    site.set(
        "import sys\nsys.path.insert(0, __file__.rpartition('/')[0])\n"
        "from words import WORD\nSITENAME = WORD"
    )
    for word in ("one", "another"):
        site.write("words.txt", word)
        assert command(site, "build").returncode == 0
        assert word.encode() in site.bytes()["index.html"]


def test_a_file_that_the_settings_looked_for_in_vain_decides_once_it_is_there(site: Site):
    site.set(
        "try:\n    SITENAME = open(__file__.rpartition('/')[0] + '/name.txt').read()\n"
        "except FileNotFoundError:\n    SITENAME = 'Nameless'"
    )
    for word in ("Nameless", "Named"):
        assert command(site, "build").returncode == 0
        assert word.encode() in site.bytes()["index.html"]
        site.write("name.txt", "Named")


def test_another_markup_is_built_though_its_readers_were_left_out(site: Site):
    site.write(
        "content/posts/late.rst",
        "Late\n####\n\n:date: 2024-02-01\n:slug: late\n:category: Notes\n\nA *word* of ``code``.\n",
    )
    for _ in range(2):
        done = command(site, "build")
        assert done.returncode == 0, done.stderr
        assert site.bytes() == site.stock()
        site.post("post-1", "Edited.", date="2024-01-01")


def test_what_a_plugin_wants_done_at_the_end_of_the_process_is_done(site: Site):
    left = site.root / "left.txt"
    site.set(
        f"import atexit, pathlib\natexit.register(pathlib.Path({str(left)!r}).write_text, 'x')"
    )
    done = command(site, "build")
    assert (done.returncode, left.read_text()) == (0, "x"), done.stderr
    assert "written" in done.stdout
    left.unlink()
    site.post("post-1", "Edited.", date="2024-01-01", Status="nonsense")
    assert command(site, "build").returncode == 1
    assert left.read_text() == "x"


def test_what_starts_the_command_decides_nothing(site: Site):
    command(site, "build")
    site.post("post-1", "Edited.", date="2024-01-01")
    script = site.root / "start.py"
    script.write_text("from publish.cli import main\nmain()\n")
    done = subprocess.run(
        [sys.executable, str(script), "build", "--json", "-s", str(site.conf)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert json.loads(done.stdout)["rendered"] < len(site.stock())


def test_what_one_kind_of_process_built_the_other_keeps(site: Site):
    build(site.settings)
    site.post("post-1", "Edited.", date="2024-01-01")
    done = command(site, "build", "--json")
    assert json.loads(done.stdout)["rendered"] < len(site.stock())
    site.post("post-1", "Edited again.", date="2024-01-01")
    steps: list[str] = []
    build(site.settings, progress=lambda phase, count: steps.append(phase))
    assert steps.count("read") == 1
    assert site.bytes() == site.stock()


def test_a_check_shows_what_it_finds(nosy: Site):
    nosy.post("bad", "See [this]({filename}nowhere.md).")
    done = command(nosy, "check", "--json")
    assert done.returncode == 1
    assert any("nowhere.md" in finding["message"] for finding in json.loads(done.stdout))


def ahead(folder: Path, jobs: int) -> tuple[Service, Callable[[str], None]]:
    staging = Staging(folder / "stage", (), {}, {})
    service = Service(staging, jobs, Audit(), lambda phase, count: None)
    return service, lambda name: (folder / name).write_text(str(os.getpid())) and None


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_what_is_begun_ahead_is_shared_by_the_other_cores(tmp_path: Path, jobs: int):
    service, work = ahead(tmp_path, jobs)
    service.ahead(work, ["a", "b", "c"])()
    made = {file.read_text() for file in tmp_path.iterdir()}
    assert len(made) == jobs - 1
    assert str(os.getpid()) not in made


def test_what_was_begun_ahead_ends_with_the_build(tmp_path: Path):
    service, work = ahead(tmp_path, 2)
    service.ahead(lambda name: work(name) or time.sleep(600), ["a"])
    deadline = time.monotonic() + 60
    while not (file := tmp_path / "a").exists() or not file.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    service.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
