"""Planning without a site: packages as far as a workbook remembers them."""

from worlds import desk_of, parks, trails

from bulkedit.core.recalled import recalled


def test_a_package_is_recalled_with_its_lists_and_resources() -> None:
    """As many items and resources as were exported, in their order; fields have no values."""
    desk = desk_of(parks(), trails())

    found = recalled(desk.layout, desk.catalogue, ["id-parks"])

    assert found == {
        "id-parks": {
            "id": "id-parks",
            "name": "parks",
            "state": "active",
            "contacts": [{}, {}],
            "resources": [{"id": "id-map", "temporal_extent": [{}]}, {"id": "id-list"}],
        }
    }


def test_only_what_is_asked_for_is_recalled() -> None:
    """A package without resources has none."""
    desk = desk_of(parks(), trails())

    found = recalled(desk.layout, desk.catalogue, ["id-trails"])

    assert [(key, one["resources"]) for key, one in found.items()] == [("id-trails", [])]
