r"""Texts that spreadsheet programs, libraries and XML are known to change, refuse or take for something else.

One table for every test that sends texts through a workbook, by what they are.
"""

from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import Schema
from bulkedit.core.text import CELL_LIMIT

LINE_ENDS = {
    "line feed": "a\nb",
    "line feeds around": "\n\na\n",
    "only a line feed": "\n",
    "carriage return and line feed": "a\r\nb",
    "line ends of all kinds": "a\r\nb\rc\nd\n\re",
    "lone carriage return": "a\rb",
    "carriage return at the end": "a\r",
    "line separator": "\u2028\u2029",
    "next line": "a\x85b",
    "long line ends": "\r\n" * 20_000,
}
WHITE_SPACE = {
    "empty": "",
    "leading space": " a",
    "trailing spaces": "a  ",
    "double space": "a  b",
    "only spaces": "   ",
    "tabs": "\ta\tb\t",
    "only a tab": "\t",
    "no-break space": "\u00a0a\u00a0",
    "wide space": "\u3000a\u2003b",
    "zero width": "\u200ba\u200c\u2060",
    "byte order mark": "\ufeffa\ufeff",
    "soft hyphen": "a\u00adb",
}
CONTROLS = {
    "controls": "".join(map(chr, range(32))),
    "null": "a\x00b",
    "bell": "\x07",
    "vertical tab": "a\x0bb",
    "form feed": "a\x0cb",
    "escape": "\x1b[31mred",
    "unit separator": "a\x1fb",
    "delete": "\x7f",
    "high controls": "\x80\x9f",
}
BEYOND_XML = {
    "noncharacter FFFE": "a\ufffeb",
    "noncharacter FFFF": "a\uffffb",
    "other noncharacters": "\ufdd0\U0001fffe",
    "high surrogate alone": "a\ud83db",
    "low surrogate alone": "a\ude00b",
    "surrogates apart": "\ud83d a \ude00",
    "surrogates in the wrong order": "\ude00\ud83d",
    "replacement character": "a\ufffdb",
    "private use": "\ue000_x\ue0000041_",
}
ESCAPES = {
    "escape of a carriage return": "_x000D_",
    "escape of a carriage return, in lower case": "_x000d_",
    "escape of a letter": "_x0041_",
    "escape of the underscore": "_x005F_",
    "escape of the underscore, in lower case": "_x005f_",
    "escaped escape": "_x005F_x000D_",
    "escaped escaped escape": "_x005F_x005F_x0041_",
    "overlapping escapes": "_x005F_x005F_",
    "escapes in a row": "_x000d__x005f_",
    "escapes that share an underscore": "_x0041_x0042_",
    "escape of a surrogate": "_xD83D_",
    "escape before a control": "_x0041\x01_x0041_",
    "escape inside a word": "name_x0020_of",
    "half an escape": "_x00_x0041",
    "escapes of a blank": "a_x0020_b _x0020_x0041_ _x005F_x0020_",
    "escape too short": "_x0_",
    "name of a column": "tile_x1_y2",
    "escape and a short one": "_x0041_x0_",
    "three escapes that share underscores": "_x0041_x0042_x0043_",
    "escapes of a pair of surrogates": "_xD83D_xDE00_",
    "escapes of noncharacters": "_xFFFE_xFFFF_ _xFFFE_",
    "four escaped escapes": "_x005F_x005F_x005F_x0041_",
    "escape right before a control": "_x0041\x01",
    "short escape right before a line end": "_x1\r\n_xA_",
    "escape with a capital": "_X0041_",
    "longest escapes": "_x0041_" * (CELL_LIMIT // 7),
}
FORMULAS = {
    "formula": "=1+1",
    "formula of words": "== Head ==",
    "formula of a word": "=hello world",
    "only an equals sign": "=",
    "array formula": "{=SUM(A1)}",
    "plus": "+1",
    "minus": "-5",
    "minus and a word": "-none-",
    "at sign": "@SUM(1)",
    "formula behind a tab": "\t=1+1",
    "formula behind a line": "\n=1+1",
    "formula behind an apostrophe": "'=1+1",
    "hyperlink formula": '=HYPERLINK("http://x","y")',
    "command": "=cmd|' /C calc'!A0",
    "error": "#N/A",
    "error of a reference": "#REF!",
    "error of a division": "#DIV/0!",
    "error of a value": "#VALUE!",
    "error of a name": "#NAME?",
}
APOSTROPHES = {
    "apostrophe": "'",
    "apostrophe before a word": "'tis",
    "apostrophe before a number": "'00123",
    "two apostrophes": "''a''",
    "quotes": '"a" "b',
    "quote alone": '"',
    "typographic quotes": "“a” ‘b’ — …",
}
NUMBERS = {
    "whole number": "123",
    "leading zeros": "00123",
    "zero": "0",
    "trailing zero": "1.10",
    "decimal comma": "1,5",
    "thousands": "1,234,567.89",
    "fraction": "3/4",
    "exponent": "1E5",
    "exponent in a code": "12E34567",
    "sixteen digits": "1234567890123456",
    "twenty digits": "12345678901234567890",
    "negative in brackets": "(5)",
    "percent": "50%",
    "money": "$5",
    "infinity": "inf",
    "not a number": "NaN",
    "hexadecimal": "0x1F",
    "digits of another script": "١٢٣",
    "version": "1.2.3",
    "phone": "+1 250 555-0100",
}
DATES = {
    "date": "2024-01-31",
    "date and time": "2024-01-31T10:20:30",
    "date and time in a zone": "2024-01-31T10:20:30Z",
    "date, American": "1/2/2024",
    "date, German": "31.12.2024",
    "day and month": "1-2",
    "month": "MAR1",
    "month as a word": "Sept 2024",
    "time": "10:20",
    "year": "2024",
    "date before 1900": "1867-07-01",
    "date that is none": "2024-02-30",
}
BOOLEANS = {
    "truth": "TRUE",
    "truth in lower case": "true",
    "falsehood": "FALSE",
    "null as a word": "null",
    "none as a word": "None",
    "yes": "yes",
}
MARKUP = {
    "JSON": '{"a": [1, "b"], "c": {}}',
    "JSON list": "[]",
    "JSON with escapes": '{"a": "\\u0041\\n"}',
    "markup": "<a href='x'>&amp;</a>",
    "entities": "&apos; &#10; &lt;",
    "end of a section": "]]>",
    "comment": "<!-- a --> <?b?>",
    "rich text": "<r>a</r>",
    "rich text with runs": "<r><rPr><b/></rPr><t>a</t></r>",
    "markdown": "# a\n* b\n\n[c](http://d)",
    "back slashes": "C:\\new\\table",
    "separators": 'a; b;c; "d; e"',
    "separator alone": ";",
    "commas": "a, b,c",
}
LINKS = {
    "link": "https://example.org/?a=b&c=d#e",
    "long link": "https://example.org/" + "x" * 3000,
    "link with blanks": "https://example.org/a b",
    "mail link": "mailto:a@b.example",
    "inner link": "internal:Sheet1!A1",
    "file link": "file:///C:/a.txt",
}
SCRIPTS = {
    "emoji": "\U0001f600",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "flag": "\U0001f1e8\U0001f1e6",
    "skin": "\U0001f44d\U0001f3fd",
    "astral": "\U00020000",
    "right to left": "\u200fא\u202eb\u202c",
    "Arabic": "\u0645\u0631\u062d\u0628\u0627 abc",
    "composed": "\u00e9",
    "decomposed": "e\u0301",
    "Hangul, decomposed": "\u1112\u1161\u11ab",
    "ligature": "\ufb01n",
    "dotless i": "ı İ ß ẞ",
    "tower of accents": "a" + "\u0301" * 50,
}
LONG = {
    "256 characters": "x" * 256,
    "longest": "x" * CELL_LIMIT,
    "longest, with words": ("word " * CELL_LIMIT)[: CELL_LIMIT - 1] + ".",
    "longest emoji": "\U0001f600" * (CELL_LIMIT // 2),
    "longest controls": "\x01" * CELL_LIMIT,
    "longest markup": "&" * CELL_LIMIT,
    "many lines": "line\n" * 5_000,
    "too long by one": "x" * (CELL_LIMIT + 1),
    "too long by an emoji's half": "\U0001f600" * (CELL_LIMIT // 2 + 1),
    "far too long": "y" * 200_000,
    "like the marker of a long text": "⚠ too long for a spreadsheet cell (40,000 characters): edit it on the site",
}

HOSTILE: dict[str, str] = {
    **LINE_ENDS,
    **WHITE_SPACE,
    **CONTROLS,
    **BEYOND_XML,
    **ESCAPES,
    **FORMULAS,
    **APOSTROPHES,
    **NUMBERS,
    **DATES,
    **BOOLEANS,
    **MARKUP,
    **LINKS,
    **SCRIPTS,
    **LONG,
}

_CHOICES: JSON = [{"value": "r", "label": "Red"}, {"value": "g", "label": "Green"}]

SCHEMA: Schema = {
    "dataset_type": "hostile",
    "dataset_fields": [
        {"field_name": "title", "label": "Title", "required": True},
        {"field_name": "name", "label": "Address", "preset": "dataset_slug", "required": True},
        {"field_name": "notes", "label": "Description"},
        {"field_name": "tag_string", "label": "Tags", "preset": "tag_string_autocomplete"},
        {"field_name": "colour", "label": "Colour", "preset": "select", "choices": _CHOICES},
        {"field_name": "colours", "label": "Colours", "preset": "multiple_checkbox", "choices": _CHOICES},
        {"field_name": "words", "label": "Words", "preset": "multiple_text"},
        {"field_name": "published", "label": "Published", "preset": "date"},
        {"field_name": "checked", "label": "Checked", "preset": "datetime"},
        {"field_name": "settings", "label": "Settings", "preset": "json_object"},
        {"field_name": "open", "label": "Open", "validators": "ignore_missing boolean_validator"},
        {
            "field_name": "contacts",
            "label": "Contacts",
            "repeating_subfields": [
                {"field_name": "person", "label": "Person", "required": True},
                {"field_name": "roles", "label": "Roles", "preset": "multiple_checkbox", "choices": _CHOICES},
                {"field_name": "since", "label": "Since", "preset": "date"},
            ],
        },
    ],
    "resource_fields": [
        {"field_name": "name", "label": "Name"},
        {"field_name": "url", "label": "URL"},
        {"field_name": "size", "label": "Size"},
        {
            "field_name": "extents",
            "label": "Extents",
            "repeating_subfields": [{"field_name": "words", "label": "Words"}],
        },
    ],
}
"""A column of every kind, in sheets of every level."""


def hostile_packages() -> list[Package]:
    """Return a package for each hostile text, which holds it in every field."""
    return [_package(number, text) for number, text in enumerate(HOSTILE.values(), 1)]


def _package(number: int, text: str) -> Package:
    short = text[:500]  # the longest ones stand in a few columns only, or LibreOffice takes minutes
    return {
        "id": f"p{number}",
        "name": f"name{number}",
        "type": "hostile",
        "title": short,
        "notes": text,
        "tags": [{"name": short}, {"name": "other"}],
        "colour": short,
        "colours": ["r", short],
        "words": [text, "other", short],
        "published": short,
        "checked": short,
        "settings": {short: [text]},
        "open": short,
        "contacts": [
            {"person": text, "roles": [short], "since": short},
            {"person": "", "roles": [], "since": short},
        ],
        "extras": [{"key": short, "value": text}],
        "resources": [
            {
                "id": f"r{number}",
                "name": short,
                "url": text,
                "size": short,
                "odd": short,
                "extents": [{"words": text}],
            }
        ],
    }
