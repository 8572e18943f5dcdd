"""Two texts side by side: what differs is marked, in whole words, and nothing is lost but what both have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkedit.core.contrast import Told, told

words = st.lists(st.sampled_from(["a", "trail", "of", "the", "", "north", "ü", "\n"]), max_size=9).map(" ".join)


@given(one=words, other=words)
def test_short_texts_are_shown_whole(one: str, other: str) -> None:
    """The parts of each put together are the text; what is not marked is the same in both."""
    first, second = told(one, other)

    assert [f"{t.before}{t.differs}{t.after}" for t in (first, second)] == [one, other]
    assert (first.before, first.after) == (second.before, second.after)


@given(text=words)
def test_equal_texts_differ_in_nothing(text: str) -> None:
    """Nothing is marked."""
    assert [t.differs for t in told(text, text)] == ["", ""]


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("Trails", "Trails and paths", ["", " and paths"]),
        ("Old trails", "New trails", ["Old", "New"]),
        ("one two three", "one 2 three", ["two", "2"]),
        ("trail", "trails", ["trail", "trails"]),
        ("", "new", ["", "new"]),
    ],
)
def test_whole_words_are_marked(one: str, other: str, marked: list[str]) -> None:
    """Not single letters, which nobody can read."""
    assert [t.differs for t in told(one, other)] == marked


def test_long_common_parts_are_cut() -> None:
    """In a long text one sees what changed, not pages of what did not."""
    much = "always the same words " * 100

    one, other = told(f"{much}old {much}", f"{much}new {much}")

    assert (one.differs, other.differs) == ("old", "new")
    assert all(len(part) < 80 for part in (one.before, one.after))
    assert (one.before[0], one.after[-1]) == ("…", "…")


def test_what_differs_is_cut_where_it_is_very_long() -> None:
    """With the number of characters left out."""
    _, other = told("", "x" * 30_000)

    assert other.differs.endswith("… (28,800 more characters)")
    assert not other.empty
    assert Told().empty
