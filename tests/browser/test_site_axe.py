"""Every kind of page under axe: nothing wrong and nothing left for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.conftest import KINDS, visit

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)
# All that axe knows, the rules of AAA included, less two of its experiments: `hidden-content` asks
# for a look at whatever is hidden, and the address for print is; `label-content-name-mismatch`
# cannot judge a link that reads "X" (tests/theme compares the names of the share links itself).
UNFIT = ["hidden-content", "label-content-name-mismatch"]
ASK = """async unfit => {
  const rules = Object.fromEntries(axe.getRules(['wcag2aaa', 'wcag22aa', 'experimental'])
    .map(rule => [rule.ruleId, {enabled: !unfit.includes(rule.ruleId)}]));
  const found = await axe.run(document, {rules, resultTypes: ['violations', 'incomplete']});
  const told = list => list.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html.slice(0, 120)}`));
  return {wrong: told(found.violations), undecided: told(found.incomplete),
          passed: found.passes.length};
}"""


@pytest.fixture(scope="module")
def judged(browser: Browser) -> Iterator[Page]:
    """One page for all kinds and widths."""
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def judge(page: Page) -> dict[str, Any]:
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(ASK, UNFIT)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wrong_and_nothing_undecided(judged: Page, site: str, kind: str):
    visit(judged, site, kind)
    for width in WIDTHS:
        judged.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            judged.emulate_media(color_scheme=scheme)
            found = judge(judged)
            assert found["passed"] > 20
            assert (found["wrong"], found["undecided"]) == ([], []), (width, scheme)


def test_axe_would_have_found_pale_text_and_a_field_without_a_name(judged: Page, site: str):
    judged.set_viewport_size({"width": WIDTHS[0], "height": 900})
    judged.emulate_media(color_scheme="light")
    visit(judged, site, "page")
    judged.evaluate("""() => {
      document.querySelector('.prose p').style.color = '#6b6b6b';
      document.querySelector('main').append(document.createElement('input'));
    }""")
    rules = {line.split(":")[0] for line in judge(judged)["wrong"]}
    assert {"color-contrast-enhanced", "label"} <= rules
