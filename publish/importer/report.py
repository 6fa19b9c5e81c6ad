"""What an import lost and changed: for people, for scripts, and on the terminal. Pure."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from publish.importer.losses import CODES, Loss
from publish.importer.run import Result

MOST = 200
"""Places of one code that are listed for people; the .json has all."""


def as_dict(result: Result) -> dict[str, Any]:
    """The report for scripts."""
    return {
        "version": 1,
        "posts": result.posts,
        "pages": result.pages,
        "drafts": result.drafts,
        "scheduled": result.scheduled,
        "pictures": result.pictures,
        "items": dict(sorted(result.types.items())),
        "counts": dict(sorted(Counter(loss.code for loss in result.losses).items())),
        "losses": [vars(loss) for loss in result.losses],
        "endings": [{"words": words, "posts": count} for words, count in result.ends],
        "addresses": [{"old": old, "new": new} for old, new in result.addresses],
    }


def as_json(result: Result) -> str:
    """The same as text."""
    return json.dumps(as_dict(result), ensure_ascii=False, indent=1) + "\n"


def as_markdown(result: Result) -> str:
    """The report for people."""
    out = [
        "# Import report", "",
        f"{result.posts} posts and {result.pages} pages; of these {result.drafts} are drafts and "
        f"{result.scheduled} still to come. {result.pictures} pictures and files.", "",
    ]  # fmt: skip
    for weight, title in (
        ("needs", "Needs a look"), ("left", "Stayed behind"), ("changed", "Was changed"),
    ):  # fmt: skip
        codes = [code for code, what in CODES.items() if what.weight == weight]
        found = [(code, [loss for loss in result.losses if loss.code == code]) for code in codes]
        out += [f"## {title}", ""]
        if not any(losses for _, losses in found):
            out += ["Nothing.", ""]
        for code, losses in found:
            if losses:
                out += _section(code, losses, weight == "needs")
    if result.ends:
        out += ["## The ending that posts shared", ""]
        for words, count in result.ends[:20]:
            out += [
                f"In {count} posts:",
                "",
                *[f"> {_cell(line)}" for line in words.split("\n")],
                "",
            ]
    out += _addresses(result)
    return "\n".join(out)


def _section(code: str, losses: list[Loss], places: bool) -> list[str]:
    what = CODES[code]
    out = [f"### {code}: {len(losses)}", "", f"{what.what} What to do: {what.remedy}.", ""]
    if places:
        for loss in losses[:MOST]:
            where = (
                f"`{loss.file}:{loss.line}`"
                if loss.file
                else f"post {loss.id}"
                if loss.id
                else "the export"
            )
            said = "; ".join(_cell(part) for part in (loss.detail, loss.excerpt) if part)
            out.append(f"- {where}: {said}" if said else f"- {where}")
    else:
        kinds: dict[str, list[Loss]] = {}
        for loss in losses:
            kinds.setdefault(loss.detail.split("?")[0][:60], []).append(loss)
        for kind, many in sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST]:
            first = next((loss.excerpt for loss in many if loss.excerpt), "")
            where = next((f" (`{loss.file}:{loss.line}`)" for loss in many if loss.file), "")
            out.append(
                f"- {len(many)} × {_cell(kind) or code}{where}"
                + (f": {_cell(first)}" if first else "")
            )
    if len(losses) > MOST and places:
        out.append(f"- … and {len(losses) - MOST} more, all in import-report.json")
    return [*out, ""]


def _addresses(result: Result) -> list[str]:
    out = ["## Addresses", ""]
    queries = [pair for pair in result.addresses if "?" in pair[0]]
    paths = [pair for pair in result.addresses if "?" not in pair[0]]
    out += [
        f"{len(paths)} old paths lead on, on any host, by a page at the old address.", "",
        f"{len(queries)} old addresses with a query (`/?p=12`) lead on only where the host "
        "reads a map of redirects: `_redirects`, `redirects.nginx.conf` or "
        "`redirects.apache.conf` in output/. They are the ones with a `?` below.", "",
    ]  # fmt: skip
    if result.addresses:
        out += ["| old | new |", "| --- | --- |"]
        out += [f"| {_cell(old)} | {_cell(new)} |" for old, new in result.addresses]
    return [*out, ""]


def _cell(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(clean.split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def summary(result: Result, dry: bool) -> list[str]:
    """At most 20 lines for the terminal."""
    would = "would write" if dry else "wrote"
    out = [
        f"{result.posts} posts, {result.pages} pages: {would} {len(result.written)}, "
        f"{result.unchanged} unchanged, {len(result.left)} edited and left; "
        f"{result.pictures} pictures and files"
    ]
    counts = Counter(loss.code for loss in result.losses)
    loud = [("password-as-draft", "password"), ("private-as-draft", "private")]
    for code, word in loud:
        if counts[code]:
            titles = [loss.excerpt for loss in result.losses if loss.code == code][:3]
            out.append(f"{counts[code]} {word} posts became DRAFTS: {', '.join(titles)}")
    if result.scheduled:
        out.append(f"{result.scheduled} are still to come, on their dates")
    for weight, title in (("needs", "needs a look"), ("left", "stayed behind")):
        said = [
            f"  {counts[code]:>5} {code}: {what.what}"[:110] for code, what in CODES.items()
            if what.weight == weight and counts[code] and code not in dict(loud)
        ]  # fmt: skip
        if said:
            room = 7 if weight == "needs" else 4
            out += [f"{title}:", *said[:room]]
            if len(said) > room:
                out.append(f"  and {len(said) - room} more kinds")
    return out
