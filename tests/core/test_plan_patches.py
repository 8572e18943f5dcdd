"""The calls for a site that does not take ``package_revise``."""

from worlds import Desk, desk_of, package, parks

from bulkedit.core import columns as own
from bulkedit.core.calls import Plan
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.plan import plan_package
from bulkedit.core.refusal import explain, places_of

WALKS = File("/walks.csv", "walks.csv", 5, "d1")


def _plan(desk: Desk, live: Package, groups: tuple[str, ...] = (), *, uploads: tuple[Place, ...] = ()) -> Plan:
    rows, files = desk.edits().rows, dict.fromkeys(uploads, WALKS)
    asked = [row for row in rows if row.asks]
    diff = diff_package(asked, desk.catalogue, tabulate(desk.layout, [live]), files=files)
    return plan_package(diff, live, groups, files, revise=False)


def _payloads(plan: Plan) -> list[tuple[str, JSON]]:
    return [(call.action, dict(call.payload)) for call in plan.calls]


def test_only_what_changes_is_in_a_patch() -> None:
    """Nothing is matched and nothing stamped; a list goes whole."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "Some"
    desk.rows["Contacts"][1]["E-mail"] = "new@x.org"

    plan = _plan(desk, parks())

    contacts: JSON = [{"name": "Ann", "email": "ann@x.org"}, {"name": "Bob", "email": "new@x.org"}]
    assert _payloads(plan) == [("package_patch", {"id": "id-parks", "notes": "Some", "contacts": contacts})]


def test_a_resource_that_does_not_change_goes_exactly_as_shown() -> None:
    """CKAN 2.12 leaves such a one alone; of the one that changes, what only the site says is left out."""
    stamped: dict[str, JSON] = {"metadata_modified": "2026", "position": 0, "package_id": "id-parks"}
    live = parks() | {"resources": [one | stamped for one in resources_of(parks())]}
    desk = desk_of(live)
    desk.rows["Resources"][1]["Name"] = "the list"

    [(_, payload)] = _payloads(_plan(desk, live))

    first, second = resources_of(parks())
    assert payload == {"id": "id-parks", "resources": [first | stamped, second | {"name": "the list"}]}


def test_the_order_is_that_of_the_list() -> None:
    """Deleted resources are left out, new ones come last, unless they have a place."""
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.ACTION] = "delete"
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "new", "URL": "u", own.POSITION: "1"})

    call = _plan(desk, parks()).call

    assert call is not None
    assert [resource.get("name") for resource in resources_of(call.payload)] == ["new", "list"]
    assert list(call.resources) == [resource["id"] for resource in resources_of(call.payload)]


def test_files_follow_each_in_a_call_of_its_own() -> None:
    """A new resource bears the name of its file until that comes; where only a file goes, nothing else does."""
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.UPLOAD] = "walks.csv"
    only = _plan(desk, parks(), uploads=(Place("Resources", 2),))
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "new", own.UPLOAD: "walks.csv"})

    both = _plan(desk, parks(), uploads=(Place("Resources", 2), Place("Resources", 4)))

    described = {"hash": "sha256:d1", "mimetype": "text/csv"}
    assert _payloads(only) == [("resource_patch", {"id": "id-map", **described})]
    assert [call.action for call in both.calls] == ["package_patch", "resource_patch", "resource_patch"]
    assert [call.uploads for call in both.then] == [{call.payload["id"]: WALKS} for call in both.then]
    added = resources_of(both.calls[0].payload)[2]
    assert added | {"id": ""} == {"id": "", "name": "new", "url": "walks.csv", "format": "text/csv"}


def test_groups_go_only_where_they_are_edited_and_without_foreign_ones() -> None:
    """package_patch refuses nobody for a foreign group; the package stays in it."""
    held: list[JSON] = [{"name": "own", "id": "g-own"}, {"name": "foreign", "id": "g-foreign"}]
    live = package("parks", groups=held)
    desk = desk_of(live)
    desk.rows["Packages"][0]["Title"] = "New"
    untouched = _plan(desk, live, ("g-own",))
    desk.rows["Packages"][0]["Groups"] = "foreign"

    edited = _plan(desk, live, ("g-own",))

    assert _payloads(untouched) == [("package_patch", {"id": "id-parks", "title": "New"})]
    assert _payloads(edited) == [("package_patch", {"id": "id-parks", "title": "New", "groups": []})]


def test_nothing_to_change_is_nothing_to_send() -> None:
    """No edit: no call."""
    assert _plan(desk_of(parks()), parks()).calls == ()


# -- refused


def test_errors_of_a_file_land_at_its_resource() -> None:
    """resource_patch unwraps the errors of its resource; what only packages have is about the package."""
    desk = desk_of(parks())
    desk.rows["Resources"][1][own.UPLOAD] = "walks.csv"
    call = _plan(desk, parks(), uploads=(Place("Resources", 3),)).call
    assert call is not None
    errors: dict[str, JSON] = {
        "upload": ["Too large"],
        "size": ["No number"],
        "colour": ["No colour"],
        "contacts": [{}, {"email": ["No"]}],
        "resources": [{"name": ["No name"]}, {}],
    }

    refusal = explain(errors, call, desk.layout, "record", places_of(desk.edits().rows))

    assert refusal.general == []
    assert {str(place): texts for place, texts in refusal.by_place.items()} == {
        "Resources row 3": ["The site refused [Upload]: Too large", "The site refused [Size]: No number"],
        "Packages row 2": ["The site refused [Colour]: No colour"],
        "Contacts row 3": ["The site refused [E-mail]: No"],
        "Resources row 2": ["The site refused [Name]: No name"],
    }


def test_errors_of_a_patch_land_along_the_list_that_was_sent() -> None:
    """The first resource is deleted, so the site's first error is about the second."""
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.ACTION] = "delete"
    desk.rows["Resources"][1]["Size"] = "x"
    call = _plan(desk, parks()).call
    assert call is not None

    refusal = explain({"resources": [{"size": ["No"]}]}, call, desk.layout, "record", places_of(desk.edits().rows))

    assert {str(place): texts for place, texts in refusal.by_place.items()} == {
        "Resources row 3": ["The site refused [Size]: No"]
    }
