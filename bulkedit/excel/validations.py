"""What a cell offers and warns of: drop-downs, and columns that are not meant to be typed into.

Nothing is ever refused: the import accepts raw values beside the labels, and says what is wrong at the cell.
"""

from collections.abc import Callable, Sequence

from xlsxwriter.worksheet import Worksheet

from bulkedit.core import columns as own
from bulkedit.core.columns import Column, Kind, Level, Table, own_headers, trailing_headers
from bulkedit.core.sheets import letters
from bulkedit.excel.looks import EDITABLE, OWNERS

_TITLE_OF_CHOICE, _NO_CHOICE = (
    "Not in the list",
    "This is none of the choices in the drop-down. An import accepts it only if it is the raw value of one.",
)
_ACTIONS = ("Not in the list", "Action takes delete or skip, or stays empty.")
_READ_ONLY = ("Read-only", "An import does not take changes of this column. Press Cancel to leave it as it was.")
_IDENTIFIES = (
    "Identifies the row",
    "This says which record the row is, or whose. Press Cancel to leave it as it was, or the row is not sent.",
)


def validate(sheet: Worksheet, table: Table, last_row: int, choices: Callable[[Column], str]) -> None:
    """Give the columns of a data sheet their drop-downs and warnings.

    Args:
        sheet: the sheet.
        table: its table.
        last_row: the last row that has them, from 0.
        choices: returns the defined name of a column's choices.
    """
    ours = own_headers(table.level)
    _list(sheet, ours.index(own.ACTION), last_row, ["delete", "skip"], _ACTIONS)
    for at, column in enumerate(table.columns, len(ours)):
        if column.read_only:
            continue
        if column.kind is Kind.BOOLEAN:
            _list(sheet, at, last_row, ["TRUE", "FALSE"], (_TITLE_OF_CHOICE, "This takes TRUE or FALSE."))
        elif (column.kind is Kind.CHOICE and column.choices) or _is_a_tick(column):
            warning = (_TITLE_OF_CHOICE, _NO_CHOICE) if column.closed else None
            _list(sheet, at, last_row, f"={choices(column)}", warning)
    read_only = [at for at, column in enumerate(table.columns, len(ours)) if column.read_only]
    read_only += [ours.index(own.RESULT), ours.index(own.MESSAGE)]
    read_only += range(
        len(ours) + len(table.columns), len(ours) + len(table.columns) + len(trailing_headers(table.level))
    )
    _warn(sheet, sorted(read_only), last_row, "=FALSE", _READ_ONLY)
    identify = [at for at, header in enumerate(ours[3:], 3) if header not in EDITABLE | OWNERS]
    _warn(sheet, identify, last_row, "=FALSE", _IDENTIFIES)
    owners = [at for at, header in enumerate(ours) if header in OWNERS]
    if owners:  # to be written in a new row, and only there
        number = own.ID if table.level is Level.RESOURCE else own.ITEM
        _warn(sheet, owners, last_row, f"=LEN(${letters(ours.index(number) + 1)}2)=0", _IDENTIFIES)


def _is_a_tick(column: Column) -> bool:
    """Tell whether a column of several choices has but one, and so its cells hold that one or nothing."""
    return column.kind is Kind.CHOICES and len(column.choices) == 1


def _list(
    sheet: Worksheet, column: int, last_row: int, source: list[str] | str, warning: tuple[str, str] | None
) -> None:
    """Offer a drop-down, and warn of any other text; without a warning it may be typed."""
    options: dict[str, object] = {"validate": "list", "source": source, "error_type": "warning"}
    if warning is None:
        options["show_error"] = False
    else:
        options["error_title"], options["error_message"] = warning
    sheet.data_validation(1, column, last_row, column, options)


def _warn(sheet: Worksheet, columns: Sequence[int], last_row: int, formula: str, warning: tuple[str, str]) -> None:
    """Warn of whatever is typed where a formula does not hold."""
    title, message = warning
    options: dict[str, object] = {"validate": "custom", "value": formula, "error_type": "warning"}
    options |= {"error_title": title, "error_message": message}
    if len(columns) > 1:
        options["other_cells"] = [[1, column, last_row, column] for column in columns[1:]]
    sheet.data_validation(1, columns[0], last_row, columns[0], options)
