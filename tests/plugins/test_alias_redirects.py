"""Old addresses that lead to the new one: pages for plain hosts, maps for the others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from alias_redirects.maps import FILES, apache, netlify, nginx
from alias_redirects.plan import Source, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from test_full_feeds_site import Built, Site

from publish.post.aliases import parse_alias
from publish.post.frontmatter import names
from tests.forked import run

PAGE = {"PAGE_URL": "{slug}/", "PAGE_SAVE_AS": "{slug}/index.html"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings.update(PAGE, PLUGINS=["alias_redirects"], AUTHOR="Ann")
    made.post("other")
    return made


def tree(built: Built) -> dict[str, bytes]:
    files = (file for file in built.output.rglob("*") if file.is_file())
    return {file.relative_to(built.output).as_posix(): file.read_bytes() for file in files}


def source(*aliases: str, url: str = "new/", place: str = "posts/new.md") -> Source:
    return Source(aliases, url, "New", "en", place)


def moves_of(*aliases: str, url: str = "new/", siteurl: str = "https://one.example"):
    moves, faults = plan([source(*aliases, url=url)], set(), siteurl)
    assert faults == []
    return moves


# ---- pages


def test_an_old_address_holds_a_page_that_goes_on_at_once(site: Site):
    site.post("new", Aliases="/2020/03/11/old/", Title='Words & <i>"more"</i>')
    built = site.build()
    assert built.code == 0
    assert built.log == ""
    page = html.fromstring(built.text("2020/03/11/old/index.html"))
    assert page.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=/words-more/"]
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://one.example/words-more/"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//a/@href") == ["/words-more/"]
    assert "".join(page.xpath("//title//text()")) == 'Words & "more"'
    assert page.get("lang") == "en"
    assert not page.xpath("//script | //img | //*[@src]")


def test_its_target_is_a_file_of_the_site(site: Site):
    site.post("new", Aliases="/old/, /older.html, /oldest")
    built = site.build()
    for name in ("old/index.html", "older.html", "oldest/index.html"):
        target = html.fromstring(built.text(name)).xpath("//a/@href")[0]
        assert (built.output / target.strip("/") / "index.html").is_file()


def test_pages_translations_and_hidden_posts_have_redirects_too(site: Site):
    site.write("pages/about.md", "Title: About\nAliases: /who/\n\nWords.\n")
    site.post("hidden", Status="hidden", Aliases="/secretly/")
    site.post("ours", Slug="twin", Lang="en", Aliases="/one/")
    site.post("theirs", Slug="twin", Lang="fr", Aliases="/un/")
    built = site.build(ARTICLE_LANG_URL="{lang}/{slug}/", ARTICLE_LANG_SAVE_AS="{lang}/{slug}.html")
    assert 'href="/about/"' in built.text("who/index.html")
    assert 'href="/hidden/"' in built.text("secretly/index.html")
    assert 'href="/twin/"' in built.text("one/index.html")
    assert 'href="/fr/twin/"' in built.text("un/index.html")
    assert '<html lang="fr">' in built.text("un/index.html")


def test_nothing_leads_to_a_draft_or_to_a_post_of_the_future(site: Site):
    site.post("draft", Status="draft", Aliases="/draftalias/")
    site.post("later", Date="2999-01-01", Aliases="/lateralias/")
    site.write("pages/p.md", "Title: P\nStatus: draft\nAliases: /pagealias/\n\nWords.\n")
    files = tree(site.build(DRAFT_PAGE_SAVE_AS=""))
    assert not [name for name in files if "alias" in name]
    assert not [name for name, data in files.items() if b"alias" in data]
    assert not set(FILES) & files.keys()


def test_a_site_without_aliases_is_the_same_with_and_without_the_plugin(site: Site):
    site.post("empty", Aliases="")
    site.post("commas", Aliases=" , ,")
    assert tree(site.build()) == tree(site.build(PLUGINS=[]))


def test_the_same_content_gives_the_same_bytes(site: Site):
    for name in "abcdef":
        site.post(name, Aliases=f"/x/{name}/, /?p={name}, /{name}.html")
    assert tree(site.build()) == tree(site.build())


def test_aliases_may_go_on_over_several_lines(site: Site):
    site.write("new.md", "Title: New\nDate: 2024-05-01\nAliases: /a/,\n    /b/\n\nWords.\n")
    built = site.build()
    assert 'href="/new/"' in built.text("a/index.html")
    assert 'href="/new/"' in built.text("b/index.html")


def test_a_site_below_a_folder_of_its_host(site: Site):
    site.post("new", Aliases="/old/")
    built = site.build(SITEURL="https://one.example/blog")
    text = built.text("old/index.html")
    assert 'content="0; url=/blog/new/"' in text
    assert 'href="https://one.example/blog/new/"' in text
    assert "/blog/old/  /blog/new/  301!" in built.text("_redirects")


def test_a_site_that_does_not_know_its_address(site: Site):
    site.post("new", Aliases="/old/")
    text = site.build(SITEURL="").text("old/index.html")
    assert '<link rel="canonical" href="/new/">' in text


def test_letters_beyond_ascii_are_written_as_the_web_writes_them(site: Site):
    site.post("new", Aliases="/caf%C3%A9/, /thé/", Slug="crème")
    built = site.build()
    for name in ("café/index.html", "thé/index.html"):
        assert "url=/cr%C3%A8me/" in built.text(name)
    rules = built.text("_redirects")
    assert "/caf%C3%A9/  /cr%C3%A8me/  301!" in rules
    assert rules.isascii()


# ---- what is there already is never replaced


def test_a_real_page_feed_or_picture_is_never_replaced(site: Site):
    site.write("images/cover.html", "<p>Static.</p>")
    site.settings.update(ARTICLE_EXCLUDES=["images"], PAGE_EXCLUDES=["images"])
    taken = [
        "/other/",
        "/other",
        "/other/index.html",
        "/OTHER/",
        "/",
        "/index.html",
        "/tags.html",
        "/category/misc.html",
        "/feeds/all.atom.xml/x/",
        "/images/cover.html",
        "/new/",
    ]
    site.post("new")
    before = tree(site.build())
    site.post("new", Aliases=", ".join([*taken, "/fine/"]))
    built = site.build()
    for alias in taken:
        assert re.search(rf"new\.md:3: the alias {re.escape(alias)} .+ — take it out", built.log)
    assert built.log.count("the alias") == len(taken)
    after = tree(built)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"fine/index.html", *FILES}
    assert site.build("--fatal", "errors").code != 0


def test_a_map_file_that_the_author_wrote_is_kept_when_left_out_of_ours(site: Site):
    site.write("extra/_redirects", "/mine /other/ 302\n")
    site.post("new", Aliases="/old/")
    own = {
        "STATIC_PATHS": ["extra"],
        "EXTRA_PATH_METADATA": {"extra/_redirects": {"path": "_redirects"}},
    }
    built = site.build(**own)
    assert "new.md:3: _redirects is a file of the site already" in built.log
    assert built.text("_redirects") == "/mine /other/ 302\n"
    built = site.build(REDIRECT_FILES=["redirects.nginx.conf"], **own)
    assert built.log == ""
    assert built.text("_redirects") == "/mine /other/ 302\n"
    assert not (built.output / "redirects.apache.conf").exists()


def test_an_unknown_map_file_is_refused(site: Site):
    built = site.build(REDIRECT_FILES=["htaccess"])
    assert built.code != 0
    assert "REDIRECT_FILES: there is no 'htaccess' — choose from: _redirects," in built.log


def test_a_page_of_an_earlier_build_gives_way_to_the_redirect(site: Site):
    """After a rename the old page lies in the output folder still; it is the alias's now."""
    site.post("new", Slug="before")
    output = site.build().output
    site.post("new", Slug="after", Aliases="/before/")
    built = site.build("-o", output.name)
    assert built.log == ""
    assert 'url=/after/"' in (output / "before/index.html").read_text(encoding="utf-8")


def test_two_posts_cannot_have_one_old_address(site: Site):
    site.post("a", Aliases="/old/, /?p=1")
    site.post("b", Aliases="/Old, /?p=1")
    built = site.build()
    assert "b.md:3: the alias /Old is that of" in built.log
    assert "b.md:3: the alias /?p=1 is that of" in built.log
    assert 'href="/a/"' in built.text("old/index.html")
    assert built.text("_redirects").count("/ p=1 ") == 1


def test_what_cannot_be_written_is_said_and_the_rest_is_written(site: Site):
    output = site.build().output
    (output / "blocked").write_text("a file where a folder is to be", encoding="utf-8")
    site.post("new", Aliases="/blocked/x/, /fine/")
    built = site.build("-o", output.name)
    assert "new.md:3: blocked/x/index.html cannot be written" in built.log
    assert "Traceback" not in built.log
    assert (output / "fine/index.html").is_file()
    assert (output / "blocked").is_file()


def test_no_alias_leads_out_of_the_output_folder(site: Site):
    bad = [
        "/../out/",
        "/a/../../out/",
        "/%2e%2e/out/",
        "//out.example/",
        "https://out.example/",
        "old",
        "/a\\..\\out",
        "/a%5C..%5Cout/",
        "/a%00b/",
        "/%ff/",
        "/a//b/",
        "/a b/",
        "/x#y",
        "/x?",
        f"/{'n' * 300}/",
        f"/{'n/' * 600}",
    ]
    site.post("new", Aliases=", ".join(bad))
    before = {file for file in site.root.rglob("*") if "output" not in file.as_posix()}
    built = site.build()
    assert built.log.count("the alias") == len(bad)
    assert "Traceback" not in built.log
    assert not set(FILES) & tree(built).keys()
    after = {file for file in site.root.rglob("*") if "output" not in file.as_posix()}
    assert {f.name for f in after - before} <= {"pelicanconf.py"}
    assert not list(site.root.parent.rglob("out"))


CONF = """SITEURL = "https://one.example"
PATH = "content"
ARTICLE_URL = PAGE_URL = "{slug}/"
ARTICLE_SAVE_AS = PAGE_SAVE_AS = "{slug}/index.html"
STATIC_PATHS = ["images"]
AUTHOR = "Ann"
THEME = "simple"
PLUGINS = []
FEED_ALL_ATOM = "feeds/all.atom.xml"
"""


def test_publish_check_names_the_aliases_that_the_plugin_would_refuse(site: Site):
    """The two know nothing of each other, and an author should hear of it before the build."""
    aliases = [
        "/old/",
        "/old.html",
        "/thé/",
        "/t%20x/",
        "/2020/03/11/slug/",
        "/?p=12",
        "/other/?p=3",
        "/a.b/..c/",
        "/other/",
        "/OTHER",
        "/other/index.html",
        "/",
        "/new/",
        "/category/misc.html",
        "/tags.html",
        "/images/a.svg",
        "old",
        "//x/",
        "/../x/",
        "/%2e%2e/x/",
        "/a%5Cb/",
        "/a%00b/",
        "/a b/",
        "/a//b/",
        "/x#y",
        "/x?",
        "/<b>/",
        "/%ff/",
        "/./a/",
        f"/{'n' * 300}/",
    ]
    for number, alias in enumerate(aliases):
        site.post(f"p{number}", Aliases=alias, Category="misc")
    site.write("images/a.svg", "<svg/>")
    site.post("new", Category="misc")
    built = site.build(FEED_ALL_RSS=None, CATEGORY_FEED_ATOM=None)
    refused = set(re.findall(r"/(p\d+)\.md:\d+: the alias", built.log))
    (site.root / "checked.py").write_text(CONF, encoding="utf-8")
    done = run("publish", ["check", "--json", "-s", "checked.py"], site.root)
    found = [f for f in json.loads(done.stdout) if f["rule"] == "bad-alias"]
    told = {Path(f["file"]).stem for f in found}
    assert {aliases[int(name[1:])] for name in refused ^ told} == set()
    assert len(refused) > 15


# ---- maps


def test_netlify_lines_match_both_spellings_and_queries():
    rules = [line.split() for line in netlify(moves_of("/old/", "/?p=12&page=a%20b")).splitlines()]
    assert rules[1:] == [
        ["/", "p=12", "page=a%20b", "/new/", "301!"],
        ["/old", "/new/", "301!"],
        ["/old/", "/new/", "301!"],
    ]


def test_a_star_or_colon_in_an_old_address_is_no_pattern_to_netlify():
    line = netlify(moves_of("/*/", "/:id.html")).splitlines()
    assert line[1:] == [
        "/%2A  /new/  301!",
        "/%2A/  /new/  301!",
        "/%3Aid.html  /new/  301!",
    ]


def nginx_answer(text: str, path: str, query: str = "") -> str:
    """What nginx makes of a request with this map: expressions, in order; the path decoded."""
    blocks = re.findall(r"map \$(\w+) \$\w+ \{(.*?)\n\}", text, re.S)
    values = {"request_uri": path + (f"?{query}" if query else ""), "uri": unquote(path)}
    for variable, block in reversed(blocks):
        for pattern, target in re.findall(r'^    "~((?:[^"\\]|\\.)*)" "([^"]*)";$', block, re.M):
            if re.search(pattern.replace('\\"', '"'), values[variable]):
                return target
    return ""


def apache_answer(text: str, path: str, query: str = "") -> str:
    """What mod_rewrite makes of a request with these rules."""
    condition = ""
    for line in text.splitlines():
        if found := re.fullmatch(r'RewriteCond %\{QUERY_STRING\} "(.*)"', line):
            condition = found[1]
        elif found := re.fullmatch(r'RewriteRule "(.*)" "(.*)" \[(.*)\]', line):
            wanted, condition = condition, ""
            if re.search(wanted, query) and re.search(found[1], unquote(path)):
                assert "R=301" in found[3]
                return re.sub(r"\\([%$])", r"\1", found[2])
    return ""


@pytest.mark.parametrize("answer", [(nginx, nginx_answer), (apache, apache_answer)])
def test_server_maps_answer_old_addresses_and_nothing_else(answer):
    render, ask = answer
    text = render(moves_of("/old/", "/a.b+c/", "/page.html", "/thé/", "/?p=12", "/x/?q=a.b"))
    for path in ("/old", "/old/", "/a.b+c/", "/page.html", "/th%C3%A9/"):
        assert ask(text, path) == "/new/", path
    assert ask(text, "/", "p=12") == "/new/"
    assert ask(text, "/x/", "q=a.b") == "/new/"
    for path in (
        "/",
        "/new/",
        "/older/",
        "/old/more/",
        "/Old/",
        "/x/old/",
        "/axb+c/",
        "/pagexhtml",
    ):
        assert ask(text, path) == "", path
    for path, query in (("/", "p=123"), ("/", "xp=12"), ("/new/", "p=12"), ("/x/", "q=axb")):
        assert ask(text, path, query) == "", (path, query)


@pytest.mark.parametrize("answer", [(nginx, nginx_answer), (apache, apache_answer)])
def test_a_percent_sign_in_the_target_stays_one(answer):
    render, ask = answer
    assert (
        ask(render(moves_of("/old/", url="cr%C3%A8me/100%25/")), "/old/") == "/cr%C3%A8me/100%25/"
    )


def test_a_dollar_in_the_target_is_no_variable_to_nginx():
    assert '"/pay%24me/";' in nginx(moves_of("/old/", url="pay$me/"))


# ---- laws


addresses = st.text(
    st.sampled_from("/ab.?%=&\"'\\<>$*:;{}()~^|#é\u2028\x00 \n2eE5Cc") | st.characters(),
    max_size=30,
)


@settings(max_examples=400, deadline=None)
@given(addresses.map(lambda text: f"/{text}"))
def test_whatever_is_accepted_stays_in_the_folder_and_on_its_line(text: str):
    for alias in names(text):
        try:
            read = parse_alias(alias)
        except ValueError:
            continue
        place = Path("base", read.file)
        assert not {"..", "."} & set(read.file.split("/"))
        assert not read.file.startswith("/")
        assert "base" in place.parts
        moves, faults = plan([source(alias)], set(), "https://one.example")
        assert len(moves) + len(faults) == 1
        if moves:
            spellings = 2 if moves[0].alias.file.endswith("/index.html") else 1
            assert netlify(moves).isascii()
            lines = netlify(moves).splitlines()
            assert len(lines) == 1 + (spellings if not alias.endswith((".html", ".htm")) else 1)
            for text_of in (nginx, apache):
                assert "\n\n" not in text_of(moves)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abAB/.", min_size=1, max_size=6).map(lambda t: f"/{t}"), max_size=8))
def test_no_two_redirects_and_no_redirect_and_page_share_a_file(texts: list[str]):
    real = {"a/index.html", "b.html", "ab/a.html"}
    moves, faults = plan([source(*dict.fromkeys(texts))], real, "")
    files = [move.alias.file.casefold() for move in moves]
    assert len(set(files)) == len(files)
    assert not set(files) & real
    every = {*files, *real}
    for file in every:
        assert not any(other.startswith(f"{file}/") for other in every)
    assert len(moves) + len(faults) == len(dict.fromkeys(texts))


# ---- taken off the site


def test_a_retired_address_leads_on_or_says_that_it_is_gone_and_not_what_it_was(site: Site):
    leads = {
        "/dose/": "gone",
        "/old/": "/other/",
        "/away/": "https://two.example/x",
        "/?p=1": "gone",
    }
    site.write("ledger/retired.json", json.dumps(leads))
    site.write("dose.md", "Title: The dose story\nDate: 2024-05-01\nStatus: draft\n\nGive 50 mg.\n")
    built = site.build()
    assert (built.code, built.log) == (0, "")
    gone = built.text("dose/index.html")
    assert "dose" not in gone.lower()
    page = html.fromstring(gone)
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//a/@href") == ["https://one.example/"]
    (target,) = html.fromstring(built.text("old/index.html")).xpath("//a/@href")
    assert target == "/other/"
    (away,) = html.fromstring(built.text("away/index.html")).xpath("//a/@href")
    assert away == "https://two.example/x"
    assert "/old/  /other/  301!" in built.text("_redirects")
    assert "dose" not in built.text("_redirects")


def test_an_address_that_is_taken_again_is_its_new_owners(site: Site):
    site.write("ledger/retired.json", '{"/other/": "gone", "/alias/": "gone"}')
    site.settings.update(ARTICLE_URL="{slug}/", ARTICLE_SAVE_AS="{slug}/index.html")
    site.post("new", Aliases="/alias/")
    built = site.build()
    assert (built.code, built.log) == (0, "")
    assert "taken down" not in built.text("other/index.html") + built.text("alias/index.html")


def test_a_link_to_a_draft_that_was_taken_off_leads_to_its_old_address(site: Site):
    site.settings.update(
        ARTICLE_URL="{slug}/", ARTICLE_SAVE_AS="{slug}/index.html", DRAFT_SAVE_AS=""
    )
    site.write("ledger/retired.json", '{"/dose/": "gone"}')
    site.write("dose.md", "Title: Dose\nDate: 2024-05-01\nSlug: dose\nStatus: draft\n\nWords.\n")
    site.post("new", "See [it]({filename}dose.md).")
    built = site.build()
    assert 'href="https://one.example/dose/"' in built.text("new/index.html")


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "is damaged"), ("[]", "is damaged"), ('{"old": "gone"}', "begin with one slash")],
)
def test_a_damaged_record_is_an_error_with_its_place(site: Site, text: str, says: str):
    site.write("ledger/retired.json", text)
    built = site.build()
    assert "content/ledger/retired.json:1: " in built.log
    assert says in built.log
