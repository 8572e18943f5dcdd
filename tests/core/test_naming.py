"""Names for new packages, and ids for new resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkedit.core.naming import NAME, candidates, is_placeholder, made_id, placeholder, slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Trails and paths", "trails-and-paths"),
        ("Élan, Öl & Müsli", "elan-ol-musli"),
        ("Straße", "strasse"),
        ("Ærø Łódź Đakovo", "aero-lodz-dakovo"),
        ("  A -- b?!  ", "a-b"),
        ("2024/25 (v1.0)", "2024-25-v1-0"),
        ("table_a", "table_a"),
        ("½ ﬁle", "12-file"),
        ("Дороги", ""),
        ("道路", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_title_makes_a_name(title: str, name: str) -> None:
    """Small letters without accents, digits and _, and - for whatever stands between; of other scripts nothing."""
    assert slug(title) == name


def test_a_long_title_makes_a_name_of_100_characters_at_most() -> None:
    """CKAN takes no longer one; what is cut off leaves no - at the end."""
    assert (len(slug("x" * 300)), slug("x" * 99 + " and more")) == (100, "x" * 99)


@given(st.text())
def test_what_a_title_makes_is_a_name_or_too_short(title: str) -> None:
    """Whatever the title, CKAN takes the name that is made of it, if there is any."""
    made = slug(title)

    assert len(made) < 2 or NAME.fullmatch(made)
    assert slug(made) == made


@given(st.from_regex(NAME, fullmatch=True))
def test_names_are_numbered_within_their_length(name: str) -> None:
    """The name itself comes first; then different ones, all of which CKAN takes."""
    found = [made for made, _ in zip(candidates(name), range(120), strict=False)]

    assert found[0] == name
    assert len({*found}) >= len(found) - 1
    assert all(NAME.fullmatch(made) for made in found)


def test_the_number_takes_the_place_of_a_long_names_end() -> None:
    """A name of 100 characters has no room for a number."""
    found = candidates("x" * 100)

    assert [next(found), next(found)] == ["x" * 100, "x" * 98 + "-2"]


def test_the_id_of_a_new_resource_is_the_same_each_time() -> None:
    """A call that is repeated makes no second resource; another resource has another id, whatever its texts."""
    asked = [
        ("s", "parks", "a", "b"),
        ("s", "parks", "b", "a"),
        ("s", "parks", "ab", ""),
        ("t", "parks", "a", "b"),
    ]

    made = [made_id(*parts) for parts in asked]

    assert made == [made_id(*parts) for parts in asked]
    assert len({*made}) == len(made)


def test_a_line_end_in_a_text_makes_no_other_records_id() -> None:
    """Where a text stands matters, also where it holds what stands between texts."""
    assert made_id("s", "parks", "a\nb", "c") != made_id("s", "parks", "a", "b\nc")


def test_what_a_package_without_id_is_called_is_no_id() -> None:
    """The key of a new package is told apart from any id or name."""
    assert is_placeholder(placeholder("Packages", 12))
    assert not is_placeholder("id-parks")


def test_a_name_is_numbered_up_to_999() -> None:
    """Within the length that CKAN allows; then there is none."""
    found = list(candidates("x" * 100))

    assert (len(found), found[:2], found[-1][-5:]) == (999, ["x" * 100, "x" * 98 + "-2"], "x-999")
    assert {len(name) for name in found} == {100}
