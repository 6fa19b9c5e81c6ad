"""The outside judges on the built site, as tables: ``sh .ci/audit [RUNS]``.

The site is built and served on loopback, as a host would serve it. The Nu HTML checker reads
every page by its address: read as a file, a page has no host that its policy's 'self' could mean,
and the checker warns of every style sheet. Ends with 1 if a judge finds anything.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.serving import served
from tests.chromium import QUIET

ROOT = Path(__file__).resolve().parent.parent
JUDGED = {"home": "/", "article": "/seven-nights-a-field-guide/", "subscribe": "/subscribe/"}
# The checker asks no host of one's own machine unless it is told to.
LOOPBACK = (
    "-Dnu.validator.servlet.allow-forbidden-hosts=true",
    "-Dnu.validator.servlet.allowed-address-type=all",
)
MARKS = ("performance", "accessibility", "best-practices", "seo")


def build(output: Path) -> None:
    """The site as it goes to a host; ends the audit, with the build's own words, if it fails."""
    command = [sys.executable, "-m", "publish", "build", "-q", "--full", "-o", str(output)]
    if code := subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 - ours
        raise SystemExit(code)


def addresses(output: Path, site: str) -> list[str]:
    """Every page's address."""
    files = sorted(file.relative_to(output).as_posix() for file in output.rglob("*.html"))
    return [f"{site}/{file.removesuffix('index.html')}" for file in files]


def nu(jar: Path, output: Path, site: str) -> int:
    """Print what the Nu HTML checker says, and how much; answers the number of messages."""
    told = 0
    for kind, asked in (
        ("pages", addresses(output, site)),
        ("style sheets", ["--skip-non-css", str(output)]),
        ("drawings", ["--skip-non-svg", str(output)]),
    ):
        how = ("--format", "json", "--exit-zero-always")
        done = subprocess.run(  # noqa: S603 - the judge
            ["java", *LOOPBACK, "-jar", str(jar), *how, *asked],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        messages = json.loads(done.stderr)["messages"]
        for message in messages:
            where = f"{message.get('url', '')}:{message.get('lastLine', '')}"
            print(f"{where}: {message.get('subType', message['type'])}: {message['message']}")
        told += len(messages)
        print(f"Nu HTML checker, {kind}: {len(messages)} errors and warnings")
    return told


def lighthouse(modules: Path, address: str) -> dict[str, Any]:
    """One run with the phone preset; the report as Lighthouse writes it."""
    flags = " ".join(["--headless=new", *QUIET])
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((found for name in names if (found := shutil.which(name))), "")
    script = str(modules / "lighthouse/cli/index.js")
    done = subprocess.run(  # noqa: S603 - the judge
        ["node", script, address, "--output=json", "--quiet", f"--chrome-flags={flags}"],  # noqa: S607
        env={"CHROME_PATH": chromium} | os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def marks(modules: Path, site: str, runs: int) -> int:
    """Print the marks of every run; answers how many runs had less than full marks."""
    short = 0
    print(
        "\n| page | run | performance | accessibility | best practices | SEO | first paint ms |"
        " largest paint ms | shift |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, path in JUDGED.items():
        painted = []
        for run in range(1, runs + 1):
            report = lighthouse(modules, site + path)
            got = [round(report["categories"][mark]["score"] * 100) for mark in MARKS]
            times = report["audits"]["metrics"]["details"]["items"][0]
            painted.append(times["largestContentfulPaint"])
            short += any(mark < 100 for mark in got)
            print(
                f"| {name} | {run} | {' | '.join(map(str, got))} "
                f"| {times['firstContentfulPaint']} | {times['largestContentfulPaint']} "
                f"| {times['cumulativeLayoutShift']:g} |",
                flush=True,
            )
        print(f"| {name} | median | | | | | | {statistics.median(painted):.0f} | |", flush=True)
    return short


def weights(output: Path) -> None:
    """Print what each kind of page weighs as transferred, pictures apart."""

    def squeezed(file: Path) -> int:
        return len(gzip.compress(file.read_bytes(), 9, mtime=0))

    sheet = squeezed(output / "theme/css/site.css")
    script = squeezed(output / "theme/js/site.js")
    print("\n| page | HTML, gzip | style, linked | script, not needed | HTML + style | pictures |")
    print("| --- | --- | --- | --- | --- | --- |")
    heaviest = max(output.rglob("*.html"), key=squeezed)
    files = {name: output / path.lstrip("/") / "index.html" for name, path in JUDGED.items()}
    for name, file in {**files, f"heaviest: {heaviest.parent.name}": heaviest}.items():
        text = file.read_text(encoding="utf-8")
        shown = re.findall(r'<img[^>]* src="/([^"]+)"', text)
        # Inside the page, the style has been weighed with it.
        style = sheet if 'rel="stylesheet"' in text else 0
        pictures = sum((output / picture).stat().st_size for picture in shown)
        page = squeezed(file)
        print(f"| {name} | {page:,} | {style:,} | {script:,} | {page + style:,} | {pictures:,} |")


def main(modules: Path, runs: int) -> int:
    """Build, serve, ask every judge; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        build(output)
        with served(output) as site:
            told = nu(modules / "vnu-jar/build/dist/vnu.jar", output, site)
            weights(output)
            short = marks(modules, site, runs)
    print(f"\n{told} messages of the Nu HTML checker; {short} runs of Lighthouse below full marks")
    return 1 if told or short else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5))
