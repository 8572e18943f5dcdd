"""`package_search` as bulkedit asks it, and what a person may ask with it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from speaking import ANONYMOUS, Packages, Site, call, contact, resource, show, some_word

ALL = {"include_private": True, "include_drafts": True, "facet": "false"}

_APART = 0.2  # seconds between what is sorted by time


class Shelf:
    """Five packages that have a word in common."""

    def __init__(self, packages: Packages) -> None:
        self.word = some_word()
        site = packages.site
        fields: dict[str, Any] = {
            "title": f"{self.word} bridges over becks",
            "tags": [{"name": f"over {self.word}"}],
            "license_id": "cc-zero",
            "publish_state": "PUBLISHED",
        }
        self.public = packages.record(**fields, resources=[resource()], contacts=[contact()])
        time.sleep(_APART)
        self.private = packages.record(**fields, private=True)
        time.sleep(_APART)
        self.dataset = packages.dataset(title=f"{self.word} Fords", extras=[{"key": "house", "value": "x"}])
        draft = packages.record(**fields)
        self.draft = call(site, "package_patch", {"id": draft["id"], "state": "draft"}).result
        self.deleted = packages.record(**fields)
        call(site, "package_delete", {"id": self.deleted["id"]})
        self.owner = self.public["owner_org"]
        self.all = sorted([self.public, self.private, self.dataset, self.draft], key=lambda one: one["id"])

    @property
    def ids(self) -> list[str]:
        """The ids of all that are not deleted, in order."""
        return [one["id"] for one in self.all]

    @property
    def only(self) -> str:
        """A filter for the five."""
        return "+id:({})".format(" OR ".join(f'"{key}"' for key in [*self.ids, self.deleted["id"]]))


@pytest.fixture(scope="module")
def shelf(site: Site) -> Iterator[Shelf]:
    """Keep the packages for all searches."""
    packages = Packages(site)
    yield Shelf(packages)
    packages.delete()


def search(site: Site, token: str | None = None, **params: Any) -> dict[str, Any]:
    """Search for everything that a user may see."""
    return call(site, "package_search", ALL | params, token=token).result


def found(site: Site, fq: str, **params: Any) -> list[str]:
    """Return the ids of what a filter finds, in order."""
    return [one["id"] for one in search(site, fq=fq, sort="id asc", rows=1000, **params)["results"]]


def test_what_is_found_is_what_is_shown(site: Site, shelf: Shelf) -> None:
    """A search gives packages whole, as they are shown singly, private ones and drafts too."""
    result = search(site, fq=shelf.only, sort="id asc")

    assert result["results"] == shelf.all == [show(site, key) for key in shelf.ids]
    assert result["count"] == 4


def test_the_answer(site: Site, shelf: Shelf) -> None:
    """An answer holds the number of all, a page of them, the order, and facets."""
    result = search(site, q=shelf.word, rows=1)

    assert result.keys() == {"count", "results", "sort", "facets", "search_facets"}
    assert (result["count"], len(result["results"])) == (4, 1)
    assert (result["facets"], result["search_facets"]) == ({}, {})
    assert result["sort"] == "score desc, metadata_modified desc"


def test_an_organization_page_by_page(site: Site, shelf: Shelf) -> None:
    """Pages go by id: the next one begins behind the last id, and an empty one is the end."""
    fq = f'+owner_org:"{shelf.owner}" +({shelf.word})'
    pages, last = [], ""
    while not pages or pages[-1]:
        after = f' +id:{{"{last}" TO *}}' if last else ""
        page = search(site, fq=fq + after, rows=3, sort="id asc")["results"]
        pages.append([one["id"] for one in page])
        last = pages[-1][-1] if page else ""

    assert pages == [shelf.ids[:3], shelf.ids[3:], []]


def test_ranges_of_ids(site: Site, shelf: Shelf) -> None:
    """Braces leave the border out, brackets take it in."""
    second = shelf.ids[1]

    assert found(site, f'{shelf.only} +id:{{"{second}" TO *}}') == shelf.ids[2:]
    assert found(site, f'{shelf.only} +id:["{second}" TO *]') == shelf.ids[1:]
    assert found(site, f'{shelf.only} +id:[* TO "{second}"]') == shelf.ids[:2]


def test_rows_and_start(site: Site, shelf: Shelf) -> None:
    """A page begins where it is told and is as long as told; the count is of all."""
    page = search(site, fq=shelf.only, sort="id asc", rows=2, start=1)
    none = search(site, fq=shelf.only, rows=0)
    descending = search(site, fq=shelf.only, sort="id desc")

    assert ([one["id"] for one in page["results"]], page["count"]) == (shelf.ids[1:3], 4)
    assert (none["results"], none["count"]) == ([], 4)
    assert [one["id"] for one in descending["results"]] == shelf.ids[::-1]


def test_by_name_and_stamp(site: Site, shelf: Shelf) -> None:
    """Packages may be sorted by other fields."""
    by_name = search(site, fq=shelf.only, sort="name asc")["results"]
    by_stamp = search(site, fq=shelf.only, sort="metadata_modified desc")["results"]

    assert [one["name"] for one in by_name] == sorted(one["name"] for one in shelf.all)
    stamps = [one["metadata_modified"] for one in by_stamp]
    assert stamps == sorted(stamps, reverse=True)


FILTERS = [
    ('+dataset_type:"bcdc_dataset"', "public private draft"),
    ("+dataset_type:dataset", "dataset"),
    ("-dataset_type:dataset", "public private draft"),
    ("+private:true", "private"),
    ("+private:false", "public dataset draft"),
    ("+state:draft", "draft"),
    ("+state:active", "public private dataset"),
    ('+license_id:"cc-zero"', "public private draft"),
    ('+license_id:("cc-zero" OR "no-such")', "public private draft"),
    ('+tags:"over {word}"', "public private draft"),
    ("+title:{word}", "public private dataset draft"),
    ("+title:fords", "dataset"),
    ('+title:"bridges over becks"', "public private draft"),
    ('+title:"becks over"', ""),
    ("+(title:fords OR private:true)", "private dataset"),
    ("+(title:{word} AND private:true)", "private"),
    ("+title:{word} -private:true -state:draft", "public dataset"),
    ('+organization:"{organization}"', "public private dataset draft"),
    ('+organization:"{other}"', ""),
    ("+publish_state:PUBLISHED", "public private draft"),
    ("+num_resources:1", "public"),
    ("+num_resources:[1 TO *]", "public"),
    ("+res_format:CSV", "public"),
    ("+metadata_modified:[2001-01-01T00:00:00Z TO *]", "public private dataset draft"),
    ("+metadata_modified:[* TO 2001-01-01T00:00:00Z]", ""),
    ("+({word})", "public private dataset draft"),
    ("+({word} fords)", "dataset"),
    ("+no_such_field:x", ""),
]


@pytest.mark.parametrize(("fq", "expected"), FILTERS)
def test_a_filter(site: Site, shelf: Shelf, fq: str, expected: str) -> None:
    """What people filter by: fields, words, either and both, ranges."""
    filled = fq.format(word=shelf.word, organization=site.organization, other=site.other_organization)

    result = found(site, f"{shelf.only} {filled}")

    assert result == sorted(getattr(shelf, name)["id"] for name in expected.split())


def test_a_name(site: Site, shelf: Shelf) -> None:
    """One package is found by its name, whole or by a beginning."""
    name = shelf.dataset["name"]

    assert found(site, f'name:"{name}"') == [shelf.dataset["id"]]
    assert found(site, f"name:{name}") == [shelf.dataset["id"]]
    assert found(site, f"name:{name[:-3]}*") == [shelf.dataset["id"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("{word}", 4),
        ("{upper}", 4),
        ("{word} becks", 3),
        ("{word} nowhere", 0),
        ("title:{word}", 4),
        ("{word} AND title:fords", 1),
        ("+{word} -title:fords", 3),
    ],
)
def test_a_query(site: Site, shelf: Shelf, query: str, count: int) -> None:
    """A query finds the packages that hold all of its words, in any case."""
    q = query.format(word=shelf.word, upper=shelf.word.upper())

    assert search(site, q=q)["count"] == count


@pytest.mark.parametrize("query", ["", "*:*"])
def test_a_query_for_everything(site: Site, shelf: Shelf, query: str) -> None:
    """An empty query and a star leave it all to the filter."""
    assert search(site, q=query, fq=shelf.only)["count"] == 4


def test_several_filters(site: Site, shelf: Shelf) -> None:
    """A list of filters must be met as a whole."""
    result = search(site, fq_list=[shelf.only, "+private:true"])

    assert [one["id"] for one in result["results"]] == [shelf.private["id"]]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "public dataset"),
        ({"include_private": True}, "public private dataset"),
        ({"include_drafts": True}, "public dataset draft"),
        ({"include_private": True, "include_drafts": True}, "public private dataset draft"),
    ],
)
def test_what_is_left_out(site: Site, shelf: Shelf, params: dict[str, Any], expected: str) -> None:
    """Private packages and drafts are found only when asked for."""
    results = [
        call(site, "package_search", {"fq": shelf.only, "sort": "id asc"} | params, token=token).result["results"]
        for token in (None, site.member, site.sysadmin)
    ]

    ids = sorted(getattr(shelf, name)["id"] for name in expected.split())
    assert [[one["id"] for one in result] for result in results] == [ids, ids, ids]


def test_what_nobody_finds(site: Site, shelf: Shelf) -> None:
    """Without a token only active public packages are found, whatever is asked for."""
    result = search(site, fq=shelf.only, sort="id asc", token=ANONYMOUS)

    public = sorted([shelf.public, shelf.dataset], key=lambda one: one["id"])
    assert (result["results"], result["count"]) == (public, 2)


def test_a_change_is_found_at_once(site: Site, packages: Packages) -> None:
    """What was written is found, and what was is not."""
    old, new = some_word(), some_word()
    made = packages.record(title=old, contacts=[contact()])

    after = call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"title": new}})

    assert search(site, q=old)["count"] == 0
    assert search(site, q=new)["results"] == [after.result["package"]]


REFUSED = [
    ({"no_such_parameter": 1}, (400, "Search Query Error")),
    ({"sort": "id"}, (400, "Search Query Error")),
    ({"fq": '+id:("'}, (409, "Search Error")),
    ({"fq": "+title:(fords"}, (409, "Search Error")),
    ({"q": "title:(fords"}, (409, "Search Error")),
    ({"rows": "many"}, (409, "Validation Error")),
    ({"rows": -1}, (409, "Validation Error")),
    ({"start": "x"}, (409, "Validation Error")),
]


@pytest.mark.parametrize(("params", "refusal"), REFUSED)
def test_a_search_that_is_refused(site: Site, params: dict[str, Any], refusal: tuple[int, str]) -> None:
    """A parameter that is unknown or wrong, and a query that cannot be read, are errors."""
    reply = call(site, "package_search", params)

    assert reply.refused == refusal
