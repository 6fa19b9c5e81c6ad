"""The progress line of a build."""

from __future__ import annotations

from publish.cli.build import Following


def test_each_step_is_counted_and_the_whole_is_reported_where_it_is_known():
    said: list[str] = []
    follow = Following(said.append)
    follow("read", 1)
    follow("read", 1)
    follow("pages", -3)
    for _ in range(4):
        follow("pages", 1)
    follow("another_plugin", 1)
    assert said == [
        "posts read: 1",
        "posts read: 2",
        "pages rendered: 1 of 3",
        "pages rendered: 2 of 3",
        # It was an estimate.
        "pages rendered: 3 of 3",
        "pages rendered: 4",
        "another_plugin: 1",
    ]
