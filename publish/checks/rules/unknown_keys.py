"""Rules about unknown keys, and keys by which other tools hold a post back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from publish.checks.rule import source_rule
from publish.checks.rules.frontmatter import FENCE, KNOWN, beyond
from publish.checks.source import Source
from publish.post.diagnostic import Problem, Severity, quoted
from publish.post.frontmatter import Field, yes_no

HIDDEN_IF_YES = frozenset(
    ("draft", "isdraft", "saveasdraft", "private", "isprivate", "hidden", "unlisted", "wip",
     "nopublish", "dontpublish", "headless", "trash", "trashed", "deleted", "protected",
     "embargoed", "membersonly", "eleventyexcludefromcollections",
     "excludefromcollections", "ignore")
)  # fmt: skip
"""Hugo, Jekyll, Eleventy, Ghost, Hashnode, Nikola, Docusaurus, Quarto, Astro and their kin."""
HIDDEN_IF_NO = frozenset(
    ("published", "publish", "ispublished", "public", "ispublic", "listed", "visible", "dgpublish",
     "live", "render", "makediscoverable", "permalink")
)  # fmt: skip
PUBLIC_FROM = frozenset(
    ("publishdate", "publishat", "publishon", "publishtime", "publishedat", "publishedon",
     "publisheddate", "datepublished", "pubdate", "publicationdate", "scheduledat", "scheduledfor",
     "scheduled", "schedule", "embargo", "golive")
)  # fmt: skip
PUBLIC_UNTIL = frozenset(
    ("expirydate", "expires", "expire", "expiresat", "expireson", "expiry", "expirationdate",
     "unpublishdate", "unpublishat", "unpublishon")
)  # fmt: skip
FOR_SOME = frozenset(("visibility", "access", "poststatus", "password", "postpassword", "state"))
OPEN = frozenset(("public", "everyone", "all", "open", "publish", "published", ""))
"""Values of the keys in ``FOR_SOME`` that do not restrict readers."""
NO = frozenset(("", "false", "no", "off", "0", "n", "f", "never", "none", "null", "~"))
ALL = HIDDEN_IF_YES | HIDDEN_IF_NO | PUBLIC_FROM | PUBLIC_UNTIL | FOR_SOME
OURS = {
    "categories": "Category", "tag": "Tags", "keyword": "Keywords", "lastmod": "Modified",
    "lastmodified": "Modified", "lastmodifiedat": "Modified", "updated": "Modified",
    "updatedat": "Modified", "changed": "Modified", "created": "Date", "createdat": "Date",
    "excerpt": "Summary", "abstract": "Summary", "teaser": "Summary", "cover": "Image",
    "coverimage": "Image", "featuredimage": "Image", "featureimage": "Image", "thumbnail": "Image",
    "ogimage": "Image", "imagealt": "Image_alt", "language": "Lang", "locale": "Lang",
    "redirectfrom": "Aliases", "alias": "Aliases", "layout": "Template", "guid": "Uid",
    "build": "Status", "id": "Uid", "emailsubject": "Subject", "mail": "Newsletter",
    "email": "Newsletter", "send": "Newsletter", "sendemail": "Newsletter",
    "sendnewsletter": "Newsletter", "mailing": "Newsletter", "stage": "Status",
    "preview": "Preheader", "previewtext": "Preheader", "permalink": "Slug",
}  # fmt: skip
"""Other tools' names, without case and hyphens, for keys of ours."""
ANY_KEY = re.compile(r"[\s,{\[-]*([\"']?)([A-Za-z][\w-]*)\1\s*[:=](?![:/])\s*([^,}\]]*)")
"""A key of YAML, TOML or JSON, wherever a header's line may hold one."""
ODD_KEY = re.compile(r"([A-Za-z][\w-]*(?: [\w-]+){0,3}):\s")
LINE_KEY = re.compile(r"\s*([\"']?)([A-Za-z][\w -]{0,40}?)\1\s*[:=](?![:/])\s*(.*)")
"""A whole line after the header's end; unlike in Markdown, its key may hold blanks."""


class Flag(NamedTuple):
    """A key that another tool would read, with its value and its line."""

    key: str
    value: str
    line: int

    @property
    def name(self) -> str:
        """The key without case, blanks and hyphens."""
        return re.sub(r"[-_ ]", "", self.key.lower())

    @property
    def said(self) -> str:
        """The value without quotes and comment, in small letters."""
        bare = re.sub(r"\s+#.*", "", self.value).strip().strip("\"'[]{} ")
        return bare.lower()

    @property
    def known(self) -> bool:
        """Whether another tool holds a post back by it; an address in ``permalink`` does not
        count."""
        return self.name in ALL and (self.name != "permalink" or self.said in NO - {""})


def flags(source: Source) -> Iterator[Flag]:
    """The flags of a source's header, also nested ones and those after its end."""
    text = source.text.split("\n")
    for field in source.header:
        flag = Flag(field.key, field.first, field.line)
        if field.name in KNOWN:
            continue
        if flag.known:
            yield flag
            continue
        # Hugo's `build:` and the like hold nested keys, on lines of their own or in braces.
        inner = [field.first] if field.first[:1] in ("{", "[") else []
        lines = [(field.line, part) for part in inner]
        lines += [(number, text[number - 1]) for number in range(field.line + 1, field.last + 1)]
        for number, line in lines:
            yield from _inside(line, number)
    if source.header.ended == "text":
        for number, line in enumerate(text[source.header.body_line - 1 :], source.header.body_line):
            if not line.strip() or number > source.header.body_line + 40:
                return
            if number > source.header.body_line and FENCE.match(line):
                return
            found = LINE_KEY.match(line)
            if found and (flag := Flag(found[2], found[3], number)).known:
                yield flag


def _inside(line: str, number: int) -> Iterator[Flag]:
    for found in ANY_KEY.finditer(line):
        flag = Flag(found[2], found[3], number)
        if flag.known:
            yield flag


@source_rule("other-tools-key", "error", "`draft: true`", any_format=True)
def other_tools_key(source: Source) -> Iterator[Problem]:
    """A key by which another tool keeps a post back, dates it or takes it off (`draft`,
    `published`, `publishDate`, `expiryDate`, `private`, `visibility` and their kin in Hugo,
    Jekyll, Eleventy, Ghost, Obsidian …). Nothing reads it here, whatever it says: a post that is
    held back by it later would be public."""
    dated = source.get("date")[:10]
    for flag in flags(source):
        kept, remedy = _meant(flag, dated)
        message = f"nothing reads the key {quoted(flag.key, 40)}, by which another tool {kept}"
        yield Problem(flag.line, message, remedy or f"remove the line: {_ours(flag)} says it here")


def _ours(flag: Flag) -> str:
    """This tool's key for a flag of another tool."""
    return "`Date:`" if flag.name in PUBLIC_FROM else "`Status:`"


def _meant(flag: Flag, dated: str) -> tuple[str, str]:
    """Its effect in the other tool, and the line to write here; ``""`` if it has none."""
    name, said = flag.name, flag.said
    back = "keeps the post back"
    if name in PUBLIC_UNTIL:
        remedy = "remove the line, and take the post off with `publish retract` when its day comes"
        return "takes the post off", "" if said in NO else remedy
    is_date = re.match(r"\d{4}-\d|\d{1,2}[./]\d", said) is not None
    if name in PUBLIC_FROM or (is_date and name in HIDDEN_IF_NO):
        if said in NO or (dated and said.startswith(dated)):
            return back, ""
        return "publishes the post later", f"write `Date: {quoted(said, 30)}` instead"
    if name in HIDDEN_IF_YES:
        status = "hidden" if name in ("unlisted", "hidden") else "draft"
        return back, "" if said in NO else f"write `Status: {status}` instead"
    draft = "write `Status: draft` instead"
    if name in HIDDEN_IF_NO:
        return back, draft if said in NO else ""
    closed = bool(said) if name in ("password", "postpassword") else said not in OPEN
    return "shows the post to some only", draft if closed else ""


@source_rule("unknown-key", "warning", "`Sumary: …`", "softer")
def unknown_key(source: Source) -> Iterator[Problem]:
    """A header line that nothing reads, often a slip of the keyboard or another tool's name. An
    error where the line is meant to keep the post off the site, or out of the mail."""
    kept_back = {(flag.line, flag.key) for flag in flags(source)}
    for field in source.header:
        if field.name in KNOWN or field.name in source.reading.keys:
            continue
        if (field.line, field.key) in kept_back:
            continue
        ours = OURS.get(re.sub(r"[-_]", "", field.name))
        near = get_close_matches(field.name[:40], KNOWN, 1)
        meant = ours or (KNOWN[near[0]] if near else "")
        remedy = f"did you mean {meant}?" if meant else "correct or remove the line"
        fix = (field.key, meant) if meant else None
        message = f"nothing reads the key {quoted(field.key, 40)}"
        severity: Severity | None = "error" if _keeps_back(meant, field, source) else None
        yield Problem(field.line, message, remedy, fix=fix, severity=severity)
    header, first = source.header, source.body.split("\n", 1)[0]
    odd = ODD_KEY.match(first) if header.ended == "text" and header.fields else None
    if odd and not beyond(source) and header.body_line not in {line for line, _ in kept_back}:
        message = f"no key is {quoted(odd[1], 40)}, so the header ends here and this line is text"
        remedy = "put an empty line before it, or write its key without a blank"
        yield Problem(header.body_line, message, remedy)


def _keeps_back(meant: str, field: Field, source: Source) -> bool:
    """Whether an unknown key is meant to keep the post off the site or out of the mail, and no
    known line does."""
    if source.header.field(meant.lower()):
        return False
    if meant == "Newsletter":
        return yes_no(field.first) is False
    return meant == "Status" and field.first.lower() in ("draft", "hidden", "skip")
