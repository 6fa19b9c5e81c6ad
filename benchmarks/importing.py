"""What an import costs: ``python benchmarks/importing.py [POSTS ...] [--items N]``.

For each number of POSTS (default 250, 500, 1000) an export is made, a third each of Divi 4, blocks
and the classic editor, 8 kB a post, and imported into an empty site by a process of its own:
wall clock, processor time of all its processes, and the largest of them in memory. Beside it stands
a peer of the same run, the same posts' Markdown rendered once by Python-Markdown alone: each import
does that too, to check itself, so the last column tells how much more it does. With ``--items`` an
export of so many short items is only read and planned (``--dry-run --only pages``): what a large
export costs in memory.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = 8000
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>An old blog</title>
<link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_login>nora</wp:author_login>
<wp:author_display_name>Nora</wp:author_display_name></wp:author>
"""
ITEM = """<item><title><![CDATA[{title}]]></title><link>https://old.example/2020/03/11/p-{n}/</link>
<dc:creator>nora</dc:creator><content:encoded><![CDATA[{body}]]></content:encoded>
<wp:post_id>{n}</wp:post_id><wp:post_date>2020-03-11 09:30:00</wp:post_date>
<wp:post_date_gmt>2020-03-11 13:30:00</wp:post_date_gmt><wp:post_name>p-{n}</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="career"><![CDATA[Career]]></category></item>
"""
RUN = """
import json, resource, sys, time
from publish.cli import run
start = time.perf_counter()
code = run(sys.argv[1:])
wall = time.perf_counter() - start
own, others = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
print("FIGURES", json.dumps([code, wall, cpu, max(own.ru_maxrss, others.ru_maxrss) // 1024]))
"""
PEER = """
import sys, time
from pathlib import Path
from publish.importer.markdown.verify import Site
from publish.settings import load
site = Site(load(sys.argv[1]).values)
start = time.process_time()
for file in sorted(Path(sys.argv[1]).parent.glob("content/posts/*.md")):
    site._markdown.reset()
    site._markdown.convert(file.read_text(encoding="utf-8").partition("\\n\\n")[2])
print(time.process_time() - start)
"""


def bodies(count: int, size: int) -> Iterator[str]:
    """Posts of three kinds, always the same."""
    chance = random.Random(7)  # noqa: S311 - a corpus, no secret
    letters = "abcdefghiklmnoprstuvw"
    known = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(4000)]

    def words(many: int) -> str:
        return " ".join(chance.choices(known, k=many)).capitalize() + "."

    for number in range(count):
        parts: list[str] = []
        while sum(map(len, parts)) < size:
            link = f'<a href="https://old.example/?p={chance.randint(1, count)}">{words(2)}</a>'
            text = f"<p>{words(60)} <strong>{words(3)}</strong> {link}</p>"
            listed = f"<ul><li>{words(5)}</li><li>{words(7)}</li></ul>"
            if number % 3 == 0:
                inside = f"[et_pb_text]<h2>{words(4)}</h2>{text}[/et_pb_text]"
                inside += f'[et_pb_blurb title="{words(3)}"]{words(20)}[/et_pb_blurb]'
                parts.append(
                    f'[et_pb_section fb_built="1"][et_pb_row][et_pb_column type="4_4"]{inside}'
                    "[/et_pb_column][/et_pb_row][/et_pb_section]"
                )
            elif number % 3 == 1:
                parts.append(
                    f"<!-- wp:paragraph -->\n{text}\n<!-- /wp:paragraph -->\n\n"
                    f"<!-- wp:list -->\n{listed}\n<!-- /wp:list -->\n\n"
                )
            else:
                parts.append(f"{words(70)}\n{words(9)}\n\n<blockquote>{words(9)}</blockquote>\n")
        yield "".join(parts)


def export(file: Path, count: int, size: int) -> None:
    """Write an export of ``count`` posts."""
    with file.open("w", encoding="utf-8") as stream:
        stream.write(HEAD)
        for n, body in enumerate(bodies(count, size), 1):
            stream.write(ITEM.format(n=n, title=f"Post {n}", body=body))
        stream.write("</channel></rss>\n")


def measured(folder: Path, count: int, size: int, *options: str) -> tuple[float, float, int, float]:
    """Wall clock, processor time, memory in MB, and the peer's processor time, in seconds."""
    site = folder / f"site{count}"
    for name in ("posts", "pages", "images"):
        (site / "content" / name).mkdir(parents=True)
    (site / "pelicanconf.py").write_bytes((ROOT / "pelicanconf.py").read_bytes())
    export(folder / "export.xml", count, size)
    here = [sys.executable, "-c"]
    asked = ["import", str(folder / "export.xml"), "-q", *options]
    done = subprocess.run(  # noqa: S603
        [*here, RUN, *asked], cwd=site, capture_output=True, text=True, check=True
    )
    code, wall, cpu, memory = json.loads(done.stdout.rsplit("FIGURES", 1)[1])
    if code or (not options and len(list(site.glob("content/posts/*.md"))) != count):
        raise SystemExit(f"the import failed: {done.stdout}{done.stderr}")
    peer = 0.0
    if not options:
        conf = str(site / "pelicanconf.py")
        peer = float(subprocess.check_output([*here, PEER, conf], text=True))  # noqa: S603
    return wall, cpu, memory, peer


def main() -> None:
    """Measure and print a table."""
    given = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    given.add_argument("posts", nargs="*", type=int, default=[250, 500, 1000])
    given.add_argument("--items", type=int, default=0, help="items of 2.3 kB, only read")
    options = given.parse_args()
    print("| posts | export | wall clock | processor | memory | ÷ Markdown alone |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = [(count, SIZE, ()) for count in options.posts]
        if options.items:
            runs.append((options.items, 1700, ("--dry-run", "--only", "pages")))  # type: ignore[arg-type]
        for count, size, extra in runs:
            wall, cpu, memory, peer = measured(folder, count, size, *extra)
            mega = (folder / "export.xml").stat().st_size / 1e6
            ratio = f"{cpu / peer:.2f}" if peer else "only read"
            print(
                f"| {count} | {mega:.0f} MB | {wall:.1f} s | {cpu:.1f} s | {memory} MB | {ratio} |"
            )


if __name__ == "__main__":
    main()
