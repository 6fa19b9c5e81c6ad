"""How fast Markdown is read, against stock: ``python -m benchmarks.reading FOLDER [ROUNDS]``.

Pelican's reader and the quick one read every ``.md`` file under the folder, file by file in turn,
so that both meet the same noise. Printed are processor time and its ratio, the median of the rounds
and their range, for Pelican's default settings and for this blog's. What they read is compared.
"""

from __future__ import annotations

import copy
import gc
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from only_blocks.marks import OnlyBlocks  # noqa: E402
from pelican.readers import MarkdownReader as Stock  # noqa: E402
from pelican.settings import DEFAULT_CONFIG  # noqa: E402
from quick_markdown.known import is_known  # noqa: E402
from quick_markdown.reader import MarkdownReader as Quick  # noqa: E402

import pelicanconf  # noqa: E402 - runs from a checkout, installed or not


def settings(name: str) -> dict[str, Any]:
    """Pelican's own settings, with this blog's Markdown where ``name`` is ``blog``."""
    made = copy.deepcopy(DEFAULT_CONFIG)
    if name == "blog":
        made["MARKDOWN"] = {**copy.deepcopy(pelicanconf.MARKDOWN), "extensions": [OnlyBlocks()]}
    return made | {"QUICK_MARKDOWN_EXTENSIONS": ["only_blocks.marks.OnlyBlocks"]}


def one_round(stock: Stock, quick: Stock, files: list[Path]) -> tuple[float, float]:
    """Seconds of processor time of each reader, over all files.

    Raises:
        SystemExit: when a file was not read alike.
    """
    readers, total = (stock, quick), [0.0, 0.0]
    for number, file in enumerate(files):
        read = {}
        # Who comes first finds the file cold and may pay for the other's rubbish: they take turns.
        for which in (0, 1) if number % 2 else (1, 0):
            gc.collect(0)
            began = time.process_time()
            content, metadata = readers[which].read(str(file))
            total[which] += time.process_time() - began
            read[which] = content, {key: str(value) for key, value in metadata.items()}
        if read[0] != read[1]:
            raise SystemExit(f"{file}: read differently")
    return total[0], total[1]


def main(folder: Path, rounds: int) -> None:
    """Print a line for each settings."""
    files = sorted(folder.rglob("*.md"))
    if not files:
        raise SystemExit(f"{folder}: no .md file is in it")
    if not is_known():
        raise SystemExit("the installed Markdown or Pelican is unknown to quick_markdown")
    for name in ("pelican", "blog"):
        stock, quick = Stock(settings(name)), Quick(settings(name))
        one_round(stock, quick, files[:20])
        found = [one_round(stock, quick, files) for _ in range(rounds)]
        ratios = sorted(slow / fast for slow, fast in found)
        each = [statistics.median(times) * 1000 / len(files) for times in zip(*found, strict=True)]
        print(
            f"{name}: {len(files)} files, stock {each[0]:.2f} ms a file, quick {each[1]:.2f} ms; "
            f"{statistics.median(ratios):.2f} times as fast ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7)
