"""A build: equal to stock Pelican's, writing only what changed, and skipped when it may be."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish.errors import Refused
from publish.post import stamps
from publish.settings import load
from publish.site import build as building
from publish.site import manifest, snapshot
from publish.site.build import build

from .conftest import STRANGER_TO_ISSUES, Site


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The stages of the runs of Pelican that took place."""
    seen: list[Path] = []
    real = building.run

    def counted(task, *further, **named):
        seen.append(task.stage)
        return real(task, *further, **named)

    monkeypatch.setattr(building, "run", counted)
    return seen


def test_a_build_is_byte_for_byte_what_stock_pelican_makes(site: Site):
    done = build(site.settings)
    assert site.bytes() == site.stock()
    assert sorted(done.written) == sorted(site.bytes())
    assert (done.removed, done.foreign, done.unchanged, done.warnings) == ((), (), 0, ())
    assert {"scan", "load", "read", "plugins", "pages", "commit"} <= set(done.seconds)


def test_after_every_kind_of_edit_it_is_still_what_stock_pelican_makes(site: Site):
    build(site.settings)
    edits = [
        lambda: site.post("post-4", "New.", date="2024-01-09"),
        lambda: site.post("post-1", "Edited.", date="2024-01-01", Tags="one, two"),
        lambda: site.write("content/images/dot.svg", "<svg/>"),
        lambda: (site.root / "content/posts/post-2.md").unlink(),
        lambda: site.set("DEFAULT_PAGINATION = 2"),
        lambda: site.set("SITENAME = 'Other'"),
        lambda: (site.root / "content/posts/post-1.md").rename(site.root / "content/posts/z.md"),
        lambda: site.post("post-3", "Draft now.", Status="draft"),
    ]
    for edit in edits:
        edit()
        build(site.settings)
        assert site.bytes() == site.stock()


def test_a_picture_that_a_sent_letter_shows_is_never_removed(site: Site):
    for name in ("sent it", "other"):
        site.write(f"content/images/{name}.svg", "<svg/>")
    build(site.settings)
    site.set("NEWSLETTER_SITEURL = 'https://letters.example/blog'")
    address = "http://letters.example/blog/images/sent%20it.svg"
    site.write("content/ledger/issues/k1/issue.json", json.dumps({"images": [address]}))
    site.write("content/ledger/issues/k2/issue.json", "damaged")
    for name in ("sent it", "other"):
        (site.root / f"content/images/{name}.svg").unlink()
    done = build(site.settings)
    assert done.removed == ("images/other.svg",)
    site.post("post-9", "Words.")
    assert build(site.settings, full=True).removed == ()
    assert (site.output / "images/sent it.svg").is_file()
    assert "images/sent it.svg" not in build(site.settings).foreign


def test_only_what_differs_is_written_and_what_is_gone_is_removed(site: Site):
    build(site.settings)
    about = stamps.stamp(site.output / "about/index.html")
    (site.root / "content/posts/post-2.md").unlink()
    done = build(site.settings)
    assert "post-2/index.html" in done.removed
    assert not (site.output / "post-2").exists()
    assert "about/index.html" not in done.written
    assert stamps.stamp(site.output / "about/index.html") == about


def test_nothing_changed_means_nothing_is_rendered(site: Site, renders: list[Path]):
    build(site.settings)
    began = time.monotonic()
    done = build(site.settings)
    assert time.monotonic() - began < 2
    assert len(renders) == 1
    assert (done.written, done.removed) == ((), ())
    assert done.unchanged == len(site.bytes())
    build(site.settings, full=True)
    assert len(renders) == 2
    # What one build keeps for the next is nothing that a site is made of.
    for number in range(2):
        site.post("post-1", f"Edit {number}.", date="2024-01-01")
        build(site.settings)
        build(site.settings)
        assert len(renders) == 3 + number


@pytest.mark.parametrize("age", [0, 3600])
def test_an_edit_of_the_same_size_in_the_same_instant_is_seen(site: Site, age: int):
    post = site.post("post-1", "Body AAAA", date="2024-01-01")
    then = time.time_ns() - age * 10**9
    os.utime(post, ns=(then, then))
    build(site.settings)
    with post.open("r+b") as stream:  # the same inode, size and modification time
        stream.write(post.read_bytes().replace(b"AAAA", b"BBBB"))
    os.utime(post, ns=(then, then))
    build(site.settings)
    assert b"BBBB" in site.bytes()["post-1/index.html"]


def test_a_touch_without_a_change_writes_nothing(site: Site):
    build(site.settings)
    (site.root / "content/posts/post-1.md").touch()
    assert build(site.settings).written == ()


def test_a_template_that_no_setting_names_is_tracked_by_what_was_read(site: Site):
    site.write("extra/snippet.txt", "one")
    site.set("from pathlib import Path")
    site.set("SITENAME = (Path(__file__).parent / 'extra/snippet.txt').read_text()")
    build(site.settings)
    build(site.settings)
    site.write("extra/snippet.txt", "two")
    build(site.settings)
    assert b"two" in site.bytes()["index.html"]


def test_a_theme_of_ones_own_and_its_new_files_are_seen(site: Site):
    site.write("theme/templates/article.html", "<body>{{ article.content }}</body>")
    site.write("theme/static/a.css", "a{}")
    site.set("THEME = 'theme'")
    build(site.settings)
    site.write("theme/static/b.css", "b{}")
    assert build(site.settings).written == ("theme/b.css",)


def test_a_plugin_that_nobody_can_track_makes_every_build_full(site: Site, renders: list[Path]):
    site.write(
        "plugins/spawns.py",
        "import subprocess, sys\n"
        "def register():\n    subprocess.run([sys.executable, '-c', ''], check=True)\n",
    )
    site.set("PLUGINS = ['spawns']")
    build(site.settings)
    build(site.settings)
    assert len(renders) == 2


def test_a_scheduled_post_comes_out_when_its_moment_has_come(site: Site):
    soon = datetime.now(UTC) + timedelta(seconds=10)
    site.post("later", "At last.", date=soon.isoformat(timespec="milliseconds"))
    build(site.settings)
    assert not any(b"later" in page for page in site.bytes().values())
    build(site.settings)
    assert "later/index.html" not in site.bytes()
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.1)
    build(site.settings)
    assert "later/index.html" in site.bytes()


def test_an_output_file_changed_or_deleted_by_hand_is_mended(site: Site):
    build(site.settings)
    good = site.bytes()
    (site.output / "index.html").write_text("by hand")
    (site.output / "about/index.html").unlink()
    done = build(site.settings)
    assert sorted(done.written) == ["about/index.html", "index.html"]
    assert site.bytes() == good


def test_files_of_others_are_left_alone_and_reported(site: Site):
    site.write("output/CNAME", "small.example")
    site.write("output/.git/config", "x")
    site.write("output/mine/notes.txt", "x")
    (site.output / "empty").mkdir()
    assert build(site.settings).foreign == ("CNAME", "mine/notes.txt")
    assert build(site.settings).foreign == ("CNAME", "mine/notes.txt")
    site.set("OUTPUT_RETENTION = ['CNAME']")
    assert build(site.settings).foreign == ("mine/notes.txt",)
    assert (site.output / ".git/config").read_text() == "x"
    assert (site.output / "empty").is_dir()


def test_without_its_records_it_adopts_what_is_equal_and_removes_nothing(site: Site):
    build(site.settings)
    (site.output / "index.html").write_text("other bytes at our own place")
    (site.root / "content/posts/post-3.md").unlink()
    for file in sorted((site.root / ".publish").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    done = build(site.settings)
    assert "index.html" in done.written
    assert "about/index.html" not in done.written
    assert "post-3/index.html" in done.foreign
    assert (site.output / "post-3/index.html").exists()


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b"{", b'{"version": 2}', b'{"version": 2, "files": 3}']
)
def test_a_damaged_record_is_as_none(site: Site, damage: bytes):
    build(site.settings)
    (site.root / ".publish/build").write_bytes(damage)
    assert build(site.settings).written == ()


def test_another_output_folder_has_its_own_record(site: Site, tmp_path: Path):
    build(site.settings)
    done = build(site.settings, output=tmp_path / "elsewhere")
    assert done.output == str(tmp_path / "elsewhere")
    assert site.bytes(tmp_path / "elsewhere") == site.bytes()
    assert build(site.settings).written == ()


def test_an_output_folder_keeps_its_files_while_another_one_has_its_turn(site: Site):
    site.post("gone", "For a while.")
    build(site.settings)
    foreign = site.write("elsewhere/gone/index.html", "An author's own page.")
    (site.root / "content/posts/gone.md").unlink()
    site.set('OUTPUT_PATH = "elsewhere"')
    first = build(site.settings)
    # What one folder's build wrote is not ours in another folder.
    assert (first.removed, first.foreign) == ((), ("gone/index.html",))
    assert foreign.is_file()
    site.set('OUTPUT_PATH = "output"')
    back = build(site.settings)
    assert (back.removed, back.foreign) == (("gone/index.html",), ())
    assert site.bytes() == site.stock()
    site.set('OUTPUT_PATH = "elsewhere"')
    (site.root / "content/posts/post-1.md").unlink()
    assert build(site.settings).removed == ("post-1/index.html",)
    assert foreign.is_file()


def test_a_site_whose_folder_was_moved_still_knows_its_files(site: Site, tmp_path: Path):
    build(site.settings)
    moved = tmp_path / "moved"
    site.root.rename(moved)
    (moved / "content/posts/post-1.md").unlink()
    done = build(load(moved / "pelicanconf.py"))
    assert (done.removed, done.foreign) == (("post-1/index.html",), ())


def test_a_page_may_take_the_place_of_a_folder_and_back(site: Site):
    build(site.settings)
    site.set("ARTICLE_SAVE_AS = '{slug}'")
    build(site.settings)
    assert (site.output / "post-1").is_file()
    site.set("ARTICLE_SAVE_AS = '{slug}/index.html'")
    build(site.settings)
    assert (site.output / "post-1/index.html").is_file()
    assert site.bytes() == site.stock()


def test_a_stranger_in_the_way_is_named_and_nothing_changes(site: Site):
    site.write("output/post-1", "mine")
    before = site.bytes()
    with pytest.raises(Refused, match=r"post-1: is not ours .* — move it elsewhere"):
        build(site.settings)
    assert site.bytes() == before


def test_no_page_is_written_through_a_link_that_leads_out(site: Site, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    site.output.mkdir()
    (site.output / "post-1").symlink_to(tmp_path / "outside")
    with pytest.raises(Refused, match="is a link out of output/"):
        build(site.settings)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_link_at_a_pages_place_is_replaced_and_its_target_stays(site: Site, tmp_path: Path):
    (tmp_path / "secret").write_text("stays")
    site.output.mkdir()
    (site.output / "index.html").symlink_to(tmp_path / "secret")
    build(site.settings)
    assert (tmp_path / "secret").read_text() == "stays"
    assert not (site.output / "index.html").is_symlink()


def test_issues_are_committed_too_and_strangers_there_stay(site: Site):
    site.write("plugins/mails.py", STRANGER_TO_ISSUES)
    site.set("PLUGINS = ['mails']")
    site.write("mails/notes.txt", "mine")
    site.set("NEWSLETTER_ISSUES_PATH = 'mails'")
    assert build(site.settings).issues == 3
    (site.root / "content/posts/post-2.md").unlink()
    assert build(site.settings).issues == 2
    assert not (site.root / "mails/post-2").exists()
    assert (site.root / "mails/notes.txt").read_text() == "mine"
    (site.root / "mails/post-1/issue.html").write_text("by hand")
    build(site.settings)
    assert "by hand" not in (site.root / "mails/post-1/issue.html").read_text()


def test_any_pelican_site_with_any_settings_file_builds(tmp_path: Path):
    root = tmp_path / "quickstart"
    (root / "content").mkdir(parents=True)
    (root / "content/hello.md").write_text("Title: Hello\nDate: 2024-01-01\n\nHi.\n")
    (root / "my conf.py").write_text(
        "SITENAME = 'Q'\nPATH = 'content'\nTIMEZONE = 'Europe/Paris'\n"
    )

    settings = load(root / "my conf.py")
    assert "hello.html" in build(settings).written
    assert build(settings).written == ()


def test_no_draft_leaks_even_where_the_settings_are_stock(site: Site):
    site.set("del DRAFT_SAVE_AS, WITH_FUTURE_DATES")
    site.post("idea", "Secret words.", Status="draft")
    site.post("later", "Secret words.", date="2999-01-01")
    site.post("placed", "Secret words.", Status="draft", Save_as="placed/index.html")
    site.post("due", "Secret words.", date="2999-01-01", Save_as="due/index.html")
    site.write("content/pages/p.md", "Title: P\nStatus: draft\nSave_as: p.html\n\nSecret words.\n")
    build(site.settings)
    assert not any(b"Secret words" in page for page in site.bytes().values())
    assert not (site.output / "drafts").exists()


@pytest.mark.parametrize(
    "name", ["MAILCHIMP_API_KEY", "PUBLISH_GIT_TOKEN", "AWS_SECRET_ACCESS_KEY"]
)
def test_a_key_in_the_environment_never_reaches_a_template(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setenv(name, "0123456789abcdef-us1")
    site.set(f"import os\nSITENAME = os.environ.get({name!r}, 'no key')")
    build(site.settings)
    assert not any(b"0123456789abcdef" in page for page in site.bytes().values())


@pytest.mark.parametrize("layer", ["reader", "generator"])
def test_pelicans_own_cache_is_not_needed_and_makes_nothing_stale(site: Site, layer: str):
    site.set("CACHE_CONTENT = LOAD_CONTENT_CACHE = True")
    site.set(f"CONTENT_CACHING_LAYER = {layer!r}")
    build(site.settings)
    post = site.root / "content/posts/post-1.md"
    then = post.stat().st_mtime_ns
    site.post("post-1", "Body with an old stamp.", date="2024-01-01")
    os.utime(post, ns=(then, then))
    build(site.settings)
    assert b"old stamp" in site.bytes()["post-1/index.html"]


@pytest.mark.parametrize("folder", ["ledger", "node_modules", "deep/ledger"])
def test_a_post_may_lie_in_a_folder_of_any_name_and_is_watched_there(site: Site, folder: str):
    post = site.root / f"content/posts/{folder}/there.md"
    head = "Title: There\nDate: 2024-01-05\nSlug: there\n\n"
    site.write(str(post.relative_to(site.root)), f"{head}First.\n")
    build(site.settings)
    assert b"First." in site.bytes()["there/index.html"]
    post.write_text(f"{head}Second.\n")
    assert "there/index.html" in build(site.settings).written
    assert b"Second." in site.bytes()["there/index.html"]


def test_what_a_plugin_reads_of_the_ledger_is_watched_and_nothing_else_of_it(
    site: Site, renders: list[Path]
):
    site.write("content/ledger/mine.txt", "one")
    site.write("content/ledger/other.txt", "x")
    site.write(
        "plugins/reads.py",
        "from pathlib import Path\nfrom pelican import signals\n"
        "def put(generator):\n"
        "    path = Path(generator.path, 'ledger/mine.txt')\n"
        "    generator.context['SITESUBTITLE'] = path.read_text()\n"
        "def register():\n    signals.article_generator_finalized.connect(put)\n",
    )
    site.set("PLUGINS = ['reads']")
    time.sleep(2 * snapshot.TICK)  # what was saved in the last tick is not trusted
    build(site.settings)
    site.write("content/ledger/other.txt", "y")
    build(site.settings)
    assert len(renders) == 1
    site.write("content/ledger/mine.txt", "two")
    build(site.settings)
    assert len(renders) == 2


def test_a_stamp_that_comes_of_age_while_a_site_is_built_is_trusted(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stamps, "RACY", 10**18)
    known = manifest.scan(site.settings)
    assert known.racy.keys() == known.stamps.keys()
    still = manifest.extended(known, site.settings, (), 0)
    assert still
    assert still.racy == known.racy
    monkeypatch.setattr(stamps, "RACY", 0)
    later = manifest.extended(known, site.settings, (), 0)
    assert later
    assert not later.racy
    site.post("post-1", "Edited.", date="2024-01-01")
    assert manifest.extended(known, site.settings, (), 0) is None


def test_a_file_among_the_letters_is_noticed(site: Site, renders: list[Path]):
    build(site.settings)
    (site.settings.issues / "mine").mkdir(parents=True)
    build(site.settings)
    (site.settings.issues / "mine/note.txt").write_text("kept")
    build(site.settings)
    assert len(renders) == 3
    build(site.settings)
    assert len(renders) == 3


def test_how_far_a_build_is_is_reported_while_it_works(site: Site):
    heard: list[tuple[str, int]] = []
    done = build(site.settings, progress=lambda phase, count: heard.append((phase, count)))
    told = {phase: sum(n for p, n in heard if p == phase and n > 0) for phase, _ in heard}
    assert told == {"read": 4, "pages": done.rendered}
    site.post("post-1", "Edited.", date="2024-01-01")
    heard.clear()
    done = build(site.settings, progress=lambda phase, count: heard.append((phase, count)))
    assert heard.count(("read", 1)) == 1
    assert heard.count(("pages", 1)) == done.rendered


def test_a_link_to_a_folder_that_is_read_already_is_seen(site: Site):
    site.write("content/aside/more.md", "Title: More\nDate: 2024-03-01\nSlug: more\n\nMore.\n")
    build(site.settings)
    link = site.root / "content/posts/linked"
    link.symlink_to("../aside")
    assert "more/index.html" in build(site.settings).written
    assert site.bytes() == site.stock()
    link.unlink()
    assert "more/index.html" in build(site.settings).removed
