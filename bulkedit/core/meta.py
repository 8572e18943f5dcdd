"""What a workbook knows of itself: where it comes from, and its layout, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bulkedit.core.columns import Choice, Column, Kind, Layout, Level, Rule, Step, Table
from bulkedit.core.json_value import JSON, dicts, text_of

LAYOUT_VERSION = 2
"""Version of the workbook's own sheets; a program refuses workbooks of another one."""


@dataclass(frozen=True)
class Identity:
    """Where a workbook comes from.

    Attributes:
        site: URL of the catalogue.
        organizations: names of the exported organizations by id.
        exported_at: UTC time of the export, ISO 8601.
        exported_by: name of the user, as far as the site tells.
        language: language of the labels.
        dataset_type: the only dataset type that was exported; empty for all.
        query: the further filter of the export, in Solr's syntax.
        blank: it was exported without packages, to be filled with new ones.
    """

    site: str
    organizations: Mapping[str, str]
    exported_at: str
    exported_by: str = ""
    language: str = "en"
    dataset_type: str = ""
    query: str = ""
    blank: bool = False

    @property
    def salt(self) -> str:
        """What distinguishes this workbook's new records from those of others."""
        return f"{self.exported_at} {self.exported_by} {' '.join(self.organizations)}"


class MetaError(ValueError):
    """The workbook's description of itself cannot be understood; ``str()`` is one sentence."""


def to_json(identity: Identity, layout: Layout) -> dict[str, JSON]:
    """Return the description of a workbook."""
    return {
        "layout_version": LAYOUT_VERSION,
        "site": identity.site,
        "organizations": dict(identity.organizations),
        "exported_at": identity.exported_at,
        "exported_by": identity.exported_by,
        "language": identity.language,
        **_filters_json(identity),
        "tables": [_table_json(table) for table in layout.tables],
    }


def _filters_json(identity: Identity) -> dict[str, JSON]:
    """Return what narrowed the export down, as far as anything did."""
    filters: dict[str, JSON] = {
        "dataset_type": identity.dataset_type,
        "query": identity.query,
        "blank": identity.blank,
    }
    return {key: value for key, value in filters.items() if value}


def _table_json(table: Table) -> JSON:
    return {
        "title": table.title,
        "level": table.level.value,
        "type": table.dataset_type,
        "field": table.field,
        "label": table.label,
        "required": table.required,
        "rules": [[rule.field, list(rule.values), list(rule.required)] for rule in table.rules],
        "columns": [_column_json(column) for column in table.columns],
    }


def _column_json(column: Column) -> JSON:
    choices: list[JSON] = [[c.value, c.label, *c.aliases] for c in column.choices]
    full: dict[str, JSON] = {
        "header": column.header,
        "name": column.name,
        "kind": column.kind.value,
        "choices": choices,
        "closed": column.closed,
        "required": column.required,
        "read_only": column.read_only,
        "help": column.help,
        "source": column.source,
        "lasting": column.lasting,
        "steps": [[step.before, step.after, *step.by] for step in column.steps],
        "within": column.within,
        "checks": list(column.checks),
        "hidden": column.hidden,
        "width": column.width,
    }
    return {key: value for key, value in full.items() if key == "name" or value not in ("", False, 0, [])}


TABLES_AT_MOST, COLUMNS_AT_MOST = 1_000, 10_000
"""More than a workbook has sheets, and a sheet columns."""


def _tables(said: Sequence[Mapping[str, JSON]]) -> tuple[Table, ...]:
    """Read the tables.

    Raises:
        ValueError: there are too many, or two of one title, or one of the title of another sheet of ours.
    """
    columns = (entry.get("columns") for entry in said)
    if len(said) > TABLES_AT_MOST or any(isinstance(c, list) and len(c) > COLUMNS_AT_MOST for c in columns):
        raise ValueError
    tables = tuple(_table(entry) for entry in said)
    titles = {table.title.lower() for table in tables}
    if len(titles) < len(tables) or titles & RESERVED:
        raise ValueError
    return tables


RESERVED = frozenset(("start here", "results", "_lists", "_meta", "_base"))
"""Titles, in lower case, of sheets that are no tables."""


def from_json(said: JSON) -> tuple[Identity, Layout]:
    """Read the description of a workbook.

    Raises:
        MetaError: it is of a newer version, or damaged.
    """
    if not isinstance(said, dict) or not isinstance(said.get("layout_version"), int):
        raise MetaError(
            "The hidden sheet _meta was changed or damaged; take an earlier copy of the workbook, or export again."
        )
    version = said["layout_version"]
    if not isinstance(version, int) or version > LAYOUT_VERSION:
        raise MetaError("This workbook was made by a newer version of bulkedit; update bulkedit to import it.")
    if version < LAYOUT_VERSION:
        raise MetaError("This workbook was made by an older version of bulkedit; export again.")
    try:
        tables = _tables(dicts(said.get("tables")))
    except (ValueError, TypeError, KeyError) as error:
        raise MetaError(
            "The layout in the hidden sheet _meta is damaged; take an earlier copy of the workbook, or export"
            " again."
        ) from error
    organizations = said.get("organizations")
    identity = Identity(
        site=text_of(said.get("site")),
        organizations={k: text_of(v) for k, v in organizations.items()} if isinstance(organizations, dict) else {},
        exported_at=text_of(said.get("exported_at")),
        exported_by=text_of(said.get("exported_by")),
        language=text_of(said.get("language")) or "en",
        dataset_type=text_of(said.get("dataset_type")),
        query=text_of(said.get("query")),
        blank=said.get("blank") is True,
    )
    return identity, Layout(tables)


def _table(said: Mapping[str, JSON]) -> Table:
    return Table(
        title=text_of(said["title"]),
        level=Level(text_of(said["level"])),
        dataset_type=text_of(said["type"]),
        columns=tuple(_column(entry) for entry in dicts(said.get("columns"))),
        field=text_of(said.get("field")),
        label=text_of(said.get("label")),
        required=said.get("required") is True,
        rules=tuple(_rule(entry) for entry in _list(said.get("rules"))),
    )


def _rule(said: JSON) -> Rule:
    field, values, required = _list(said)
    return Rule(text_of(field), tuple(map(text_of, _list(values))), tuple(map(text_of, _list(required))))


def _column(said: Mapping[str, JSON]) -> Column:
    return Column(
        header=text_of(said["header"]),
        name=text_of(said["name"]),
        kind=Kind(text_of(said["kind"])),
        choices=tuple(_choice(entry) for entry in _list(said.get("choices"))),
        closed=said.get("closed") is True,
        required=said.get("required") is True,
        read_only=said.get("read_only") is True,
        help=text_of(said.get("help")),
        source=text_of(said.get("source")),
        lasting=said.get("lasting") is True,
        steps=tuple(_step(entry) for entry in _list(said.get("steps"))),
        within=text_of(said.get("within")),
        checks=tuple(map(text_of, _list(said.get("checks")))),
        hidden=said.get("hidden") is True,
        width=width if isinstance(width := said.get("width"), int) else 0,
    )


def _step(said: JSON) -> Step:
    before, after, *by = map(text_of, _list(said))
    return Step(before, after, tuple(by))


def _choice(said: JSON) -> Choice:
    value, label, *aliases = map(text_of, _list(said))
    return Choice(value, label, tuple(aliases))


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
