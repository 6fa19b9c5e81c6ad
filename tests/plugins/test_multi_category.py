import pytest
from multi_category import split


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Career, Network", ["Career", "Network"]),
        (" Career ,, Medical Writing ,", ["Career", "Medical Writing"]),
        ("Career, career, CAREER", ["Career"]),
        ("", []),
    ],
)
def test_a_category_line_is_a_list_of_names(line: str, names: list[str]):
    assert split(line) == names
