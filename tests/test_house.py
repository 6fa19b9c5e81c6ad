"""The house rules that no other checker knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def tracked(root: Path, *patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [root / name for name in listed.stdout.splitlines() if (root / name).is_file()]


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_plugins_import_the_leaf_alone_and_publish_never_imports_plugins(root: Path):
    names = {p.name for p in (root / "plugins").iterdir() if p.is_dir()}
    for file in tracked(root, "plugins/*.py"):
        text = file.read_text(encoding="utf-8")
        rooms = set(re.findall(r"^ *(?:from|import) publish(?:\.(\w+)| import (\w+))?", text, re.M))
        assert {a or b for a, b in rooms} <= {"post"}, file
    for file in tracked(root, "publish/*.py"):
        assert not imports(file) & (names | {"plugins"}), file


def test_requirements_hold_hashes_and_no_index(root: Path):
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-rigs.txt"):
        text = (root / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[\w.-]+==", text, flags=re.M)
        assert pins
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in block, block


def test_no_drawer_modules(root: Path):
    drawers = re.compile(r"(^|/)(utils?|helpers?|misc|common)\.py$")
    assert not [f for f in tracked(root, "*.py") if drawers.search(f.as_posix())]


@pytest.mark.parametrize("pattern", ["publish/*.py", "plugins/*.py"])
def test_modules_stay_small(root: Path, pattern: str):
    long = {
        f.relative_to(root).as_posix(): lines
        for f in tracked(root, pattern)
        if (lines := len(f.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_nothing_names_a_machine_or_an_index(root: Path):
    word = re.compile(r"(pypi|pythonhosted|npmjs|debian)\.(org|com|net)|/wor[k]/|(?<![\w.])/tm[p]/")
    for file in tracked(root):
        if file.suffix in {".png", ".jpg", ".woff2"}:
            continue
        assert not word.search(file.read_text(encoding="utf-8", errors="replace")), file


def test_what_was_written_elsewhere_is_as_it_was_there(root: Path):
    import hashlib

    folder = root / "publish" / "vendor"
    told = dict(
        re.findall(
            r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.M
        )
    )
    scripts = {file.name for file in folder.glob("*.js")}
    assert scripts == set(told)
    for name, digest in told.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def undocumented(body: list[ast.stmt], place: str) -> Iterator[str]:
    """Public functions and classes without a docstring; a method may have that of a base class."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{place}:{node.lineno} {node.name}"
        if isinstance(node, ast.ClassDef) and not node.bases:
            yield from undocumented(node.body, place)


def test_everything_public_says_what_it_is(root: Path):
    found: list[str] = []
    for file in tracked(root, "publish/*.py", "plugins/*.py", "benchmarks/*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        name = file.relative_to(root).as_posix()
        found += [] if ast.get_docstring(tree) or not tree.body else [name]
        found += undocumented(tree.body, name)
    assert found == []


def test_every_plugin_has_a_page_and_its_place_on_the_map(root: Path):
    page = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    plugins = sorted(file.parent for file in (root / "plugins").glob("*/__init__.py"))
    assert len(plugins) > 15
    for plugin in plugins:
        assert f"| `plugins/{plugin.name}` |" in page, plugin.name
        text = (plugin / "README.md").read_text(encoding="utf-8")
        assert f'"{plugin.name}"' in text or f"`{plugin.name}`" in text, plugin.name
        assert "PLUGIN_PATHS" in text, plugin.name
        assert re.search(r"^def register\(", (plugin / "__init__.py").read_text(), re.M), (
            plugin.name
        )


def test_every_room_of_the_command_has_its_place_on_the_map(root: Path):
    page = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [file.parent.name for file in (root / "publish").glob("*/__init__.py")]
    assert [room for room in rooms if f"`publish/{room}`" not in page] == []
