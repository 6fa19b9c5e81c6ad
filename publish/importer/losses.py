"""The kinds of losses and changes, each with a stable code. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Weight = Literal["needs", "left", "changed"]
"""``needs`` a look from the author; stayed behind (``left``); was ``changed`` and is fine."""


class Code(NamedTuple):
    """The description and remedy of a code."""

    weight: Weight
    what: str
    remedy: str


NEEDS = {
    "private-as-draft": ("A private post became a draft.", "publish it, or leave it"),
    "password-as-draft": (
        "A post behind a password became a draft; the password is written nowhere.",
        "publish it only if everyone may read it"),
    "status-unknown": ("A status that is not WordPress' own: a draft.",
        "set Status to published or draft"),
    "date-missing": ("No date, or one that is none: a draft dated by what is known.", "set Date"),
    "picture-missing": (
        "A picture of the old site that is not in the uploads; it still has its old address.",
        "run again with --uploads or --fetch"),
    "picture-elsewhere": ("A picture on another site, which this site's pages do not load.",
        "save it to content/images and name it there, or take it out"),
    "picture-refused": (
        "A file that is not what its name says, an SVG with script, or over 50 MB.",
        "save it in another form, then run again"),
    "file-missing": ("A linked file of the old site that is not in the uploads.",
        "run again with --uploads or --fetch"),
    "dead-link": ("A link to a page of the old site that the export does not hold; its words stay.",
        "link to what stands for it now, if anything does"),
    "link-not-public": ("A link to a draft, a scheduled or a private post; its words stay.",
        "link again once that post is public"),
    "anchor-missing": ("A link to a place in a page that has no such place: it leads to the page.",
        "link to a heading"),
    "words-differ": ("The page shows other words than the export.",
        "compare the two, add what is lost"),
    "structure-differs": (
        "The page has other headings, list numbers, links, pictures, tables or quotations.",
        "compare the two"),
    "unknown-shortcode": (
        "A shortcode of a plugin that is not known: its words stay, what it did is gone.",
        "write what it showed"),
    "reference-missing": (
        "A global module or reusable block that is not public, or not in the export.",
        "export all content, not posts alone, and run again"),
    "too-deep": ("Markup nested deeper than 100 levels: its words stay, its markup does not.",
        "look at the page"),
    "title-made": ("A post without a title has its first words instead.", "set Title"),
    "author-unknown": ("A login that the export has no name for.",
        "run again with --author LOGIN=NAME"),
    "edited-left": (
        "The export has a newer text, but the file was edited since: it is as you left it.",
        "run again with --again FILE to take the export's"),
}  # fmt: skip
"""What the author has to look at, each with what it is and what to do."""
LEFT = {
    "module-dropped": (
        "A module or block that WordPress filled as it showed the page: lists of posts, forms, "
        "menus, maps.", "nothing, or a link to what it showed"),
    "hidden-left": ("A module that its page hid on every screen; no reader saw its words.",
        "write them, if readers may have them"),
    "background-dropped": ("A background picture of a module: decoration of the old theme.",
        "nothing, or show it as a picture"),
    "form-dropped": ("A form; its headings and sentences stay, its fields and their labels do not.",
        "link to a form elsewhere"),
    "script-dropped": ("A script, or a link that runs one.", "nothing"),
    "comments-left": ("Comments of readers.",
        "run again with --comments to keep them under the post"),
    "type-left": ("Items that are neither posts nor pages, such as products or projects.",
        "copy what you need"),
    "taxonomy-left": (
        "A term of a taxonomy that is neither category nor tag, or one whose name has no letter.",
        "add it to Tags or Category, if readers used it"),
    "field-left": (
        "A custom field of a post, by its key; its value, which may be private, is not written.",
        "write into the post what readers saw of it"),
    "description-left": ("The description of a category, tag or other term.", "nothing"),
    "sticky-left": ("A sticky post, which WordPress shows before all others.", "nothing"),
    "not-written": ("Trash, revisions, menus, styles and templates.", "nothing"),
    "dynamic-left": ("A place that Divi filled with a value the export does not hold.",
        "write the value"),
    "alias-left": ("An old address that cannot redirect: it is too long, or that of another page.",
        "nothing, or a rule on the host"),
}  # fmt: skip
"""What stayed behind."""
CHANGED = {
    "embed-as-link": ("A video or another site's frame is a link now.", "nothing"),
    "end-dropped": (
        "The ending that many posts share (share strip, sign-up) is gone: the theme has its own.",
        "--keep-end keeps it"),
    "encoding-mended": ("Characters that were broken are repaired.", "nothing"),
    "category-renamed": (
        "A category whose name held a comma, or that differed by case from another.",
        "--category OLD=NEW chooses its name"),
    "address-taken": ("The address was taken; the post has another, and its old one leads there.",
        "rename it with: publish rename"),
    "pages-joined": ("A post of several pages is one page now.", "nothing"),
    "export-mended": ("Bytes that no XML may hold were taken out of the export.", "nothing"),
}  # fmt: skip
"""What was changed and is fine."""
CODES: Mapping[str, Code] = {
    **{code: Code("needs", *said) for code, said in NEEDS.items()},
    **{code: Code("left", *said) for code, said in LEFT.items()},
    **{code: Code("changed", *said) for code, said in CHANGED.items()},
}
"""Every code, in the order of the report. docs/moving-in.md has the same list; a test compares."""


class Loss(NamedTuple):
    """One thing that was lost or changed.

    ``id`` is the post's in WordPress, 0 for the whole export; ``detail`` names the thing (a
    shortcode, an address), ``excerpt`` its first words, at most 80 characters. ``file`` and
    ``line`` are where the author finds it, filled in when the file is written.
    """

    code: str
    id: int = 0
    detail: str = ""
    excerpt: str = ""
    file: str = ""
    line: int = 0


def excerpt(text: str, most: int = 80) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: most * 8].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
