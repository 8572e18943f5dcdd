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
    packages: Sequence[Mapping[str, JSON]], schema: Mapping[str, JSON], template: Template
) -> set[str]:
    """Return what packages of one dataset type hold in fields that name organizations: ids, mostly."""
    resources = [resource for package in packages for resource in resources_of(package)]
    found: set[str] = set()
    for fields, told, owners in (
        (dicts(schema.get("dataset_fields")), template.packages, packages),
        (dicts(schema.get("resource_fields")), template.resources, resources),
    ):
        for field in as_told(fields, told):
            found |= _named_in(field, owners)
    return found


def _named_in(field: SchemaField, owners: Sequence[Mapping[str, JSON]]) -> set[str]:
    if names_organizations(field):
        return {text for owner in owners if (text := text_of(owner.get(name_of(field))))}
    names = [name_of(sub) for sub in subfields(field) if names_organizations(sub)]
    items = [item for owner in owners for item in items_of(owner.get(name_of(field))) or []] if names else []
    return {text for item in items for name in names if (text := text_of(item.get(name)))}
