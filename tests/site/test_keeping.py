"""What a build keeps of the last one, and what it makes again."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from publish.errors import Refused
from publish.post import stamps
from publish.settings import load
from publish.site.build import Guards, build
from publish.site.commit import below, commit, site_of, staged, tree
from publish.site.engine.closures import Closures, Compiled
from publish.site.engine.pool import join, share
from publish.site.engine.staging import Staging
from tests.site.conftest import Site
from tests.site.laws import played
from tests.site.laws_scenes import Scene, site
from tests.site.laws_site import Lab, differences, post
from tests.site.laws_tricks import house, visits
from tests.site.laws_unchanged_posts import SCENES as UNCHANGED


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Sites with feeds, a style and pictures, whose stamps are old enough to be trusted: one wait
    for all."""
    files: dict[str, str | bytes | None] = dict(
        site(
            'FEED_ALL_ATOM = "all.xml"\nCATEGORY_FEED_RSS = "{slug}.xml"\nFEED_DOMAIN = SITEURL\n'
            "FEED_MAX_ITEMS = 2\n"
        )
    )
    for number in range(6):
        files |= post(f"post-{number}", 10 + number, Category="Late" if number > 3 else "Early")
    files |= {"content/images/a.png": b"a", "content/images/b.png": b"b"}
    folder = tmp_path_factory.mktemp("sites")
    made = [Lab(folder / str(number) / "site", files) for number in range(12)]
    time.sleep(stamps.RACY / 1e9 + 0.05)
    return iter(made)


@pytest.fixture
def lab(sites: Iterator[Lab]) -> Lab:
    """One of the sites, built twice."""
    lab = next(sites)
    for number in range(2):
        lab.apply(post("one", 1, f"Edit {number}."))
        lab.build()
    return lab


def test_a_date_that_is_the_file_s_own_follows_its_stamp(tmp_path: Path):
    shown = {"article": "{{ article.date }} {{ article.modified }}"}
    lab = Lab(tmp_path / "site", site('DEFAULT_DATE = "fs"', shown))
    lab.build()
    os.utime(lab.root / "content/posts/one.md", (10**9, 10**9))
    _, wanted = lab.both()
    assert not differences(lab.tree, wanted)


def test_an_edit_makes_what_shows_it_and_keeps_feeds_and_copies(lab: Lab):
    lab.apply(post("one", 1, "Another body."))
    done = lab.build()
    # Its page, and its category's feed if it is among the newest there: nothing else differs.
    assert done.written == ("one/index.html",)
    assert done.rendered == 1


def test_a_title_is_rendered_where_it_is_shown(lab: Lab):
    lab.apply(post("one", 1, "Edit 1.", Title="Another title"))
    done = lab.build()
    # Every list of posts of this theme shows titles; no other post's page does.
    assert "one/index.html" in done.written
    assert not [page for page in done.written if page.startswith("post-")]
    assert done.rendered == len([page for page in done.written if page.endswith(".html")])


MENU = "{% for c, found in categories %}"


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (MENU + "{{ c.url }}{% if not loop.last %}, {% endif %}{% endfor %}", True),
        (MENU + "{{ c }}{% else %}none{% endfor %}" + MENU + "{{ c.slug }}{% endfor %}", True),
        (MENU + "{{ c }}{{ found|length }}{% endfor %}", False),
        (MENU.replace(" %}", " if found %}") + "{{ c }}{% endfor %}", False),
        (MENU + "{{ loop.previtem }}{% endfor %}", False),
        (MENU + "{{ loop|list }}{% endfor %}", False),
        (MENU + '{% include "list.html" %}{% endfor %}', False),
        (MENU + "{% block each scoped %}{{ c }}{% endblock %}{% endfor %}", False),
        ("{% for pair in categories %}{{ pair[0] }}{% endfor %}", False),
        ("{% for c, (first, last) in categories %}{{ c }}{% endfor %}", False),
        (MENU + "{{ c }}{% endfor %}{{ categories|length }}", False),
        ("{% set all = categories %}" + MENU + "{{ c }}{% endfor %}", False),
        ("{{ c }}", True),
    ],
)
def test_a_menu_hangs_on_the_terms_alone_only_where_it_cannot_show_posts(text: str, alone: bool):
    texts = {"a": '{% extends "b" %}', "b": text, "list.html": ""}
    env = Environment(loader=DictLoader(texts))
    assert ("categories" in Closures({}).terms_only(env, "a")) is alone


def test_a_menu_of_categories_is_made_again_for_another_category_and_for_no_post(tmp_path: Path):
    templates = {
        "base": MENU + "{{ c.url }} {% endfor %}{% block body %}{% endblock %}",
        "article": '{% extends "base.html" %}{% block body %}{{ article.title }}{% endblock %}',
    }
    lab = Lab(tmp_path / "site", site("", templates))
    lab.build()
    lab.apply(post("four", 4))
    done = lab.build()
    assert "four/index.html" in done.written
    assert "one/index.html" not in done.written
    assert done.rendered < len([page for page in lab.tree if page.endswith(".html")]) - 2
    lab.apply(post("five", 5, Category="Another"))
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong
    assert b"another" in lab.tree["one/index.html"].lower()


def test_a_feed_is_made_again_when_it_shows_of_another(lab: Lab):
    lab.apply(post("post-5", 15, "Another body.", Category="Late"))
    done = lab.build()
    assert {"post-5/index.html", "all.xml", "late.xml"} < set(done.written)
    assert not [name for name in done.written if "early" in name]


def test_a_copy_is_made_again_when_the_original_changes_or_it_is_touched(lab: Lab):
    lab.apply({"content/images/a.png": b"c"})
    assert lab.build().written == ("images/a.png",)
    (lab.output / "images/b.png").write_bytes(b"mine")
    assert "images/b.png" in lab.build().written
    assert lab.tree["images/b.png"] == b"b"


def test_compiled_templates_that_are_damaged_are_compiled_again(lab: Lab):
    file = lab.root / ".publish/engine/templates"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    lab.apply({"theme/templates/article.html": "<h1>{{ article.title }}</h1>!"})
    done = lab.build()
    assert len(done.written) == 9
    assert lab.tree["one/index.html"].endswith(b"!")


def test_a_copy_whose_original_is_gone_goes_too(lab: Lab):
    lab.apply({"content/images/b.png": None})
    done = lab.build()
    assert (done.written, done.removed) == ((), ("images/b.png",))


def test_a_full_build_makes_everything_and_writes_nothing(lab: Lab):
    whole = lab.build(full=True)
    pages = [name for name in lab.tree if name.endswith(".html")]
    assert (whole.rendered, whole.written) == (len(pages), ())


def test_a_store_that_is_damaged_costs_time_and_nothing_else(lab: Lab):
    file = lab.root / ".publish/engine/sources"
    data = bytearray(file.read_bytes())
    for place in range(100, len(data), 150):
        data[place] ^= 0x55
    file.write_bytes(data)
    lab.apply(post("post-3", 13, "Edited.", Title="Another", Tags="a, b"))
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong


def test_another_markup_is_read_though_its_readers_are_loaded_late(lab: Lab):
    text = "Late\n####\n\n:date: 2024-02-01\n:category: Notes\n\nA *word* of ``code``.\n"
    for number in range(2):
        lab.apply({"content/posts/late.rst": f"{text}\n{number}\n"} | post("one", 1, f"{number}."))
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), wrong
    lab.apply({"content/posts/late.rst": None})
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong


def test_a_build_into_another_folder_says_nothing_of_what_lies_in_the_sites_own(tmp_path: Path):
    lab = Lab(tmp_path / "site", dict(site()) | post("one", 1, "First."))
    lab.build()
    for body in ("Second.", "First."):
        lab.apply(post("one", 1, body))
        lab.build(output=tmp_path / "other")
    lab.apply(post("one", 1, "Second."))
    lab.build(output=tmp_path / "other")
    assert "one/index.html" in lab.build().written
    assert not (wrong := differences(lab.tree, lab.stock())), wrong


def test_a_key_in_a_page_stops_the_build_before_anything_is_public(lab: Lab):
    from publish.checks import run

    old = lab.tree
    key = "0123456789abcdef0123456789abcdef" + "-us6"
    lab.apply({"theme/templates/article.html": f"<!-- {key} -->{{{{ article.title }}}}"})
    settings = load(lab.conf)

    def validate_output(staged: Mapping[str, str]) -> None:
        if found := run.leaks(settings, staged):
            raise Refused(found[0].located)

    with pytest.raises(Refused, match=r"output/.*index\.html:1: a secret key"):
        build(settings, guards=Guards(validate_output=validate_output))
    assert lab.tree == old


@pytest.mark.parametrize("init", [False, True], ids=["once all is read", "when it is read"])
def test_what_declared_plugins_do_to_posts_shows_as_in_stock_pelican(tmp_path: Path, init: bool):
    lab = Lab(tmp_path / "house", house(init))
    for number, edit in enumerate(visits(init)):
        lab.apply(edit)
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), f"after visit {number}:\n{wrong}"


@pytest.mark.parametrize("scene", UNCHANGED[::5], ids=lambda scene: scene.name)
def test_a_plugin_that_deceives_an_engine_that_trusts(tmp_path: Path, scene: Scene):
    """Every fifth of them; ``python -m tests.site.laws`` plays them all."""
    played(tmp_path / "site", scene)


def test_what_has_been_looked_up_a_moment_ago_is_not_looked_up_again(tmp_path: Path):
    stage, target = tmp_path / "stage", tmp_path / "output"
    for folder, files in ((stage, {"a": "new", "b": "new"}), (target, {"a": "old", "x": "mine"})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
    present = tree(target)
    changes = commit(below(stage), target, ["a", "gone"], ["gone"], present=present)
    assert (changes.written, changes.removed, changes.foreign) == (("a", "b"), (), ("x",))
    assert {n: (target / n).read_text() for n in tree(target)} == {
        "a": "new",
        "b": "new",
        "x": "mine",
    }


def test_a_page_that_lies_in_the_output_is_staged_without_a_folder_of_its_own(tmp_path: Path):
    known = (b"old", b"")
    long = f"{'long' * 25}/{'longer' * 25}/index.html"
    names = ["a%2Fb/index.html", "a/index.html", "new/index.html", "redone/index.html", long]
    with staged(tmp_path) as stage:
        old = dict.fromkeys({*names} - {"new/index.html"}, known)
        staging = Staging(stage, tuple(old), old, {})
        for name in names:
            with staging.open(f"{stage}/site/{name}", "w", "utf-8") as page:
                page.write(name)
        assert staging.holds("a/index.html", "key") is False
        plugin = stage / "site/redone/index.html"
        plugin.parent.mkdir()
        plugin.write_text("a plugin's")
        found = site_of(stage)
        assert {name: Path(path).read_text() for name, path in found.items()} == {
            **{name: name for name in names},
            "redone/index.html": "a plugin's",
        }
        assert {entry.name for entry in (stage / "site").iterdir()} == {
            "new",
            "redone",
            "long" * 25,
        }


def test_a_folder_that_is_not_there_yet_is_moved_with_all_that_lies_in_it(tmp_path: Path):
    stage, target = tmp_path / "stage", tmp_path / "output"
    names = ["a/index.html", "b/c/d.txt", "b/c/e/f.txt", "b/index.html", "g.txt"]
    (target / "a").mkdir(parents=True)
    for name in names:
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text(name)
    assert commit(below(stage), target, []).written == tuple(names)
    assert {name: (target / name).read_text() for name in tree(target)} == {n: n for n in names}
    assert [entry.name for entry in stage.iterdir()] == ["a"]


def test_an_edit_of_a_plugin_in_the_second_in_which_it_was_compiled_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    text = (
        "INCREMENTAL = True\nfrom pelican import signals\n"
        "def put(generator):\n    generator.context['WORD'] = 'AAAA'\n"
        "def register():\n    signals.article_generator_finalized.connect(put)\n"
    )
    lab = Lab(tmp_path / "site", site(templates={"article": "{{ WORD }}"}, words=text))
    soon = (time.time() + 60,) * 2  # However long the build takes, its code is no older.
    for word in ("AAAA", "BBBB"):
        lab.apply({"plugins/words.py": text.replace("AAAA", word)})
        os.utime(lab.root / "plugins/words.py", soon)
        lab.build()
    assert lab.tree["one/index.html"] == b"BBBB"


def read_by(lab: Lab) -> int:
    """Build; how many sources were read."""
    steps: list[str] = []
    build(load(lab.conf), progress=lambda phase, count: steps.append(phase))
    return steps.count("read")


def test_only_the_settings_that_reading_uses_decide_whether_sources_are_read(tmp_path: Path):
    lab = Lab(tmp_path / "site", site(templates={"article": "{{ SITENAME }}{{ article.content }}"}))
    assert read_by(lab) == 3
    conf = lab.conf.read_text()
    for more, reads in (
        ("SITENAME = 'Other'", 0),
        ("DEFAULT_PAGINATION = 2", 0),
        ("MARKDOWN = {'extension_configs': {}, 'output_format': 'html5'}", 3),
        ("MARKDOWN = {'extension_configs': {}, 'output_format': 'html5'}\nSITENAME = 'X'", 0),
        ("DEFAULT_DATE_FORMAT = '%Y'", 3),
    ):
        lab.conf.write_text(f"{conf}\n{more}\n")
        assert read_by(lab) == reads, more
        assert not (wrong := differences(lab.tree, lab.stock())), wrong


def test_a_plugin_that_is_switched_on_or_off_reads_every_source_again(tmp_path: Path):
    text = (
        "INCREMENTAL = True\nfrom pelican import signals\n"
        "def put(content):\n    content.word = content.slug\n"
        "def register():\n    signals.content_object_init.connect(put)\n"
    )
    lab = Lab(tmp_path / "site", site(templates={"article": "{{ article.word }}"}, words=text))
    conf = lab.conf.read_text()
    for plugins in ("[]", "['words']", "[]"):
        lab.conf.write_text(f"{conf}\nPLUGINS = {plugins}\n")
        assert read_by(lab) == 3
        assert not (wrong := differences(lab.tree, lab.stock())), wrong


def test_a_file_that_a_plugin_announces_is_part_of_the_source(tmp_path: Path):
    text = (
        "INCREMENTAL = True\nimport functools, sys\nfrom pathlib import Path\n"
        "from pelican import signals\nFILE = Path(__file__).parents[1] / 'words.txt'\n"
        "@functools.cache\ndef words():\n    return FILE.read_text()\n"
        "def put(content):\n"
        "    sys.audit('publish.reads', str(FILE))\n"
        "    content.word = words() if content.slug != 'two' else ''\n"
        "def register():\n    signals.content_object_init.connect(put)\n"
    )
    lab = Lab(
        tmp_path / "site",
        site(templates={"article": "{{ article.word }}"}, words=text) | {"words.txt": "one"},
    )
    for word in ("one", "another", "another"):
        lab.apply({"words.txt": word})
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), wrong
    assert read_by(lab) == 0


def test_what_pelican_says_of_a_source_is_said_of_each_that_it_is_true_of(site: Site):
    for slug in ("one", "two"):
        site.post(slug, "Words.", Author="!!!")
    with pytest.raises(Refused, match=r"one\.md:\d+: Unable to generate valid slug .*1 more"):
        build(site.settings, jobs=1)
    (site.root / "content/posts/one.md").unlink()
    with pytest.raises(Refused, match=r"two\.md:\d+: Unable to generate valid slug"):
        build(site.settings, jobs=1)


def test_what_a_build_alone_loads_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a tree that no installer compiles, as this repository is."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    lab = Lab(tmp_path / "site", site(templates={"article": "{{ article.content }}"}))
    command = [sys.executable, "-m", "publish", "build", "-q"]
    made: list[dict[str, int]] = []
    expressions: list[int] = []
    for body in ("One.", "Two.", "Three."):
        lab.apply({"content/one.md": f"Title: One\nDate: 2024-01-01\n\n{body}\n"})
        subprocess.run(command, cwd=lab.root, check=True, capture_output=True)
        files = (tmp_path / "compiled").rglob("publish/**/*.pyc")
        made.append({f.name: f.stat().st_mtime_ns for f in files})
        expressions.append((lab.root / ".publish/compiled").stat().st_ino)
    assert any(name.startswith("slug.") for name in made[0])
    assert made[1] == made[2]
    assert expressions[1] == expressions[2]


def test_a_template_that_a_copy_of_the_process_compiled_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    texts = DictLoader({"a.html": "{{ word }}{% include 'b.html' %}", "b.html": "!"})
    copy, here = Compiled(tmp_path / "kept", b""), Compiled(tmp_path / "kept", b"")
    Environment(loader=texts, bytecode_cache=copy).get_template("a.html").render(word="yes")
    join(here, pickle.loads(pickle.dumps(share(copy))))
    monkeypatch.delattr(Environment, "compile")
    env = Environment(loader=texts, bytecode_cache=here)
    made = [env.get_template(name).render(word="no") for name in ("a.html", "b.html")]
    assert made == ["no!", "!"]
