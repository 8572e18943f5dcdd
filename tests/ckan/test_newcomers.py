"""What a new package is called, and whether a package of that name is the one that an earlier run created."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest
from quick_time import QuickTime
from scripted import DENIED, NOT_FOUND, TOKEN, Reply, Request, Serve, ok

from bulkedit.ckan.client import Client
from bulkedit.ckan.pace import Pace
from bulkedit.ckan.site import Site
from bulkedit.core.columns import Column, Level, Table
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.meta import Identity
from bulkedit.newcomers import Newcomers, TakenError

NAME, TITLE, OWNER = (
    Column(header, name) for header, name in (("Name", "name"), ("Title", "title"), ("Owner", "owner_org"))
)
PACKAGES = Table("Packages", Level.PACKAGE, "dataset", (NAME, TITLE, OWNER))
RESOURCES = Table("Resources", Level.RESOURCE, "dataset", (NAME,))

OURS: dict[str, Any] = {
    "id": "p1",
    "name": "fords",
    "title": "Fords",
    "owner_org": "parks-id",
    "state": "active",
    "creator_user_id": "ann-id",
    "metadata_created": "2026-04-01T12:30:00.123456",
    "resources": [],
}
"""A package as a run of Ann's created it half an hour after the export."""

Asked: TypeAlias = Callable[..., Newcomers]


def row(number: int = 2, *, name: str = "", title: str = "Fords", owner: str = "") -> RowEdit:
    """Return a row that asks for a package; ``name`` is a typed one."""
    texts = ((NAME, name), (TITLE, title), (OWNER, owner))
    cells = tuple(CellEdit(column, "", text) for column, text in texts if text)
    key = f"+Packages!{number}"
    return RowEdit(Place("Packages", number), PACKAGES, key, name or "fords", key, cells=cells, new=True)


def resource(key: str) -> RowEdit:
    """Return a row that asks for a resource of the package in row 2."""
    return RowEdit(Place("Resources", 2), RESOURCES, "+Packages!2", "fords", key, resource=key, new=True)


@pytest.fixture
def newcomers(serve: Serve) -> Asked:
    """Return what knows a site with some packages, by name or id; its user is Ann."""

    def of(
        *held: Mapping[str, Any] | Reply, user: str = "ann-id", created: Mapping[str, str] | None = None
    ) -> Newcomers:
        def shown(request: Request) -> Reply:
            for one in held:
                if isinstance(one, Reply):
                    return one
                if request.parameters["id"] in (one["name"], one["id"]):
                    return ok(one)
            return NOT_FOUND

        server = serve({"package_show": shown, "user_show": ok({"id": user}) if user else NOT_FOUND})
        site = Site(Client(server.url, TOKEN, pace=Pace(clock=QuickTime())))
        return Newcomers(site, Identity(server.url, {"parks-id": "parks"}, "2026-04-01T12:00:00"), created)

    return of


def test_a_name_that_nobody_has_is_given(newcomers: Asked) -> None:
    """There is no package yet."""
    assert newcomers().named([row()]) == ("fords", None)


def test_a_package_that_this_workbook_created_is_known_again(newcomers: Asked) -> None:
    """By who created it, when, where, and with which title, though the title may have had blanks around it."""
    assert newcomers(OURS).named([row()]) == ("fords", OURS)
    assert newcomers(OURS).named([row(title="Fords ")]) == ("fords", OURS)
    assert newcomers(OURS).named([row(owner="parks-id")]) == ("fords", OURS)


@pytest.mark.parametrize(
    "other",
    [
        {"creator_user_id": "bob-id"},
        {"metadata_created": "2026-04-01T11:30:00.123456"},
        {"owner_org": "waters-id"},
        {"title": "Fords of the north"},
    ],
    ids=str,
)
def test_any_other_package_of_the_name_is_not_ours(newcomers: Asked, other: dict[str, Any]) -> None:
    """Somebody else's, an older one, one of another organization, one of another title: it is left alone."""
    assert newcomers({**OURS, **other}).named([row()]) == ("fords-2", None)


def test_a_package_goes_to_the_organization_that_its_row_names(newcomers: Asked) -> None:
    """So one of the name elsewhere, if only in the exported one, is another."""
    assert newcomers(OURS).named([row(owner="waters-id")]) == ("fords-2", None)
    assert newcomers({**OURS, "owner_org": "waters-id"}).named([row(owner="waters-id")])[0] == "fords"


def test_the_clock_of_a_site_may_be_behind(newcomers: Asked) -> None:
    """By a quarter of an hour: what was created just before the export may be ours."""
    early = {**OURS, "metadata_created": "2026-04-01T11:46:00.123456"}

    assert newcomers(early).named([row()]) == ("fords", early)


def test_a_package_with_our_resource_is_ours_whatever_was_edited_since(newcomers: Asked) -> None:
    """Only this workbook's row can have given the resource its id."""
    edited = {**OURS, "title": "Other", "creator_user_id": "", "resources": [{"id": "r1"}]}

    assert newcomers(edited).named([row(), resource("r1")]) == ("fords", edited)
    assert newcomers(edited).named([row(), resource("r2")]) == ("fords-2", None)


def test_where_the_site_does_not_tell_who_the_user_is_resources_decide(newcomers: Asked) -> None:
    """A package that was to have some, and has none of them, is somebody else's; without any, the rest must do."""
    assert newcomers(OURS, user="").named([row(), resource("r1")]) == ("fords-2", None)
    assert newcomers(OURS, user="").named([row()]) == ("fords", OURS)


def test_what_the_ledger_knows_to_be_created_is_found_under_any_name(newcomers: Asked) -> None:
    """Somebody may have renamed it, given it another title, or moved it."""
    renamed = {**OURS, "name": "crossings", "title": "Crossings", "owner_org": "waters-id"}

    assert newcomers(renamed, created={"fords": "p1"}).named([row()]) == ("fords", renamed)


def test_the_name_of_a_deleted_package_is_given(newcomers: Asked) -> None:
    """CKAN lets a new package have it."""
    assert newcomers({**OURS, "state": "deleted"}).named([row()]) == ("fords", None)


def test_a_typed_name_is_given_or_refused(newcomers: Asked) -> None:
    """It is not numbered: whoever typed it meant it."""
    other = {**OURS, "title": "Other"}

    with pytest.raises(TakenError, match=r"another name in \[Name\]"):
        newcomers(other).named([row(name="fords")])
    with pytest.raises(TakenError):
        newcomers(DENIED).named([row(name="fords")])


def test_a_name_is_given_once(newcomers: Asked) -> None:
    """Neither of two rows has been sent, and the site knows none of them; the one that has a name keeps it."""
    asked = newcomers()

    names = [asked.named([row(number)])[0] for number in (2, 3, 2)]

    assert names == ["fords", "fords-2", "fords"]
