"""The corpus, built once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity.blog import Post, build
from tests.parity.letter import letter

HERE = Path(__file__).parent / "posts"
FILES = {file.stem: file.read_text(encoding="utf-8") for file in sorted(HERE.glob("*.md"))}
SENTENCE = "In week {} the pharmacist counted *{} tablets* twice and slept {} hours.\n\n"
MADE = {
    "letter": letter(),
    "long": "\n" + "".join(SENTENCE.format(n, n * 7, n % 9) for n in range(273)),
    "pictures": "\n" + "".join(f"![Picture {n}](/images/p{n}.svg)\n\n" for n in range(60)),
}


@pytest.fixture(scope="session")
def posts(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Post]:
    """Every awkward post, by slug, on all its surfaces."""
    return build(root, tmp_path_factory.mktemp("parity"), {**FILES, **MADE})
