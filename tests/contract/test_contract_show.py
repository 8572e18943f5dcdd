"""What a package is like when it is shown, key by key, and who sees it."""

from typing import Any

import pytest
from speaking import (
    ANONYMOUS,
    DENIED,
    NOT_FOUND,
    STAMP,
    UUID,
    Packages,
    Site,
    call,
    contact,
    show,
    some_id,
    some_name,
)

A_STAMP = "(a stamp)"
AN_ID = "(an id)"
IDS = ("id", "package_id", "creator_user_id", "owner_org")
STAMPS = ("created", "last_modified", "metadata_created", "metadata_modified")
OF_AN_ORGANIZATION = (
    "id name title type description image_url created is_organization approval_status state".split()
)


def settled(value: Any) -> Any:
    """Return a package with its ids and stamps replaced, having looked at their form."""
    match value:
        case dict():
            return {key: _settled(key, entry) for key, entry in value.items()}
        case list():
            return [settled(entry) for entry in value]
        case _:
            return value


def _settled(key: str, value: Any) -> Any:
    if key in IDS and value is not None:
        assert UUID.fullmatch(value)
        return AN_ID
    if key in STAMPS and value is not None:
        assert STAMP.fullmatch(value)
        return A_STAMP
    return settled(value)


def in_order(package: dict[str, Any]) -> dict[str, Any]:
    """Return a package with its extras in the order of their keys: the order in which they come is nobody's."""
    extras = package.get("extras")
    return package if extras is None else package | {"extras": sorted(extras, key=lambda one: one["key"])}


def organization(site: Site) -> dict[str, Any]:
    """Return the organization as a package shows it."""
    found = call(site, "organization_show", {"id": site.organization}).result
    return settled({key: found[key] for key in OF_AN_ORGANIZATION})


def licence(site: Site, key: str) -> dict[str, Any]:
    """Return what a package shows of a licence of the site."""
    [found] = [one for one in call(site, "license_list").result if one["id"] == key]
    shown = {
        "license_id": key,
        "license_title": found["title"],
        "isopen": found["od_conformance"] == "approved",
    }
    return shown | ({"license_url": found["url"]} if found["url"] else {})


def tag(name: str) -> dict[str, Any]:
    """Return a tag as a package shows it."""
    return {"id": AN_ID, "name": name, "display_name": name, "state": "active", "vocabulary_id": None}


def package(site: Site, **fields: Any) -> dict[str, Any]:
    """Return what every package shows, and these fields."""
    return {
        "author": None,
        "author_email": None,
        "creator_user_id": AN_ID,
        "groups": [],
        "id": AN_ID,
        "isopen": False,
        "license_title": None,
        "maintainer": None,
        "maintainer_email": None,
        "metadata_created": A_STAMP,
        "metadata_modified": A_STAMP,
        "num_resources": 0,
        "num_tags": 0,
        "organization": organization(site),
        "owner_org": AN_ID,
        "private": False,
        "relationships_as_object": [],
        "relationships_as_subject": [],
        "resources": [],
        "state": "active",
        "tags": [],
        "url": None,
        "version": None,
    } | fields


def resource(**fields: Any) -> dict[str, Any]:
    """Return what every resource shows, and these fields."""
    return {
        "cache_last_updated": None,
        "cache_url": None,
        "created": A_STAMP,
        "format": "",
        "hash": "",
        "id": AN_ID,
        "last_modified": None,
        "metadata_modified": A_STAMP,
        "mimetype": None,
        "mimetype_inner": None,
        "package_id": AN_ID,
        "position": 0,
        "resource_type": None,
        "size": None,
        "state": "active",
        "url": "",
        "url_type": None,
    } | fields


def bare_record(site: Site, name: str) -> dict[str, Any]:
    """Return what the type with a schema shows where only what it must have was given."""
    last_checked = {} if site.old else {"last_checked": ""}
    return last_checked | package(
        site,
        type="bcdc_dataset",
        name=name,
        title="Fords",
        notes="Where paths cross water.",
        **licence(site, "notspecified"),
        publish_state="DRAFT",
        resource_status="planned",
        security_class="LOW-PUBLIC",
        view_audience="Public",
        topics=[],
        other_titles=[],
    )


def test_a_bare_record(site: Site, packages: Packages) -> None:
    """A field of the schema that was not given is not shown; lists are, and in CKAN 2.12 times, as empty."""
    made = packages.record()

    assert settled(made) == bare_record(site, made["name"])


def test_a_bare_dataset(site: Site, packages: Packages) -> None:
    """CKAN's own fields are shown as null where they were not given; the title is the name."""
    made = packages.dataset()

    assert settled(made) == package(
        site, type="dataset", name=made["name"], title=made["name"], notes=None, license_id=None, extras=[]
    )


TEXTS = {
    "title": "Footbridges",
    "notes": "Every footbridge,\r\nby *name*.",
    "author": "Rowan",
    "author_email": "rowan@example.org",
    "maintainer": "Sage",
    "maintainer_email": "sage@example.org",
    "url": "https://example.org/footbridges",
    "version": "1.0",
}


KEPT_AS_GIVEN = TEXTS | {
    "license_id": "cc-zero",
    "publish_state": "PUBLISHED",
    "resource_status": "onGoing",
    "security_class": "MEDIUM-SENSITIVITY",
    "view_audience": "Named users",
    "replacement_record": "https://example.org/bridges",
    "purpose": "To cross dry-shod",
    "data_quality": "good",
    "lineage_statement": "- walked\n- counted",
    "object_name": "0012",
    "record_publish_date": "2024-03-01",
    "last_checked": "2024-03-01T10:20:30",
    "access_rules": {"gate": {"open": [True, None, 1.5]}},
    "enquiries_email": "paths@example.org",
    "other_titles": ["Small bridges", "Bridges, small"],
    "more_info": [{"url": "https://example.org/more", "description": "More"}, {"url": "https://example.org/a"}],
    "private": True,
}
GIVEN_IN_OTHER_FORMS = {
    "fee_cents": 1250,
    "open_by_default": True,
    "topics": ["safety", "water"],
    "tags": [{"name": "weir"}, {"name": "Alder bridge"}],
    "contacts": [
        contact(shown_as=["displayEmail", "displayName"]),
        {"name": "Sage", "email": "sage@example.org", "role": "distributor"},
    ],
    "dates": [{"type": "Created", "date": "2020-1-2"}],
}
IN_THEIR_ONE_FORM = {
    "fee_cents": "1250",
    "open_by_default": "true",
    "topics": ["water", "safety"],
    "tags": [tag("Alder bridge"), tag("weir")],
    "num_tags": 2,
    "contacts": [
        contact(shown_as=["displayName", "displayEmail"]),
        contact("Sage", email="sage@example.org", role="distributor"),
    ],
    "dates": [{"date": "2020-01-02", "type": "Created"}],
}
RESOURCE_AS_GIVEN = {
    "name": "Lengths",
    "url": "https://example.org/lengths.csv",
    "description": "One row for each",
    "resource_update_cycle": "daily",
    "resource_access_method": "direct access",
    "projection_name": "none",
    "size": 1000,
    "temporal_start": "2020-01-01",
    "temporal_end": "2021-01-01",
    "json_table_schema": {"fields": [{"name": "length"}]},
    "table_columns": [{"data_type": "text", "column_name": "name"}, {"column_name": "length"}],
    "house_key": "kept",
}


def test_a_full_record(site: Site, packages: Packages) -> None:
    """Every field comes back as given, or in the one form in which its kind is kept, all at once."""
    made = packages.record(
        **KEPT_AS_GIVEN,
        **GIVEN_IN_OTHER_FORMS,
        name=(name := some_name()),
        resources=[
            RESOURCE_AS_GIVEN | {"format": "csv", "row_count": "12", "languages": ["fr", "en"]},
            {"name": "Map", "resource_update_cycle": "notPlanned"},
        ],
    )

    assert made == show(site, made["id"])
    shown_once = KEPT_AS_GIVEN | IN_THEIR_ONE_FORM | licence(site, "cc-zero")
    assert settled(made) == bare_record(site, name) | shown_once | {
        "num_resources": 2,
        "resources": [
            resource(**RESOURCE_AS_GIVEN, format="CSV", row_count=12, languages=["en", "fr"]),
            resource(name="Map", resource_update_cycle="notPlanned", languages=[], position=1),
        ],
    }


EXTRAS = [{"key": "A b", "value": "2"}, {"key": "m", "value": ""}, {"key": "zinc", "value": "1"}]
DESCRIBED = {
    "description": "All of them",
    "hash": "abc",
    "mimetype": "text/html",
    "mimetype_inner": "text/plain",
    "resource_type": "api",
    "size": 5,
    "cache_url": "https://example.org/cache",
    "house_key": "kept",
}


def test_a_full_dataset(site: Site, packages: Packages) -> None:
    """CKAN's own type shows free keys as a list, and a resource's own fields as null where not given."""
    made = packages.dataset(
        **TEXTS,
        name=(name := some_name()),
        license_id="cc-zero",
        tag_string="weir,Alder bridge",
        extras=EXTRAS[::-1],
        resources=[
            {"url": "https://example.org/lengths.csv", "name": "Lengths"},
            DESCRIBED | {"url": "example.org/map", "format": "wms"},
        ],
    )

    assert in_order(made) == in_order(show(site, made["id"]))
    assert in_order(settled(made)) == package(site) | TEXTS | licence(site, "cc-zero") | {
        "type": "dataset",
        "name": name,
        "tags": [tag("Alder bridge"), tag("weir")],
        "num_tags": 2,
        "extras": EXTRAS,
        "num_resources": 2,
        "resources": [
            resource(name="Lengths", url="https://example.org/lengths.csv", format="CSV", description=None),
            resource(**DESCRIBED, position=1, name=None, url="http://example.org/map", format="WMS"),
        ],
    }


def test_a_licence(site: Site, packages: Packages) -> None:
    """Title, address and openness are those of the site's licence; one without an address shows none."""
    opened, closed = packages.dataset(license_id="cc-zero"), packages.dataset(license_id="other-closed")

    assert opened.items() >= licence(site, "cc-zero").items()
    assert closed.items() >= licence(site, "other-closed").items()
    assert (opened["isopen"], closed["isopen"]) == (True, False)
    assert ("license_url" in opened, "license_url" in closed) == (True, False)


def test_an_unknown_licence(packages: Packages) -> None:
    """A licence that the site does not know is kept, and shown by its id."""
    made = packages.dataset(license_id="our-own")

    assert (made["license_id"], made["license_title"], made["isopen"]) == ("our-own", "our-own", False)
    assert "license_url" not in made


def test_who_made_it(site: Site, packages: Packages) -> None:
    """A package tells which user made it, and when."""
    made = packages.record()

    editor = call(site, "user_show", {"id": site.editor_name}).result
    assert made["creator_user_id"] == editor["id"]
    assert made["metadata_created"] <= made["metadata_modified"]


def test_by_id_and_by_name(site: Site, packages: Packages) -> None:
    """A package is shown by its id and by its name."""
    made = packages.record()

    assert show(site, made["id"]) == show(site, made["name"]) == made


def test_an_unknown_package(site: Site) -> None:
    """A package that is not there is not found, by nobody."""
    assert call(site, "package_show", {"id": some_id()}).refused == NOT_FOUND
    assert call(site, "package_show", {"id": some_name()}, token=ANONYMOUS).refused == NOT_FOUND


def test_a_public_package(site: Site, packages: Packages) -> None:
    """Everybody sees a public package whole."""
    made = packages.record()

    assert show(site, made["id"], token=ANONYMOUS) == made
    assert show(site, made["id"], token=site.sysadmin) == made


@pytest.mark.parametrize("hidden", [{"private": True}, {"state": "draft"}, {"state": "deleted"}])
def test_a_hidden_package(site: Site, packages: Packages, hidden: dict[str, Any]) -> None:
    """A private, a draft and a deleted package are seen by their organization and denied to others."""
    made = packages.record()
    call(site, "package_patch", {"id": made["id"]} | hidden)

    seen = [show(site, made["id"], token=token) for token in (None, site.member, site.sysadmin)]
    denied = [call(site, "package_show", {"id": made[key]}, token=ANONYMOUS) for key in ("id", "name")]

    assert seen[0].items() >= hidden.items()
    assert seen[0] == seen[1] == seen[2]
    assert [reply.refused for reply in denied] == [DENIED, DENIED]
