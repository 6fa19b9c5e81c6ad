"""Each command that the tool prints works when it is typed as printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.inside import Finished, publish
from tests.newsletter.stand import deliveries, make_site, put_post

QUOTED = re.compile(r"`publish ([^`]+)`")
AT_THE_END = re.compile(r": publish (.+)$", re.M)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose author is at the terminal, and says yes."""
    make_site(tmp_path)
    with (tmp_path / "pelicanconf.py").open("a") as conf:
        # So short that a scheduled letter is never too near its hour for other words.
        conf.write("NEWSLETTER_UNDO_MINUTES = 30\n")
    monkeypatch.setattr("publish.cli.confirming._agreed", lambda question: True)
    return tmp_path


def printed(done: Finished) -> list[list[str]]:
    """The commands in what a command said."""
    text = done.stdout + done.stderr
    return [shlex.split(c) for c in [*QUOTED.findall(text), *AT_THE_END.findall(text)]]


def run(site: Path, *words: str) -> Finished:
    """A command that ends well."""
    done = publish(*words, cwd=site)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done


def typed(site: Path, done: Finished, act: str) -> None:
    """Run the one command of that name which ``done`` printed, as printed."""
    found = [words for words in printed(done) if words[0] == act]
    assert found, (act, done.stdout, done.stderr)
    run(site, *found[0])


def test_what_send_and_undo_print(site: Path):
    put_post(site, "dose")
    typed(site, run(site, "send"), "undo")
    nothing = run(site, "send")
    assert "taken back" in nothing.stdout
    typed(site, nothing, "send")
    typed(site, run(site, "undo"), "send")
    assert deliveries(site) == []


def test_what_a_changed_letter_prints(site: Path):
    put_post(site, "dose", "Give 50 mg.")
    run(site, "send")
    put_post(site, "dose", "Give 5 mg.")
    assert ["send", "dose", "--replace"] in printed(run(site, "plan"))
    typed(site, run(site, "status"), "send")
    put_post(site, "dose", "Give 6 mg.")
    refused = publish("send", "dose", "--as-update", cwd=site)
    assert refused.returncode == 1
    typed(site, refused, "send")
    run(site, "undo")
    run(site, "send", "dose", "--now")
    put_post(site, "dose", "Give 7 mg.")
    typed(site, run(site, "status"), "send")
    typed(site, run(site, "undo", "dose"), "send")


def test_what_a_digest_prints(site: Path):
    put_post(site, "one", days=2)
    put_post(site, "two")
    sent = run(site, "send", "one", "two", "--digest")
    refused = publish("send", "one", "--replace", cwd=site)
    assert refused.returncode == 1
    typed(site, refused, "undo")
    digest = next(words for words in printed(sent) if words[0] == "undo")[1]
    again = publish("send", digest, cwd=site)
    assert again.returncode == 1
    typed(site, again, "send")


def test_what_is_printed_of_a_letter_whose_post_is_gone(site: Path):
    put_post(site, "dose")
    put_post(site, "night")
    run(site, "send")
    put_post(site, "dose", Newsletter="no")
    put_post(site, "night", Newsletter="no")
    first = run(site, "status").stdout.splitlines()[0]
    assert "its post is not public any more" in first
    warned = run(site, "build")
    assert warned.stderr.count("its post is not public any more") == 2
    typed(site, warned, "undo")
    typed(site, run(site, "plan"), "undo")
    assert publish("undo", cwd=site).returncode == 0


def test_what_a_flood_prints(site: Path):
    for slug in ("one", "two", "three"):
        put_post(site, slug)
    refused = publish("send", cwd=site)
    assert refused.returncode == 1
    assert printed(refused) == printed(run(site, "plan"))[-1:]
    typed(site, refused, "send")


def test_what_a_lost_address_prints(site: Path):
    file = put_post(site, "dose")
    put_post(site, "night")
    run(site, "build")
    file.unlink()
    refused = publish("build", cwd=site)
    assert refused.returncode == 1
    typed(site, refused, "retract")
    assert "What was here was taken down" in (site / "output/dose/index.html").read_text()
    run(site, "retract", "night", "--to", "/")
    assert 'url=/"' in (site / "output/night/index.html").read_text()


def test_a_link_to_what_is_taken_off_is_left_to_do(site: Path):
    put_post(site, "dose")
    put_post(site, "night", "See [it]({filename}dose.md).")
    run(site, "build")
    told = run(site, "retract", "dose").stdout
    where = "    content/posts/night.md:10: the link leads to content/posts/dose.md, "
    assert f"{where}which was taken off the site — remove the link\n" in told


def test_a_post_that_is_no_markdown_is_off_once_it_is_a_draft(site: Path):
    file = put_post(site, "dose").with_suffix(".rst")
    file.with_suffix(".md").unlink()
    file.write_text("Dose\n####\n\n:date: 2026-01-02\n:slug: dose\n:summary: S\n\nWords.\n")
    run(site, "build")
    refused = publish("retract", "dose", cwd=site)
    assert (refused.returncode, "/dose/ has a page still" in refused.stderr) == (1, True)
    file.write_text(file.read_text().replace(":slug:", ":status: draft\n:slug:"))
    run(site, "retract", "dose")
    assert "taken down" in (site / "output/dose/index.html").read_text()


def test_a_list_that_goes_with_its_last_post_is_no_place_to_lead_to(site: Path):
    put_post(site, "dose", Category="Rare")
    put_post(site, "night", Category="Career")
    run(site, "build")
    assert (site / "output/category/rare.html").exists()
    refused = publish("retract", "dose", "--to", "/category/rare.html", cwd=site)
    assert refused.returncode == 1
    assert "dose.md is off, but /category/rare.html went with it" in refused.stderr
    run(site, "retract", "dose", "--to", "/category/career.html")
