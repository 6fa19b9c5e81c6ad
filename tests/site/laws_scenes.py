"""Sites whose plugins or readers make a whole build hard to cache, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.site.laws_site import CONF, Files, post, theme


@dataclass(frozen=True)
class Scene:
    """A site's first ``files`` and then one edit after the other."""

    name: str
    files: Files
    edits: tuple[Files, ...]


def site(conf: str = "", templates: Files | None = None, **plugins: str) -> dict[str, str]:
    """A site with some posts, further lines of settings, templates and plugins."""
    files = {"pelicanconf.py": f"{CONF}PLUGINS = {sorted(plugins)}\n{conf}\n"}
    files |= theme({name: str(text) for name, text in (templates or {}).items()})
    files |= {f"plugins/{name}.py": text for name, text in plugins.items()}
    return files | post("one", 1) | post("two", 2) | post("three", 3)


def extension(code: str, start: str = "") -> str:
    """A Markdown extension's module; ``code`` makes ``line`` of ``line``."""
    return (
        f"import os\nfrom pathlib import Path\n{start}\n"
        "from markdown.extensions import Extension\n"
        "from markdown.preprocessors import Preprocessor\n"
        "ROOT = Path.cwd()\n"
        f"def changed(line):\n    {code}\n"
        "class Ours(Preprocessor):\n"
        "    def run(self, lines):\n        return [changed(line) for line in lines]\n"
        "class Extending(Extension):\n"
        "    def extendMarkdown(self, md):\n"
        "        md.preprocessors.register(Ours(md), 'ours', 20)\n"
        "def makeExtension(**named):\n    return Extending(**named)\n"
    )


MARKDOWN = "MARKDOWN = {'extensions': ['ours'], 'output_format': 'html5'}\n"
LATE = (
    "from pelican import signals\n"
    "def change(path, context):\n"
    "    with open(path, 'a') as stream:\n        stream.write('<!-- seen -->')\n"
    "def begin(generator):\n    signals.content_written.connect(change)\n"
    "def register():\n    signals.generator_init.connect(begin)\n"
)
WRITER = (
    "from pelican import signals\nfrom pelican.writers import Writer\n"
    "class Own(Writer):\n{body}"
    "def get(pelican):\n    return Own\n"
    "def register():\n    signals.get_writer.connect(get)\n"
)
SCENES = (
    Scene(
        "a_page_that_was_the_home_page",
        site() | {"content/pages/home.md": "Title: Home\nSave_as: index.html\n\nHome.\n"},
        ({"content/pages/home.md": "Title: Home\n\nHome.\n"},),
    ),
    Scene(
        "a_post_that_takes_another_template",
        site(templates={"special": "{{ article.title }}"}),
        (post("one", 1, Template="special"), post("one", 1), post("one", 1, Template="special")),
    ),
    Scene(
        "a_plugin_that_takes_hold_of_pages_late",
        site(late=LATE),
        (post("one", 1, "Another."),),
    ),
    Scene(
        "a_writer_that_works_on_what_it_wrote",
        site(
            own=WRITER.format(
                body="    def write_file(self, name, *args, **named):\n"
                "        super().write_file(name, *args, **named)\n"
                "        path = f'{self.output_path}/{name}'\n"
                "        import os\n"
                "        if os.path.exists(path):\n"
                "            with open(path, 'a') as stream:\n                stream.write('!')\n"
            )
        ),
        (post("one", 1, "Another."),),
    ),
    Scene(
        "a_writer_that_opens_files_its_own_way",
        site(
            own=WRITER.format(
                body="    def _open_w(self, filename, encoding, override=False):\n"
                "        return open(filename, 'w', encoding=encoding, newline='\\r\\n')\n"
            )
        ),
        (post("one", 1, "Another."),),
    ),
    Scene(
        "a_plugin_that_lists_what_was_written",
        site(
            lister=(
                "from pathlib import Path\nfrom pelican import signals\n"
                "def tell(generator, writer):\n"
                "    out = Path(generator.output_path)\n"
                "    names = sorted(p.relative_to(out).as_posix() for p in out.rglob('*.html'))\n"
                "    (out / 'list.txt').write_text('\\n'.join(names))\n"
                "def register():\n    signals.article_writer_finalized.connect(tell)\n"
            )
        ),
        (post("one", 1, "Another."),),
    ),
    Scene(
        "a_list_or_one_of_what_it_holds",
        site(
            templates={
                "article": "{% if article.some is iterable %}{{ article.some|length }}"
                "{% else %}one{% endif %}"
            },
            some=(
                "from pelican import signals\n"
                "def add(generator):\n"
                "    for post in generator.articles:\n"
                "        found = [p for p in generator.articles if p is not post]\n"
                "        post.some = found if len(found) > 1 else found[0]\n"
                "def register():\n    signals.article_generator_finalized.connect(add)\n"
            ),
        ),
        ({"content/posts/one.md": None},),
    ),
    Scene(
        "a_new_override_of_a_template",
        site("THEME_TEMPLATES_OVERRIDES = ['overrides']") | {"overrides/other.html": ""},
        ({"overrides/article.html": "mine {{ article.title }}"}, {"overrides/article.html": None}),
    ),
    Scene(
        "a_program_run_for_some_posts",
        site(
            runs=(
                "import subprocess, sys\nfrom pelican import signals\n"
                "def draw(content):\n"
                "    if 'diagram' in (content._content or ''):\n"
                "        subprocess.run([sys.executable, '-c', ''], check=True)\n"
                "def register():\n    signals.content_object_init.connect(draw)\n"
            )
        )
        | post("one", 1, "First."),
        (post("one", 1, "A diagram."), post("one", 1, "First.")),
    ),
    Scene(
        "an_include_that_need_not_exist",
        site(MARKDOWN)
        | post("one", 1, "@note")
        | {
            "ours.py": extension(
                "path = ROOT / 'content/note.txt'\n"
                "    return path.read_text() if line == '@note' and path.exists() else line"
            )
        },
        (
            {"content/note.txt": "noted"},
            {"content/note.txt": "noted again"},
            {"content/note.txt": None},
        ),
    ),
    Scene(
        "a_gallery_of_whatever_is_there",
        site(MARKDOWN)
        | post("one", 1, "@all")
        | {
            "photos/a.jpg": "",
            "ours.py": extension(
                "return ' '.join(sorted(os.listdir(ROOT / 'photos'))) if line == '@all' else line"
            ),
        },
        ({"photos/b.jpg": ""}, post("two", 2, "Another."), {"photos/a.jpg": None}),
    ),
    Scene(
        "an_extension_somewhere_else",
        site(
            "import sys\nfrom pathlib import Path\n"
            "sys.path.insert(0, str(Path(__file__).parent / 'lib'))\n" + MARKDOWN
        )
        | {"lib/ours.py": extension("return line.upper()")},
        (
            {"lib/ours.py": extension("return line.lower()")},
            post("two", 2, "Another."),
            {"lib/ours.py": extension("return line.title()")},
        ),
    ),
    Scene(
        "a_glossary_read_once",
        site(MARKDOWN)
        | {"data/words.txt": "body"}
        | {
            "ours.py": extension(
                "return line.replace(words(), 'W')",
                "import functools\n@functools.lru_cache\ndef words():\n"
                "    return (ROOT / 'data/words.txt').read_text()\n",
            )
        },
        ({"data/words.txt": "of"},),
    ),
    Scene(
        "an_extension_that_collects_lines",
        site(
            MARKDOWN,
            templates={"article": "{{ COLLECTED|join }}"},
            collect=(
                "import ours\nfrom pelican import signals\n"
                "def add(generator):\n    generator.context['COLLECTED'] = sorted(ours.LINES)\n"
                "def register():\n    signals.article_generator_finalized.connect(add)\n"
            ),
        )
        | {"ours.py": extension("LINES.add(line)\n    return line", "LINES = set()\n")},
        (post("one", 1, "Another."),),
    ),
    Scene(
        "posts_that_count_across_pages",
        site(
            count=(
                "import itertools\nfrom pelican import signals\n"
                "def add(generator):\n    generator.env.globals['count'] = COUNT.__next__\n"
                "COUNT = itertools.count()\n"
                "def register():\n    signals.generator_init.connect(add)\n"
            ),
            templates={"article": "{{ count() }} {{ article.title }}"},
        ),
        (post("four", 4),),
    ),
    Scene(
        "many_posts_and_an_attached_picture",
        site()
        | {k: v for n in range(130) for k, v in post(f"p{n}", 10 + n).items()}
        | {"content/images/a.svg": "<svg/>"}
        | post("with", 5, "![a]({attach}/images/a.svg)")
        | post("also", 6, "![a]({attach}/images/a.svg)"),
        (post("one", 1, "Another."),),
    ),
    Scene(
        "many_posts_that_count_across_pages",
        site(
            count=(
                "import itertools\nfrom pelican import signals\n"
                "def add(generator):\n    generator.env.globals['count'] = COUNT.__next__\n"
                "COUNT = itertools.count()\n"
                "def register():\n    signals.generator_init.connect(add)\n"
            ),
            templates={"article": "{{ count() }} {{ article.title }}"},
        )
        | {k: v for n in range(130) for k, v in post(f"p{n}", 10 + n).items()},
        (post("one", 1, "Another."),),
    ),
)
