"""Tables and columns: the layout that a workbook gives to a catalogue."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the values of a column are, and so how they are written as cell text."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"
    TAGS = "tags"
    GROUPS = "groups"
    BOOLEAN = "boolean"


class Level(StrEnum):
    """What one row of a table stands for."""

    PACKAGE = "package"
    RESOURCE = "resource"
    ITEM = "item"
    RESOURCE_ITEM = "resource item"

    @property
    def of_items(self) -> bool:
        """Tell whether a row is one element of a repeating field."""
        return self in (Level.ITEM, Level.RESOURCE_ITEM)

    @property
    def of_resources(self) -> bool:
        """Tell whether rows belong to resources (rather than to the package itself)."""
        return self in (Level.RESOURCE, Level.RESOURCE_ITEM)


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value: what the API says, what people read, what else people may type."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A change that a field's workflow allows: value before (empty: of a new record), value after, by whom."""

    before: str
    after: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One field as a column of a sheet.

    Attributes:
        header: text of the header cell, unique in its sheet.
        name: the field's API name.
        source: the key of the API's dict that holds the value, where it is not `name`
            (``tag_string`` is only a form field: the values are in ``tags``).
        closed: only the `choices` are allowed.
        lasting: once it has a value, CKAN cannot empty it again.
        steps: the changes that the field's workflow allows; none where it has no workflow.
        within: a repeating field of at most one item, whose subfield `source` this is; then `name` is
            ``field.subfield``.
        checks: what a new value must be, by the names in `checks.CHECKS` (``email``, ``url``, ``integer``, ...).
        hidden: the sheet has the column, but does not show it at first.
        width: in characters; 0 for what suits the kind.
    """

    header: str
    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[Choice, ...] = ()
    closed: bool = False
    required: bool = False
    read_only: bool = False
    help: str = ""
    source: str = ""
    lasting: bool = False
    steps: tuple[Step, ...] = ()
    within: str = ""
    checks: tuple[str, ...] = ()
    hidden: bool = False
    width: int = 0

    @property
    def key(self) -> str:
        """The key of the API's dict that holds the value (or the one item that holds it)."""
        return self.within or self.source or self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """Fields that must have a value where another field of the same row has one of some values.

    Attributes:
        field: API name of the field that decides.
        values: its raw values for which the rule holds.
        required: API names of the fields that must not be empty then.
    """

    field: str
    values: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One data sheet: its title, what its rows are, and the columns after our own.

    Attributes:
        field: API name of the repeating field, for tables of items.
        label: the repeating field's label, for messages.
        required: the repeating field needs at least one item.
        rules: what one field of a row demands of others.
    """

    title: str
    level: Level
    dataset_type: str
    columns: tuple[Column, ...] = dataclasses.field(
        hash=False
    )  # hashing hundreds of choices at every look-up is slow
    field: str = ""
    label: str = ""
    required: bool = False
    rules: tuple[Rule, ...] = ()
    names: dict[str, int] = dataclasses.field(init=False, compare=False, hash=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", {c.name: i for i, c in enumerate(self.columns)})

    def column(self, name: str) -> Column | None:
        """Return the column of an API name."""
        at = self.names.get(name)
        return None if at is None else self.columns[at]


@dataclass(frozen=True)
class Layout:
    """All tables of a workbook, in the order of their sheets."""

    tables: tuple[Table, ...]

    def table(self, title: str) -> Table | None:
        """Return the table of a sheet title."""
        return next((t for t in self.tables if t.title == title), None)

    def of_type(self, dataset_type: str) -> list[Table]:
        """Return the tables of one dataset type."""
        return [t for t in self.tables if t.dataset_type == dataset_type]

    def find(self, dataset_type: str, level: Level, field_name: str = "") -> Table | None:
        """Return the table of a dataset type at a level (of one repeating field)."""
        return next((t for t in self.of_type(dataset_type) if (t.level, t.field) == (level, field_name)), None)


ACTION, RESULT, MESSAGE = "Action", "Result", "Message"
PACKAGE, RESOURCE, RESOURCE_ID, ITEM, ID = "Package", "Resource", "Resource ID", "Item", "ID"
POSITION, UPLOAD, PAGE = "Position", "Upload", "Page"

FILE_COLUMN = Column(UPLOAD, "upload")
PLACE_COLUMN = Column(POSITION, "position")
"""What is edited by the cells of ours that ask for a file or a place, as if they were fields."""

_IDENTIFYING = {
    Level.PACKAGE: (ID,),
    Level.RESOURCE: (PACKAGE, ID, POSITION, UPLOAD),
    Level.ITEM: (PACKAGE, ITEM),
    Level.RESOURCE_ITEM: (PACKAGE, RESOURCE, RESOURCE_ID, ITEM),
}


def own_headers(level: Level) -> tuple[str, ...]:
    """Return the headers that stand before the fields: ours, then the identifying ones."""
    return (ACTION, RESULT, MESSAGE, *_IDENTIFYING[level])


def trailing_headers(level: Level) -> tuple[str, ...]:
    """Return the headers of ours that stand after the fields."""
    return (PAGE,) if level is Level.PACKAGE else ()
