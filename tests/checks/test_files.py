"""Files that git could not hold, or that are no ordinary files."""

import os
import re
import time
from pathlib import Path
from typing import Literal
from unicodedata import normalize
from urllib.parse import quote

import pytest

from publish.checks import result_cache
from publish.checks.reading import LARGEST
from publish.checks.rules import images
from publish.errors import ConfigError, Refused
from publish.office import checking
from publish.office.question import Voice
from publish.settings import load
from publish.site.build import build
from tests.checks.project import HEAD, Project
from tests.forked import run

A = "content/posts/a.md"
KEY = "0123456789abcdef" * 2 + "-us" + "21"


@pytest.mark.parametrize(
    ("data", "reported"),
    [
        (HEAD + b"fine\nCaf\xe9\n", f"{A}:10 bad-utf8 error"),
        (b"\xff", f"{A}:1 bad-utf8 error"),
        (HEAD + b"one\n\x00two", f"{A}:10 binary-file error"),
        ("Title: A\n".encode("utf-16"), f"{A}:1 binary-file error"),
        (HEAD + b"one\ntwo\x08\n", f"{A}:10 forbidden-character error"),
        (b"Title: A\x0b" + HEAD[8:] + b"Words.\n", f"{A}:1 forbidden-character error"),
        (HEAD + b"[" * 1001, f"{A}:9 tangled-markup error"),
        (HEAD + b">" * 30 + b" deep\n", f"{A}:9 tangled-markup error"),
        (HEAD + b"[a](https://example.org/) " * 5001, f"{A}:9 too-many-links error"),
    ],
)
def test_bad_bytes_name_their_line(project: Project, data: bytes, reported: str):
    project.write(A, data)
    assert project.reported() == [reported]


def test_what_is_no_text_is_reported_once_and_plainly(project: Project):
    project.write(A, b"\x89PNG\r\n\x1a\n\0\0" + bytes(range(256)) * 9)
    assert project.reported() == [f"{A}:3 binary-file error"]
    assert "UTF-8" in project.findings()[0].remedy


def test_a_file_of_50_mb_is_named_and_not_read(project: Project):
    path = project.post()
    os.truncate(path, 50_000_000)
    begun = time.monotonic()
    assert project.reported() == [f"{A}:1 too-large error"]
    assert time.monotonic() - begun < 20
    assert "50 MB" in project.findings()[0].message


def test_a_file_of_the_largest_size_is_read(project: Project):
    project.write(A, HEAD + b"word \n" * ((LARGEST - len(HEAD)) // 6))
    assert project.reported() == []


def test_symbolic_links_out_of_the_content_are_named_and_not_read(project: Project, tmp_path: Path):
    outside = tmp_path / "outside.md"
    outside.write_text(f"Title: Outside\n\n{KEY}\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.txt").write_text("a")
    (project.root / A).symlink_to(outside)
    (project.root / "content/images").symlink_to(tmp_path / "folder")
    assert project.reported() == [
        "content/images:1 symlink-out error",
        f"{A}:1 symlink-out error",
    ]


def test_a_symbolic_link_inside_the_content_is_an_ordinary_file(project: Project):
    project.write("content/texts/a.md", HEAD + b"Words.\n")
    (project.root / A).symlink_to(project.root / "content/texts/a.md")
    assert project.reported() == []


def test_a_link_to_nothing_or_to_itself_cannot_be_read(project: Project):
    (project.root / A).symlink_to(project.root / "content/posts/none.md")
    loop = project.root / "content/posts/b.md"
    loop.symlink_to(loop)
    assert project.reported() == [
        f"{A}:1 unreadable error",
        "content/posts/b.md:1 unreadable error",
    ]


def test_a_pipe_is_not_opened(project: Project):
    os.mkfifo(project.root / A)
    assert project.reported() == [f"{A}:1 unreadable error"]


def test_a_link_to_nothing_is_reported_while_it_is_there(project: Project):
    project.post()
    link = project.root / "content/posts/b.md"
    build(project.settings)
    for _ in range(2):
        assert checking.findings(project.settings) == []
        link.symlink_to("none")
        [found] = checking.findings(project.settings)
        with pytest.raises(Refused, match=re.escape(found.located)):
            build(project.settings, guards=checking.guards(project.settings, Voice()))
        link.unlink()
    build(project.settings)


def test_what_the_environment_and_an_override_say_now_counts(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    project.post()
    project.set(
        "import os\nSITEURL = os.environ.get('SITE', SITEURL)\nTHEME_TEMPLATES_OVERRIDES = ['over']"
    )
    mine = project.write("over/article.html", "{{ article.content }}")
    project.write("conf/__init__.py", "")
    base = project.write("conf/base.py", "")
    project.set("from conf.base import *")
    assert checking.findings(project.settings) == []
    monkeypatch.setenv("SITE", "nowhere")
    assert [f.rule for f in checking.findings(project.settings)] == ["bad-siteurl"]
    monkeypatch.delenv("SITE")
    base.write_text("TIMEZONE = 'Nowhere'")
    assert [f.rule for f in checking.findings(project.settings)] == ["bad-timezone"]
    base.write_text("")
    mine.write_text("{% if %}")
    assert [f.file for f in checking.findings(project.settings)] == ["over/article.html"]


def test_a_pipe_in_the_theme_is_not_opened(project: Project):
    project.post()
    project.write("theme/templates/a.html", "")
    os.mkfifo(project.root / "theme/templates/b.html")
    assert project.reported() == []


def test_file_names_of_any_bytes_can_be_printed(project: Project):
    name = os.fsencode(project.root / "content/posts") + b"/b\xe9\n\x1b[31m.md"
    Path(os.fsdecode(name)).write_bytes(b"")
    (found,) = project.findings()
    assert str(found).isprintable()
    assert found.rule == "empty-file"


@pytest.mark.parametrize(
    "name", ["pelicanconf.py", A, "output/a/index.html", "output/feeds/all.json"]
)
def test_a_key_is_found_wherever_it_is_and_never_shown(project: Project, name: str):
    project.post()
    path = project.root / name
    old = path.read_text(encoding="utf-8") if path.exists() else "{}\n"
    project.write(name, f'{old}\n_KEY = "{KEY}"\n')
    (found,) = project.findings()
    assert (found.file, found.rule, found.severity) == (name, "secret", "error")
    assert found.line == old.count("\n") + 2
    assert KEY not in repr(found)
    assert KEY[:8] not in str(found)


@pytest.mark.parametrize("name", ["templates/base.html", "static/css/site.css", "static/a.js"])
def test_a_key_in_the_theme_is_found_where_it_can_be_taken_out(project: Project, name: str):
    project.post()
    project.write(
        "pelicanconf.py", (project.root / "pelicanconf.py").read_text() + "THEME = 'th'\n"
    )
    project.write(f"th/{name}", f"\n\n/* {KEY} */\n")
    assert project.reported() == [f"th/{name}:3 secret error"]


def test_a_template_that_is_a_link_counts(project: Project):
    project.post("[a](#below)\n")
    project.set("THEME = 'th'")
    made = project.write("mine/base.html", f"<p id='below'>\n{KEY}\n")
    (project.root / "th/templates").mkdir(parents=True)
    (project.root / "th/templates/base.html").symlink_to(made)
    assert project.reported() == ["th/templates/base.html:2 secret error"]


def test_hashes_that_are_no_keys_are_let_be(project: Project):
    project.post(f"{'a' * 40}-us1 and {'b' * 32} and {'c' * 32}-more\n")
    assert project.reported() == []


def test_a_folder_that_links_to_itself_is_reported_once(project: Project):
    project.post()
    (project.root / "content/posts/again").symlink_to(project.root / "content/posts")
    (project.root / "content/posts/deep").mkdir()
    (project.root / "content/posts/deep/up").symlink_to(project.root / "content")
    assert project.reported() == [
        "content/posts/again:1 symlink-loop error",
        "content/posts/deep/up:1 symlink-loop error",
    ]


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("Template: no_such", [f"{A}:7 missing-template error"]),
        ("Template:", [f"{A}:7 missing-template error"]),
        ("Template: page", [f"{A}:7 missing-template error"]),
        ("Template: index", [f"{A}:7 missing-template error"]),
        ("Template: article", []),
        ("Timezone: Nowhere/None", [f"{A}:7 refused error"]),
        ("Tags: rest, ..", [f"{A}:7 refused error"]),
        (f"Tags: rest, {'x' * 300}", [f"{A}:7 long-address error"]),
    ],
)
def test_a_line_that_pelican_cannot_do_with_is_named(
    project: Project, line: str, reported: list[str]
):
    head = HEAD.replace(b"\nStatus: published", b"\n" + line.encode() + b"\nStatus: published")
    project.write(A, head + b"Words.\n")
    assert project.reported() == reported


def test_heavy_pictures(project: Project):
    frame = b"\x21\xf9\x04" + bytes(50)
    project.write("content/images/photo.jpg", bytes(images.HEAVY + 1))
    project.write("content/images/moves.gif", b"GIF89a" + frame * 2 + bytes(1_000_000))
    project.write("content/images/still.gif", b"GIF89a" + frame + bytes(100))
    project.post(
        "![A]({static}/images/photo.jpg) ![B]({static}/images/moves.gif)"
        " ![C]({static}/images/still.gif)\n"
    )
    assert project.reported() == [
        "content/images/moves.gif:1 animated-gif warning",
        "content/images/photo.jpg:1 heavy-image warning",
    ]


def test_composed_issues_that_are_heavy_or_have_no_text(project: Project):
    project.post()
    project.write(".publish/issues/calm/issue.html", bytes(90_000))
    assert project.reported() == [f"{A}:1 heavy-mail warning", f"{A}:1 no-plain-text warning"]
    project.write(".publish/issues/calm/issue.txt", "text")
    project.write(".publish/issues/gone/issue.html", bytes(90_000))
    assert project.reported() == [f"{A}:1 heavy-mail warning"]


def test_paths_choose_what_is_reported(project: Project):
    project.post("TK\n")
    project.write("content/posts/b.md", "")
    assert project.reported(A) == [f"{A}:9 placeholder warning"]
    assert project.reported("posts/b.md") == ["content/posts/b.md:1 empty-file error"]
    assert project.reported(project.root / "content/posts/b.md") == project.reported("posts/b.md")
    assert len(project.reported("content/posts")) == 2
    with pytest.raises(ConfigError, match=r"nope\.md: there is no such file"):
        project.reported("nope.md")


def test_a_site_without_content_says_so(tmp_path: Path):
    (tmp_path / "pelicanconf.py").write_text("PATH = 'texts'\n", encoding="utf-8")
    project = Project(tmp_path / "other")
    project.write("pelicanconf.py", "PATH = 'texts'\n")
    with pytest.raises(ConfigError, match=r"^pelicanconf\.py:1: PATH names texts/, which is no"):
        project.findings()
    assert load(tmp_path / "pelicanconf.py").content == tmp_path / "texts"


def test_a_wrong_zone_or_pattern_in_the_settings_does_not_end_the_check(project: Project):
    project.write(
        "pelicanconf.py",
        "TIMEZONE = 'Nowhere/None'\nFILENAME_METADATA = '('\nARTICLE_URL = '{nope}/{0}'\n"
        "ARTICLE_PATHS = ['posts']\nDIRECT_TEMPLATES = 5\nPLUGINS = 'x'\n",
    )
    project.post("[a](/nowhere/)\n")
    assert project.reported() == [
        f"{A}:1 refused error",
        "pelicanconf.py:1 bad-timezone error",
        "pelicanconf.py:2 setting-kind error",
        "pelicanconf.py:5 setting-kind error",
        "pelicanconf.py:6 setting-kind error",
    ]


def test_many_findings_of_one_rule_are_cut_short(project: Project):
    project.post("[a](/nowhere/)\n" * 100)
    found = project.findings()
    assert len(found) == 20
    assert "perhaps more" in found[-1].message


def test_where_a_plugin_fails_the_rules_over_text_still_run(project: Project):
    project.write(
        "plugins/broken.py",
        (
            "from pelican import signals\n\ndef fail(generator):\n    raise ValueError('late')\n\n"
            "def register():\n    signals.article_generator_finalized.connect(fail)\n"
        ),
    )
    conf = project.root / "pelicanconf.py"
    conf.write_text(f'{conf.read_text()}PLUGIN_PATHS = ["plugins"]\nPLUGINS = ["broken"]\n')
    project.write("content/posts/a.md", HEAD.replace(b"\n\n", b"\ndraft: true\n\nWords.\n"))
    assert "content/posts/a.md:8 other-tools-key error" in project.reported()
    assert any(
        reported.startswith("plugins/broken.py:4 refused") for reported in project.reported()
    )


@pytest.mark.parametrize("folder", ["node_modules", "ledger", ".venv-like", "deep/__init__"])
def test_a_post_in_any_folder_that_pelican_reads_is_checked(project: Project, folder: str):
    place = f"content/posts/{folder}/x.md"
    project.write(place, HEAD + b"[a](/nowhere/)\n\nThe dose is TK.\n")
    reported = project.reported()
    hidden = folder.startswith(".")
    assert reported == (
        [] if hidden else [f"{place}:9 broken-link error", f"{place}:11 placeholder warning"]
    )


def test_a_post_behind_a_link_to_a_folder_of_the_content_is_checked(project: Project):
    project.write("content/texts/a.md", HEAD + b"[a](/nowhere/)\n")
    (project.root / "content/posts/linked").symlink_to(project.root / "content/texts")
    assert project.reported() == ["content/posts/linked/a.md:9 broken-link error"]


@pytest.mark.parametrize("name", [".hidden.md", "a.md~", "#a.md#", "._a.md", ".DS_Store"])
def test_what_editors_and_systems_leave_is_no_content(project: Project, name: str):
    project.post()
    project.write(f"content/posts/{name}", "Title: x\nDate: 2026-13-13\n\nx\n")
    project.write(f"content/posts/.trash/{name.strip('#~')}", "Title: x\nDate: 2026-13-13\n\nx\n")
    assert project.reported() == []


@pytest.mark.parametrize("name", [b"caf\xe9.md", b"caf\xe9/a.md"])
def test_a_name_that_is_no_utf8_is_named_by_a_check_and_opened_by_no_build(
    project: Project, name: bytes
):
    project.post(name="b.md")
    try:
        project.write(
            f"content/posts/{os.fsdecode(name)}",
            HEAD.replace(b"0123", b"4567").replace(b"calm", b"busy"),
        )
    except OSError:
        return  # a disk that has no such names
    [reported] = project.reported()
    assert reported.endswith(":1 bad-file-name error")
    reported.encode()
    with pytest.raises(Refused, match="is not UTF-8"):
        build(project.settings, guards=checking.guards(project.settings, Voice()))


def test_a_picture_whose_name_is_no_utf8_is_reported_in_printable_letters(project: Project):
    try:
        project.write("content/images/caf\udce9.jpg", b"x")
    except OSError:
        return
    project.post()
    reported = run("publish", ["check"], project.root)
    assert "Traceback" not in reported.stdout + reported.stderr
    assert reported.returncode == 0


def test_a_pipe_among_the_posts_is_named_and_no_build_waits_for_it(project: Project):
    project.post()
    os.mkfifo(project.root / "content/posts/pipe.md")
    # Its stamp is so young that a build looks at what is in each file.
    reported = run("publish", ["build"], project.root, timeout=60)
    assert reported.returncode == 1
    assert "content/posts/pipe.md:1: the file cannot be read" in reported.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [("urls", "{"), ("retired", "{"), ("since", "{"), ("since", '{"uid": "29 November"}')],
)
def test_a_damaged_table_of_the_ledger_is_named_by_a_check(project: Project, name: str, text: str):
    project.post()
    project.write(f"content/ledger/{name}.json", text)
    [error] = [reported for reported in project.reported() if reported.endswith("error")]
    assert error.startswith(f"content/ledger/{name}.json:1 ")


WRITTEN = ("output", "content/ledger", "output/calm", ".publish", ".publish/issues/calm")


@pytest.mark.parametrize("name", WRITTEN)
def test_a_folder_that_a_build_may_not_write_in(
    project: Project, name: str, monkeypatch: pytest.MonkeyPatch
):
    project.post()
    for each in WRITTEN:
        (project.root / each).mkdir(parents=True, exist_ok=True)
    assert project.reported() == []
    locked = project.root / name
    access = os.access
    # Rights do not bind the superuser, who may be the one that runs this.
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode: access(path, mode) and not (Path(path) == locked and mode & os.W_OK),
    )
    project.post("More words.\n")
    assert project.reported() == [f"{name}:1 unwritable error"]
    monkeypatch.undo()
    assert project.reported() == []


def test_a_picture_that_a_build_may_not_read(project: Project, monkeypatch: pytest.MonkeyPatch):
    project.post("![A door]({static}/images/door.svg)\n")
    project.write("content/images/door.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("door.svg"))
    assert project.reported() == ["content/images/door.svg:1 unreadable error"]


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_a_name_with_an_accent_is_one_file_however_it_is_typed(
    project: Project, on_disk: Literal["NFC", "NFD"]
):
    project.set('PLUGINS = [*PLUGINS, "post_files"]\nSTATIC_PATHS = ["images"]')
    name = normalize(on_disk, "crème.svg")
    picture = project.write(f"content/images/{name}", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    project.write(f"content/posts/{name}", picture.read_bytes())
    assert [f.rule for f in project.findings()] == ["orphan-image"]
    both = [normalize("NFC", name), normalize("NFD", name)]
    typed = [*both, *map(quote, both)]
    project.post(
        "".join(f"![A door]({{static}}/images/{each}) [it]({{static}}{each})\n" for each in typed)
    )
    assert project.reported() == []
    picture.write_text("")
    assert [f.rule for f in project.findings()] == ["unshowable-picture"] * 4


def test_what_is_in_the_way_of_a_page_is_named_and_a_foreign_folder_is_none_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    project.post()
    (project.root / "output/shop").mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "shop")
    assert project.reported() == []
    project.write("output/calm", "not a folder")
    (found,) = checking.findings(project.settings)
    assert (found.file, found.rule) == ("output/calm", "refused")
    assert "in the way of the page calm/index.html" in found.message
    (project.root / "output/calm").unlink()
    project.write("output/calm/index.html/x", "not a page")
    (found,) = checking.findings(project.settings)
    assert (found.file, found.rule) == ("output/calm/index.html/x", "refused")


def test_a_list_without_a_suffix_is_in_no_way_though_the_cache_is_gone(project: Project):
    project.post()
    project.set("ARCHIVES_SAVE_AS = 'archives'\nTAG_SAVE_AS = CATEGORY_SAVE_AS = 'c/{slug}'")
    project.set("TAG_URL = CATEGORY_URL = 'c/{slug}'")
    project.write("output/archives", "the list of the last build")
    project.write("output/c/career", "the list of the last build")
    assert project.reported() == []
    assert checking.findings(project.settings) == []


@pytest.mark.parametrize(
    "setting",
    ["STATIC_SAVE_AS = 'f/{name}'", "DEFAULT_METADATA = {'lang': 'de', 'status': 'published'}"],
)
def test_a_setting_that_gives_files_no_place_is_told(project: Project, setting: str):
    project.post()
    project.write("content/files/a.txt", "a")
    line = project.set(f"STATIC_PATHS = ['files']\n{setting}")
    (found,) = checking.findings(project.settings)
    assert (found.file, found.line, found.rule) == ("pelicanconf.py", line, "refused")


def test_a_disk_is_not_looked_through_where_all_of_it_is_the_output(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    with (project.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write('OUTPUT_PATH = "/"\n')
    monkeypatch.setattr(
        result_cache, "watched", lambda *_, **__: pytest.fail("it is looked through")
    )
    with pytest.raises(ConfigError, match="OUTPUT_PATH names a folder that holds sources"):
        project.findings()


def test_a_file_where_a_build_needs_a_folder(project: Project):
    project.post()
    project.write("content/ledger", "in the way")
    assert "content/ledger:1 unwritable error" in project.reported()
    (project.root / "content/ledger").unlink()
    assert project.reported() == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Of being calm.\n\n[a]({filename}b)\n", 11),
        ("Of it.\n\n[a](<>)\n", 11),
        ('Of it.\n\n<img src="" alt="A door">\n', 11),
    ],
)
def test_a_link_that_leads_nowhere_is_reported_once_at_its_line(
    project: Project, body: str, line: int
):
    project.post(body)
    assert [f.line for f in checking.findings(project.settings)] == [line]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/theme/css/x.css", False),
        ("/theme/css/no.css", True),
        ("/assets/css/x.css", True),
        ("/searching/", True),
        ("/robots.txt", False),
    ],
)
def test_an_address_of_the_themes_files_is_one_where_a_file_is(
    project: Project, address: str, found: bool
):
    project.write("mine/static/css/x.css", "")
    with (project.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("THEME = 'mine'\n")
    for name in ("base", "article", "index", "tag", "category", "author", "page", "archives"):
        project.write(f"mine/templates/{name}.html", "")
    project.post(f"Of a [sheet]({address}).\n")
    assert [f.rule for f in checking.findings(project.settings)] == ["broken-link"] * found
    with (project.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("THEME_STATIC_DIR = 'assets'\n")
    moved = [f.rule for f in checking.findings(project.settings)]
    assert moved == ["broken-link"] * (address not in ("/assets/css/x.css", "/robots.txt"))


def test_a_site_below_a_folder_of_its_host_knows_its_own_addresses(project: Project):
    project.set("SITEURL = 'https://site.example/blog'")
    project.post(
        "[a](/blog/calm/) [b](https://site.example/blog/calm/) [c](https://site.example/blog/no/)\n"
    )
    (found,) = project.findings()
    assert (found.rule, found.message) == (
        "broken-link",
        "nothing is at https://site.example/blog/no/",
    )


def test_the_archives_of_a_year_are_an_address_of_the_site(project: Project):
    project.set("YEAR_ARCHIVE_SAVE_AS = '{date:%Y}/index.html'\nYEAR_ARCHIVE_URL = '{date:%Y}/'")
    project.post("[then](/2026/) [never](/2025/)\n")
    assert [f.message for f in project.findings()] == ["nothing is at /2025/"]


def test_a_link_to_a_posts_file_as_if_it_were_a_download_says_how_to_link_it(project: Project):
    project.post("[that]({static}/posts/a.md)\n")
    (found,) = project.findings()
    assert (found.message, found.remedy) == (
        "/posts/a.md is a post, not a picture or download",
        "write {filename}/posts/a.md",
    )


def test_what_is_no_address_is_told_at_its_line_also_where_pelican_fails_on_it(project: Project):
    post = project.post("Words.\n\n[a](https://[b) <audio src='//c.example:99999/d'></audio>\n")
    assert project.reported() == [f"{A}:11 bad-address error", f"{A}:11 bad-address error"]
    project.post("Words.\n\n[a]({static}//[b)\n")
    assert project.reported() == [f"{A}:11 bad-address error"]
    post.write_bytes(HEAD[:-1] + b"Image: https://[b/c.png\nImage_alt: A cup\n\nWords.\n")
    assert project.reported() == [f"{A}:8 bad-address error"]


@pytest.mark.parametrize("status", [b"published", b"draft"])
def test_a_file_out_of_the_content_folder_is_told_where_it_is_named(
    project: Project, status: bytes
):
    head = HEAD.replace(b"published", status)
    project.write(A, head + b"Words.\n\n[the settings]({static}/../pelicanconf.py)\n")
    assert project.reported() == [f"{A}:11 symlink-out error"]
    line = project.set("STATIC_PATHS = ['../outside']")
    project.write(A, head + b"Words.\n")
    project.write("outside/one.txt", "one")
    project.write("outside/two.txt", "two")
    assert project.reported() == [f"pelicanconf.py:{line} symlink-out error"]


def test_a_row_with_more_cells_than_its_table_loses_the_last(project: Project):
    table = (
        "| a | b |\n|:-:|---|\n| 5|10 mg | 2 |\n| 1 |\n| 1 | 2 | |\n| `x|y` | x\\|y |\n1 | 2 | 3\n"
    )
    project.post(f"{table}\none | two | three\n\n| a |\n|---|\n| 1 |\n")
    assert project.reported() == [f"{A}:{line} lost-cells warning" for line in (11, 15)]


def test_the_second_footnote_of_a_name_is_told_as_the_first_is_not_shown(project: Project):
    project.post(
        "A[^1] and b[^2].\n\n[^1]: One.\n\n[^2]: Two.\n\n[^1]: Three.\n\n`[^2]: x`\n\n"
        "```\n[^2]: Four.\n```\n"
    )
    assert project.reported() == [f"{A}:15 doubled-footnote warning"]


def test_of_a_file_whose_name_holds_a_sign_of_addresses_the_remedy_writes_it(project: Project):
    project.set("STATIC_PATHS = ['images']")
    for name in ("a#b.png", "c?d.png"):
        project.write(f"content/images/{name}", "")
    project.post("![A]({static}/images/a#b.png) ![B](/images/c?d.png) [c]({static}/images/a#b.png)")
    found = [f for f in project.findings() if f.severity == "error"]
    assert {f.fix for f in found} == {
        ("{static}/images/a#b.png", "/images/a%23b.png"),
        ("/images/c?d.png", "/images/c%3Fd.png"),
    }
    assert all(f.fix and f.fix[1] in f.remedy for f in found)


def test_no_mark_leads_to_a_file_whose_name_holds_a_sign_of_addresses(project: Project):
    project.set("STATIC_PATHS = ['images']\nSITEURL = 'https://one.example/blog'")
    for name in ("a#b.png", "c?d.gif", "e%20f.png", "100% g.png"):
        project.write(f"content/images/{name}", "x")
    marked = ("a%23b.png", "c%3Fd.gif", "e%2520f.png", "100%25%20g.png")
    project.post(
        " ".join(f"![A]({{static}}/images/{m}) [b]({{static}}/images/{m})" for m in marked)
    )
    found = [f for f in project.findings() if f.severity == "error"]
    assert {f.fix for f in found} == {
        (f"{{static}}/images/{m}", f"/blog/images/{m}") for m in marked
    }
    project.post(" ".join(f"![A](/blog/images/{m}) [b](/blog/images/{m})" for m in marked))
    assert [f for f in project.findings() if f.severity == "error"] == []


def test_an_address_and_a_place_of_lists_and_files_that_part_are_told(project: Project):
    project.post()
    at = project.set("STATIC_URL = 's/{path}'")
    assert project.reported() == [f"pelicanconf.py:{at} page-elsewhere warning"]
    at = project.set(
        "STATIC_URL = 'https://cdn.example/{path}'\nAUTHOR_SAVE_AS = 'a/{slug}/index.html'"
    )
    assert project.reported() == [f"pelicanconf.py:{at} page-elsewhere warning"]
    project.set("AUTHOR_URL = 'a/{slug}'")
    assert project.reported() == []


def test_an_element_that_is_never_closed_takes_the_rest_of_the_page(project: Project):
    project.post(
        "The <title> tells.\n\n<b>Bold\n\n<p>One <br> <kbd>A</kbd>\n\n`<div>` <a id='x'/>\n\n"
        "<ul>\n<li>two\n</ul>\n\n<div markdown=1>\n\nthree\n\n"
        "<p title='Dear <name>'>a</p> [b](https://b.example/ \"A <kbd> or <b>\")\n"
    )
    assert project.reported() == [f"{A}:{line} swallowed-words warning" for line in (9, 11)]


def test_an_error_of_restructured_text_is_told_at_its_line(project: Project):
    project.write("content/posts/r.rst", "T\n=\n\n:date: 2026-11-20\n:category: C\n\nOne `two\n")
    (found,) = (f for f in project.findings() if f.severity == "error")
    assert (found.located.partition(" start")[0]) == (
        "content/posts/r.rst:7: Inline interpreted text or phrase reference"
    )


def test_words_that_a_browser_marks_are_no_anchor(project: Project):
    project.post("[a](#:~:text=Words) [b](/calm/#:~:text=more,words)\n")
    assert project.reported() == []


def test_a_modified_of_the_last_year_is_still_to_come(project: Project):
    project.write(A, HEAD[:-1] + b"Modified: 9999-12-31\n\nWords.\n")
    assert project.reported() == [f"{A}:8 odd-modified error"]


def test_a_broken_link_of_a_post_never_means_the_post(project: Project):
    project.post("[that](calms.md)\n")
    (found,) = project.findings()
    assert (found.rule, found.remedy) == ("broken-link", "correct the address, or remove the link")
    project.write(
        "content/posts/b.md",
        HEAD.replace(b"calm", b"other").replace(b"0123", b"4567") + b"[that](/calms)\n",
    )
    assert [f.remedy for f in project.findings("content/posts/b.md")] == ["did you mean /calm?"]


def test_files_of_the_theme_that_cannot_be_copied_are_named_and_none_is_followed_for_ever(
    project: Project,
):
    project.post()
    project.set("THEME = 'mine'\nTHEME_STATIC_PATHS = ['static', 'none']")
    project.write("mine/templates/article.html", "{{ article.content }}")
    static = project.write("mine/static/a.css", "").parent
    build(project.settings)
    os.mkfifo(static / "pipe.css")
    for name, target in (("gone.css", "none"), (".#lock", "none"), ("one", "."), ("two", ".")):
        (static / name).symlink_to(target)
    assert project.reported() == [
        "mine/static/gone.css:1 unreadable error",
        "mine/static/one:1 symlink-loop error",
        "mine/static/pipe.css:1 unreadable error",
        "mine/static/two:1 symlink-loop error",
    ]
    with pytest.raises(Refused, match=r"mine/static/two:1: "):
        build(project.settings, guards=checking.guards(project.settings, Voice()))


def test_a_line_to_paste_is_whole(project: Project):
    title = "What I wish somebody had told me before my first night shift in a hospital pharmacy"
    slug = title.lower().replace(" ", "-")
    project.post().write_text(
        f"Title: {title}\nDate: 2026-11-01 07:30\nCategory: Career\nSummary: A night.\n"
        "Uid: 0123456789abcdef\nStatus: published\n\nWords.\n",
        encoding="utf-8",
    )
    remedies = [found.remedy for found in project.findings() if found.rule == "missing-slug"]
    assert remedies == [f"add a line `Slug: {slug}`"]
