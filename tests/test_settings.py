import re
import sys
from pathlib import Path

import pytest

from publish.errors import ConfigError, Exit, PublishError
from publish.setting_types import KINDS, Kind, misfits
from publish.settings import Settings, load, require_folders
from publish.site.build import build


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "pelicanconf.py"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_capital_names_are_settings_and_no_others(tmp_path: Path):
    found = settings(
        tmp_path, "SITENAME = 'A'\nhidden = 1\n_B = 2\nSITEURL = 'https://a.example/'\n"
    )
    assert dict(found.values)["SITENAME"] == "A"
    assert "hidden" not in found.values
    assert found.siteurl == "https://a.example"


def test_paths_start_at_the_settings_file(tmp_path: Path):
    found = settings(tmp_path, "PATH = 'texts'\nARTICLE_PATHS = ['posts', 'notes']\n")
    assert found.root == tmp_path
    assert found.content == tmp_path / "texts"
    assert found.posts == (tmp_path / "texts/posts", tmp_path / "texts/notes")
    assert found.pages == (tmp_path / "texts/pages",)
    assert found.output == tmp_path / "output"
    assert found.cache == tmp_path / ".publish"
    assert found.issues == tmp_path / ".publish/issues"
    assert found.timezone == "UTC"


def test_a_missing_file_says_what_to_do(tmp_path: Path):
    with pytest.raises(ConfigError, match="no such settings file — run this in the site's folder"):
        load(tmp_path / "none.py")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A = 1\nB = 1 / 0\n", ":2: the settings file fails: ZeroDivisionError: division by zero"),
        ("A = 1\n\nB = = 2\n", ":3: the settings file fails: SyntaxError: invalid syntax"),
        ("import no_such_module_here\n", ":1: the settings file fails: ModuleNotFoundError"),
        ("A = 1\nraise SystemExit\n", ":2: the settings file fails: SystemExit: no message"),
        ("def f():\n    raise ValueError('one\\ntwo')\nf()\n", ":2: the settings file fails"),
    ],
)
def test_a_failing_file_names_its_line_in_one_line(tmp_path: Path, text: str, says: str):
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, text)
    assert f"pelicanconf.py{says}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.code is Exit.USAGE


def test_no_value_shows_in_the_representation(tmp_path: Path):
    assert "s3cret" not in repr(settings(tmp_path, "TOKEN = 's3cret'\n"))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("SITEURL = 5", "no text: 5"),
        ("OUTPUT_PATH = 5", "no text: 5"),
        ("THEME = True", "no text"),
        ("ARTICLE_PATHS = 5", "no list: 5"),
        ("STATIC_PATHS = None", "no list: None"),
        ("PLUGIN_PATHS = 5", "no list: 5"),
    ],
)
def test_a_setting_of_another_kind_is_one_line_at_its_place(tmp_path: Path, line: str, what: str):
    conf = tmp_path / "pelicanconf.py"
    conf.write_text(f'SITENAME = "S"\n\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=f"pelicanconf.py:3: [A-Z_]+ is {what}"):
        load(conf)


WRONG = {
    "text": [5, ["x"], True],
    "number": ["10", [1]],
    "truth value": ["x", [1]],
    "list": ["one", 5, {}],
    "mapping": [5, "x", ["x"]],
    "pattern": [5, ["x"]],
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_a_build_and_a_check_name_every_setting_of_a_wrong_kind(tmp_path: Path, kind: Kind):
    conf = tmp_path / "pelicanconf.py"
    for name in (name.replace("*", "ARTICLE") for name in kind.names):
        for wrong in WRONG[kind.what]:
            conf.write_text(f'SITENAME = "S"\n\n{name} = {wrong!r}\n', encoding="utf-8")
            says = f"py:3: {name} is no {kind.what}: {wrong!r} — write {kind.example}"
            with pytest.raises(ConfigError) as caught:
                build(load(conf))
            assert str(caught.value).endswith(says)
            ((told, message, remedy),) = misfits({name: wrong})
            assert told == name
            assert says.endswith(f"{message} — {remedy}")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("DEFAULT_PAGINATION = 2.5", "holds 2.5 — write a whole number"),
        ("PAGINATED_TEMPLATES = {'tag': -1}", "holds -1 — write 10, or None"),
        ("STATIC_PATHS = ['images', 5]", "holds 5 — write text"),
        ("PAGE_PATHS = [None]", "holds None — write text"),
        ('FILENAME_METADATA = "("', "holds '(' — write a regular expression: missing )"),
        ('SLUG_REGEX_SUBSTITUTIONS = [("[", "")]', "holds '[' — write a regular expression"),
        (r"TAG_REGEX_SUBSTITUTIONS = [('a', r'\9')]", "holds 'a' — write a regular expression: "),
        ('DEFAULT_LANG = ""', "holds '' — write text, or remove the line"),
        ("MENUITEMS = ['Home']", 'holds [\'Home\'] — write [("words", "address")]'),
        ("PAGINATION_PATTERNS = []", "holds [] — write rules such as (1,"),
        ("PAGINATION_PATTERNS = [(1, '{url}')]", "holds (1, '{url}') — write rules such as"),
        ("PAGINATION_PATTERNS = [('1', '', '')]", "holds ('1', '', '') — write rules such as"),
        ("PAGINATION_PATTERNS = [1]", "holds 1 — write rules such as"),
        ("PAGINATION_PATTERNS = [(1, '{url', '')]", "holds (1, '{url', '') — write rules such as"),
        ("PAGINATION_PATTERNS = [(2, '', '')]", "holds [(2, '', '')] — write rules such as"),
        ("DEFAULT_DATE = 'soon'", "holds 'soon' — write \"fs\", or a date"),
        ("DEFAULT_DATE = (2026, 13, 1)", 'holds (2026, 13, 1) — write "fs", or a date'),
        ("LOCALE = 5", 'holds 5 — write ["de_DE.UTF-8"]'),
        ("EXTRA_PATH_METADATA = {'a': 'b'}", "holds 'b' — write {\"path\": "),
        ("TAG_REGEX_SUBSTITUTIONS = [('a',)]", "holds [('a',)] — write [(\"what is sought\""),
        ("THEME = None", "is no text: None — write"),
        ("SITENAME = None", "is no text: None — write"),
        ("SITEURL = None", "is no text: None — write"),
        ("MARKDOWN = None", "is no mapping: None — write"),
    ],
)
def test_a_part_of_a_setting_that_cannot_be_is_one_line_at_its_place(
    tmp_path: Path, line: str, says: str
):
    conf = tmp_path / "pelicanconf.py"
    conf.write_text(f'SITENAME = "S"\n\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(f"py:3: {line.split()[0]} {says}")):
        build(load(conf))


def test_settings_that_are_off_or_of_their_kind_are_let_be(root: Path):
    assert not list(misfits(load(root / "pelicanconf.py").values))
    off = {
        "FORUM_URL": [],
        "PATH_METADATA": re.compile("a"),
        "AUTHOR_SAVE_AS": "",
        "FEED_ALL_ATOM": None,
        "TAG_URL": False,
        "FEED_MAX_ITEMS": None,
    }
    rules = ((1, "{url}", "{save_as}"), (-1, "{name}/{number:03}/", "{base_name}{extension}"))
    fit = {
        "PAGINATION_PATTERNS": rules,
        "DEFAULT_PAGINATION": False,
        "DEFAULT_DATE": "fs",
        "LOCALE": "de_DE",
        "EXTRA_PATH_METADATA": {},
        "SUMMARY_MAX_LENGTH": None,
        "STATIC_PATHS": ("images",),
        "CATEGORY_FEED_ATOM": "f/{slug}.xml",
        "CACHE_PATH": Path("x"),
        "MY_OWN": 5,
    }
    assert not list(misfits(off | fit))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("PATH = 'nope'", "PATH names nope/"),
        ("PATH = '..'", "PATH names a folder above"),
        ("PATH = '/'", "PATH names a folder above"),
        ("OUTPUT_PATH = 'a.txt'", "is a file"),
        ("OUTPUT_PATH = 'content'", "OUTPUT_PATH names a folder that holds sources"),
        ("OUTPUT_PATH = '..'", "holds sources"),
        ("OUTPUT_PATH = '/'", "holds sources"),
        ("THEME = 'mine'\nOUTPUT_PATH = 'mine'", "holds sources"),
    ],
)
def test_folders_that_cannot_be_are_one_line_at_their_setting(tmp_path: Path, line: str, says: str):
    (tmp_path / "site/content").mkdir(parents=True)
    (tmp_path / "site/a.txt").touch()
    conf = tmp_path / "site/pelicanconf.py"
    conf.write_text(f"SITENAME = 'x'\n{line}\n")
    number = conf.read_text().count("\n")
    with pytest.raises(PublishError, match=rf"^pelicanconf\.py:{number}: .*{says}") as caught:
        require_folders(load(conf))
    assert caught.value.code is (Exit.REFUSED if "a file" in says else Exit.USAGE)


@pytest.mark.parametrize(
    "line", ["", "PATH = '.'", "OUTPUT_PATH = 'content/out'", "OUTPUT_PATH = 'new'", "THEME = None"]
)
def test_folders_that_may_be(tmp_path: Path, line: str):
    (tmp_path / "content").mkdir()
    conf = tmp_path / "pelicanconf.py"
    conf.write_text(f"{line}\n".replace("THEME = None", "THEME = 'simple'"))
    require_folders(load(conf))


def test_what_a_settings_file_prints_is_no_part_of_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    conf = tmp_path / "pelicanconf.py"
    conf.write_text('SITENAME = "S"\nprint("hi")\n', encoding="utf-8")
    assert load(conf).values["SITENAME"] == "S"
    assert capsys.readouterr() == ("", "hi\n")


def test_a_settings_file_imports_its_own_neighbour_whatever_else_has_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    installed, site = tmp_path / "installed", tmp_path / "site"
    for folder in (installed, site):
        folder.mkdir()
        (folder / "neighbour.py").write_text(f"SITENAME = '{folder.name}'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.chdir(site)
    text = "import os, sys\nsys.path.append(os.curdir)\nfrom neighbour import *\n"
    assert settings(site, text).values["SITENAME"] == "site"
    assert str(site) not in sys.path


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ARTICLE_PATHS = 3", ":2: ARTICLE_PATHS is no list"),
        ("A = foo()", ":2: the settings file fails: NameError"),
        ("A = = 1", ":2: the settings file fails: SyntaxError"),
    ],
)
@pytest.mark.parametrize("folder", ["", "conf/"])
def test_a_fault_is_told_where_it_stands_in_a_file_that_the_settings_import(
    tmp_path: Path, line: str, says: str, folder: str
):
    name = f"{folder}{tmp_path.name}"
    (tmp_path / "conf").mkdir()
    (tmp_path / f"{name}.py").write_text(f"SITENAME = 'S'\n{line}\n", encoding="utf-8")
    module = name.replace("/", ".")
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, f"import os\nfrom {module} import *\nSITEURL = 'https://a.example'\n")
    assert str(caught.value).startswith(f"{name}.py{says}")


def test_an_imported_file_is_read_again(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / f"{tmp_path.name}.py").write_text(f"SITENAME = '{name}'\n", encoding="utf-8")
        assert settings(tmp_path, f"from {tmp_path.name} import *\n").values["SITENAME"] == name
