"""What looks like a spreadsheet program's doing is asked about; its honest counterpart never is."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Desk, desk_of, package, resource

from bulkedit.core import columns as own
from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.guards import CODES, Finding, elsewhere, find_damage, open_questions, reasons, stop
from bulkedit.core.mangled import JUDGES, Sign

# -- single texts


@pytest.mark.parametrize(
    ("exported", "edited"),
    [
        ("2024-01-31", "45322"),
        ("2024-01-31", "43860"),
        ("2024-01-31T12:00:00", "45322.5"),
        ("2024-01-31", "31/01/2024"),
        ("2024-01-31", "1/31/24"),
        ("2024-01-31", "31.01.2024"),
        ("2024-01-31", "31-Jan-2024"),
        ("2024-01-31", "Jan 31, 2024"),
        ("2024-01-31", "Wednesday, 31 January 2024"),
        ("2024-01-31", "31. Januar 2024"),
        ("2024-01-31", "1/31/2024 12:00 AM"),
        ("2024-01-31", "2024/01/31"),
        ("2024-01-31", "Jan-24"),
        ("2024-01", "Jan-24"),
        ("2024-01", "45292"),
    ],
)
def test_a_date_in_another_form(exported: str, edited: str) -> None:
    """The same date as a number (counted from 1900 or 1904), or as another country writes it."""
    assert JUDGES["dates-retyped"](exported, edited, None) is Sign.SURE


@pytest.mark.parametrize(
    ("exported", "edited", "form"),
    [
        ("2024-01-31", "45400", Form.NUMBER),
        ("2024-03-04", "2024-04-03", Form.DATE),
        ("2020-01-31", "2024-02-01", Form.DATE),
        ("2024-01-31", "5/6/2024", None),
        ("3/4", "2026-03-04", Form.DATE),
        ("1-2", "2-Jan", None),
        ("MAR1", "1-Mar", None),
        ("DEC 12", "Dec-12", None),
    ],
)
def test_what_may_be_a_date_in_another_form(exported: str, edited: str, form: Form | None) -> None:
    """Another date as a number, day and month swapped, four years and a day: one of them proves nothing."""
    assert JUDGES["dates-retyped"](exported, edited, form) is Sign.LIKELY


@pytest.mark.parametrize(
    ("exported", "edited"),
    [
        ("2024-01-31", "2024-02-01"),
        ("2024-01-31", "2024-01-31T10:00:00"),
        ("2024-01-31", ""),
        ("2024-01-31", "2025"),
        ("2024-01-31", "unknown"),
        ("2024-01-31", "31 January 2024, " + "and on" * 9),
        ("2024-01-31", "31+01+2024"),
        ("2024-01-31", "31/01/20245"),
        ("2024-01", "2024-02"),
        ("All parks", "31/01/2024"),
        ("v1.2.3", "v1.2.4"),
        ("Jan-24", "Feb-24"),
        ("1-2", "1-3"),
    ],
)
def test_a_new_date_is_an_edit(exported: str, edited: str) -> None:
    """Another day, a time added, a date cleared, words: somebody's edit."""
    assert JUDGES["dates-retyped"](exported, edited, None) is Sign.NONE


@pytest.mark.parametrize(
    ("exported", "edited", "form", "sign"),
    [
        ("00123", "123", None, Sign.SURE),
        ("0012.50", "12.5", None, Sign.SURE),
        ("000", "0", None, Sign.SURE),
        ("00123", "99", Form.NUMBER, Sign.LIKELY),
        ("00123", "99", None, Sign.NONE),
        ("00123", "00124", None, Sign.NONE),
        ("00123", "0123", None, Sign.NONE),
        ("00123", "10123", Form.NUMBER, Sign.NONE),
        ("123", "0123", None, Sign.NONE),
        ("0.5", "0.50", None, Sign.NONE),
    ],
)
def test_a_code_without_its_zeros(exported: str, edited: str, form: Form | None, sign: Sign) -> None:
    """The same number without the zeros before it; another, shorter one where it is stored as a number."""
    assert JUDGES["zeros-lost"](exported, edited, form) is sign


@pytest.mark.parametrize(
    ("exported", "edited", "sign"),
    [
        ("704318552098460712", "704318552098461000", Sign.SURE),
        ("1234567890123456", "1234567890123450", Sign.SURE),
        ("704318552098460712", "7.04318552098461e+17", Sign.SURE),
        ("704318552098460712", "7.04E+17", Sign.SURE),
        ("123456789012", "1.23457E+11", Sign.SURE),
        ("704318552098460712", "704318552098460723", Sign.NONE),
        ("123456789012345", "123456789012300", Sign.NONE),
        ("704318552098460712", "", Sign.NONE),
        ("10.1000/182", "10.1000/183", Sign.NONE),
    ],
)
def test_a_long_number_without_its_last_digits(exported: str, edited: str, sign: Sign) -> None:
    """Rounded or cut off after 15 digits, or as a power of ten; a corrected digit is an edit."""
    assert JUDGES["digits-rounded"](exported, edited, None) is sign


@pytest.mark.parametrize(
    ("exported", "edited", "sign"),
    [
        ("short", "x" * 32_767, Sign.SURE),
        ("short", "x" * 32_766, Sign.SURE),
        ("short", "\U0001f600" * 16_383, Sign.SURE),
        ("ab" * 500, ("ab" * 500)[:255], Sign.SURE),
        ("ab" * 5000, ("ab" * 5000)[:8192], Sign.SURE),
        ("ab" * 500, ("ab" * 500)[:900], Sign.NONE),
        ("ab" * 500, "ba" * 128, Sign.NONE),
        ("short", "x" * 32_000, Sign.NONE),
    ],
)
def test_a_text_that_was_cut(exported: str, edited: str, sign: Sign) -> None:
    """As long as a cell can hold, or the beginning of what it was, as long as programs leave."""
    assert JUDGES["text-cut"](exported, edited, None) is sign


# -- columns

Change = Callable[[int, str], Cell]


def found(desk: Desk) -> dict[str, list[str]]:
    """Return the cells of what the guards find, by code."""
    cells: dict[str, list[str]] = {}
    for finding in find_damage(desk.edits(), desk.catalogue):
        cells.setdefault(finding.code, []).extend(finding.cells)
    return cells


def changed(texts: Sequence[str], change: Change) -> dict[str, list[str]]:
    """Return what the guards find where the first notes of packages are changed, by number from 1."""
    names = (f"{a}-{b}" for a in WORDS for b in WORDS)  # without numbers, which would explain others
    desk = desk_of(*(package(name, notes=text) for name, text in zip(names, texts, strict=False)))
    for n, row in enumerate(desk.rows["Packages"], 1):
        row["Notes"] = change(n, str(row["Notes"]))
    return found(desk)


def _as(text: str) -> Change:
    return lambda n, held: text.replace("#", str(n))


WORDS = "oak ash elm fir yew box may bay fig gum".split()
MANY = [f"{word}{letter}" for letter in "zyx" for word in WORDS]
DAYS = [str(date(2020, 1, 5) + timedelta(days=n * n * 7)) for n in range(20)]
ACCIDENTS: dict[str, tuple[str, Sequence[str], Change]] = {
    "all dates as numbers": ("dates-retyped", DAYS, lambda n, t: _serial(t)),
    "other dates as numbers": ("dates-retyped", DAYS, lambda n, t: OddCell(str(45_000 + n * n), Form.NUMBER)),
    "dates as elsewhere": ("dates-retyped", DAYS, lambda n, t: date.fromisoformat(t).strftime("%d.%m.%Y")),
    "days and months swapped": (
        "dates-retyped",
        ["2024-01-02", "2024-03-04", "2024-05-06", "2024-07-31"],
        lambda n, t: f"{t[:4]}-{t[8:]}-{t[5:7]}" if t[8:] < "13" else t,
    ),
    "codes as numbers": ("zeros-lost", ["00012", "00345", "01000"], lambda n, t: t.lstrip("0")),
    "new codes in number cells": (
        "zeros-lost",
        ["00012", "00345", "01000"],
        lambda n, t: OddCell(str(70 + n * n), Form.NUMBER),
    ),
    "one rounded number": ("digits-rounded", ["704318552098460712"], lambda n, t: "704318552098461000"),
    "a dragged text": ("series-filled", WORDS, _as("epsg300#")),
    "a dragged number": ("series-filled", WORDS, _as("#")),
    "a dragged date": ("series-filled", WORDS[:3], lambda n, t: f"2024-01-{29 + n}"),
    "a date dragged over weekly ones": (
        "series-filled",
        [str(date(2020, 1, 5) + timedelta(weeks=n)) for n in range(9)],
        lambda n, t: f"2020-01-{4 + n:02}",
    ),
    "a date dragged on and on": ("series-filled", WORDS[:3], lambda n, t: f"2024-01-{31 + n}"),
    "dates dragged across a month": (
        "series-filled",
        WORDS,
        lambda n, t: str(date(2024, 1, 28) + timedelta(days=n)),
    ),
    "a dragged link": ("series-filled", WORDS, _as("https://x.org/2024/page-#.html?v=2")),
    "two seeds": ("series-filled", WORDS, lambda n, t: f"sheet {5 + n * 5}"),
    "a text at the limit": ("text-cut", ["a"], lambda n, t: "x" * 32_767),
    "texts moved down": ("rows-scrambled", WORDS, lambda n, t: WORDS[n - 2]),
    "sorted alone": ("rows-scrambled", WORDS, lambda n, t: sorted(WORDS)[n - 1]),
    "moved down, few": ("rows-scrambled", WORDS[:5], lambda n, t: ["", *WORDS][n - 1]),
    "moved up, few": ("rows-scrambled", WORDS[:8], lambda n, t: [*WORDS[1:8], ""][n - 1]),
    "one stretch pasted a row too low": (
        "rows-scrambled",
        WORDS,
        lambda n, t: WORDS[n - 2] if n > 6 else t,
    ),
    "sorted in part, others edited": (
        "rows-scrambled",
        MANY,
        lambda n, t: sorted(MANY[:9])[n - 1] if n < 10 else f"{t} mended",
    ),
    "a long stretch moved down, others edited": (
        "rows-scrambled",
        [f"{a} {b}" for a in MANY for b in MANY][:100],
        lambda n, t: f"{MANY[(n - 2) // 30]} {MANY[(n - 2) % 30]}" if 1 < n < 61 else f"{t} mended",
    ),
    "sorted, and one edited": ("rows-scrambled", MANY, lambda n, t: ["new", *sorted(MANY)][n - 1]),
    "a cleared column": ("column-cleared", WORDS, lambda n, t: ""),
}


def _serial(text: str) -> str:
    return str((date.fromisoformat(text) - date(1899, 12, 30)).days)


def test_every_guard_has_its_words_and_its_accidents() -> None:
    """One that judges single texts too: without its words it would fail when it finds something."""
    assert set(JUDGES) <= set(CODES) == {code for code, *_ in ACCIDENTS.values()}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_is_asked_about(name: str) -> None:
    """By its own guard and no other."""
    code, texts, change = ACCIDENTS[name]

    assert list(changed(texts, change)) == [code]


HONEST: dict[str, tuple[Sequence[str], Change]] = {
    "new dates": (DAYS, lambda n, t: str(date(2021, 1, 5) + timedelta(days=n * n * 11))),
    "new dates, two of them like numbers": (DAYS[:2], lambda n, t: OddCell(str(45_000 + n * n), Form.NUMBER)),
    "weekly dates": (DAYS[:4], lambda n, t: str(date(2024, 1, 1) + timedelta(weeks=n))),
    "monthly dates": (WORDS, lambda n, t: f"2024-{n:02}-15"),
    "other codes": (["00012", "00345", "01000"], lambda n, t: f"1{t[1:]}"),
    "corrected digits": (["704318552098460712", "704318552098461719"], lambda n, t: str(int(t) + 11)),
    "one value everywhere": (WORDS, _as("oak")),
    "a number everywhere": (WORDS, _as("item 7")),
    "white space mended": ([f" {w}  {w} {n}" for n, w in enumerate(WORDS)], lambda n, t: " ".join(t.split())),
    "capitals": ([f"{w} {n}" for n, w in enumerate(WORDS)], lambda n, t: t.upper()),
    "a moved link": (
        [f"https://old.example/map/{n}" for n in range(1, 11)],
        lambda n, t: t.replace("old.example", "new.example"),
    ),
    "a moved link of another shape": (
        [f"https://old.example/{n}.html" for n in range(1, 11)],
        lambda n, t: f"https://new.example/v2/maps?id={n}",
    ),
    "a series moved on": ([str(10_000 + n * 37) for n in range(9)], lambda n, t: str(int(t) + 11)),
    "prices raised": ([str(100 + n * 50) for n in range(9)], lambda n, t: f"{int(t) * 1.1:.2f}"),
    "some of a series here and there": (MANY, lambda n, t: f"part {n // 2}" if n % 2 == 0 else t),
    "some names handed on": (MANY, lambda n, t: MANY[n] if n < 4 else f"{t} mended"),
    "years mended": ([f"2023-05-0{n}" for n in range(1, 8)], lambda n, t: t.replace("2023", "2024")),
    "two swapped": (WORDS[:2], lambda n, t: WORDS[2 - n]),
    "yes and no swapped": (["TRUE", "FALSE"] * 5, lambda n, t: "FALSE" if t == "TRUE" else "TRUE"),
    "a chain of new names": (["a"] * 4 + ["b"] * 4 + ["c"] * 4, lambda n, t: {"a": "b", "b": "c", "c": "d"}[t]),
    "five cleared": (WORDS[:5], lambda n, t: ""),
    "cleared but for one": (WORDS, lambda n, t: "" if n > 1 else t),
    "shorter": (["word " * 200], lambda n, t: t[:900]),
    "two of a series": (WORDS[:2], _as("part #")),
    "a series upwards": (WORDS, lambda n, t: f"part {100 - n}"),
    "prices": (WORDS[:3], lambda n, t: str(n * 250)),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_edit_is_not_asked_about(name: str) -> None:
    """What looks alike and is the job."""
    texts, change = HONEST[name]

    assert changed(texts, change) == {}


def test_a_finding_names_its_cells_in_order() -> None:
    """The cells that were edited, and not the one that was dragged."""
    texts = ["part 1", *WORDS]

    assert changed(texts, _as("part #")) == {"series-filled": [f"Packages!G{n}" for n in range(3, 13)]}


def test_a_number_that_the_record_is_called_by_is_no_series() -> None:
    """Links that end in the numbers of their titles were meant."""
    desk = desk_of(*(package(f"p{n}x", title=f"Sheet {n}", notes="old") for n in range(1, 9)))
    for n, row in enumerate(desk.rows["Packages"], 1):
        row["Notes"] = f"https://maps.example/{n}.pdf"

    assert found(desk) == {}


@pytest.mark.parametrize(("count", "asked"), [(5, False), (6, True)])
def test_few_cells_are_cleared_one_by_one(count: int, asked: bool) -> None:
    """Six are a column."""
    assert (changed(WORDS[:count], lambda n, t: "") != {}) is asked


def test_rows_that_are_gone_and_cells_that_were_empty_do_not_count() -> None:
    """All of a column is all of what is there."""
    desk = desk_of(*(package(name, notes=name if n < 8 else "") for n, name in enumerate(WORDS)))
    for row in desk.rows["Packages"]:
        row["Notes"] = ""
    assert list(found(desk)) == ["column-cleared"]

    del desk.rows["Packages"][:3]

    assert found(desk) == {}


@pytest.mark.parametrize("action", ["skip", "delete"])
def test_rows_that_are_left_alone_or_to_go_do_not_count(action: str) -> None:
    """A column is cleared though they hold something there."""
    desk = desk_of(*(package(name, notes=name) for name in WORDS[:8]))
    for row in desk.rows["Packages"][:6]:
        row["Notes"] = ""
    for row in desk.rows["Packages"][6:]:
        row[own.ACTION] = action

    assert list(found(desk)) == ["column-cleared"]


def test_a_cell_is_asked_about_once() -> None:
    """Long codes in number cells lose zeros and digits; the first of both is said."""
    codes = [f"000{n}70431855209846071" for n in range(1, 4)]

    damage = changed(codes, lambda n, t: OddCell(str(int(t) // 1000 * 1000), Form.NUMBER))

    assert damage == {"zeros-lost": ["Packages!G2", "Packages!G3", "Packages!G4"]}


def test_choices_shuffled_by_chance_are_no_accident() -> None:
    """Of few values, some come to be the others' often; six in step are an accident."""
    colours = ["r", "g", "b"] * 3
    desk = desk_of(*(package(f"{w}s", colour=c) for w, c in zip(WORDS, colours, strict=False)))
    labels = [str(row["Colour"]) for row in desk.rows["Packages"]]
    for row, text in zip(desk.rows["Packages"][:3], labels[1:4], strict=True):
        row["Colour"] = text
    assert found(desk) == {}

    for row, text in zip(desk.rows["Packages"], [*labels[1:], labels[0]], strict=True):
        row["Colour"] = text

    assert list(found(desk)) == ["rows-scrambled"]


def test_new_rows_may_count() -> None:
    """A numbered series of new records is typed on purpose, also between others."""
    desk = desk_of(package("parks"))
    for n in range(1, 9):
        desk.rows["Packages"].append({"Title": f"Map {n}", "Notes": f"Sheet {n}"})
        desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": f"Ranger {n}"})

    assert found(desk) == {}


def test_places_may_count() -> None:
    """Positions are numbers by nature: resources are put into another order."""
    desk = desk_of(package("parks", resources=[resource(word) for word in WORDS]))
    for n, row in enumerate(desk.rows["Resources"]):
        row[own.POSITION] = str(10 - n)

    assert found(desk) == {}


@pytest.mark.parametrize(("count", "codes"), [(1, []), (2, ["rows-scrambled"])])
def test_ids_beside_other_names(count: int, codes: list[str]) -> None:
    """Two rows at least whose ID stands beside another record's name: only some columns were sorted."""
    desk = desk_of(*(package(word) for word in WORDS))
    first, second = (row["Address"] for row in desk.rows["Packages"][:2])
    for row, name in zip(desk.rows["Packages"][:count], [second, first], strict=False):
        row["Address"] = name

    assert list(found(desk)) == codes


def test_resources_beside_other_packages() -> None:
    """The column Package was sorted without the others."""
    desk = desk_of(*(package(word, resources=[resource(f"{word}-map")]) for word in WORDS))
    for row, word in zip(desk.rows["Resources"], sorted(WORDS), strict=True):
        row[own.PACKAGE] = word

    [cells] = found(desk).values()

    assert cells[0].startswith("Resources!D")


def test_a_scrambled_sheet_is_one_finding() -> None:
    """However many columns were sorted; it names them."""
    desk = desk_of(*(package(word, notes=f"of {word}", title=f"The {word}") for word in WORDS))
    for row, word in zip(desk.rows["Packages"], sorted(WORDS), strict=True):
        row |= {"Notes": f"of {word}", "Title": f"The {word}"}

    [finding] = find_damage(desk.edits(), desk.catalogue)

    assert finding.text.startswith("[Title], [Notes] of Packages: texts stand in other rows or columns")


def _carried_over(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    """Return what the guards find where the texts of contacts are carried over: to a column, from another."""
    contacts = [{"name": word, "email": f"{word}@x.org", "roles": ["r"]} for word in WORDS]
    desk = desk_of(package("parks", contacts=contacts))
    for row in desk.rows["Contacts"]:
        row |= {to: row.get(source, source) for to, source in pairs}
    return found(desk)


def test_headers_that_changed_places() -> None:
    """Every cell of two columns would be sent as the other's."""
    cells = _carried_over(("Name", "E-mail"), ("E-mail", "Name"))

    assert cells == {"rows-scrambled": [f"Contacts!{c}{n}" for c in "FG" for n in range(2, 12)]}


def test_a_text_carried_over_to_another_field_is_an_edit() -> None:
    """Also where something else is written in its old place; and so are a few that change places."""
    assert _carried_over(("Name", "E-mail"), ("E-mail", "info@x.org")) == {}
    desk = desk_of(*(package(word, title=f"The {word}", notes=f"of {word}") for word in WORDS))
    for row in desk.rows["Packages"][:6]:
        row["Title"], row["Notes"] = row["Notes"], row["Title"]

    assert found(desk) == {}


def test_numbers_of_entries_that_were_cleared() -> None:
    """Without its number every contact would be made a second time."""
    contacts = [{"name": word, "email": f"{word}@x.org"} for word in WORDS]
    desk = desk_of(package("parks", contacts=contacts))
    for row in desk.rows["Contacts"]:
        row[own.ITEM] = ""

    assert found(desk) == {"column-cleared": [f"Contacts!E{n}" for n in range(2, 12)]}


def test_the_column_is_where_it_stands_now() -> None:
    """Cells are named by where the person sees them."""
    desk = desk_of(package("parks", notes="00123"))
    desk.headers["Packages"] = ["Notes", *(h for h in desk.headers["Packages"] if h != "Notes")]
    desk.rows["Packages"][0]["Notes"] = "123"

    assert found(desk) == {"zeros-lost": ["Packages!A2"]}


def test_an_invalid_cell_counts_as_well() -> None:
    """A date that became a number is no date any more: both are said."""
    desk = desk_of(package("parks", published="2024-01-31"))
    desk.rows["Packages"][0]["Published"] = OddCell("45322", Form.NUMBER)

    assert [row.problems != () for row in desk.edits().rows] == [True]
    assert list(found(desk)) == ["dates-retyped"]


# -- laws

_LINK = st.from_regex(r"https://(a|b)\.example/[a-z]{1,5}/\d{1,4}", fullmatch=True)
_LINKS = st.lists(_LINK, min_size=1, max_size=12)


@given(_LINKS, st.sampled_from(["new.example", "c.example/v2"]))
def test_find_and_replace_is_never_asked_about(links: list[str], host: str) -> None:
    """Whatever links there are."""
    assert changed(links, lambda n, t: t.replace("a.example", host)) == {}


_TEXTS = st.lists(st.text("aAbB 01", min_size=1, max_size=6), min_size=1, max_size=12)


@given(_TEXTS)
def test_one_value_everywhere_is_never_asked_about(texts: list[str]) -> None:
    """Whatever was there before."""
    assert changed([f"x{text}" for text in texts], _as("Ann")) == {}


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, max_size=12))
def test_every_date_as_a_number_is_asked_about(days: list[date]) -> None:
    """One is enough."""
    assert list(changed([str(day) for day in days], lambda n, t: _serial(t))) == ["dates-retyped"]


@given(st.permutations(WORDS))
def test_sorting_one_column_is_asked_about(order: list[str]) -> None:
    """Three texts that moved are enough, and two that changed places are not."""
    moved = sum(a != b for a, b in zip(order, WORDS, strict=True))

    assert list(changed(WORDS, lambda n, t: order[n - 1])) == (["rows-scrambled"] if moved > 2 else [])


# -- what is said


def _finding() -> Finding:
    desk = desk_of(*(package(f"p{word}", notes=f"00{n}12") for n, word in enumerate(WORDS)))
    for row in desk.rows["Packages"]:
        row["Notes"] = str(row["Notes"]).lstrip("0")
    [finding] = find_damage(desk.edits(), desk.catalogue)
    return finding


def test_a_finding_says_what_where_and_what_to_do() -> None:
    """The first cells, how many more, one of them before and after, and the two ways out."""
    assert _finding().text == (
        "[Notes] of Packages: zeros in front of numbers are gone (Packages!G2, Packages!G3, Packages!G4 and 7"
        " more; “00012” → “12”). Undo that in the spreadsheet program, or give --accept zeros-lost if it is meant."
    )


def test_every_row_hears_why_it_is_not_sent() -> None:
    """The row of a finding by its header; the others where to look."""
    finding = _finding()

    assert set(reasons([finding]).values()) == {
        "Not sent. [Notes]: zeros in front of numbers are gone."
        " Undo that, or give --accept zeros-lost if it is meant."
    }
    assert elsewhere([finding]) == "Not sent: the import waits for an answer about Packages!G2 (zeros-lost)."
    assert "--accept zeros-lost" in stop([finding])


def test_what_is_accepted_is_not_asked_again() -> None:
    """Each code for itself."""
    finding = _finding()

    assert open_questions([finding], ["zeros-lost"]) == []
    assert open_questions([finding], [code for code in CODES if code != "zeros-lost"]) == [finding]
