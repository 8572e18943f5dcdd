"""What text survives a spreadsheet, and how several values share one cell."""

import pytest
from arbitrary import TEXTS
from hypothesis import given
from hypothesis import strategies as st

from bulkedit.core.text import (
    CELL_LIMIT,
    after_libreoffice,
    canonical,
    excerpts,
    fits,
    in_cell,
    is_marker,
    join,
    split,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\r\r\n\n", "\n\n\n"),
        ("\ud800\ufffe\uffff", "\ufffd\ufffd\ufffd"),
        ("  a\t \n", "  a\t \n"),
        ("e\u0301\u00e9\u00a0\u200b\x0b", "e\u0301\u00e9\u00a0\u200b\x0b"),
    ],
)
def test_canonical_changes_line_ends_and_what_xml_cannot_hold_and_nothing_else(text: str, expected: str) -> None:
    """CRLF and CR become LF, unstorable code points U+FFFD; white space and Unicode forms stay."""
    assert canonical(text) == expected


@given(TEXTS)
def test_canonical_text_is_canonical(text: str) -> None:
    """A second round trip changes nothing more."""
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * CELL_LIMIT, True),
        ("x" * (CELL_LIMIT + 1), False),
        ("\U0001f600" * 16_383, True),
        ("\U0001f600" * 16_384, False),
    ],
)
def test_a_cell_holds_32767_utf16_units(text: str, expected: bool) -> None:
    """The limit counts UTF-16 units, so an emoji counts twice; what is over it shows as a marker, uncut."""
    assert fits(text) is expected
    assert (in_cell(text) == text) is expected
    assert is_marker(in_cell(text)) is not expected


@pytest.mark.parametrize("text", ["", "⚠", "⚠ too long", f"{in_cell('x' * 40_000)} "])
def test_only_the_whole_marker_is_a_marker(text: str) -> None:
    """A text that merely begins like the marker is somebody's text."""
    assert not is_marker(text)


@given(st.lists(TEXTS))
def test_several_values_share_a_cell_and_come_apart_again(values: list[str]) -> None:
    """Whatever the values hold, splitting what was joined gives them back, in their order."""
    assert split(join(values)) == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("forest; road", ["forest", "road"]),
        (" forest ;road;; ", ["forest", "road"]),
        ('"a; b"; "say ""hi""" ;c', ["a; b", 'say "hi"', "c"]),
        ('6" pipe', ['6" pipe']),
        ("", []),
    ],
)
def test_what_people_type_is_split_generously(text: str, expected: list[str]) -> None:
    """Blanks around values and empty places do not count; a quote inside an unquoted value is just that."""
    assert split(text) == expected


@pytest.mark.parametrize("text", ['"open', '"a" b', '"a"b; c'])
def test_a_stray_quote_is_refused(text: str) -> None:
    """A quoted value that does not end, or not at a separator, is not guessed at."""
    with pytest.raises(ValueError, match="double quote"):
        split(text)


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("tile_x1_y2", ["tile\x01y2"]),
        ("_xA_", ["\n"]),
        ("_x0020_of", [" of"]),
        ("_x005F_x0041_", ["_x0041_"]),
        ("_x005F_x005F_x0041_", ["_x005FA", "_x0041_"]),
        ("_x0041_x0042_", ["_x0041B"]),
        ("_x0041_x0042_x0043_", ["_x0041Bx005FC"]),
        ("_x0041\x01", ["Ax0001_"]),
        ("_x0041_x0_", ["Ax0000_", "_x0041\x00"]),
        ("_xD83D_xDE00_", ["_xD83D\ufffd", "_xD83D?"]),
        ("_x0041_", []),
        ("_x20_", []),
        ("plain", []),
    ],
)
def test_what_libreoffice_makes_of_a_look_alike_is_known(text: str, later: list[str]) -> None:
    """What LibreOffice 7.4 was seen to give back, saving once or several times; most texts stay as they are."""
    assert list(after_libreoffice(text)) == [text, *later]


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (("a", "b"), ["“a”", "“b”"]),
        (("", "b"), ["(empty)", "“b”"]),
        (("two  blanks", "two blanks"), ["“two··blanks”", "“two·blanks”"]),
        (("a ", "a", ""), ["“a·”", "“a”", "(empty)"]),
        (("a\tb", "a b", "a\nb"), ["“a⇥b”", "“a·b”", "“a⏎b”"]),
        (("x" * 200 + "1", "x" * 200 + "2"), ["“…xxxxxxxxxx1”", "“…xxxxxxxxxx2”"]),
        (("x" * 200 + "1" + "y" * 200, "x" * 200), ["“…xxxxxxxxxx1yyyyyyyyy…”", "“…xxxxxxxxxx”"]),
        (("same  text", "same  text"), ["“same text”", "“same text”"]),
    ],
)
def test_excerpts_of_texts_that_differ_can_be_told_apart(texts: tuple[str, ...], shown: list[str]) -> None:
    """A fix of white space is an edit, and so is one at the end of a long text: what is said of it shows it."""
    assert excerpts(*texts, most=20) == shown
