"""What a new value must be: never more than what CKAN's validators demand."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import VOCABULARY, Desk, desk_of, parks, trails

from bulkedit.core import columns as own
from bulkedit.core.checks import CHECKS, checks_of, is_check, refuse_wrong
from bulkedit.core.columns import Column, Kind, Layout, Rule
from bulkedit.core.json_value import JSON
from bulkedit.core.plain import UnreadableError
from bulkedit.core.schema import column_of, core_package_columns
from bulkedit.sandbox.validators import (
    VALIDATORS,
    Asked,
    Field,
    InvalidError,
    Surroundings,
    tag_error,
)


def wrong(check: str, text: str, kind: Kind = Kind.TEXT, exported: str = "") -> str:
    """Return what is wrong with a text by one check."""
    try:
        refuse_wrong(Column("H", "h", kind, checks=(check,)), text, exported)
    except UnreadableError as error:
        return str(error)
    return ""


# -- values


@pytest.mark.parametrize(
    ("check", "right", "not_so"),
    [
        ("email", "ann@parks.example", "ann at parks.example"),
        ("email", "ann.o'hara+maps@x", "ann..hara@x.org"),
        ("email", "a@b-c.d", " ann@x.org"),
        ("email:stripped", " ann@x.org ", "ann@"),
        ("url", "https://x.org/a b", "x.org/a"),
        ("url", "HTTP://x", "ftp://x.org"),
        ("url", "http://localhost:80", "http:///a"),
        ("integer", "-12", "1.5"),
        ("integer", " 12 ", "12 km"),
        ("natural", "0", "-1"),
        ("positive", "1", "0"),
        ("number", "-12.5", "12,5"),
        ("number", "1e5", "nan"),
        ("range:-90..90", "-90", "90.01"),
        ("range:..0", "-7", "1"),
        ("range:1900..", "2024", "1899"),
        ("length:2-5", "ab", "a"),
        ("length:-5", "abcde", "abcdef"),
        ("length:2-", "ab", "a"),
        ("object", '{"a": [1]}', "1"),
        ("object", "no JSON", '["a"]'),
        ("name", "all-parks_2", "All parks"),
        ("name", "ab", "ab\n"),
        ("name", "news", "new"),
    ],
)
def test_a_value_is_what_its_check_demands(check: str, right: str, not_so: str) -> None:
    """A right value passes, a wrong one is said to be wrong, and an empty one is no value."""
    assert (wrong(check, right), wrong(check, "")) == ("", "")
    assert wrong(check, not_so)


@pytest.mark.parametrize(
    "tag", ["walking", "Wege & Stege", "a", "x" * 100, "x" * 101, "Naïve café 2.0_b-c", "a,b", "paths/trails"]
)
def test_each_of_several_tags_is_checked(tag: str) -> None:
    """A tag is what CKAN takes for one, and the others beside it do not matter."""
    assert bool(wrong("tag", f"water; {tag}", Kind.TAGS)) is bool(tag_error(tag))


def test_a_tag_that_was_there_before_is_not_looked_at() -> None:
    """Somebody adds one tag: an old one that CKAN would not take any more is another matter."""
    assert wrong("tag", "a/b; water", Kind.TAGS, exported="a/b") == ""
    assert "“c/d” can only have letters" in wrong("tag", "a/b; c/d", Kind.TAGS, exported="a/b")


def test_all_that_is_wrong_with_a_cell_is_said_at_once() -> None:
    """Of several values and several checks each says its own, once."""
    said = wrong("tag", "a; b/c; d/e", Kind.TAGS)

    assert said.count(";") == 2
    assert all(tag in said for tag in ("“a” is too short", "“b/c”", "“d/e”"))


class _Nowhere(Surroundings):
    def name_taken(self, name: str) -> bool:
        return False

    def resource_id_taken(self, resource_id: str) -> bool:
        return False

    def owner(self, text: JSON) -> str:
        return ""


def _refused(validator: str, text: str) -> bool:
    """Tell whether the sandbox, which contract tests hold to CKAN, refuses a value."""
    try:
        VALIDATORS[validator](text, Asked(Field("h"), {"h": text}, _Nowhere()))
    except InvalidError:
        return True
    return False


_LIKE_VALUES = st.text(st.sampled_from(list("ab@.-_ 019+\nÄ/é")), max_size=12) | st.text(max_size=6)


@pytest.mark.parametrize(
    "validator", ["email_validator", "int_validator", "name_validator", "package_version_validator"]
)
@given(text=_LIKE_VALUES)
def test_no_check_is_stricter_than_ckan(validator: str, text: str) -> None:
    """What CKAN's validator takes, its check takes; but for a line end after a name, which is a mistake."""
    [check] = checks_of([validator])

    if wrong(check, text) and not text.endswith("\n"):
        assert _refused(validator, text)


@given(tag=_LIKE_VALUES.filter(bool))
def test_no_check_of_tags_is_stricter_than_ckan(tag: str) -> None:
    """What CKAN takes as a tag, the check takes."""
    assert bool(CHECKS["tag"](tag, "")) <= bool(tag_error(tag))


# -- which columns have which checks


@pytest.mark.parametrize(
    ("validators", "checks"),
    [
        ("scheming_required email_validator", ("email",)),
        ("ignore_empty strip_value email_validator", ("email:stripped",)),
        ("ignore_empty url_validator unicode_safe", ("url",)),
        ("ignore_empty int_validator", ("integer",)),
        ("natural_number_validator", ("natural",)),
        ("is_positive_integer", ("positive",)),
        ("not_empty name_validator package_name_validator", ("name",)),
        ("if_empty_same_as(name) unicode_safe", ()),
    ],
)
def test_a_column_has_the_checks_of_its_validators(validators: str, checks: tuple[str, ...]) -> None:
    """Only what the schema's own validators demand."""
    assert column_of({"field_name": "h", "validators": validators}, VOCABULARY).checks == checks


def test_ckans_own_fields_have_ckans_own_checks() -> None:
    """E-mail addresses, stripped before they are looked at; versions; names; tags."""
    found = {column.name: column.checks for column in core_package_columns(VOCABULARY) if column.checks}

    assert found == {
        "name": ("name",),
        "tags": ("tag",),
        "author_email": ("email:stripped",),
        "maintainer_email": ("email:stripped",),
        "version": ("length:-100",),
    }


@pytest.mark.parametrize("rule", ["email", "length:2-100", "length:-5", "range:-90..90", "range:0.."])
def test_a_rule_that_names_a_check(rule: str) -> None:
    """A template may use any of them."""
    assert is_check(rule)


@pytest.mark.parametrize(
    "rule", ["", "phone", "email:x", "length", "length:-", "range:..", "range:a..b", "url:http"]
)
def test_a_rule_that_names_no_check(rule: str) -> None:
    """It can be told, and in a workbook it demands nothing."""
    assert not is_check(rule)
    assert wrong(rule, "anything") == ""


# -- in a workbook


def _with(table_title: str, desk: Desk, rules: tuple[Rule, ...] = (), **checks: tuple[str, ...]) -> Desk:
    """Return a desk whose columns have checks, and whose table has rules."""
    tables = [
        replace(
            table,
            rules=rules,
            columns=tuple(replace(c, checks=checks.get(c.name, c.checks)) for c in table.columns),
        )
        if table.title == table_title
        else table
        for table in desk.layout.tables
    ]
    return Desk(Layout(tuple(tables)), desk.catalogue)


def _problems(desk: Desk) -> dict[tuple[str, int], tuple[str, ...]]:
    return {(row.place.sheet, row.place.row): row.problems for row in desk.edits().rows if row.problems}


def test_only_edited_cells_are_checked() -> None:
    """An old value that breaks a rule is another matter; a new one is invalid at its header."""
    desk = _with("Contacts", desk_of(parks() | {"contacts": [{"name": "A", "email": "old"}]}), email=("email",))
    desk.rows["Contacts"][0]["Name"] = "Ann"
    assert _problems(desk) == {}

    desk.rows["Contacts"][0]["E-mail"] = "older"

    assert _problems(desk) == {("Contacts", 2): ("[E-mail] “older” is not an e-mail address.",)}


def test_all_problems_of_a_row_are_said_at_once() -> None:
    """Each names its header; a bad place among the resources does not hide the others."""
    desk = _with("Resources", desk_of(parks()), size=("natural",), url=("url",))
    desk.rows["Resources"][0] |= {own.POSITION: "first", "URL": "x.org", "Size": "many", "Colours": "Rde"}

    row = next(row for row in desk.edits().rows if row.problems)

    assert [problem.partition("]")[0] for problem in row.problems] == ["[Position", "[URL", "[Size", "[Colours"]
    assert [cell.edited for cell in row.cells] == ["first", "x.org", "many", "Rde"]


def test_a_text_that_no_cell_can_hold_is_invalid() -> None:
    """Some programs write longer texts than Excel reads: what is remembered of it would be a marker."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "x" * 32_768

    assert "holds more than the 32,767 characters of a cell" in _problems(desk)["Packages", 2][0]


def test_a_character_that_no_database_stores_is_invalid() -> None:
    """CKAN would stumble over it; the other control characters it keeps as they are."""
    desk = desk_of(parks())
    desk.rows["Packages"][0] |= {"Title": "A\x0b", "Notes": "A\x00"}

    [problems] = _problems(desk).values()

    assert [problem.partition("]")[0] for problem in problems] == ["[Notes"]


# -- fields that demand others

RULE = Rule("colour", ("r", "g"), ("notes", "published"))


@pytest.fixture
def ruled() -> Desk:
    """A desk where red and green packages need notes and a date."""
    return _with("Packages", desk_of(parks() | {"colour": "b", "published": "2020-01-01"}, trails()), (RULE,))


def test_a_field_can_demand_another(ruled: Desk) -> None:
    """Named are the empty cell, and the one that demands it."""
    ruled.rows["Packages"][0] |= {"Colour": "Red", "Notes": ""}

    assert _problems(ruled) == {("Packages", 2): ("[Notes] is required where [Colour] is Red.",)}


@pytest.mark.parametrize("cells", [{"Colour": "Blue", "Notes": ""}, {"Colour": "Green [g]"}, {"Title": "New"}])
def test_a_rule_that_is_kept_says_nothing(ruled: Desk, cells: Mapping[str, str]) -> None:
    """Another value demands nothing; what stands there from before counts."""
    ruled.rows["Packages"][0] |= cells

    assert _problems(ruled) == {}


def test_a_rule_that_was_broken_before_says_nothing_of_other_edits() -> None:
    """Old records stay editable: only an edit of the cells that the rule is about wakes it."""
    desk = _with("Packages", desk_of(parks() | {"colour": "r", "notes": ""}), (RULE,))
    desk.rows["Packages"][0]["Title"] = "New"
    assert _problems(desk) == {}

    desk.rows["Packages"][0]["Published"] = "2024-01-31"

    assert _problems(desk) == {("Packages", 2): ("[Notes] is required where [Colour] is Red.",)}


def test_a_rule_holds_for_new_rows(ruled: Desk) -> None:
    """All that is missing is said."""
    ruled.rows["Packages"].append({"Title": "Lakes", "Colour": "Green [g]"})

    [problems] = _problems(ruled).values()

    assert [problem.partition("]")[0] for problem in problems] == ["[Notes", "[Published"]


# -- keys of extras


@pytest.fixture
def extras() -> Desk:
    """A desk with two free extras."""
    return desk_of(parks() | {"extras": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]})


def _extra(key: str) -> dict[str, str]:
    return {own.PACKAGE: "parks", "Key": key, "Value": "x"}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("a", "[Key] “a” is there already; edit that row, or give another key."),
        ("notes", "[Key] “notes” is a field of its own; edit it there: [Notes] in Packages."),
        ("contacts", "[Key] “contacts” is a field of its own; edit it there: the sheet Contacts."),
    ],
)
def test_a_key_that_is_taken_is_invalid(extras: Desk, key: str, words: str) -> None:
    """CKAN takes each key once, and none that is the name of a field."""
    extras.rows["Extras"].append(_extra(key))  # type: ignore[arg-type]  # texts are cells

    assert _problems(extras) == {("Extras", 4): (words,)}


def test_a_key_that_its_holder_gives_up_is_free(extras: Desk) -> None:
    """The row that had it is deleted or renamed in the same workbook."""
    extras.rows["Extras"][0][own.ACTION] = "delete"
    extras.rows["Extras"][1]["Key"] = "a"

    assert _problems(extras) == {}


def test_a_key_of_a_row_that_is_not_in_the_sheet_is_taken(extras: Desk) -> None:
    """A vanished row changes nothing: its extra stays."""
    del extras.rows["Extras"][0]
    extras.rows["Extras"].append(_extra("a"))  # type: ignore[arg-type]  # texts are cells

    assert list(_problems(extras)) == [("Extras", 3)]


# -- required cells that were empty before


def _warnings(desk: Desk) -> dict[tuple[str, int], tuple[str, ...]]:
    return {(row.place.sheet, row.place.row): row.warnings for row in desk.edits().rows if row.warnings}


OWED = "[Title] is required and empty; the site may refuse this package until it is filled."


def test_an_empty_required_cell_warns_where_its_package_is_edited() -> None:
    """It was empty before, so it blocks nothing; but the site checks whole packages."""
    desk = desk_of(parks() | {"title": ""}, trails() | {"title": ""})
    assert _warnings(desk) == {}

    desk.rows["Packages"][0]["Notes"] = "New"

    assert (_warnings(desk), _problems(desk)) == ({("Packages", 2): (OWED,)}, {})


def test_an_edit_elsewhere_in_the_package_says_where_the_empty_cell_is() -> None:
    """The row that is edited is the one that somebody looks at."""
    desk = desk_of(parks() | {"title": ""})
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"

    assert _warnings(desk) == {("Contacts", 2): (f"Packages row 2: {OWED}",)}


def test_each_edited_row_says_it_of_its_own_cells() -> None:
    """The others of the package are said once, at the first."""
    desk = desk_of(parks() | {"contacts": [{"name": "A"}, {"name": "", "email": "b@x.org"}]})
    desk.rows["Contacts"][0]["E-mail"] = "a@x.org"
    desk.rows["Contacts"][1]["E-mail"] = "c@x.org"

    assert list(_warnings(desk)) == [("Contacts", 3)]


def test_a_cell_that_is_filled_owes_nothing() -> None:
    """Nor does one in a row that is to be deleted."""
    desk = desk_of(parks() | {"title": "", "contacts": [{"name": ""}, {"name": ""}]})
    desk.rows["Packages"][0]["Title"] = "Parks"
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"][1]["Name"] = "Ann"

    assert _warnings(desk) == {}


def test_a_range_of_numbers_wants_a_number_first() -> None:
    """A text is told how a number is written."""
    assert wrong("range:-90..90", "north") == "“north” is not a number; write it like 12.5"


def test_where_it_cannot_be_told_which_values_are_new_all_are_checked() -> None:
    """The exported text is no list: the site holds something else."""
    assert wrong("email", "a@x.org; b", Kind.TEXTS, '"a@x.org') == "“b” is not an e-mail address"


def test_a_rule_takes_no_notice_of_what_cannot_be_read(ruled: Desk) -> None:
    """The cell itself is invalid, and says so."""
    packages, *others = ruled.layout.tables
    columns = [replace(column, closed=column.name == "colour") for column in packages.columns]
    ruled.layout = Layout((replace(packages, columns=tuple(columns)), *others))
    ruled.rows["Packages"][0]["Colour"] = "Mauve"

    [problems] = _problems(ruled).values()

    assert [problem.partition("]")[0] for problem in problems] == ["[Colour"]
