"""The report: at most 20 lines on the terminal, everything in the files, the same at every run."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from publish.importer import report
from publish.importer.losses import CODES, Loss
from publish.importer.state import Result
from publish.settings import Settings
from tests.importer.export import export, imported, item


@pytest.fixture
def result() -> Iterator[Result]:
    made = Result(posts=3, pages=1, written=["posts/a.md"], unchanged=2, drafts=1)
    yield made
    made.losses.close()


def everything(result: Result, each: int) -> None:
    for code in CODES:
        result.losses.add(
            Loss(code, n, f"detail {n}", f"words {n}", "content/posts/a.md", n + 1)
            for n in range(each)
        )


@pytest.mark.parametrize("each", [1, 3, 500])
def test_a_summary_fits_a_screen_whatever_is_lost(result: Result, each: int):
    everything(result, each)
    result.scheduled = 2
    lines = report.summary(result, dry=False)
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 400
    assert lines[0].startswith("3 posts, 1 page: wrote 1, 2 unchanged")
    drafts = (
        "1 private post became a DRAFT: " if each == 1 else f"{each} private posts became DRAFTS"
    )
    assert any(drafts in line for line in lines)
    assert any("more kinds" in line for line in lines)


def test_a_run_without_losses_says_one_line(result: Result):
    assert len(report.summary(result, dry=False)) == 1
    assert "would write 1" in report.summary(result, dry=True)[0]


def test_the_page_has_every_code_with_its_remedy(result: Result):
    everything(result, 2)
    page = report.as_markdown(result)
    for code, what in CODES.items():
        assert f"### {code}: 2" in page
        assert what.remedy in page


def test_the_page_stays_readable_and_the_data_is_whole(result: Result):
    everything(result, 300)
    page = report.as_markdown(result)
    assert "more, all in import-report.json" in page
    assert len(page) < 300 * len(CODES) * 40
    data = json.loads(report.as_json(result))
    assert len(data["losses"]) == 300 * len(CODES)
    assert data["counts"] == dict.fromkeys(sorted(CODES), 300)


def test_the_same_loss_is_one_and_the_order_is_that_of_the_files(result: Result):
    loss = Loss("dead-link", 1, "/x/", "words", "content/posts/b.md", 9)
    result.losses.add([loss, loss])
    result.losses.add([Loss("dead-link", 2, "/y/", "words", "content/posts/a.md", 3)])
    found = json.loads(report.as_json(result))["losses"]
    assert [(x["file"], x["line"]) for x in found] == [
        ("content/posts/a.md", 3),
        ("content/posts/b.md", 9),
    ]


def test_without_losses_the_data_is_valid(result: Result):
    data = json.loads(report.as_json(result))
    assert (data["losses"], data["addresses"], data["counts"]) == ([], [], {})


def test_old_addresses_are_listed_and_those_that_need_a_map_are_named(result: Result):
    result.losses.add_redirects([("/2020/03/11/a/", "/a/"), ("/?p=1", "/a/")])
    page = report.as_markdown(result)
    assert "| /2020/03/11/a/ | /a/ |" in page
    assert "/?p=1" in page
    addresses = json.loads(report.as_json(result))["addresses"]
    assert {"old": "/?p=1", "new": "/a/"} in addresses


def test_for_scripts_only_the_data_is_on_standard_output(
    blog: Settings, capsys: pytest.CaptureFixture[str]
):
    imported(blog, export(item(1, '<a href="/gone/">x</a>', slug="one")), "--json")
    data = json.loads(capsys.readouterr().out)
    assert [loss["code"] for loss in data["losses"]] == ["dead-link"]
    assert data == json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "soon"], "is no day"),
        (["--author", "nora"], "write --author LOGIN=NAME"),
        (["--category", "=x"], "write --category OLD=NEW"),
        (["--only", "drafts"], "drafts"),
        (["--uploads", "nowhere"], "there is no such folder"),
        (["--again", "content/posts/typo.md"], "no post that is in this file"),
    ],
)
def test_a_mistake_of_usage_is_one_line_and_writes_nothing(
    blog: Settings, capsys: pytest.CaptureFixture[str], options: list[str], message: str
):
    assert imported(blog, export(item(1, "Words.")), *options) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert list(blog.content.rglob("*.md")) == []


@pytest.mark.parametrize("text", ["", "no export", "<rss", "<!DOCTYPE rss><rss/>", export()[:-30]])
def test_what_is_refused_names_the_file_and_the_next_step(
    blog: Settings, capsys: pytest.CaptureFixture[str], text: str
):
    assert imported(blog, text) == 1
    said = capsys.readouterr().err
    assert "export.xml" in said
    assert "Tools → Export" in said
    assert "Traceback" not in said
    assert list(blog.content.rglob("*.md")) == []
    assert not (blog.content / "ledger/import.json").exists()


def test_an_export_without_posts_is_no_mistake(blog: Settings):
    assert imported(blog, export()) == 0
    assert (blog.root / "import-report.md").exists()
