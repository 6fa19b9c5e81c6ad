import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def split(root: Path):
    spec = importlib.util.spec_from_file_location(
        "categories_plugin", root / "plugins" / "categories" / "__init__.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.split


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Career, Network", ["Career", "Network"]),
        (" Career ,, Medical Writing ,", ["Career", "Medical Writing"]),
        ("Career, career, CAREER", ["Career"]),
        ("", []),
    ],
)
def test_a_category_line_is_a_list_of_names(split, line: str, names: list[str]):
    assert split(line) == names
