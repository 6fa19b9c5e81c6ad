"""The report of an import's losses and changes: as Markdown, as JSON, and for the terminal.
Pure."""

from __future__ import annotations

import json

from publish.importer.losses import CODES
from publish.importer.state import Result
from publish.post.text import count

MOST = 200
"""Places of one code that are listed for people; the .json has all."""


def as_json(result: Result) -> bytes:
    """The report as JSON in UTF-8, one line per loss, of which a large export has very many."""
    losses = result.losses
    counts = {
        "version": 1,
        "posts": result.posts,
        "pages": result.pages,
        "drafts": result.drafts,
        "scheduled": result.scheduled,
        "pictures": result.pictures,
        "items": dict(sorted(result.types.items())),
        "counts": dict(sorted(losses.counts.items())),
        "endings": [{"words": words, "posts": count} for words, count in result.ends],
    }
    out = bytearray(json.dumps(counts, ensure_ascii=False, indent=1).removesuffix("\n}").encode())
    lists = (
        ("losses", (loss._asdict() for loss in losses)),
        ("addresses", ({"old": old, "new": new} for old, new in losses.addresses())),
    )
    for name, values in lists:
        begin = len(out)
        for value in values:
            line = json.dumps(value, ensure_ascii=False)
            out += f"{',' if len(out) > begin else ''}\n  {line}".encode()
        out[begin:begin] = f',\n "{name}": ['.encode()
        out += b"\n ]" if out[-1:] == b"}" else b"]"
    return bytes(out + b"\n}\n")


def as_markdown(result: Result) -> str:
    """The report as Markdown."""
    out = [
        "# Import report",
        "",
        f"{count(result.posts, 'post')} and {count(result.pages, 'page')}; of these "
        f"{count(result.drafts, 'is a draft', 'are drafts')} and {result.scheduled} still to come. "
        f"{_files(result)}.",
        "",
    ]
    counts = result.losses.counts
    for weight, title in (
        ("needs", "Needs a look"),
        ("left", "Stayed behind"),
        ("changed", "Was changed"),
    ):
        codes = [c for c, what in CODES.items() if what.weight == weight and counts[c]]
        out += [f"## {title}", ""]
        if not codes:
            out += ["Nothing.", ""]
        for code in codes:
            out += _section(result, code, counts[code])
    if result.ends:
        out += ["## The ending that posts shared", ""]
        for words, posts in result.ends[:20]:
            out += [
                f"In {count(posts, 'post')}:",
                "",
                *[f"> {_cell(line)}" for line in words.split("\n")],
                "",
            ]
    out += _addresses(result)
    return "\n".join(out)


def _section(result: Result, code: str, count: int) -> list[str]:
    what = CODES[code]
    out = [f"### {code}: {count}", "", f"{what.what} What to do: {what.remedy}.", ""]
    if what.weight == "needs":
        for loss in result.losses.of(code, MOST):
            where = f"`{loss.file}:{loss.line}`" if loss.file else "the export"
            said = "; ".join(_cell(part) for part in (loss.detail, loss.excerpt) if part)
            out.append(f"- {where}: {said}" if said else f"- {where}")
        if count > MOST:
            out.append(f"- … and {count - MOST} more, all in import-report.json")
        return [*out, ""]
    for kind, many, words, place in result.losses.kinds(code, MOST):
        where = f" (`{place}`)" if place else ""
        said = f": {_cell(words)}" if words else ""
        out.append(f"- {many} × {_cell(kind)[:60] or code}{where}{said}")
    return [*out, ""]


def _addresses(result: Result) -> list[str]:
    pairs = list(result.losses.addresses())
    queries = sum("?" in old for old, _ in pairs)
    out = [
        "## Addresses",
        "",
        f"Redirected on any host, by a page at the old address: {len(pairs) - queries} of the old "
        "addresses below.",
        "",
        "Redirected only where the host reads a map of redirects (`_redirects`, "
        f"`redirects.nginx.conf` or `redirects.apache.conf` in output/): {queries}, those with a "
        "query (`/?p=12`).",
        "",
    ]
    if pairs:
        out += ["| old | new |", "| --- | --- |"]
        out += [f"| {_cell(old)} | {_cell(new)} |" for old, new in pairs]
    return [*out, ""]


def _cell(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(clean.split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _files(result: Result) -> str:
    return count(result.pictures, "picture or other file", "pictures and other files")


def summary(result: Result, dry: bool) -> list[str]:
    """At most 20 lines for the terminal."""
    would = "would write" if dry else "wrote"
    out = [
        f"{count(result.posts, 'post')}, {count(result.pages, 'page')}: {would} "
        f"{len(result.written)}, {result.unchanged} unchanged, {len(result.left)} edited and left; "
        f"{_files(result)}"
    ]
    if result.remembered:
        names = ", ".join(result.remembered)
        out.append(f"as in an import before: {names} (content/ledger/import.json holds them)")
    counts = result.losses.counts
    loud = [("password-as-draft", "password"), ("private-as-draft", "private")]
    for code, word in loud:
        if counts[code]:
            titles = [loss.excerpt for loss in result.losses.of(code, 3)]
            became = count(
                counts[code], f"{word} post became a DRAFT", f"{word} posts became DRAFTS"
            )
            out.append(f"{became}: {', '.join(titles)}")
    if result.scheduled:
        out.append(f"still to come, on their dates: {result.scheduled}")
    for weight, title in (("needs", "needs a look"), ("left", "stayed behind")):
        said = [
            f"  {counts[code]:>5} {code}: {what.what}"[:110]
            for code, what in CODES.items()
            if what.weight == weight and counts[code] and code not in dict(loud)
        ]
        if said:
            room = 7 if weight == "needs" else 4
            out += [f"{title}:", *said[:room]]
            if len(said) > room:
                out.append(f"  and {len(said) - room} more kinds")
    return out
