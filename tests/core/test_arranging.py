"""Which organizations packages name, so that their titles can be shown."""

from typing import Any

from worlds import package, resource

from bulkedit.core.arranging import organizations_named
from bulkedit.core.template import NO_TEMPLATE, read_template

SCHEMA: dict[str, Any] = {
    "dataset_fields": [
        {"field_name": "title"},
        {"field_name": "publisher", "choices_helper": "scheming_organizations"},
        {
            "field_name": "contacts",
            "repeating_subfields": [
                {"field_name": "name"},
                {"field_name": "office", "choices_helper": "scheming_organizations"},
            ],
        },
        {"field_name": "dates", "repeating_subfields": [{"field_name": "date"}]},
    ],
    "resource_fields": [{"field_name": "holder"}],
}
PACKAGES = [
    package(
        "parks",
        publisher="org-1",
        contacts=[{"name": "Ann", "office": "org-2"}, {"name": "Bob", "office": ""}],
        dates=[{"date": "2026-01-01"}],
        resources=[resource("map", holder="org-3"), resource("list")],
    ),
    package("trails", publisher=None),
]


def test_organizations_are_found_in_fields_and_entries() -> None:
    """Wherever the schema says that a field holds one; an empty field names none."""
    assert organizations_named(PACKAGES, SCHEMA, NO_TEMPLATE) == {"org-1", "org-2"}


def test_a_template_may_say_that_a_field_holds_one() -> None:
    """Also one of a resource."""
    template = read_template({"resources": {"organizations": ["holder"]}}, "own.yaml")

    assert organizations_named(PACKAGES, SCHEMA, template) == {"org-1", "org-2", "org-3"}
