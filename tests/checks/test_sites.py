"""Small faulty sites, each with the findings expected of it."""

import shutil
from pathlib import Path

import pytest

from publish.office import checking
from publish.post.diagnostic import Diagnostic
from publish.settings import load

SITES = Path(__file__).parent / "sites"
CASES = sorted(folder.name for folder in SITES.iterdir() if folder.is_dir())


def line(finding: Diagnostic) -> str:
    return f"{finding.file}:{finding.line} {finding.rule} {finding.severity}"


def findings(site: Path) -> list[Diagnostic]:
    return checking.findings(load(site / "pelicanconf.py"))


def site_of(case: str, tmp_path: Path) -> Path:
    """A copy, so that nothing of the tree around it counts."""
    site = tmp_path / case
    shutil.copytree(SITES / case, site)
    (site / "content").mkdir(exist_ok=True)
    if not (site / "pelicanconf.py").exists():
        shutil.copy(SITES / "pelicanconf.py", site)
    if (more := site / "more.py").exists():
        with (site / "pelicanconf.py").open("a", encoding="utf-8") as settings:
            settings.write(more.read_text(encoding="utf-8"))
    return site


@pytest.mark.parametrize("case", CASES)
def test_a_faulty_site_has_the_findings_expected(case: str, tmp_path: Path):
    found = findings(site_of(case, tmp_path))
    expected = (SITES / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(line(f) for f in found) == sorted(expected)
    assert found == sorted(found)
    for finding in found:
        text = str(finding)
        assert text.startswith(f"{finding.file}:{finding.line}: ")
        assert text.endswith(f" — {finding.remedy}")
        assert finding.remedy
        assert text.isprintable()
        assert len(text) < 300


def test_the_blog_itself_has_no_findings(root: Path):
    assert findings(root) == []
