"""Whatever fails, the built site stays as it was, and the message is one line that names a file."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.errors import ConfigError, PublishError, Refused
from publish.post.files import locked
from publish.site import commit as committing
from publish.site.build import build

from .conftest import Site

BUILD = (
    "import sys, resource, publish.errors\n"
    "from publish.settings import load\n"
    "from publish.site.build import build\n"
    "if len(sys.argv) > 2:\n"
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
    "try:\n"
    "    build(load(sys.argv[1]), full=True)\n"
    "except publish.errors.PublishError as error:\n"
    "    sys.exit(f'refused: {error}')\n"
)


def started(site: Site, *more: str) -> subprocess.Popen[bytes]:
    """A build in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(site.conf), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def theme(site: Site, article: str) -> None:
    site.write("theme/templates/article.html", article)
    site.write("theme/static/a.css", "")
    site.set("THEME = 'theme'")


def plugin(site: Site, source: str) -> None:
    site.write("plugins/faulty.py", source)
    site.set("PLUGINS = ['faulty']")


HOOK = (
    "from pelican import signals\n"
    "def hurt(generators):\n    raise KeyError('boom')\n"
    "def register():\n    signals.all_generators_finalized.connect(hurt)\n"
)
FAULTS = {
    "no date": (
        lambda s: s.write("content/posts/bad.md", "Title: Bad\n\nBody\n"),
        r"content/posts/bad\.md:1: .*date",
    ),
    "bad date": (
        lambda s: s.post("bad", "Body", date="someday"),
        r"^content/posts/bad\.md:2: 'someday' is not a valid date — ",
    ),
    "unknown status": (
        lambda s: s.post("bad", "Body", Status="drfat"),
        r"content/posts/bad\.md:5: .*drfat",
    ),
    "not utf-8": (
        lambda s: s.write("content/posts/bad.md", b"Title: Bad\nDate: 2024-01-01\n\n\xff\xfe"),
        r"content/posts/bad\.md:\d+: .*UnicodeDecodeError",
    ),
    "an address outside": (
        lambda s: s.post("bad", "Body", Save_as="../../evil.html"),
        r"content/posts/bad\.md:\d+: .*outside output path",
    ),
    "two posts with one address": (
        lambda s: s.write(
            "content/posts/bad.md", "Title: B\nDate: 2024-01-01\nSlug: post-1\n\nB\n"
        ),
        r"post-1",
    ),
    "broken link to a post": (
        lambda s: s.post("bad", "One.\n\nSee [this]({filename}nowhere.md)."),
        r"content/posts/bad\.md:8: Unable to find 'nowhere\.md'",
    ),
    "template error": (
        lambda s: theme(s, "<body>\n\n{{ article.nothing.at_all }}</body>"),
        r"theme/templates/article\.html:3: UndefinedError",
    ),
    "template syntax": (
        lambda s: theme(s, "<body>\n{% if %}</body>"),
        r"theme/templates/article\.html:2: TemplateSyntaxError",
    ),
    "missing plugin": (lambda s: s.set("PLUGINS = ['nowhere']"), r"Cannot load plugin `nowhere`"),
    "plugin that does not compile": (
        lambda s: plugin(s, "def register(:\n"),
        r"plugins/faulty\.py:1: SyntaxError",
    ),
    "plugin that fails to register": (
        lambda s: plugin(s, "def register():\n    raise ValueError('no luck')\n"),
        r"Cannot register plugin `faulty`.*no luck",
    ),
    "plugin that fails at work": (lambda s: plugin(s, HOOK), r"plugins/faulty\.py:3: KeyError"),
    "plugin that exits": (
        lambda s: plugin(s, "import sys\ndef register():\n    sys.exit('bye')\n"),
        r"plugins/faulty\.py:3: SystemExit: bye",
    ),
    "plugin that dies": (
        lambda s: plugin(s, "import os\ndef register():\n    os.kill(os.getpid(), 9)\n"),
        r"ended early: by signal 9",
    ),
    "missing theme": (lambda s: s.set("THEME = 'no-such-theme'"), r"no-such-theme"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_nothing_and_is_reported_in_one_line(site: Site, fault: str):
    build(site.settings)
    good, record = site.bytes(), (site.root / ".publish/build").read_bytes()
    harm, expected = FAULTS[fault]
    harm(site)
    with pytest.raises(PublishError) as caught:
        build(site.settings)
    line = str(caught.value)
    assert re.search(expected, line), line
    assert "Traceback" not in line
    assert "\n" not in line
    assert str(site.root / ".publish") not in line
    assert " — " in line
    assert site.bytes() == good
    assert (site.root / ".publish/build").read_bytes() == record


SHARING = (
    "INCREMENTAL = True\nfrom pelican import signals\n"
    "def hurt(number):\n    if number == 25:\n        {end}\n"
    "def share(generators):\n    generators[0].settings['ENGINE'].shared(hurt, range(30))\n"
    "def register():\n    signals.all_generators_finalized.connect(share)\n"
)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("raise KeyError('boom')", r"^plugins/faulty\.py:5: KeyError: 'boom'"),
        ("import sys; sys.exit('bye')", r"^plugins/faulty\.py:5: SystemExit: bye"),
        (
            "class Odd(Exception): pass; raise Odd(open('/dev/null'))",
            r"^plugins/faulty\.py:6: RuntimeError: Odd: ",
        ),
        ("import os; os.kill(os.getpid(), 9)", r"a part of the build was ended by signal 9"),
    ],
)
def test_what_fails_in_a_copy_is_reported_as_here(site: Site, end: str, expected: str):
    plugin(site, SHARING.format(end=end.replace("pass; ", "pass\n        ")))
    with pytest.raises(Refused, match=expected):
        build(site.settings, jobs=2)
    assert site.bytes() == {}


def test_every_fault_of_a_build_is_counted(site: Site):
    site.post("bad", "Body", date="someday")
    site.post("worse", "Body", date="never")
    with pytest.raises(Refused, match=r"\(and 1 more\)"):
        build(site.settings)


@pytest.mark.parametrize("line", ["1 / 0", "import sys; sys.exit(3)", "x = (", "PATH = 'nowhere'"])
def test_a_settings_file_that_fails_is_a_matter_of_configuration(site: Site, line: str):
    build(site.settings)
    good, settings = site.bytes(), site.settings
    site.set(line)
    with pytest.raises(ConfigError) as caught:
        build(settings)
    assert "\n" not in str(caught.value)
    assert site.bytes() == good


def test_what_a_plugin_prints_does_not_reach_the_answer(site: Site):
    plugin(site, "import os\ndef register():\n    print('{', end='')\n    os.write(1, b'noise')\n")
    assert build(site.settings).written


def test_a_fault_with_a_next_step_of_its_own_is_told_with_that_one(site: Site):
    plugin(
        site,
        (
            "import logging\nfrom pelican import signals\n"
            "from publish.post.diagnostic import unwritable\n"
            "def hurt(generators):\n"
            "    error = OSError(28, 'No space left on device', 'x')\n"
            "    unwritable(error, 'a letter').log(logging.getLogger())\n"
            "def register():\n    signals.all_generators_finalized.connect(hurt)\n"
        ),
    )
    with pytest.raises(Refused) as failure:
        build(site.settings)
    assert failure.value.remedy == "fix that (permissions, disk space) and build again"
    assert failure.value.message.endswith("a letter cannot be written (No space left on device)")


def test_a_warning_that_breaks_nothing_is_passed_on_each_time(site: Site):
    site.post("plain", "![](/images/dot.svg)")
    assert any("Empty alt" in warning for warning in build(site.settings).warnings)
    assert any("Empty alt" in warning for warning in build(site.settings).warnings)


def test_output_that_cannot_be_written_is_named(site: Site):
    site.write("output", "a file")
    with pytest.raises(Refused, match=r"output.*cannot be written"):
        build(site.settings)
    assert site.output.read_text() == "a file"


def test_a_full_disk_leaves_the_site_as_it_was(site: Site):
    build(site.settings)
    good = site.bytes()
    site.post("long", "word " * 40_000)
    site.post("post-1", "Edited.", date="2024-01-01")
    done = started(site, "100000")
    _, err = done.communicate(timeout=60)
    assert done.returncode == 1
    assert err.startswith(b"refused: .publish/")
    assert b"Traceback" not in err
    assert site.bytes() == good
    build(site.settings)
    assert site.bytes() == site.stock()


def test_a_folder_that_may_not_be_written_in_is_found_before_anything_moves(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    build(site.settings)
    good = site.bytes()
    site.post("post-1", "Edited.", date="2024-01-01")
    real = os.access
    # The tests may run as a user whom no right holds back.
    monkeypatch.setattr(
        committing.os, "access", lambda p, mode: Path(p).name != "post-1" and real(p, mode)
    )
    with pytest.raises(Refused, match=r"output/post-1: cannot be written"):
        build(site.settings)
    assert site.bytes() == good


def test_another_file_system_is_written_to_through_parts(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    expected = site.stock()
    real, copied = committing.shutil.copy2, []
    monkeypatch.setattr(
        committing.shutil, "copy2", lambda a, b: (copied.append(Path(b)), real(a, b))[1]
    )
    monkeypatch.setattr(committing, "_one_device", lambda a, b: False)
    build(site.settings)
    assert site.bytes() == expected
    assert copied
    assert all(site.output / committing.PARTS in path.parents for path in copied)


def test_another_file_system_that_is_full_is_named_and_left_as_it_was(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    def full(source: Path, part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    monkeypatch.setattr(committing.shutil, "copy2", full)
    monkeypatch.setattr(committing, "_one_device", lambda a, b: False)
    with pytest.raises(Refused, match=r"/output/\S+: cannot be written: No space left on device"):
        build(site.settings)
    assert not list(site.output.iterdir())


def test_killed_at_any_moment_the_next_build_is_whole_and_every_file_always_is(site: Site):
    chance = random.Random(7)
    for number in range(4, 12):
        site.post(f"post-{number}", "word " * 3000, date=f"2024-01-{number:02}")
    build(site.settings)
    began = time.monotonic()
    started(site).communicate(timeout=60)
    whole, seen = time.monotonic() - began, [site.bytes()]
    for number in range(10):
        site.post("post-1", f"Edit {number}. " * 500, date="2024-01-01")
        (site.root / f"content/posts/post-{number + 2}.md").unlink(missing_ok=True)
        old = site.bytes()
        child = started(site)
        time.sleep(chance.uniform(0.6, 1.0) * whole)
        # Every second time only the parent dies, and its renderer goes on writing in its stage.
        (os.killpg if number % 2 else os.kill)(child.pid, signal.SIGKILL)
        child.communicate()
        between = site.bytes()
        build(site.settings)
        new = site.bytes()
        assert set(between) <= set(old) | set(new)
        for name, data in between.items():
            assert data in (old.get(name), new.get(name)), name
        assert build(site.settings).foreign == ()
        seen.append(new)
    assert seen[-1] == site.stock()


@pytest.mark.parametrize("moment", range(1, 9, 2))
def test_stopped_between_two_renames_the_next_build_finishes(
    site: Site, monkeypatch: pytest.MonkeyPatch, moment: int
):
    class Killed(BaseException):
        """As SIGKILL: nobody catches it."""

    build(site.settings)
    (site.root / "content/posts/post-2.md").unlink()
    site.set("SITENAME = 'Every page changes'")
    real, calls = Path.replace, []

    def dying(path: Path, target: Path) -> Path:
        calls.append(path)
        if len([c for c in calls if "stage" in c.parts]) == moment:
            raise Killed
        return real(path, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(Killed):
        build(site.settings)
    monkeypatch.undo()
    done = build(site.settings)
    assert done.foreign == ()
    assert site.bytes() == site.stock()


def test_two_builds_at_once_both_end_well_and_nothing_mixes(site: Site):
    build(site.settings)
    site.post("post-1", "Edited.", date="2024-01-01")
    both = [started(site), started(site)]
    for child in both:
        _, err = child.communicate(timeout=60)
        assert child.returncode == 0, err
    assert site.bytes() == site.stock()


def test_a_build_waits_then_refuses_and_names_the_other(tmp_path: Path):
    heard: list[str] = []
    with (
        locked(tmp_path / "lock", Refused),
        pytest.raises(Refused, match=f"another build \\(process {os.getpid()}\\)"),
        locked(tmp_path / "lock", Refused, patience=0.2, say=heard.append),
    ):
        raise AssertionError("both held the lock")
    assert heard == [f"another build (process {os.getpid()}) is at work; waiting for it"]


def test_the_lock_of_a_dead_process_holds_nobody_up(tmp_path: Path):
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys, time\n"
            "f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True)\n"
            "time.sleep(60)",
            str(tmp_path / "lock"),
        ],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    with (tmp_path / "lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    child.kill()
    child.communicate()
    with locked(tmp_path / "lock", Refused, patience=1):
        pass
