"""What a template makes of a dataset type's fields: labels, order, looks, and which lists become columns."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core.columns import Column, Rule
from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, dicts, resources_of, text_of
from bulkedit.core.schema import ORGANIZATIONS, SchemaField, name_of, names_organizations, subfields
from bulkedit.core.template import Fields, Template


def as_told(fields: Sequence[SchemaField], told: Fields) -> list[SchemaField]:
    """Return fields with the labels that a template gives them, and what it says they hold."""
    return [_field_as_told(field, told) for field in fields]


def _field_as_told(field: SchemaField, told: Fields) -> SchemaField:
    name = name_of(field)
    found: dict[str, JSON] = dict(field)
    label = told.labels.get(name) or ("" if found.get("label") else told.set_by_site.get(name))
    if label:
        found["label"] = label
    if name in told.organizations:
        found["choices_helper"] = ORGANIZATIONS
    if subfields(field):
        inner: list[JSON] = [dict(sub) for sub in as_told(subfields(field), told.lists.get(name, Fields()))]
        found["repeating_subfields"] = inner
    return found


def singles(fields: Sequence[SchemaField], owners: Sequence[Mapping[str, JSON]], told: Fields) -> frozenset[str]:
    """Return the repeating fields to be written as columns: those nowhere hold more than one item."""
    names = {name_of(field) for field in fields if subfields(field)} & set(told.single)
    return frozenset(name for name in names if all(_at_most_one(items_of(owner.get(name))) for owner in owners))


def _at_most_one(items: Sequence[object] | None) -> bool:
    return items is not None and len(items) <= 1


def arranged(
    columns: Sequence[Column], told: Fields, named: Collection[str] = (), *, read_only: bool = False
) -> list[Column]:
    """Return columns as a template wants them: those it names first, then the others in their order.

    Args:
        columns: the columns.
        told: what the template says.
        named: the fields that the schema names.
        read_only: none of them can be edited.
    """
    hidden = {*told.hidden, *(name for name in told.technical if name not in named)}
    rank = {name: at for at, name in enumerate(told.first)}
    last = len(rank)
    kept = [c for c in columns if not {c.name, c.within} & {*told.left_out}]
    kept.sort(key=lambda column: rank.get(column.name, rank.get(column.within, last)))
    return [
        replace(
            column,
            header=told.labels.get(column.name, column.header),
            hidden=not {column.name, column.within}.isdisjoint(hidden),
            read_only=read_only or _is_read_only(column, told),
            width=told.widths.get(column.name, 0),
            checks=tuple(dict.fromkeys((*column.checks, *told.checks.get(column.name, ())))),
        )
        for column in kept
    ]


def _is_read_only(column: Column, told: Fields) -> bool:
    of_site = told.set_by_site.get(column.name, "")
    named = not {column.name, column.within}.isdisjoint(told.read_only)
    return column.read_only or named or (of_site != "" and column.header == of_site)


def joined(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield every rule once, those that demand nothing left out."""
    yield from dict.fromkeys(rule for rule in rules if rule.required)


def organizations_named(
    packages: Iterable[Mapping[str, JSON]], schema: Mapping[str, JSON], template: Template
) -> set[str]:
    """Return what packages of one dataset type hold in fields that name organizations: ids, mostly.

    Args:
        packages: gone through only where there are such fields.
        schema: of the dataset type.
        template: of the dataset type.
    """
    of_packages = _naming(as_told(dicts(schema.get("dataset_fields")), template.packages))
    of_resources = _naming(as_told(dicts(schema.get("resource_fields")), template.resources))
    found: set[str] = set()
    for package in packages if of_packages or of_resources else ():
        found.update(_named_in(of_packages, package))
        for resource in resources_of(package):
            found.update(_named_in(of_resources, resource))
    return found


def _naming(fields: Sequence[SchemaField]) -> list[tuple[str, str]]:
    """Return the fields that name organizations, each with the subfield that does so, or an empty text."""
    found = [(name_of(field), "") for field in fields if names_organizations(field)]
    for field in fields:
        found += [(name_of(field), name_of(sub)) for sub in subfields(field) if names_organizations(sub)]
    return found


def _named_in(fields: Sequence[tuple[str, str]], owner: Mapping[str, JSON]) -> Iterator[str]:
    for name, sub in fields:
        held = [owner.get(name)] if not sub else [item.get(sub) for item in items_of(owner.get(name)) or []]
        yield from filter(None, map(text_of, held))
