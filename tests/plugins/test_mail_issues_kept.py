"""What is kept of composed issues: the same bytes with and without it, and no work done twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from mail_issues.builder import IssueBuilder
from mail_issues.files import sweep
from mail_issues.layout import Layout
from pelican.contents import Article, Static
from pelican.log import LimitFilter
from pelican.settings import read_settings
from pelican.urlwrappers import Category
from pelican.utils import SafeDatetime
from test_mail_issues_compose import FACTS
from test_mail_issues_site import png

from publish.post.cache import code_digest

FOOT = "*|UNSUB|* *|LIST:ADDRESSLINE|*"
HTML = "<html><body>{% include 'email/top.html' %}{{ title }}{{ body }}" + FOOT + "</body></html>"
TEMPLATES = {
    "email/issue.html": HTML,
    "email/issue.txt": "{{ sitename|upper }} {{ title }}\n\n{{ body }}\n\n" + FOOT,
    "email/top.html": "<p>{{ sitename }}</p>",
}


class Engine:
    """Holds what was made from the same key and lies there untouched; works in this process."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.shared_out = 0

    def holds(self, name: str, key: str) -> bool:
        file = Path(name)
        intact = file.is_file() and file.read_bytes() == self.files.get(name)
        held = self.keys.get(name) == key and intact
        self.keys[name] = key
        return held

    def shared(self, work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
        self.shared_out += len(items)
        return [work(item) for item in items]


@dataclass
class Blog:
    """Posts as Pelican's own objects, and templates, without a run of Pelican."""

    root: Path
    posts: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=lambda: dict(TEMPLATES))
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def context(self, cache: Path) -> dict[str, Any]:
        """Pelican's settings, and its objects for all posts and pictures."""
        content = self.root / "content"
        content.mkdir(parents=True, exist_ok=True)
        own = {"PATH": str(content), "SITEURL": "https://one.example", "CACHE_PATH": str(cache)}
        full = read_settings(
            override={**own, "ARTICLE_URL": "{slug}/", "TIMEZONE": "UTC", **self.settings}
        )
        context = {"generated_content": {}, "static_content": {}, "localsiteurl": "", **full}
        for file in content.glob("*.png"):
            context["static_content"][file.name] = Static(
                None, {}, settings=full, source_path=str(file), context=context
            )
        for name, (body, given_keys) in self.posts.items():
            metadata = {
                "title": name,
                "slug": name,
                "date": SafeDatetime(2024, 5, 1),
                "category": Category("Career", full),
                **given_keys,
            }
            context["generated_content"][f"{name}.md"] = Article(
                body,
                metadata,
                settings=full,
                source_path=str(content / f"{name}.md"),
                context=context,
            )
        return context

    def run(self, cache: Path, home: Path) -> dict[str, bytes]:
        """Bring all issues to ``home``; what lies there then."""
        context = self.context(cache)
        articles = context["generated_content"].values()
        full = next(iter(articles)).settings
        env = Environment(loader=DictLoader(self.templates), **self.options)
        builder = IssueBuilder(SimpleNamespace(settings=full, context=context, env=env), home)
        articles = list(articles)
        builder.compose_new(articles)
        slugs = {article.slug for article in articles if builder.ensure(article)}
        builder.close()
        sweep(home, slugs)
        found = tree(home)
        if engine := full.get("ENGINE"):
            engine.files = {str(home / name): data for name, data in found.items()}
        return found

    def anew(self) -> dict[str, bytes]:
        """What it comes to with nothing kept from before."""
        engine = self.settings.pop("ENGINE", None)
        with tempfile.TemporaryDirectory() as folder:
            found = self.run(Path(folder, "cache"), Path(folder, "home"))
        self.settings |= {"ENGINE": engine} if engine else {}
        return found


def tree(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*.*")}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Any write, also of the same bytes, shows: a file is put in place as a new inode."""
    return {f.name: (f.stat().st_ino, f.stat().st_mtime_ns) for f in folder.iterdir()}


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path)
    made.posts["one"] = ("<p>One, then <a href='{filename}two.md'>two</a>.</p>", {"uid": "u1"})
    made.posts["two"] = ("<p>Two <img src='{static}a.png'></p>", {"uid": "u2"})
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.png").write_bytes(png(40, 20))
    return made


EDITS: dict[str, Callable[[Blog, int], None]] = {
    "body": lambda b, n: b.posts.update(one=(f"<p>Words {n}.</p>", {"uid": "u1"})),
    "link": lambda b, n: b.posts.update(
        three=(f"<p><a href='{{filename}}one.md#{n}'>x</a></p>", {"uid": "u3"})
    ),
    "title": lambda b, n: b.posts.update(two=(b.posts["two"][0], {"uid": "u2", "title": f"T{n}"})),
    "address": lambda b, n: b.posts.update(
        one=(b.posts["one"][0], {"uid": "u1", "slug": f"one-{n}"})
    ),
    "uid": lambda b, n: b.posts.update(one=(b.posts["one"][0], {"uid": f"v{n}"})),
    "delete": lambda b, n: b.posts.pop("three", None) and None,
    "picture": lambda b, n: (b.root / "content/a.png").write_bytes(png(30 + n, 20)) and None,
    "no picture": lambda b, n: (b.root / "content/a.png").unlink(missing_ok=True),
    "template": lambda b, n: b.templates.update({"email/top.html": f"<p>{n}</p>"}),
    "setting": lambda b, n: b.settings.update(SITENAME=f"Name {n}"),
    "site": lambda b, n: b.settings.update(SITEURL=f"https://{n}.example"),
    "summary": lambda b, n: b.posts.update(
        one=(b.posts["one"][0], {"uid": "u1", "summary": f"S{n}", "subject": f"J{n % 2}"})
    ),
    "category": lambda b, n: b.posts.update(
        four=("<p>Four.</p>", {"uid": "u4", "category": Category(f"C{n}", {}), "lang": "de"})
    ),
    "mail": lambda b, n: b.posts.update(
        four=("<p>Four.</p>", {"uid": "u4", "email_content_source": f"<p>Mail {n}.</p>"})
    ),
    "nothing": lambda b, n: None,
    "damaged": lambda b, n: (
        [f.write_bytes(f.read_bytes()[: -1 - n]) for f in (b.root / "cache/issues").glob("*")]
        and None
    ),
    "lost": lambda b, n: shutil.rmtree(b.root / "cache", ignore_errors=True),
    "meddled": lambda b, n: (
        [f.write_bytes(f.read_bytes()[:n]) for f in (b.root / "home").rglob("issue.html")] and None
    ),
}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(1, 3)), max_size=6),
    st.booleans(),
)
def test_whatever_is_edited_the_issues_are_those_of_a_first_build(
    edits: list[tuple[str, int]], engine: bool
):
    with tempfile.TemporaryDirectory() as folder:
        made = Blog(Path(folder), settings={"ENGINE": Engine()} if engine else {})
        made.posts["one"] = ("<p>One <a href='{filename}two.md'>two</a></p>", {"uid": "u1"})
        made.posts["two"] = ("<p>Two <img src='{static}a.png'></p>", {"uid": "u2"})
        for name, number in [("nothing", 1), ("picture", 1), *edits]:
            EDITS[name](made, number)
            assert made.run(made.root / "cache", made.root / "home") == made.anew(), name


def test_a_second_build_composes_nothing_and_writes_nothing(blog: Blog, tmp_path: Path):
    cache, home = tmp_path / "cache", tmp_path / "home"
    first = blog.run(cache, home)
    kept_before, lying_before = stamps(cache / "issues"), stamps(home / "one")
    assert blog.run(cache, home) == first
    assert stamps(cache / "issues") == kept_before
    assert stamps(home / "one") == lying_before
    assert len(kept_before) == len(blog.posts)


def test_an_edit_composes_its_own_issue_and_no_other(blog: Blog, tmp_path: Path):
    cache, home = tmp_path / "cache", tmp_path / "home"
    blog.run(cache, home)
    before = stamps(cache / "issues")
    blog.posts["one"] = ("<p>Other words.</p>", {"uid": "u1"})
    blog.run(cache, home)
    after = stamps(cache / "issues")
    assert len({name for name in before if after[name] != before[name]}) == 1


def test_another_folder_gets_the_kept_bytes_and_a_lost_file_comes_back(blog: Blog, tmp_path: Path):
    cache, home = tmp_path / "cache", tmp_path / "home"
    first = blog.run(cache, home)
    before = stamps(cache / "issues")
    assert blog.run(cache, tmp_path / "elsewhere") == first
    (home / "one/issue.txt").unlink()
    assert blog.run(cache, home) == first
    assert stamps(cache / "issues") == before


@pytest.mark.parametrize("damage", [b"", b"x", b"\n", b"0" * 64 + b"\n{}\n"])
def test_a_damaged_entry_is_made_anew(blog: Blog, tmp_path: Path, damage: bytes):
    cache = tmp_path / "cache"
    first = blog.run(cache, tmp_path / "home")
    for file in (cache / "issues").iterdir():
        file.write_bytes(damage)
    shutil.rmtree(tmp_path / "home")
    assert blog.run(cache, tmp_path / "home") == first
    assert all(file.read_bytes() != damage for file in (cache / "issues").iterdir())


def test_what_belongs_to_no_post_any_more_is_swept(blog: Blog, tmp_path: Path):
    blog.run(tmp_path / "cache", tmp_path / "home")
    del blog.posts["one"]
    blog.run(tmp_path / "cache", tmp_path / "home")
    assert len(list((tmp_path / "cache/issues").iterdir())) == 1


def test_an_unfit_post_is_said_at_every_build(
    blog: Blog, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    blog.posts["one"] = ("<p>x</p>", {"uid": "u1", "title": "<b></b>"})
    for _ in range(2):
        caplog.clear()
        blog.run(tmp_path / "cache", tmp_path / "home")
        assert "the subject is empty" in caplog.text


def test_a_warning_is_said_at_every_build(
    blog: Blog, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    blog.posts["one"] = (f"<p>{'word ' * 17_000}</p>", {"uid": "u1"})
    for home in ("home", "home", "other"):
        # Pelican says the same warning once a process, and each build is a process of its own.
        LimitFilter._raised_messages.clear()
        caplog.clear()
        blog.run(tmp_path / "cache", tmp_path / home)
        assert "Gmail cuts off" in caplog.text


def made_from(templates: Mapping[str, str], facts: Any = FACTS, **options: Any) -> str:
    env = Environment(loader=DictLoader(dict(templates)), **options)
    return Layout(env, {"JINJA_ENVIRONMENT": options}).made_from(facts)


def test_every_fact_is_part_of_what_an_issue_is_made_from():
    seen = {made_from(TEMPLATES)}
    for each in fields(FACTS):
        old = getattr(FACTS, each.name)
        new: Any = (*old, "more") if isinstance(old, tuple) else f"{old} more"
        new = {"a": 1} if isinstance(old, dict) else new
        seen.add(made_from(TEMPLATES, replace(FACTS, **{each.name: new})))
    assert len(seen) == len(fields(FACTS)) + 1


def test_every_template_that_is_named_is_part_of_it():
    plain = made_from(TEMPLATES)
    assert len(plain) == 64
    assert made_from({**TEMPLATES, "index.html": "{{ x }}"}) == plain
    for name in TEMPLATES:
        assert made_from({**TEMPLATES, name: TEMPLATES[name] + "!"}) != plain
    bundled = made_from({n: t for n, t in TEMPLATES.items() if n != "email/issue.txt"})
    assert bundled not in ("", plain)
    assert made_from(TEMPLATES, trim_blocks=True) != plain


def test_a_template_that_may_be_there_one_day_is_part_of_it():
    text = TEMPLATES["email/issue.txt"] + "{% include 'note.txt' ignore missing %}"
    without = {**TEMPLATES, "email/issue.txt": text}
    assert made_from(without) != made_from({**without, "note.txt": "new"}) != ""


@pytest.mark.parametrize(
    "text", ["{% include title %}", "{{ lipsum() }}", "{{ categories|random }}"]
)
def test_templates_that_nobody_can_foresee_are_rendered_each_time(
    blog: Blog, tmp_path: Path, text: str
):
    assert made_from({**TEMPLATES, "email/issue.txt": text}) == ""
    blog.templates["email/issue.txt"] += "{{ [sitename]|random }}"
    blog.run(tmp_path / "cache", tmp_path / "home")
    assert [f.name for f in tmp_path.rglob("cache/issues/*")] == []


def test_code_of_the_sites_own_is_not_trusted():
    templates = {**TEMPLATES, "email/issue.txt": "{{ title|mine }}"}
    env = Environment(loader=DictLoader(templates))
    env.filters["mine"] = str.title
    assert Layout(env, {}).made_from(FACTS) == ""
    env = Environment(loader=DictLoader({**TEMPLATES, "email/issue.txt": "{{ mine() }}"}))
    env.globals["mine"] = dict
    assert Layout(env, {}).made_from(FACTS) == ""
    env = Environment(loader=DictLoader(TEMPLATES))
    env.globals["unused"] = dict
    assert Layout(env, {}).made_from(FACTS) != ""
    # One of Jinja's own names for something else.
    env.filters["upper"] = str.lower
    assert Layout(env, {}).made_from(FACTS) == ""


def test_the_plugins_own_code_is_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from mail_issues import layout

    folder = Path(layout.__file__).parent
    shutil.copytree(folder, tmp_path / "issues")
    monkeypatch.setattr(layout, "__file__", str(tmp_path / "issues/layout.py"))
    before = made_from(TEMPLATES)
    with (tmp_path / "issues/wrapping.py").open("a") as stream:
        stream.write("# changed\n")
    code_digest.cache_clear()
    assert made_from(TEMPLATES) != before


def test_the_libraries_versions_are_part_of_it(monkeypatch: pytest.MonkeyPatch):
    from mail_issues import layout

    before = made_from(TEMPLATES)
    monkeypatch.setattr(layout, "release", lambda name: "99" if name == "lxml" else "1")
    assert made_from(TEMPLATES) != before


def test_an_engine_shares_out_what_is_new_and_holds_what_is_not(blog: Blog, tmp_path: Path):
    blog.settings["ENGINE"] = engine = Engine()
    first = blog.run(tmp_path / "cache", tmp_path / "home")
    assert first == blog.anew() or engine.shared_out
    told = engine.shared_out
    before = stamps(tmp_path / "home/one")
    blog.run(tmp_path / "cache", tmp_path / "home")
    assert engine.shared_out == told
    assert stamps(tmp_path / "home/one") == before
