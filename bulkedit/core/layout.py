"""From what a site has to the sheets of a workbook: which tables, which columns.

A field that a schema names always has a column. Whatever else the packages hold gets one too, so that
nothing is missing; what CKAN would not take back is read-only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core.columns import Column, Layout, Level, Table, own_headers, trailing_headers
from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, Package, dicts, is_empty, resources_of, text_of
from bulkedit.core.schema import (
    ALWAYS,
    COMPUTED_PACKAGE_KEYS,
    COMPUTED_RESOURCE_KEYS,
    CORE_RESOURCE_COLUMNS,
    EXTRA_COLUMNS,
    EXTRAS,
    READ_ONLY_PACKAGE_COLUMNS,
    READ_ONLY_RESOURCE_KEYS,
    SchemaField,
    Vocabulary,
    column_of,
    core_package_columns,
    is_required,
    item_columns,
    label_of,
    name_of,
    subfields,
    unique_headers,
)

Schema = Mapping[str, JSON]
"""What ``scheming_dataset_schema_show`` says of one dataset type; an empty one where there is none."""

RESERVED_TITLES = ("Start here", "Results", "_lists", "_meta", "_base")
TITLE_LIMIT = 31
_FORBIDDEN_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def layout_of(
    packages: Sequence[Package],
    schemas: Mapping[str, Schema],
    vocabulary: Vocabulary,
    asked: Sequence[str] = (),
) -> Layout:
    """Return the tables for packages of one or several dataset types.

    Args:
        packages: as ``package_show`` gives them.
        schemas: a schema for each dataset type that has one.
        vocabulary: what the site offers for licences and organizations.
        asked: dataset types to lay out even if no package is of them.
    """
    counts = Counter(text_of(package.get("type")) or "dataset" for package in packages)
    types = sorted(counts.keys() | set(asked) or {"dataset"}, key=lambda t: (-counts[t], t))
    tables: list[Table] = []
    for dataset_type in types:
        own = [p for p in packages if (text_of(p.get("type")) or "dataset") == dataset_type]
        suffix = "" if dataset_type == types[0] else f" {dataset_type}"
        found = _tables(dataset_type, own, schemas.get(dataset_type) or {}, vocabulary)
        tables += [replace(table, title=table.title + suffix) for table in found]
    tables.sort(key=lambda table: _ORDER[table.level] if table.field != EXTRAS else len(_ORDER))
    return Layout(tuple(_titled(tables)))


_ORDER = {Level.PACKAGE: 0, Level.RESOURCE: 1, Level.ITEM: 2, Level.RESOURCE_ITEM: 3}


def _tables(
    dataset_type: str, packages: Sequence[Package], schema: Schema, vocabulary: Vocabulary
) -> Iterator[Table]:
    resources = [resource for package in packages for resource in resources_of(package)]
    package_fields = dicts(schema.get("dataset_fields"))
    resource_fields = dicts(schema.get("resource_fields"))
    package_columns = _package_columns(package_fields, packages, vocabulary)
    resource_columns = _resource_columns(resource_fields, resources, vocabulary)
    yield _table("Packages", Level.PACKAGE, dataset_type, package_columns)
    yield _table("Resources", Level.RESOURCE, dataset_type, resource_columns)
    yield from _item_tables(Level.ITEM, dataset_type, package_fields, packages, vocabulary)
    yield from _item_tables(Level.RESOURCE_ITEM, dataset_type, resource_fields, resources, vocabulary)
    if not package_fields or any(dicts(package.get(EXTRAS)) for package in packages):
        columns = (*EXTRA_COLUMNS, *_further(EXTRA_COLUMNS, _all_items(packages, EXTRAS), _SHOWN_IN_EXTRAS))
        yield _table("Extras", Level.ITEM, dataset_type, columns, EXTRAS, "Extras")


_SHOWN_IN_EXTRAS = frozenset(("key", "value", "id", "package_id", "state", "revision_id", "revision_timestamp"))


def _table(
    title: str,
    level: Level,
    dataset_type: str,
    columns: Iterable[Column],
    field: str = "",
    label: str = "",
    required: bool = False,
) -> Table:
    taken = (*own_headers(level), *trailing_headers(level))
    return Table(title, level, dataset_type, unique_headers(tuple(columns), taken), field, label, required)


def _package_columns(
    fields: Sequence[SchemaField], packages: Sequence[Package], vocabulary: Vocabulary
) -> list[Column]:
    core = core_package_columns(vocabulary)
    if not fields:
        columns = list(core)
    else:
        columns = _schema_columns(fields, vocabulary)
        held = {c.key for c in columns}
        columns += [c for c in core if c.key not in held and (c.name in ALWAYS or _used(packages, c.key))]
    columns += _unreadable(fields, packages, vocabulary)
    known = {c.key for c in columns} | {name_of(f) for f in fields} | COMPUTED_PACKAGE_KEYS
    columns += [Column(key, key, read_only=True) for key in _other_keys(packages, known)]
    held = {c.key for c in columns}
    return _labels_first(columns + [c for c in READ_ONLY_PACKAGE_COLUMNS if c.key not in held], fields)


def _schema_columns(fields: Sequence[SchemaField], vocabulary: Vocabulary) -> list[Column]:
    """Return a column for each field that a schema names, the first where two say the same key."""
    columns = [column_of(f, vocabulary) for f in fields if name_of(f) and not subfields(f)]
    return list({column.key: column for column in reversed(columns)}.values())[::-1]


def _resource_columns(
    fields: Sequence[SchemaField], resources: Sequence[Mapping[str, JSON]], vocabulary: Vocabulary
) -> list[Column]:
    if fields:
        columns = _schema_columns(fields, vocabulary)
        held = {c.key for c in columns}
        columns += [c for c in CORE_RESOURCE_COLUMNS if c.key not in held and _used(resources, c.key)]
    else:
        columns = list(CORE_RESOURCE_COLUMNS)
    columns += _unreadable(fields, resources, vocabulary)
    known = {c.key for c in columns} | {name_of(f) for f in fields} | COMPUTED_RESOURCE_KEYS
    others = _other_keys(resources, known)
    columns += [Column(key, key) for key in others if key not in READ_ONLY_RESOURCE_KEYS]
    columns += [Column(key, key, read_only=True) for key in others if key in READ_ONLY_RESOURCE_KEYS]
    return _labels_first(columns, fields)


def _labels_first(columns: Sequence[Column], fields: Sequence[SchemaField]) -> list[Column]:
    """Let the schema's labels stand as they are where a column of CKAN's own has the same one."""
    names = {name_of(field) for field in fields}
    labels = {column.header for column in columns if column.name in names}
    return [
        replace(c, header=f"{c.header} ({c.name})") if c.name not in names and c.header in labels else c
        for c in columns
    ]


def _item_tables(
    level: Level,
    dataset_type: str,
    fields: Sequence[SchemaField],
    owners: Sequence[Mapping[str, JSON]],
    vocabulary: Vocabulary,
) -> Iterator[Table]:
    for field in fields:
        if not subfields(field) or not name_of(field):
            continue
        label = label_of(field.get("label"), vocabulary.language) or name_of(field)
        columns = item_columns(field, vocabulary)
        columns += tuple(_further(columns, _all_items(owners, name_of(field))))
        title = f"Resource {label}" if level is Level.RESOURCE_ITEM else label
        yield _table(title, level, dataset_type, columns, name_of(field), label, is_required(field))


def _all_items(owners: Iterable[Mapping[str, JSON]], field: str) -> list[dict[str, JSON]]:
    return [item for owner in owners for item in items_of(owner.get(field)) or []]


def _further(
    columns: Sequence[Column], items: Iterable[Mapping[str, JSON]], left_out: frozenset[str] = frozenset()
) -> list[Column]:
    """Return read-only columns for keys of items that no subfield names."""
    known = {column.key for column in columns} | left_out
    return [Column(key, key, read_only=True) for key in _other_keys(items, known)]


def _unreadable(
    fields: Sequence[SchemaField], owners: Sequence[Mapping[str, JSON]], vocabulary: Vocabulary
) -> list[Column]:
    """Return read-only columns for repeating fields that somewhere hold what cannot be read as items."""
    found = []
    for field in fields:
        name = name_of(field)
        if subfields(field) and any(items_of(owner.get(name)) is None for owner in owners):
            label = label_of(field.get("label"), vocabulary.language) or name
            found.append(Column(f"{label} (as stored)", name, read_only=True))
    return found


def _used(owners: Iterable[Mapping[str, JSON]], key: str) -> bool:
    return any(not is_empty(owner.get(key)) for owner in owners)


def _other_keys(owners: Iterable[Mapping[str, JSON]], known: set[str] | frozenset[str]) -> list[str]:
    """Return the keys outside ``known`` that hold a value anywhere, sorted."""
    return sorted(
        {key for owner in owners for key, value in owner.items() if key not in known and not is_empty(value)}
    )


def _titled(tables: Sequence[Table]) -> Iterator[Table]:
    r"""Give every table a sheet title that spreadsheet programs accept, none alike.

    At most 31 characters, none of ``[]:*?/\``, no quote at the ends, unlike in any case of letters
    (ECMA-376 part 1, 18.2.19, and Excel's own limits).
    """
    taken = {title.casefold() for title in (*RESERVED_TITLES, "History")}
    for table in tables:
        title = " ".join(table.title.translate(_FORBIDDEN_IN_TITLES).split()).strip("'")[:TITLE_LIMIT].strip("' ")
        title = title or table.field[:TITLE_LIMIT] or "Sheet"
        unique, n = title, 2
        while unique.casefold() in taken:
            ending = f" ({n})"
            unique, n = title[: TITLE_LIMIT - len(ending)] + ending, n + 1
        taken.add(unique.casefold())
        yield replace(table, title=unique)
