"""Pelican loaded lightly: only Pelican sees a stand-in, and whoever needs the rest gets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publish.errors import ConfigError
from publish.settings import load

LIGHT = "from publish import light; light.install()\nimport sys\n"


def said(code: str, *, light: bool = True) -> str:
    """What a process of its own prints that loads Pelican, lightly or not, and runs ``code``."""
    done = subprocess.run(
        [sys.executable, "-c", (LIGHT if light else "import sys\n") + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_a_build_mostly_does_not_do_is_not_loaded():
    spared = (
        "docutils",
        "rich",
        "pygments",
        "argparse",
        "ssl",
        "http.server",
        "watchfiles",
        "urllib.request",
        "importlib.metadata",
        "multiprocessing.context",
    )
    loaded = said("import pelican\nprint(*sys.modules)").split()
    assert not set(spared) & set(loaded)
    assert {"pelican.generators", "pelican.readers", "pelican.writers", "markdown"} <= set(loaded)


def test_the_size_of_a_picture_is_read_without_what_the_web_needs(tmp_path: Path):
    picture = tmp_path / "dot.gif"
    picture.write_bytes(b"GIF89a\x02\x00\x03\x00\x00\x00\x00;")
    get = "import pelican, imagesize\nprint(imagesize.get({!r}), 'ssl' in sys.modules)"
    assert said(get.format(str(picture))) == "(2, 3) False"
    web = (
        "import pelican, imagesize.imagesize as i\n"
        "try: i.urlopen(i.Request('http://127.0.0.1:1/a.gif'))\n"
        "except OSError as error: print(type(error).__name__)"
    )
    assert said(web) == said(web, light=False) == "URLError"


def test_code_in_a_text_is_shown_without_a_look_at_all_that_is_installed():
    code = (
        "import pelican, sys, markdown.extensions.codehilite, pygments.plugin as p\n"
        "found = 'importlib.metadata' in sys.modules\n"
        "print(sorted(e.name for e in p.iter_entry_points('console_scripts')), {})"
    )
    assert said(code.format("found")) == said(code.format(False), light=False)


def test_it_is_the_same_pelican():
    code = (
        "import pelican, pelican.generators as g, pelican.contents as c, pelican.readers as r\n"
        "kinds = r.BaseReader.__subclasses__()\n"
        "print(pelican.__version__, sorted(vars(g)), sorted(vars(c)))\n"
        "print(sorted(e for kind in kinds for e in kind.file_extensions))"
    )
    assert said(code) == said(code, light=False)


@pytest.mark.parametrize(
    "code",
    [
        "import docutils.nodes; print(docutils.nodes.title)",
        "import docutils; print(docutils.core.Publisher, docutils.nodes.title)",
        "import argparse; print(argparse.ArgumentParser().prog)",
        "from rich.console import Console; print(Console)",
        "import rich; print(rich.console.Console)",
        "import importlib.metadata as m; print(m.version('pelican'), m.PackageNotFoundError)",
        "import importlib; print(importlib.metadata.version('pelican'))",
        "import email; print(email.utils.formatdate(0))",
        "import urllib; print(urllib.request.Request('http://a.example').host)",
        "import urllib; print(urllib.error.URLError)",
        "import http; print(http.client.HTTPConnection)",
        "import multiprocessing; print(multiprocessing.cpu_count() > 0)",
        "import PIL; print(PIL.Image.Image)",
        "import pygments; print(pygments.lexers.PythonLexer)",
        "import watchfiles; print(watchfiles.Change, watchfiles.watch.__name__)",
        "import pelican.rstdirectives as r; print(r.Pygments)",
        "import pelican; print(pelican.server.RootedHTTPServer)",
        "import pelican.log; print(type(pelican.log.console.size).__name__)",
        "import xml.sax.saxutils as x; print(x.escape('<'), x.urllib.request.Request)",
    ],
)
def test_who_asks_for_what_was_left_out_gets_what_is_there_without(code: str):
    whole = f"import pelican\n{code}"
    assert said(whole) == said(whole, light=False)


@pytest.mark.parametrize(
    "code",
    [
        "from pelican.readers import PelicanHTMLTranslator",
        "from pelican.readers import PelicanHTMLWriter",
        "import pelican.readers; pelican.readers.docutils.core.Publisher",
        "from pelican.settings import DEFAULT_CONFIG as c; from pelican.readers import RstReader;"
        "RstReader(c).read('a.rst')",
    ],
)
def test_what_is_made_of_a_stand_in_is_refused(code: str):
    assert (
        said(f"import pelican\ntry:\n    {code}\nexcept light.StubUsed:\n    print('needed')")
        == "needed"
    )


def test_an_attribute_that_is_nowhere_is_missing_as_anywhere():
    code = (
        "import pelican.readers\ntry:\n    pelican.readers.nothing\nexcept AttributeError as e:\n"
    )
    assert said(f"{code}    print(e)") == said(f"{code}    print(e)", light=False)


def test_pelican_can_be_loaded_whole_after_all():
    code = (
        "import pelican\nlight.unload()\nimport pelican.readers\n"
        "print(pelican.readers.PelicanHTMLTranslator.__mro__[1].__module__,"
        " any(type(f).__module__ == 'publish.light' for f in sys.meta_path))"
    )
    assert said(code) == "docutils.writers.html4css1 False"


def test_settings_that_need_more_of_pelican_are_read_all_the_same(tmp_path: Path):
    conf = tmp_path / "pelicanconf.py"
    conf.write_text(
        "from pelican.readers import PelicanHTMLTranslator as T\nNAMES = [T.__name__]\n"
        "import docutils.nodes\nTITLE = docutils.nodes.title.__name__\n"
    )
    code = f"from publish.settings import load; print(load({str(conf)!r}).values)"
    assert (
        said(code)
        == "{'T': "
        + said(
            "from pelican.readers import PelicanHTMLTranslator as T; print(repr(T))", light=False
        )
        + ", 'NAMES': ['PelicanHTMLTranslator'], 'TITLE': 'title'}"
    )


def test_a_settings_file_that_fails_is_still_named_by_its_line(tmp_path: Path):
    conf = tmp_path / "pelicanconf.py"
    conf.write_text("from pelican.paginator import PaginationRule\n\nX = PaginationRule(1)\n")
    with pytest.raises(ConfigError, match=r"pelicanconf\.py:3: the settings file fails"):
        load(conf)
