"""Small goldens: in ``goldens/KIND.txt`` each case has a name, what WordPress has, and what is
written of it, with its losses.

``python -m tests.importer.test_goldens`` writes what the importer makes of each; review the diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importer.converting import convert

FILES = sorted(Path(__file__).parent.glob("goldens/*.txt"))


def cases(file: Path) -> Iterator[tuple[str, str, str]]:
    """Name, source and expectation of each case."""
    for part in file.read_text(encoding="utf-8").split("\n=== ")[1:]:
        name, _, rest = part.partition("\n")
        source, _, expected = rest.partition("\n--->\n")
        yield name, source, expected.rstrip("\n")


def made_of(source: str) -> str:
    text, lost = convert(source)
    lines = [f"LOSS {loss.code}: {loss.detail}: {loss.excerpt}".rstrip(": ") for loss in lost]
    return "\n".join([text, *lines] if text else lines)


ALL = [
    pytest.param(source, expected, id=f"{file.stem}: {name}")
    for file in FILES
    for name, source, expected in cases(file)
]


@pytest.mark.parametrize(("source", "expected"), ALL)
def test_what_wordpress_has_becomes(source: str, expected: str):
    assert made_of(source) == expected
    shown = re.sub(r"(?m)^LOSS .*$", "", expected)
    assert not re.search(r"\[/?(?:et_pb|vc)_|<!-- /?wp:|@ET-DC@|_holder|<script|onclick", shown)


def test_no_two_cases_of_a_file_have_one_name():
    for file in FILES:
        names = [name for name, _, _ in cases(file)]
        assert len(names) == len(set(names)) > 10


if __name__ == "__main__":
    for file in FILES:
        parts = [
            f"\n=== {name}\n{source}\n--->\n{made_of(source)}\n" for name, source, _ in cases(file)
        ]
        file.write_text(file.read_text("utf-8").split("\n=== ")[0] + "".join(parts), "utf-8")
