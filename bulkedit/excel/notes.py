"""The note of each header: what the column is, and what may stand in it, sized so that its text fits."""

import math
from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from bulkedit.core import columns as own
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Kind, Table, own_headers, trailing_headers
from bulkedit.core.text import canonical

_OF_OURS = {
    own.ACTION: "Leave empty to send what you edited.\nskip: leave this row alone.\ndelete: delete the record; in"
    " lists of contacts, dates and the like, remove the row's entry.",
    own.RESULT: "What the last check or import made of this row. Start here says what each word means.",
    own.MESSAGE: "What changed, or what to do. Names in [brackets] are columns of this sheet.",
    own.PACKAGE: "The name of the package that the row belongs to: the last part of its page's address.\nWrite it"
    " in a new row; do not change it in others.\nExample: hiking-trails",
    own.RESOURCE: "The name of the resource that the row belongs to.",
    own.RESOURCE_ID: "The resource that the row belongs to. Do not change it; in a new row, copy it from the"
    " sheet of resources (it may stay empty where the name in Resource is the only one in its package).",
    own.ITEM: "Its number in the list. Do not change it. Leave it empty in a new row.",
    own.ID: "What identifies the record. Do not change it. Leave it empty in a row for a new record.",
    own.POSITION: "The place among the package's resources, from 1. Change it to move the resource.\nExample: 2",
    own.UPLOAD: "Path of a file to send, as seen from the workbook's folder. Emptied when the file has arrived."
    "\nExample: data/trails.csv",
    own.PAGE: "The record's page on the site. Read-only.",
}

_SEVERAL = "Several, with ; between them.\nExample: {}; {}"
_OF_KINDS = {
    Kind.TEXT: "",
    Kind.CHOICE: "",
    Kind.DATE: "A date.\nExample: 2026-03-31",
    Kind.DATETIME: "A date and time.\nExample: 2026-03-31T14:30:00",
    Kind.TAGS: _SEVERAL.format("forest", "road"),
    Kind.GROUPS: "Names of groups. " + _SEVERAL.format("environment", "transport"),
    Kind.TEXTS: _SEVERAL.format("first", "second"),
    Kind.CHOICES: "One or several, with ; between them.",
    Kind.BOOLEAN: "TRUE or FALSE.\nExample: TRUE",
    Kind.JSON: 'JSON.\nExample: {"key": "value"}',
}
_OF_CHECKS = {
    "email": "An e-mail address.\nExample: ann@example.org",
    "url": "An address on the web.\nExample: https://example.org/page",
    "integer": "A whole number.\nExample: 12",
}
_CHOICES_AT_MOST = 12
_HELP_AT_MOST = 700  # characters; a longer note would not fit on the screen


def add_notes(sheet: Worksheet, table: Table) -> None:
    """Give each header of a data sheet its note."""
    texts = [_OF_OURS[header] for header in own_headers(table.level)]
    texts += [note_of(column) for column in table.columns]
    texts += [_OF_OURS[header] for header in trailing_headers(table.level)]
    for at, text in enumerate(texts):
        sheet.write_comment(0, at, text, _size(text))


def note_of(column: Column) -> str:
    """Return what the note of a field's header says: API name, help, whether required, what it takes."""
    return canonical("\n".join(filter(None, _lines(column))))


def _lines(column: Column) -> Iterator[str]:
    required = "Read-only." if column.read_only else "Required." if column.required else "Optional."
    yield f"{column.name}. {required}"
    help_text = " ".join(column.help.split())
    yield help_text if len(help_text) <= _HELP_AT_MOST else help_text[: _HELP_AT_MOST - 1] + "…"
    if column.read_only:
        return
    codec = codec_of(column)
    labels = [codec.show(choice.value) for choice in column.choices]
    checks = [_OF_CHECKS[check] for check in column.checks if check in _OF_CHECKS]
    yield checks[0] if checks else _OF_KINDS[column.kind]
    if labels:
        more = f", … ({len(labels)} in all)" if len(labels) > _CHOICES_AT_MOST else ""
        yield f"{'Choices' if column.closed else 'Suggestions'}: {', '.join(labels[:_CHOICES_AT_MOST])}{more}"
        yield f"Example: {'; '.join(labels[:2]) if column.kind is Kind.CHOICES else labels[0]}"
    elif column.kind is Kind.TEXT and not checks:
        yield "Text." if "email" not in column.name else _OF_CHECKS["email"]


# -- size

_WIDTH = 330  # pixels
_CHARACTERS = 52  # in a line of that width
_LINE = 17  # pixels


def _size(text: str) -> dict[str, object]:
    lines = sum(max(1, math.ceil(len(line) / _CHARACTERS)) for line in text.split("\n"))
    return {
        "width": _WIDTH,
        "height": (lines + 1) * _LINE,
        "font_name": "Calibri",
        "font_size": 10,
        "color": "#FFFDF2",
    }
