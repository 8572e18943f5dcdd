"""Attacks on whoever believes what a workbook says of itself: the hidden sheets `_meta` and `_base`, forged."""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from attack import Attack, attack
from forged_zip import zipped
from good_book import Good, Make, sheet_of

from bulkedit import __version__
from bulkedit.core.memory import digest

CHUNK = 30_000
Rows = Sequence[Sequence[str]]


def forged(good: Good, layout: str | None = None, base: Rows | None = None, sha256: str | None = None) -> bytes:
    """Return the workbook with other hidden sheets, whose digest is right unless it is given."""
    text = json.dumps(good.layout) if layout is None else layout
    rows = good.base if base is None else base
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    meta = [
        ["program", f"bulkedit {__version__}"],
        ["base_sha256", digest(rows) if sha256 is None else sha256],
        ["layout", *chunks],
    ]
    return zipped(good.members({good.sheets["_meta"]: sheet_of(meta), good.sheets["_base"]: sheet_of(rows)}))


def _text(make: Callable[[Good], str]) -> Make:
    return lambda good: forged(good, make(good))


def said(change: Callable[[dict[str, Any]], object]) -> Make:
    """Change what `_meta` says of the layout."""

    def make(good: Good) -> bytes:
        layout: dict[str, Any] = copy.deepcopy(dict(good.layout))
        change(layout)
        return forged(good, json.dumps(layout))

    return make


def _said(key: str, value: object) -> Make:
    return said(lambda layout: layout.update({key: value}))


def _table(key: str, value: object) -> Make:
    """Say something else of the first table."""
    return said(lambda layout: layout["tables"][0].update({key: value}))


def _column(key: str, value: object) -> Make:
    """Say something else of the first column of the first table."""
    return said(lambda layout: layout["tables"][0]["columns"][0].update({key: value}))


def _left_out(*keys: str) -> Make:
    """Leave a key out of the layout, of every table and of every column."""

    def change(layout: dict[str, Any]) -> None:
        columns = [column for table in layout["tables"] for column in table["columns"]]
        for one in (layout, *layout["tables"], *columns):
            for key in keys:
                one.pop(key, None)

    return said(change)


def _base(change: Callable[[list[list[str]]], object]) -> Make:
    """Change the rows of `_base`; the digest fits them."""

    def make(good: Good) -> bytes:
        rows = [list(row) for row in good.base]
        change(rows)
        return forged(good, base=rows)

    return make


def _wrong_everywhere(layout: dict[str, Any]) -> None:
    for table in layout["tables"]:
        table.update({"title": 7, "level": [], "type": {}, "rules": [1, [2], "x"], "columns": [[], 1, None, "x"]})


ATTACKS: dict[str, Attack] = {
    "_meta that is no JSON": attack("The layout is no JSON.", _text(lambda _: "{")),
    "_meta that is empty": attack("The layout is empty.", _text(lambda _: "")),
    "_meta that is a list": attack("The layout is a list.", _text(lambda _: "[]")),
    "100,000 brackets in _meta": attack(
        "JSON of 100,000 lists, each within the one before.", _text(lambda _: "[" * 100_000 + "]" * 100_000)
    ),
    "100,000 braces within the layout": attack(
        "A layout with 100,000 objects, each within the one before.",
        _text(lambda good: json.dumps(good.layout)[:-1] + ', "more": ' + '{"a":' * 100_000 + "1" + "}" * 100_001),
    ),
    "a text of 50 MB in _meta": attack(
        "A layout whose site is a text of 50 MB.",
        _text(lambda good: json.dumps({**good.layout, "site": "x" * 50_000_000})),
    ),
    "a number of five million digits in _meta": attack(
        "A version of the layout with five million digits.",
        _text(lambda _: '{"layout_version": ' + "9" * 5_000_000 + "}"),
    ),
    "a number of 4,000 digits in _meta": attack(
        "A version of the layout with 4,000 digits.", _text(lambda _: '{"layout_version": ' + "9" * 4_000 + "}")
    ),
    "infinity in _meta": attack(
        "The version of the layout is infinite.", _text(lambda _: '{"layout_version": 1e999}')
    ),
    "NaN in _meta": attack(
        "The version of the layout is not a number.", _text(lambda _: '{"layout_version": NaN}')
    ),
    "keys twice in _meta": attack(
        "The tables twice, the second time none.",
        _text(lambda good: f'{json.dumps(good.layout)[:-1]}, "tables": []}}'),
    ),
    "newer layout": attack("The layout is of the version 99.", _said("layout_version", 99)),
    "older layout": attack("The layout is of the version 1.", _said("layout_version", 1)),
    "layout of a negative version": attack("The layout is of the version -1.", _said("layout_version", -1)),
    "layout of a version that is a truth": attack(
        "The version of the layout is `true`.", _said("layout_version", True)
    ),
    "layout of a version that is a text": attack(
        "The version of the layout is a text.", _said("layout_version", "2")
    ),
    "layout without a version": attack("The layout says no version.", _left_out("layout_version")),
    "no tables": attack("The layout has no tables.", _left_out("tables")),
    "tables without titles": attack("No table has a title.", _left_out("title")),
    "tables without levels": attack("No table has a level.", _left_out("level")),
    "tables without columns": attack("No table has columns.", _left_out("columns")),
    "columns without headers": attack("No column has a header.", _left_out("header")),
    "columns without names": attack("No column has a name.", _left_out("name")),
    "columns without kinds": attack("No column has a kind.", _left_out("kind")),
    "tables that are a number": attack("The tables are the number 5.", _said("tables", 5)),
    "wrong types everywhere": attack(
        "Nothing in the layout is of the type it should be.", said(_wrong_everywhere)
    ),
    "columns that are a text": attack("The columns of a table are a text.", _table("columns", "abc")),
    "rules that are none": attack("The rules of a table are lists of the wrong length.", _table("rules", [[1]])),
    "level that is none": attack("A table of a level that is none.", _table("level", "planet")),
    "kind that is none": attack("A column of a kind that is none.", _column("kind", "__import__('os')")),
    "kind that is a list": attack("A column whose kind is a list.", _column("kind", [[]])),
    "choices that are none": attack("A column with choices of no values.", _column("choices", [[], [1]])),
    "steps that are none": attack("A column with steps from nowhere.", _column("steps", [["a"]])),
    "two tables of one title": attack(
        "Two tables of the same title.", said(lambda layout: layout["tables"].append(layout["tables"][0]))
    ),
    "table that is _base": attack("A table says that its sheet is _base.", _table("title", "_base")),
    "table that is _meta": attack("A table says that its sheet is _meta.", _table("title", "_meta")),
    "table that is Results": attack("A table says that its sheet is Results.", _table("title", "Results")),
    "100,000 tables": attack(
        "A layout of 100,000 tables.",
        said(
            lambda layout: layout["tables"].extend(
                {**layout["tables"][-1], "title": f"t{n}"} for n in range(100_000)
            )
        ),
    ),
    "a million columns": attack(
        "A table of a million columns.",
        said(
            lambda layout: layout["tables"][0]["columns"].extend(
                {"header": f"h{n}", "name": f"n{n}", "kind": "text"} for n in range(1_000_000)
            )
        ),
    ),
    "wrong digest": attack("The digest of _base is another.", lambda good: forged(good, sha256="0" * 64)),
    "digest that is none": attack("The digest of _base is a word.", lambda good: forged(good, sha256="trust me")),
    "no digest": attack("The digest of _base is left out.", lambda good: forged(good, sha256="")),
    "_base of other rows": attack(
        "The rows of _base are changed, the digest is not.",
        lambda good: forged(good, base=[*good.base, ["1|x", "x"]], sha256=digest(good.base)),
    ),
    "_base of wild width": attack(
        "A row of _base with 16,384 cells, and a digest that fits.",
        _base(lambda rows: rows.append([rows[0][0], "wide", *("9" * 10 for _ in range(16_382))])),
    ),
    "_base of a number without end": attack(
        "A text of _base that says it is the one with a number of 30,000 digits; the digest fits.",
        _base(lambda rows: rows[0].__setitem__(2, rows[0][2].replace("1", "9" * 30_000, 1))),
    ),
    "_base of a position that is none": attack(
        "A resource of _base at the position `first`; the digest fits.",
        _base(lambda rows: [row.__setitem__(4, "first") for row in rows if row[0] == "resource"]),
    ),
    "_base of a position without end": attack(
        "A resource of _base at a position of 30,000 digits; the digest fits.",
        _base(lambda rows: [row.__setitem__(4, "9" * 30_000) for row in rows if row[0] == "resource"]),
    ),
    "_base without packages": attack(
        "Rows of _base whose packages are not there; the digest fits.",
        _base(lambda rows: rows.__setitem__(slice(None), [row for row in rows if row[0] != "package"])),
    ),
    "_base of unknown tables": attack(
        "Rows of _base of a table that is not there; the digest fits.",
        _base(lambda rows: rows.append(["999|p1", "p1"])),
    ),
}
