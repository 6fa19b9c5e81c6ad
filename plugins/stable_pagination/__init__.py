"""Stable pagination: list pages are counted from the oldest post, so an old page stays as it is.

A page's ``number`` is its place in reading order, 1 being the newest, as every theme expects. Its
address holds another number: how many-th it is from the oldest. That one never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import Formatter
from typing import Any

from pelican import paginator, signals, writers
from pelican.paginator import Page, PaginationRule, Paginator

INCREMENTAL = True


def older_pages(count: int, size: int, orphans: int = 0) -> int:
    """How many full pages of ``size`` lie behind the first page of a list of ``count`` posts.

    The first page, which grows, shows ``orphans + 1`` to ``orphans + size`` posts, as Pelican's
    last page does. Without orphans that could be a single post, so it then shows ``size`` to ``2 *
    size - 1``.
    """
    least = (orphans or size - 1) + 1
    return max(0, (count - least) // size) if size else 0


def check(rules: Iterable[PaginationRule]) -> None:
    """Refuse patterns by which the first page would move as the list grows.

    Raises:
        ValueError: the rule for page 1 holds ``{number}``.
    """
    first = [rule for rule in rules if rule.min_page in (0, 1)]
    for pattern in (part for rule in first for part in (rule.URL, rule.SAVE_AS)):
        if "number" in {field for _, field, _, _ in Formatter().parse(str(pattern))}:
            raise ValueError(
                f"PAGINATION_PATTERNS: {pattern!r}, the pattern from page 1 on, holds {{number}}"
                " — add one for page 1 without it, and begin this one at 2"
            )


class StablePaginator(Paginator):
    """Pelican's paginator, with the odd page at the front instead of at the back."""

    def _older(self) -> int:
        return older_pages(self.count, self.per_page, self.orphans)

    @property
    def num_pages(self) -> int:
        """One and the full ones behind it."""
        return 1 + self._older()

    @property
    def first_size(self) -> int:
        """Posts on the first page."""
        return self.count - self._older() * self.per_page

    def page(self, number: int) -> StablePage:
        """The page at ``number`` in reading order, from 1."""
        end = self.first_size + (number - 1) * self.per_page
        start = end - self.per_page if number > 1 else 0
        return StablePage(
            self.name, self.url, self.object_list[start:end], number, self, self.settings
        )


class StablePage(Page):
    """A page whose neighbours come by reading order and whose address by age."""

    def start_index(self) -> int:
        """1-based place of its first post in the whole list; 0 in an empty one."""
        if self.number == 1:
            return min(1, self.paginator.count)
        return self.end_index() - self.paginator.per_page + 1

    def end_index(self) -> int:
        """1-based place of its last post in the whole list."""
        return self.paginator.first_size + (self.number - 1) * self.paginator.per_page

    @property
    def url(self) -> str:
        """Its address below the site."""
        return self._address("URL")

    @property
    def save_as(self) -> str:
        """Its file in the output folder."""
        return self._address("SAVE_AS")

    def _address(self, key: str) -> str:
        if not self.has_previous():
            return self._from_settings(key)
        twin = _FromOldest(
            self.full_name,
            self.base_url,
            (),
            self.paginator.num_pages - self.number + 1,
            self.paginator,
            {"PAGINATION_PATTERNS": _later(self.settings["PAGINATION_PATTERNS"])},
        )
        return twin._from_settings(key)


class _FromOldest(Page):
    """The page numbered by age, as in its address: 1 is the oldest."""

    def has_next(self) -> bool:
        return self.number > 1


def _later(rules: Sequence[PaginationRule]) -> list[Any]:
    """The rules for numbers from the oldest: a rule from page 2 on applies from number 1 on. Rules
    are chosen by age too, or a page would move when the list grows past a rule's first page."""
    return [
        rule._replace(min_page=rule.min_page - 1) if rule.min_page > 0 else rule for rule in rules
    ]


def choose(pelican: Any) -> None:
    """Set the paginator that the writer uses for this site: it looks the name up in its module.

    Pelican's own stays for a list with the oldest first, which is stable already, and for one in no
    order of time, which cannot be.

    Raises:
        ValueError: the pattern for page 1 holds ``{number}``.
    """
    settings = pelican.settings
    if str(settings["ARTICLE_ORDER_BY"]).startswith("reversed-"):
        check(settings["PAGINATION_PATTERNS"])
        writers.Paginator = StablePaginator
    else:
        writers.Paginator = paginator.Paginator


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(choose)
