"""API values as people read them."""

import pytest

from bulkedit.core.api_value import told, told_plainly
from bulkedit.core.json_value import JSON


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("notes", None, ""),
        ("notes", "All parks", "All parks"),
        ("tags", [{"name": "a", "id": "1"}, {"name": "b"}], "a; b"),
        ("groups", [{"id": "g1"}, {"id": "g2", "name": "water"}], "g1; water"),
        (
            "extras",
            [{"key": "mood", "value": "fine"}, {"key": "size", "value": ["a", "b"]}],
            "mood: fine; size: a; b",
        ),
        ("topics", ["a", "b"], "a; b"),
        ("contacts", [{"name": "Ann", "email": ""}, {"name": "Bob", "roles": ["r", "g"]}], "Ann; Bob, r; g"),
        ("mixed", ["a", 1], '["a", 1]'),
        ("size", 12, "12"),
        ("open", True, "true"),
    ],
)
def test_a_value_is_told_in_few_words(field: str, value: JSON, text: str) -> None:
    """Tags and groups by name, extras as key and value, entries by what they hold; anything else as JSON."""
    assert told(field, value) == text


def test_a_value_of_no_field_is_told_plainly() -> None:
    """A list of names is one of entries then."""
    assert told_plainly([{"name": "a", "id": "1"}]) == "a, 1"
