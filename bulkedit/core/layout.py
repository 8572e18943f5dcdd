"""From what a site has to the sheets of a workbook: which tables, which columns.

A field that a schema names always has a column. Whatever else the packages hold gets one too, so that
nothing is missing; what CKAN would not take back is read-only.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core.arranging import arranged, as_told, joined, singles
from bulkedit.core.columns import Column, Layout, Level, Table, own_headers, trailing_headers
from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, Package, dicts, is_empty, resources_of
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
    rules_of,
    subfields,
    unique_headers,
)
from bulkedit.core.template import NO_TEMPLATE, Fields, Template
from bulkedit.core.text import UNSEEN
from bulkedit.core.witnesses import type_of

Schema = Mapping[str, JSON]
"""What ``scheming_dataset_schema_show`` says of one dataset type; an empty one where there is none."""

RESERVED_TITLES = ("Start here", "Results", "_lists", "_meta", "_base")
TITLE_LIMIT = 31
_FORBIDDEN_IN_TITLES = str.maketrans(dict.fromkeys([*"[]:*?/\\", *map(chr, range(32))], " "))


def layout_of(
    packages: Sequence[Package],
    schemas: Mapping[str, Schema],
    vocabulary: Vocabulary,
    asked: Sequence[str] = (),
    templates: Mapping[str, Template] | None = None,
    counts: Mapping[str, int] | None = None,
) -> Layout:
    """Return the tables for packages of one or several dataset types.

    Args:
        packages: as ``package_show`` gives them; or those that stand for all, see `Witnesses`.
        schemas: a schema for each dataset type that has one.
        vocabulary: what the site offers for licences and organizations.
        asked: dataset types to lay out even if no package is of them.
        templates: a template for each dataset type that has one.
        counts: the number of packages of each dataset type, where not all of them are given.

    Raises:
        TemplateError: a template names a field that is not there.
    """
    tables: list[Table] = []
    for n, (dataset_type, own) in enumerate(_by_type(packages, asked, counts).items()):
        template = (templates or {}).get(dataset_type, NO_TEMPLATE)
        found = _TypeLayout(dataset_type, own, schemas.get(dataset_type) or {}, vocabulary, template).tables()
        tables += [replace(table, title=table.title + (f" {dataset_type}" if n else "")) for table in found]
    tables.sort(key=lambda table: _ORDER[table.level] if table.field != EXTRAS else len(_ORDER))
    return Layout(tuple(_titled(tables)))


def _by_type(
    packages: Sequence[Package], asked: Sequence[str], counts: Mapping[str, int] | None
) -> dict[str, list[Package]]:
    """Return the packages of each dataset type, the type of most packages first."""
    numbers = Counter(map(type_of, packages)) if counts is None else Counter(counts)
    types = sorted(numbers.keys() | set(asked) or {"dataset"}, key=lambda t: (-numbers[t], t))
    return {one: [package for package in packages if type_of(package) == one] for one in types}


_ORDER = {Level.PACKAGE: 0, Level.RESOURCE: 1, Level.ITEM: 2, Level.RESOURCE_ITEM: 3}


class _TypeLayout:
    """The tables of one dataset type."""

    def __init__(
        self,
        dataset_type: str,
        packages: Sequence[Package],
        schema: Schema,
        vocabulary: Vocabulary,
        template: Template,
    ) -> None:
        self.type, self.packages, self.vocabulary, self.template = dataset_type, packages, vocabulary, template
        self.resources = [resource for package in packages for resource in resources_of(package)]
        self.package_fields = as_told(dicts(schema.get("dataset_fields")), template.packages)
        self.resource_fields = as_told(dicts(schema.get("resource_fields")), template.resources)

    def tables(self) -> Iterator[Table]:
        packages, resources, vocabulary = self.packages, self.resources, self.vocabulary
        of_packages, of_resources = self.template.packages, self.template.resources
        single = singles(self.package_fields, packages, of_packages)
        columns = _package_columns(self.package_fields, packages, vocabulary, single)
        yield self._table("Packages", Level.PACKAGE, columns, self.package_fields, of_packages)
        single_in_resources = singles(self.resource_fields, resources, of_resources)
        columns = _resource_columns(self.resource_fields, resources, vocabulary, single_in_resources)
        yield self._table("Resources", Level.RESOURCE, columns, self.resource_fields, of_resources)
        yield from self._item_tables(Level.ITEM, single)
        yield from self._item_tables(Level.RESOURCE_ITEM, single_in_resources)
        if (not self.package_fields or any(dicts(p.get(EXTRAS)) for p in packages)) and (
            EXTRAS not in of_packages.left_out
        ):
            columns = [*EXTRA_COLUMNS, *_further(EXTRA_COLUMNS, _all_items(packages, EXTRAS), _SHOWN_IN_EXTRAS)]
            yield _table("Extras", Level.ITEM, self.type, columns, EXTRAS, "Extras")

    def _table(
        self, title: str, level: Level, columns: Sequence[Column], fields: Sequence[SchemaField], told: Fields
    ) -> Table:
        place = "packages" if level is Level.PACKAGE else "resources"
        known = {c.name for c in columns} | {c.within for c in columns if c.within} | {name_of(f) for f in fields}
        never = COMPUTED_PACKAGE_KEYS | {EXTRAS} if level is Level.PACKAGE else READ_ONLY_RESOURCE_KEYS
        core = core_package_columns(self.vocabulary) if level is Level.PACKAGE else CORE_RESOURCE_COLUMNS
        self.template.refuse_unknown(place, told, known | never | _TECHNICAL | {c.name for c in core})
        kept = arranged(columns, told, {name_of(field) for field in fields})
        names = {column.name for column in kept}
        rules = [rule for rule in (*rules_of(fields), *told.rules) if rule.field in names]
        demands = [replace(rule, required=tuple(n for n in rule.required if n in names)) for rule in rules]
        return replace(_table(title, level, self.type, kept), rules=tuple(joined(demands)))

    def _item_tables(self, level: Level, single: Collection[str]) -> Iterator[Table]:
        of_resources = level is Level.RESOURCE_ITEM
        fields = self.resource_fields if of_resources else self.package_fields
        told = self.template.resources if of_resources else self.template.packages
        owners: Sequence[Mapping[str, JSON]] = self.resources if of_resources else self.packages
        for field in fields:
            name = name_of(field)
            if not subfields(field) or not name or name in single or name in told.left_out:
                continue
            label = label_of(field.get("label"), self.vocabulary.language) or name
            columns = [*item_columns(field, self.vocabulary)]
            columns += _further(columns, _all_items(owners, name))
            own = told.lists.get(name, Fields())
            place = f"{'resources' if of_resources else 'packages'}.lists.{name}"
            self.template.refuse_unknown(place, own, {column.name for column in columns})
            kept = arranged(columns, own, read_only=name in told.read_only)
            title = f"Resource {label}" if of_resources else label
            yield _table(title, level, self.type, kept, name, label, is_required(field))


_TECHNICAL = frozenset("cache_url cache_last_updated hash mimetype mimetype_inner size resource_type".split())
"""Columns of CKAN's own resource table, which templates may name whether or not anything is in them."""


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
    fields: Sequence[SchemaField], packages: Sequence[Package], vocabulary: Vocabulary, single: Collection[str]
) -> list[Column]:
    core = core_package_columns(vocabulary)
    if not fields:
        columns = list(core)
    else:
        columns = _schema_columns(fields, packages, vocabulary, single)
        held = {c.key for c in columns}
        columns += [c for c in core if c.key not in held and (c.name in ALWAYS or _used(packages, c.key))]
    columns += _unreadable(fields, packages, vocabulary)
    known = {c.key for c in columns} | {name_of(f) for f in fields} | COMPUTED_PACKAGE_KEYS
    columns += [Column(key, key, read_only=True) for key in _other_keys(packages, known)]
    held = {c.key for c in columns}
    return _labels_first(columns + [c for c in READ_ONLY_PACKAGE_COLUMNS if c.key not in held], fields)


def _schema_columns(
    fields: Sequence[SchemaField],
    owners: Sequence[Mapping[str, JSON]],
    vocabulary: Vocabulary,
    single: Collection[str],
) -> list[Column]:
    """Return a column for each field that a schema names, the first where two say the same key."""
    columns: list[Column] = []
    for field in fields:
        if name_of(field) in single:
            columns += _single_columns(field, owners, vocabulary)
        elif name_of(field) and not subfields(field):
            columns.append(column_of(field, vocabulary))
    return list({(column.key, column.name): column for column in reversed(columns)}.values())[::-1]


def _single_columns(
    field: SchemaField, owners: Sequence[Mapping[str, JSON]], vocabulary: Vocabulary
) -> list[Column]:
    """Return the columns of a repeating field's one item; what is required in it is so if the field is."""
    name = name_of(field)
    columns = [*item_columns(field, vocabulary)]
    columns += _further(columns, _all_items(owners, name))
    label = label_of(field.get("label"), vocabulary.language) or name
    return [
        replace(
            column,
            header=f"{label}: {column.header}",
            name=f"{name}.{column.name}",
            within=name,
            source=column.key,
            required=column.required and is_required(field),
        )
        for column in columns
    ]


def _resource_columns(
    fields: Sequence[SchemaField],
    resources: Sequence[Mapping[str, JSON]],
    vocabulary: Vocabulary,
    single: Collection[str],
) -> list[Column]:
    if fields:
        columns = _schema_columns(fields, resources, vocabulary, single)
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
        replace(c, header=f"{c.header} ({c.name})")
        if c.name not in names and not c.within and c.header in labels
        else c
        for c in columns
    ]


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

    At most 31 UTF-16 units, none of ``[]:*?/\``, no quote at the ends, unlike in any case of letters
    (ECMA-376 part 1, 18.2.19, and Excel's own limits).
    """
    taken = {title.casefold() for title in (*RESERVED_TITLES, "History")}
    for table in tables:
        title = _as_title(table.title) or _as_title(table.field) or "Sheet"
        unique, n = title, 2
        while unique.casefold() in taken:
            ending = f" ({n})"
            unique, n = _cut(title, TITLE_LIMIT - len(ending)) + ending, n + 1
        taken.add(unique.casefold())
        yield replace(table, title=unique)


def _as_title(text: str) -> str:
    shown = "".join(ch for ch in text.translate(_FORBIDDEN_IN_TITLES) if ch.isspace() or not UNSEEN.match(ch))
    return _cut(" ".join(shown.split()).strip("'"), TITLE_LIMIT).strip("' ")


def _cut(text: str, most: int) -> str:
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
