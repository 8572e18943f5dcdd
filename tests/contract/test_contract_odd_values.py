"""Values as careless people and programs send them: what CKAN makes of each; many of them in one package."""

from typing import Any

import pytest
from speaking import (
    BAD_REQUEST,
    DENIED,
    NOT_FOUND,
    SAID,
    Groups,
    Packages,
    Site,
    call,
    contact,
    dataset,
    get,
    names,
    post,
    record,
    resource,
    show,
    some_name,
)

TEXT = [SAID]
"""The errors of a field with one sentence."""


def new(site: Site) -> None:
    """Leave out a test of what CKAN 2.9 does otherwise."""
    if site.old:
        pytest.skip("CKAN 2.9 does otherwise")


NO_TEXTS = [pytest.param("a\x00b", id="NUL"), pytest.param("a\ud800", id="half a character")]


@pytest.mark.parametrize("text", NO_TEXTS)
def test_texts_that_no_database_keeps(site: Site, packages: Packages, text: str) -> None:
    """CKAN stumbles over them, and nothing is kept."""
    made = packages.dataset(title="Fords", extras=[{"key": "house", "value": "x"}])
    name = some_name()

    for fields in ({"title": text}, {"extras": [{"key": "a", "value": text}]}, {"owner_org": text}):
        assert packages.attempt(dataset(site) | {"name": name} | fields).status == 500, fields
    assert call(site, "package_patch", {"id": made["id"], "title": text}).status == 500
    revision = {"match": {"id": made["id"]}, "update__extras__0__value": text}
    assert call(site, "package_revise", revision).status == 500
    assert call(site, "package_show", {"id": text}).status == 500

    assert call(site, "package_show", {"id": name}).refused == NOT_FOUND
    assert show(site, made["id"]) == made


def test_nul_in_a_form_and_in_an_address(site: Site) -> None:
    """The same, however it comes."""
    assert post(site, "package_show", data={"id": "a\x00b"}).status == 500
    assert get(site, "package_show", {"id": "a\x00b"}).status == 500


@pytest.mark.parametrize("key", [5, True, ["a"], {"a": 1}, -1.5])
def test_an_id_that_is_no_text(site: Site, key: Any) -> None:
    """CKAN stumbles over it."""
    new(site)

    for action in ("package_show", "package_patch", "resource_show", "package_delete", "organization_show"):
        assert call(site, action, {"id": key}).status == 500, action


def test_ids_that_say_nothing(site: Site) -> None:
    """An id that is there and empty is looked for, except where a package is shown."""
    for action in ("package_delete", "resource_show", "resource_delete", "organization_show"):
        assert call(site, action, {"id": ""}).refused == NOT_FOUND, action
    assert call(site, "package_show", {"id": ""}).invalid == {"name_or_id": TEXT}


GOOD_ADDRESSES = "a@localhost a@example a@x.o-g a@1.2.3.4 A+b/'c@X.ORG".split()
BAD_ADDRESSES = [
    *"ü@example.org .a@example.org a..b@example.org a@-x.org a@x-.org a@x..org a@x.org. a@x_y.org".split(),
    "a@" + "b" * 64 + ".org",
    "a b@x.org",
    "a@x.org\n\n",
]


def test_e_mail_addresses(site: Site, packages: Packages) -> None:
    """What HTML takes as one is one, with or without the end of a line after it."""
    new(site)
    good = [*GOOD_ADDRESSES, "a@example.org\n", "a@" + "b" * 63 + ".org"]

    bad = packages.attempt(record(site) | {"contacts": [contact(email=one) for one in [*BAD_ADDRESSES, *good]]})
    made = packages.record(contacts=[contact(email=one) for one in good])

    assert bad.invalid == {"contacts": [*[{"email": TEXT}] * len(BAD_ADDRESSES), *[{}] * len(good)]}
    assert [one["email"] for one in made["contacts"]] == good


@pytest.mark.parametrize("value", [5, True, ["a@example.org"], {"a": 1}])
def test_an_e_mail_address_that_is_no_text(site: Site, packages: Packages, value: Any) -> None:
    """CKAN stumbles over it."""
    assert packages.attempt(record(site) | {"enquiries_email": value}).status == 500


TIMES = {
    "20200105": "2020-01-05T00:00:00",
    "2020-W01-1": "2019-12-30T00:00:00",
    "20200105T100000": "2020-01-05T10:00:00",
    "2020-01-05T10": "2020-01-05T10:00:00",
    "2020-01-05T10:00:00,5": "2020-01-05T10:00:00.500000",
    "2020-01-05 10:00+0200": "2020-01-05T10:00:00+02:00",
    "2020-01-05T10:00:00Z": "2020-01-05T10:00:00+00:00",
    "2020/01/05 15.14.55.1": "2020-01-05T15:14:55.100000",
    "2020-1-5": "2020-01-05T00:00:00",
}
NO_TIMES = [*"2020-1-5_1:2:3 2020 2020-01 1.2.2020 soon 2020-01-05T24:00:00 2020-02-30".split(), 5, True, [], {}]


def test_times(site: Site, packages: Packages) -> None:
    """ISO 8601 in all its ways, or numbers with anything between them, two digits for the seconds."""
    new(site)

    wrong = packages.attempt(
        record(site)
        | {"dates": [{"type": "Created", "date": one} for one in NO_TIMES], "last_checked": "2020-1-5 1:2:3"}
    )
    made = packages.record(dates=[{"type": "Created", "date": one} for one in TIMES])
    checked = [packages.record(last_checked=one)["last_checked"] for one in [*TIMES][:6]]

    assert wrong.invalid == {"dates": [{"date": TEXT}] * len(NO_TIMES), "last_checked": TEXT}
    assert [one["date"] for one in made["dates"]] == [one[:10] for one in TIMES.values()]
    assert checked == [*TIMES.values()][:6]


def test_times_of_resources(site: Site, packages: Packages) -> None:
    """CKAN keeps its own times of a resource in UTC without saying so."""
    new(site)
    said = ["2020-01-05T10:00:00+02:00", "2020-01-05T10:00Z", "20200105", "2020-01-05 10:00-0130"]

    made = packages.dataset(resources=[{"url": "x", "last_modified": one} for one in said])

    assert [one["last_modified"] for one in made["resources"]] == [
        *("2020-01-05T08:00:00", "2020-01-05T10:00:00", "2020-01-05T00:00:00", "2020-01-05T11:30:00")
    ]


def test_tags(site: Site, packages: Packages) -> None:
    """A tag has one fault at most; what is unsaid of a vocabulary is null, not an empty text."""
    wrong = ["!", "x" * 101 + "!", "a\n\n", "😀", "a:b"]

    refused = packages.attempt(dataset(site) | {"tags": [{"name": "ok tag"}, *({"name": one} for one in wrong)]})
    made = packages.dataset(tags=[{"name": "abc\n"}, {"name": "weir", "vocabulary_id": None}])
    vocabulary = packages.attempt(
        dataset(site)
        | {
            "tags": [
                {"name": "x"},
                {"name": "ford", "vocabulary_id": ""},
                {"name": "!", "vocabulary_id": "no-such"},
            ]
        }
    )

    assert refused.invalid == {"tags": TEXT * len(wrong)}
    assert names(made["tags"]) == ["abc\n", "weir"]
    assert vocabulary.invalid == {"tags": [SAID, {"vocabulary_id": TEXT}, SAID]}


CORE_KEYS = """id name title author author_email maintainer maintainer_email license_id notes url version state
    type owner_org private tags tag_string extras groups resources save return_to __before __extras __junk
    relationships_as_object relationships_as_subject metadata_modified plugin_data""".split()


@pytest.mark.parametrize("kind", [record, dataset])
def test_extras_that_are_named_like_fields(site: Site, packages: Packages, kind: Any) -> None:
    """No extra takes the name of a field; any other will do."""
    new(site)
    keys = [*CORE_KEYS, "organization", "num_tags", "creator_user_id"]
    sent = kind(site) | {"extras": [{"key": key, "value": "x"} for key in keys]}

    reply = packages.attempt(sent)

    assert reply.invalid == {"extras": [*[{"key": TEXT}] * len(CORE_KEYS), {}, {}, {}]}


def test_extras_that_are_there_twice(site: Site, packages: Packages) -> None:
    """Their other faults are told as well."""
    extras = [{"key": "a", "value": "x"}, {"key": "b"}, {"key": "a", "value": "x"}]

    reply = packages.attempt(dataset(site) | {"extras": extras})

    assert reply.invalid == {"extras_validation": TEXT, "extras": [{}, {"value": TEXT}, {}]}


@pytest.mark.parametrize("extras", [None, 0, "x", {"a": "b"}])
def test_extras_that_are_no_list(site: Site, packages: Packages, extras: Any) -> None:
    """A bad request."""
    assert packages.attempt(dataset(site) | {"extras": extras}).refused == BAD_REQUEST


def test_what_is_no_text_becomes_json(site: Site, packages: Packages) -> None:
    """Sorted by key, with all letters as they are."""
    new(site)

    made = packages.dataset(
        author={"b": 1, "a": "é"},
        maintainer=True,
        notes=["é"],
        extras=[{"key": 5, "value": {"b": None, "a": "ü"}}],
    )

    assert (made["author"], made["maintainer"], made["notes"]) == ('{"a": "é", "b": 1}', "true", '["é"]')
    assert made["extras"] == [{"key": "5", "value": '{"a": "ü", "b": null}'}]


def test_zero_is_not_missing(site: Site, packages: Packages) -> None:
    """Nor is no."""
    new(site)

    made = packages.record(contacts=[contact(name=0), contact(name=False)])

    assert names(made["contacts"]) == [0, False]


FORMATS = {
    "Excel": "XLS",
    "MS Excel": "MS Excel",
    "excel ooxml spreadsheet": "XLSX",
    "comma separated values file": "CSV",
    "CSV ": "CSV ",
    "csv": "CSV",
    "text/csv": "CSV",
    "ESRI REST": "Esri REST",
    "arcgis_rest": "Esri REST",
    "Shapefile": "SHP",
    "esri shapefile": "SHP",
    "KML File": "KML",
    "application/vnd.google-earth.kmz+xml": "KMZ",
    "gml": "gml",
    "gpkg": "gpkg",
    "GeoTIFF": "GeoTIFF",
    "geojson": "GeoJSON",
    "web map service": "web map service",
    "Web Mapping Service": "WMS",
    "api": "api",
    "jpg": "JPEG",
    "netcdf": "NetCDF",
    "application/x-tar": "TAR",
    "access database": "MDB",
    "word document": "DOC",
    "Web Page": "HTML",
}


def test_formats(packages: Packages) -> None:
    """A format that CKAN knows is spelled as it does, whatever else it is called; others stay."""
    made = packages.dataset(resources=[{"url": "x", "format": one} for one in FORMATS])

    assert {one: held["format"] for one, held in zip(FORMATS, made["resources"], strict=True)} == FORMATS


def test_guessed_formats(packages: Packages) -> None:
    """The end of an address tells a format."""
    guessed = {
        "x.tar.gz": "TAR",
        "http://e/x.geojson": "GeoJSON",
        "x.xlsx": "XLSX",
        "x.csv?a=b": "",
        "http://e": "",
    }

    made = packages.dataset(resources=[{"url": url} for url in guessed])

    assert [one["format"] for one in made["resources"]] == [*guessed.values()]


def test_what_a_resource_says_of_itself(packages: Packages) -> None:
    """When it was made is for the caller to say; an empty list of its items is shown."""
    made = packages.record(
        resources=[resource(created="2020-01-01T00:00:00", table_columns=[]), resource(table_columns=[{}])]
    )

    [first, second] = made["resources"]
    assert (first["created"], first["table_columns"]) == ("2020-01-01T00:00:00", [])
    assert "table_columns" not in second


def test_null_for_what_a_package_must_have(site: Site, packages: Packages) -> None:
    """On CKAN's own type it changes nothing."""
    made = packages.dataset()

    reply = call(site, "package_patch", {"id": made["id"], "name": None, "owner_org": None, "notes": "x"})
    empty = call(site, "package_patch", {"id": made["id"], "name": ""})

    assert (reply.result["name"], reply.result["owner_org"]) == (made["name"], made["owner_org"])
    assert reply.result["notes"] == "x"
    assert empty.invalid == {"name": TEXT * 2}


def test_groups(site: Site, packages: Packages, groups: Groups) -> None:
    """A group's name in the place of its id is let through, and does nothing; an empty group is none."""
    for sent in ([{"id": groups.own["name"]}], [{}], [{"title": groups.own["title"]}], []):
        assert packages.dataset(groups=sent)["groups"] == [], sent
    for by in ("id", "name"):
        assert names(packages.dataset(groups=[{by: groups.own[by]}])["groups"]) == [groups.own["name"]]


def test_wrong_groups(site: Site, packages: Packages, groups: Groups) -> None:
    """Groups are looked at before anything else is; a text is taken for letters that are names of groups."""
    bad = {"maintainer_email": "x"}

    for sent in ("x", groups.own["name"], [{"name": "no-such-group"}], [{"id": "x", "name": groups.own["name"]}]):
        assert packages.attempt(dataset(site) | bad | {"groups": sent}).refused == NOT_FOUND, sent
    assert packages.attempt(dataset(site) | bad | {"groups": [{"name": groups.foreign["name"]}]}).refused == DENIED
    for sent in (None, 5, [{"id": 5}]):
        assert packages.attempt(dataset(site) | {"groups": sent}).status == 500, sent


# -- how a call may be written


def test_json_without_its_name(site: Site, packages: Packages) -> None:
    """A JSON object as `curl -d` sends it is read as one; another kind of body is refused."""
    made = packages.dataset()
    body = f'{{"id":"{made["id"]}"}}'
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert post(site, "package_show", data=body, headers=form).result == made
    assert post(site, "package_show", data='{"id":', headers=form).status == 400
    if not site.old:
        assert post(site, "package_show", data=body, headers={"Content-Type": "text/plain"}).status == 415


def test_parameters_that_are_there_twice(site: Site, packages: Packages) -> None:
    """Together they are a list."""
    made = packages.dataset(private=True)
    queries = [f"id:{made['id']}", f"name:{made['name']}"]

    found = get(site, "package_search", {"fq_list": queries, "include_private": "true"})  # type: ignore[dict-item]  # a list of texts
    none = get(site, "package_search", {"fq_list": [queries[0], "name:x"], "include_private": "true"})  # type: ignore[dict-item]  # a list of texts

    assert (found.result["count"], none.result["count"]) == (1, 0)


def test_searches_by_numbers_and_kinds(site: Site, packages: Packages) -> None:
    """Every package is one; the number of its resources is searched for as a text."""
    made = packages.dataset(resources=[{"url": "x"}] * 3)

    def found(query: str) -> int:
        count: int = call(site, "package_search", {"fq": f"id:{made['id']} AND {query}"}).result["count"]
        return count

    queries = ("entity_type:package", "num_resources:3", "num_resources:[2 TO 9]", "num_resources:[2 TO 10]")
    assert [found(query) for query in queries] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("sort", "status"),
    [("no_such_field asc", 200), ("num_resources desc", 200), ("id asc,", 200), ("tags asc", 409), ("name", 400)],
)
def test_sorting(site: Site, sort: str, status: int) -> None:
    """By any field that a package has once."""
    assert call(site, "package_search", {"sort": sort, "rows": 0}).status == status
