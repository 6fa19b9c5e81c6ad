"""A dry run of a build: Pelican's generators and its writer write the site, but no template
renders and no file is opened.

It reports errors before any page is rendered: invalid addresses, lists and feeds, and templates
that cannot be loaded, with those that they extend, include and import.
"""

from __future__ import annotations

import inspect
import io
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pelican import generators as stock
from pelican import signals, writers
from pelican.utils import sanitised_join
from pelican.writers import FileOverwriteFailedError, Writer

from publish.post.diagnostic import Complaint
from publish.site.engine.logged import LogCollector
from publish.site.templates import LISTS, Blank, Templates

ARTICLES = ("articles", "period_archives", "direct_templates", "tags", "categories", "authors",
            "drafts")  # fmt: skip
WRITING = (
    stock.ArticlesGenerator,
    stock.PagesGenerator,
    stock.TemplatePagesGenerator,
    stock.StaticGenerator,
)
MAIL = ("email/issue.html", "email/issue.txt")
"""Templates of a theme that the plugin ``mail_issues`` renders."""
QUIET = (
    "content_written",
    "article_generator_write_article",
    "page_generator_write_page",
    "page_writer_finalized",
)


def dry_run(
    generators: Sequence[Any], settings: Mapping[str, Any], root: Path, memo: Path
) -> tuple[Complaint, ...]:
    """The errors that Pelican would report while writing the site of these ``generators``, whose
    settings file lies in ``root``. To be called in a fork of the building process; ``memo`` is the
    file of a cache."""
    log = LogCollector(root, Path(settings["OUTPUT_PATH"]), {})
    writer = _DryWriter(settings, log)
    templates = Templates(log.add, log.failed, memo, settings["JINJA_ENVIRONMENT"])
    _write_nothing()
    for generator in generators:
        if type(generator) in WRITING:
            if type(generator) is not stock.StaticGenerator:
                templates.serve(generator)
            for step in _steps(generator, writer):
                try:
                    step()
                except Exception as error:  # settings and templates may raise anything
                    log.failed(error)
    if generators and "mail_issues" in (settings.get("PLUGINS") or ()):
        templates.serve(generators[0])
        templates.look(MAIL)
    for used in () if log.errors else writer.lists:
        templates.require_variables(*used)
    templates.save()
    return tuple(log.errors)


def _steps(generator: Any, writer: _DryWriter) -> Iterator[Callable[[], Any]]:
    """The steps of the generator's writing, as far as they are Pelican's own."""
    if isinstance(generator, stock.StaticGenerator):
        yield from (partial(getattr, static, "save_as") for static in generator.staticfiles)
        return
    if not isinstance(generator, stock.ArticlesGenerator):
        yield partial(generator.generate_output, writer)
        return
    write = partial(writer.write_file, relative_urls=generator.settings["RELATIVE_URLS"])
    for name, given in (("feeds", writer), *((name, write) for name in ARTICLES)):
        step = getattr(generator, f"generate_{name}")
        if inspect.unwrap(step).__module__.startswith("pelican."):
            yield partial(step, given)


def _write_nothing() -> None:
    """From now on Pelican's writer makes no folders, opens no files, and sends no signals."""
    writers.open = lambda *args, **named: io.StringIO()
    writers.os = types.SimpleNamespace(**{**vars(writers.os), "makedirs": lambda *a, **n: None})
    for name in QUIET:
        getattr(signals, name).receivers = {}


class _DryWriter(Writer):  # type: ignore[misc] # Pelican has no types
    """Pelican's writer. ``lists`` are the templates of lists, by the name that PAGINATED_TEMPLATES
    has for them, with the lists that are not empty, and the variables that they lack."""

    def __init__(self, settings: Mapping[str, Any], log: LogCollector) -> None:
        super().__init__(settings["OUTPUT_PATH"], settings=settings)
        self._log = log
        self._write = inspect.unwrap(Writer.write_file)
        self.lists: dict[tuple[str, Blank, frozenset[str], frozenset[str]], None] = {}

    def write_feed(
        self,
        elements: Any,
        context: Any,
        path: Any = None,
        url: Any = None,
        feed_type: str = "atom",
        override_output: bool = False,
        feed_title: Any = None,
    ) -> None:
        if path:
            self._open_w(sanitised_join(self.output_path, path), "utf-8", override_output)

    def write_file(
        self,
        name: Any,
        template: Any,
        context: Any,
        *how: Any,
        template_name: Any = None,
        **named: Any,
    ) -> None:
        listed = {"articles", "dates"} & named.keys()
        paginated = template_name in (None, *self.settings["PAGINATED_TEMPLATES"])
        if name and listed:
            filled = frozenset(each for each in listed if named[each])
            # A list by the name of a single thing, as `article`, has no such thing.
            wanted = {str(template_name)} - context.keys() - named.keys()
            wanted |= set() if paginated else {*LISTS}
            self.lists[str(template_name), template, filled, frozenset(wanted)] = None
        try:
            self._write(self, name, Blank(), context, *how, template_name=template_name, **named)
        except FileOverwriteFailedError:
            raise  # for some of Pelican's own lists that is no error
        except Exception as error:
            self._log.failed(error)
