"""Texts and settings that Markdown finds hard, and what the two readers make of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

from only_blocks.marks import OnlyBlocks
from pelican.readers import MarkdownReader as Stock
from pelican.settings import DEFAULT_CONFIG
from quick_markdown.reader import MarkdownReader as Quick

COMMONMARK: list[str] = json.loads(
    Path(__file__).with_name("test_quick_markdown_commonmark.json").read_text(encoding="utf-8")
)["texts"]

LISTS = [
    "1. a\n2. b\n\n3. c",
    "3. three\n4. four",
    "7) no list\n8) nor this",
    "* a\n    * b\n        * c\n\n            code\n* d",
    "* * a\n    * b",
    "- a\n\n  b\n- c\n+ d\n* e",
    "1. a\n* b\n2. c",
    "* # Head\nline\n* two",
    "1. one\n\n    two\n\n        three\n\n2. four",
    "- [ ] todo\n- [x] done",
    "١. Arabic digits\n٢. are digits",
    "* a\n> q\n* b",
    "term\n: one\n: two\n\nother\n:   three\n\n    four",
    ": nothing before",
    "a\n\n: after a blank line",
    "x : y\n:z",
]
BLOCKS = [
    "a\n===\nb\n---\nc",
    "a\n-",
    "---\n\na\n\n- - -\n***\n___",
    "text\n***\nmore\n_ _ _",
    "# a #\n## b\n### c ##d\n#### \\# e\n####### seven\n#nospace",
    "line\n# in the middle\nline",
    "> a\n> > b\nlazy\n\n> c",
    "a > b\n>c",
    "    code\n\n\n    more\n\ttab",
    "a | b\n--|--\n1 | 2\n`x|y` | \\|",
    "|a|\n|-|\n|1|",
    "| a |\nno rule",
    "a | b\n:-:|-:\n",
    "no | table\nhere",
    "```python hl_lines=\"1\"\nprint('<&>')\n```",
    "~~~ {.x #y z=1}\na\n~~~",
    "```\nunclosed",
    "    :::python\n    x = 1",
    "    #!python\n    x = 1",
    "!!! note \"Title\"\n    Body\n\n    - a\n\n        b\n\nafter",
    "!!! warning\nnot indented",
    "[TOC]\n\n# A\n## B\n# A\n### A\n# A_1\n# A",
    "# *Em* `code` [l](u) <b>x</b> &amp; \"q\" {#own .k}\n\n# &lt;\n\n# \n\n#",
    "# Head[^1]\n\n[TOC]\n\n[^1]: Note",
]  # fmt: skip
REFERENCES = [
    "[a][b] [b] [c][] ![b] ![i][b]\n\n[b]: http://x.example/ \"T\"\n[c]: <y>\n  'two'",
    "[b] is not defined here, nor [a][b], ![b]",
    "[a]: /one\n[a]: /two\n\n[A] [a]",
    "a [^1], [^1] and [^two] and [^none]\n\n[^1]: One\n[^two]: Two\n\n    more\n\n        code",
    "[^1]: only defined",
    "[^1] is not defined here",
    "///Footnotes Go Here///\n\na[^a]\n\n[^a]: b",
    "*[HTML]: Hyper Text\n\nHTML and XHTML and HTML.\n\n*[W3C]: WWW\nHTML W3C",
    "HTML without its meaning",
    '*[HTML]: ""\n\nHTML',
    "*[a\\b]: c",
    "[x]: not/alone with words after",
    "a]: b\n[c]: d e f",
    "[[Wiki Link]] and [[ ]]",
]
INLINE = [
    "***a** b* **a *b*** _a_b_ __c__d *e_f*g_ **h",
    "a*b*c 2*3*4 * not * _ not _ *a\\*b*",
    "*a **b `c*` d** [e*](f*)*",
    "`` a`b `` ` `` \\` \\\\` `unclosed",
    "\\* \\_ \\[ \\] \\\\ \\a \\\n \\| \\\" \\'",
    "[a](b \"t\") [a](<b c> 't') [a](b'\"c) [a](b(c)d) [a](b [x](y)",
    "![a *b*](c \"d\") ![](e) ![f](g){: .h width=1} [i](j){k}",
    "[![img](a)](b) [a [b](c) d](e) [[a]](b)",
    "<http://a.example/?b=c&d> <me@example.com> <mailto:a@b.c> <x:y> <a b@c>",
    "<b>x</b> <!-- c --> <?php x ?> <![CDATA[y]]> </i> <a href='>'>z</a> a<b c>d <3 <>",
    "&amp; &copy; &#38; &#x26; &nope &#38 & &;",
    "two  \nlines\\\nthree   \nend  ",
    "**bold `code**` x** *a <b>*c*</b> d*",
    "x{: .a} *y*{: #b c=\"d e\"} `z`{.e} {f}",
    "{@id=1} para\n{: .block }\n\n## Head {#x}",
    "H~2~O a^b^",
    "https://plain.example/_a_b_ and www.c.example",
    "line one\nline two\nline three",
    "[" * 30 + "a" + "]" * 30,
    "*" * 31 + "a" + "_" * 7,
    "[a](" + "(" * 20 + "b" + ")" * 20 + ")",
]  # fmt: skip
QUOTES = [
    "\"a\" 'b' it's '90s \"'c'\" '\"d\"' rock 'n' roll",
    "\"\" '' \"' '\" 'tis \"-- a 'b",
    "a--b a---b a----b -- --- ... .... ..",
    '"*a*" *"b"* \'c *d*\' **\'e\'** `\'f\'` ["g"](h "i")',
    "&nbsp;'a' &ndash;\"b\" —'c' –\"d\" --'e' &#8212;\"f\"",
    "<<a>> << b >> <<<c>>> a<<b",
    "5'10\" 'a'b'c \"d\"e\"f",
    '"a\n\'b\'\nc" \'d" e\' ("f") [\'g\'] {"h"} \\"i\\" \\\'j\\\'',
    "'s s' 'S x's 's",
    "...\"a...\" '...b' -- 'c--'",
    "'... a",
    '"... b"',
]
HTML = [
    "<div>*a*</div>\n\n*b*",
    "<div markdown=\"1\">\n*a*\n\n- b\n</div>",
    "<div markdown=\"1\"><p markdown=\"span\">*a* <span>b</span></p>c</div> tail",
    "<div markdown=\"block\">\n<div markdown=\"1\">\n# x\n</div>\n<pre>*y*</pre>\n</div>",
    "<p>unclosed\n\n*a*",
    "<div markdown=\"1\">unclosed\n\n*a*",
    "a <div>b</div> c\n<hr>\n<hr markdown=1>",
    "<!-- *a*\n\nb -->\n\nc <!-- d",
    "<script>\nvar a = '*b*' < c;\n</script>\n\n<style>p{}</style>",
    "<?php echo '*'; ?>\n\n<!DOCTYPE html>\n\n<![CDATA[ *x* ]]>",
    "`<div>` and <del>*a*</del> &lt;b&gt;",
    "<details>\n<summary>*s*</summary>\n\n*b*\n</details>",
    "</div>\n\n</p> a",
    "<table><tr><td markdown=1>*a*</td></tr></table>",
]  # fmt: skip
STRANGE = [
    "",
    "   \n \t \n",
    "\x02klzzwxh:0000\x03 *a* `b`",
    "\x02wzxhzdk:0\x03 <b>c</b>",
    "klzzwxh:0001 wzxhzdk:0 \x02amp\x03 \x0242\x03",
    "a\x00b\x01\x02\x03\x7f\x85\u2028\u2029\ufeff *c*",
    "a\rb\r\nc\td\x0be\x0cf",
    "é *ñ* _ß_ 你*好*吗 🙂_🙂_ \u200f*א*",
    "\u00a0*a*\u00a0'b'\u3000\"c\"",
    "a" * 600 + " *b* " + "c'd " * 80,
    ("> " * 40) + "deep",
    "\n".join("    " * n + "* a" for n in range(12)),
    "\n\n".join(f"[^{n}]: n{n}" for n in range(30)) + "".join(f" [^{n}]" for n in range(30)),
]
FRONT = [
    "Title: T\nSummary: *S* \"q\" [x][r] it's\nTags: a, b\nDate: 2024-01-02\n\nA [x][r]\n\n[r]: /u",
    "Title: T\nTags: a\n    b\nAuthors: A; B\nCategory: c\nX: 1\nX: 2\n\n# H\n\n[^1]\n\n[^1]: f",
    "---\nTitle: T\nSummary: one\n    two *three*\n---\n\n1. a",
    "Title: no blank line after\nBody",
    "Summary: Title: x\n\n5. five",
    "Summary: <div markdown=1>*a*</div>\n\n<div markdown=1>*b*</div>",
    "Summary: a[^1] HTML `c` - 'd'\n\ntext[^1]\n\n[^1]: n\n*[HTML]: H\n\n[TOC]\n\n# H",
    "Summary:\nTitle:\n\nx",
    "Title: only metadata",
]  # fmt: skip
AWKWARD = [*LISTS, *BLOCKS, *REFERENCES, *INLINE, *QUOTES, *HTML, *STRANGE, *FRONT]

BLOG = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.sane_lists": {},
        "markdown.extensions.smarty": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}
EVERYTHING = {
    "extensions": [
        "extra", "meta", "smarty", "toc", "wikilinks", "nl2br", "admonition", "codehilite",
        "legacy_attrs", "legacy_em",
    ],
    "extension_configs": {
        "smarty": {"smart_angled_quotes": True},
        "toc": {"permalink": True, "anchorlink": True, "title": "In {this}", "toc_depth": "2-4"},
        "extra": {"footnotes": {"UNIQUE_IDS": True, "USE_DEFINITION_ORDER": False}},
        "codehilite": {"linenums": True},
    },
    "output_format": "xhtml",
}  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "pelican": copy.deepcopy(DEFAULT_CONFIG["MARKDOWN"]),
    "blog": BLOG,
    "everything": EVERYTHING,
    "bare": {"extensions": [], "tab_length": 2},
    "glossary": {
        "extension_configs": {
            "abbr": {"glossary": {"HTML": "Language", "it's": "it is"}},
            "smarty": {"substitutions": {"mdash": "<m>", "right-single-quote": "’"}},
            "sane_lists": {}, "tables": {"use_align_attribute": True}, "attr_list": {},
            "fenced_code": {}, "def_list": {}, "footnotes": {"BACKLINK_TEXT": "{b}"},
        }
    },
}  # fmt: skip


class Read(NamedTuple):
    """What a file became."""

    content: str | None
    metadata: dict[str, str] | None
    contents_table: str | None
    error: str | None


def settings(name: str, **more: Any) -> dict[str, Any]:
    """Pelican's settings with those of Markdown by their name; ``blog`` has our own marks too."""
    made = copy.deepcopy(DEFAULT_CONFIG)
    made["MARKDOWN"] = copy.deepcopy(SETTINGS[name])
    if name == "blog":
        made["MARKDOWN"]["extensions"] = [OnlyBlocks()]
    return made | more


def reading(reader: Stock, file: Path) -> Read:
    """What ``reader`` makes of ``file``, an error included."""
    try:
        content, metadata = reader.read(str(file))
    except Exception as error:
        return Read(None, None, None, f"{type(error).__name__}: {error}")
    shown = {key: f"{type(value)} {value!r} {value}" for key, value in metadata.items()}
    return Read(content, shown, getattr(reader._md, "toc", None), None)


def readers(name: str, **more: Any) -> tuple[Stock, Quick]:
    """The two, each with settings of its own."""
    return Stock(settings(name, **more)), Quick(settings(name, **more))


def written(folder: Path, texts: list[str]) -> list[Path]:
    """A file for each text."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.md")
        files[-1].write_bytes(text.encode())
    return files
