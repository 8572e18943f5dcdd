"""Three states and what follows from them: fields, and the items of lists, which have no ids."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkedit.core.catalogue import Catalogue, Texts, item_key
from bulkedit.core.columns import Column, Level, Table
from bulkedit.core.diff import Change, PackageDiff, Verdict, diff_package, verdict_of
from bulkedit.core.edits import CellEdit, Place, RowEdit

PACKAGES = Table("Packages", Level.PACKAGE, "record", (Column("Title", "title"), Column("Notes", "notes")))
CONTACTS = Table(
    "Contacts",
    Level.ITEM,
    "record",
    (Column("Name", "name"), Column("E-mail", "email"), Column("Phone", "phone")),
    "contacts",
    "Contacts",
)
ANN, BOB, CY, DEE = (("Ann", "a@x", "1"), ("Bob", "b@x", "2"), ("Cy", "c@x", "3"), ("Dee", "d@x", "4"))


# -- fields


@given(*[st.sampled_from("abc")] * 3)
def test_the_truth_table(exported: str, edited: str, live: str) -> None:
    """Edited as live: already so. Live as exported: change. Three different texts: conflict."""
    verdict = verdict_of(exported, edited, live)

    if edited == live:
        assert verdict is Verdict.ALREADY
    elif live == exported:
        assert verdict is Verdict.CHANGE
    else:
        assert verdict is Verdict.CONFLICT


def _title(exported: str, edited: str) -> RowEdit:
    cell = CellEdit(PACKAGES.columns[0], exported, edited)
    return RowEdit(Place("Packages", 2), PACKAGES, "p", "parks", "p", cells=(cell,))


def _package(*texts: str) -> Catalogue:
    return Catalogue({"Packages": {"p": texts}}, {"p": "parks"})


def test_a_live_change_of_another_field_is_no_conflict() -> None:
    """The diff is per cell: what somebody else did in the next field does not matter."""
    row = _title("a", "b")

    diff = diff_package([row], _package("a", "n"), _package("a", "changed"))

    assert [(c.live, c.verdict) for c in diff.changes] == [("a", Verdict.CHANGE)]


def test_overwrite_turns_a_conflict_into_a_change_from_live() -> None:
    """With `--on-conflict overwrite` the edit goes over what the site holds now, and says what that is."""
    row = _title("a", "b")

    diff = diff_package([row], _package("a", ""), _package("c", ""), overwrite=True)

    assert [(c.live, c.verdict) for c in diff.changes] == [("c", Verdict.CHANGE)]


def test_a_package_that_is_gone_is_a_conflict_even_with_overwrite() -> None:
    """Nothing can be written into a package that is not there."""
    row = _title("a", "b")

    diff = diff_package([row], _package("a", ""), Catalogue({"Packages": {}}), overwrite=True)

    assert [(c.gone, c.verdict) for c in diff.changes] == [(True, Verdict.CONFLICT)]


# -- items of lists


@dataclass
class Sheet:
    """The sheet Contacts of one package: what was exported, and what a person did to it."""

    exported: list[Texts]
    rows: list[RowEdit]

    def __init__(self, *exported: Texts) -> None:
        self.exported, self.rows = list(exported), []

    def edit(self, number: int, **texts: str) -> None:
        """Edit cells of an item by API name."""
        held = self.exported[number - 1]
        self._row(number, "", [(name, held[CONTACTS.names[name]], text) for name, text in texts.items()])

    def delete(self, number: int) -> None:
        """Write delete into the Action cell of an item."""
        self._row(number, "delete", [])

    def add(self, *texts: str) -> None:
        """Add a row."""
        names = [column.name for column in CONTACTS.columns]
        self._row(0, "", [(name, "", text) for name, text in zip(names, texts, strict=True) if text])

    def _row(self, number: int, action: str, cells: list[tuple[str, str, str]]) -> None:
        edits = tuple(CellEdit(CONTACTS.columns[CONTACTS.names[name]], old, new) for name, old, new in cells)
        place = Place("Contacts", len(self.rows) + 2)
        self.rows.append(RowEdit(place, CONTACTS, "p", "parks", "p", number=number, action=action, cells=edits))

    def diff(self, *live: Texts, overwrite: bool = False) -> PackageDiff:
        """Compare with what the site holds now."""
        return diff_package(self.rows, _contacts(self.exported), _contacts(live), overwrite=overwrite)


def _contacts(items: "list[Texts] | tuple[Texts, ...]") -> Catalogue:
    rows = {item_key("p", n): texts for n, texts in enumerate(items, 1)}
    return Catalogue({"Contacts": rows}, {"p": "parks"})


def _sent(diff: PackageDiff, live: "list[Texts] | tuple[Texts, ...]") -> list[Texts]:
    """Return the list as it stands after sending: as it was, where nothing is sent."""
    if not diff.lists:
        return list(live)
    blank = ("",) * len(CONTACTS.columns)
    return [
        tuple(item.texts.get(i, text) for i, text in enumerate(blank if item.live is None else live[item.live]))
        for item in diff.lists[0].items
    ]


def _verdicts(changes: "tuple[Change, ...]") -> list[Verdict]:
    return [change.verdict for change in changes]


def test_an_unedited_list_is_not_sent() -> None:
    """No row of a list edited: whatever the site holds now, the list is left alone."""
    diff = diff_package([], _contacts([ANN]), _contacts([BOB]))

    assert diff == PackageDiff((), ())


def test_edits_of_a_list_that_nobody_touched_arrive_in_place() -> None:
    """An edit, a removal and an addition: the others stay in order, new items come last."""
    sheet, live = Sheet(ANN, BOB, CY), (ANN, BOB, CY)
    sheet.edit(1, email="new@x")
    sheet.delete(2)
    sheet.add(*DEE)

    diff = sheet.diff(*live)

    assert _sent(diff, live) == [("Ann", "new@x", "1"), CY, DEE]


def test_a_rerun_after_a_crash_finds_everything_already_so() -> None:
    """The list is as the workbook wants it: nothing is sent a second time, no item is doubled."""
    sheet = Sheet(ANN, BOB, CY)
    sheet.edit(1, email="new@x")
    sheet.delete(2)
    sheet.add(*DEE)

    diff = sheet.diff(("Ann", "new@x", "1"), CY, DEE)

    assert set(_verdicts(diff.changes)) == {Verdict.ALREADY}
    assert diff.lists == ()


def test_a_rerun_after_a_crash_does_not_swap_items_back() -> None:
    """Two items were made each other: that looks as if only their order had changed."""
    sheet = Sheet(ANN, BOB)
    sheet.edit(1, name="Bob", email="b@x", phone="2")
    sheet.edit(2, name="Ann", email="a@x", phone="1")

    diff = sheet.diff(BOB, ANN)

    assert set(_verdicts(diff.changes)) == {Verdict.ALREADY}
    assert diff.lists == ()


def test_a_rerun_after_a_crash_and_a_rival_adds_nothing_twice() -> None:
    """Our list was stored, then somebody changed another item of it: still nothing is left to do."""
    sheet = Sheet(ANN, BOB, CY)
    sheet.edit(1, email="new@x")
    sheet.delete(2)
    sheet.add(*DEE)

    diff = sheet.diff(("Ann", "new@x", "1"), ("Cy", "rival@x", "3"), DEE)

    assert set(_verdicts(diff.changes)) == {Verdict.ALREADY}
    assert diff.lists == ()


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        pytest.param((ANN, BOB, DEE), [ANN, ("Bob", "new@x", "2"), DEE], id="appended"),
        pytest.param((DEE, ANN, BOB), [DEE, ANN, ("Bob", "new@x", "2")], id="inserted"),
        pytest.param((BOB,), [("Bob", "new@x", "2")], id="removed"),
        pytest.param((("Ann", "z", "z"), BOB), [("Ann", "z", "z"), ("Bob", "new@x", "2")], id="changed"),
        pytest.param((BOB, ANN), [("Bob", "new@x", "2"), ANN], id="moved"),
        pytest.param((("Bob", "b@x", "9"), DEE, ANN), [("Bob", "new@x", "9"), DEE, ANN], id="moved and changed"),
    ],
)
def test_an_edit_lands_on_its_item_whatever_a_rival_did_to_the_list(
    live: tuple[Texts, ...], expected: list[Texts]
) -> None:
    """Items are known by what they hold, wherever in the list they stand now."""
    sheet = Sheet(ANN, BOB)
    sheet.edit(2, email="new@x")

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.CHANGE]
    assert _sent(diff, live) == expected


def test_an_item_that_was_moved_is_removed_all_the_same() -> None:
    """Removing an item of a list that was put in another order removes that item, and does not say it is gone."""
    sheet, live = Sheet(ANN, BOB, CY), (CY, BOB, ANN)
    sheet.delete(1)

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.CHANGE]
    assert _sent(diff, live) == [CY, BOB]


@pytest.mark.parametrize("number", [1, 2])
def test_items_of_one_name_are_told_apart_by_the_rest(number: int) -> None:
    """Where the first field says nothing, a moved item is still the one that holds all the same."""
    home, work = ("Ann", "home@x", ""), ("Ann", "work@x", "")
    sheet, live = Sheet(home, work), (work, home)
    sheet.delete(number)

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.CHANGE]
    assert _sent(diff, live) == [[work, home][number - 1]]


def test_the_same_field_of_the_same_item_is_a_conflict() -> None:
    """Both sides wrote into one cell of an item: not sent, and the site's text is at hand."""
    sheet = Sheet(ANN, BOB)
    sheet.edit(2, email="new@x")

    diff = sheet.diff(ANN, ("Bob", "rival@x", "2"))

    assert [(c.verdict, c.live) for c in diff.changes] == [(Verdict.CONFLICT, "rival@x")]
    assert diff.lists == ()


def test_an_item_is_sent_whole_or_not_at_all() -> None:
    """One cell of a contact clashes: its others stay too, or the site would hold a contact that nobody wrote."""
    sheet, live = Sheet(ANN, BOB), (("Anna", *ANN[1:]), BOB)
    sheet.edit(1, name="Zoe", email="zoe@x")

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.CONFLICT, Verdict.CONFLICT]
    assert _sent(diff, live) == list(live)


def test_an_item_that_was_replaced_is_gone_even_if_the_new_one_looks_as_edited() -> None:
    """Ann was to get Bob's phone; meanwhile somebody else with that phone stands there: Ann is gone, not done."""
    sheet, live = Sheet(ANN, BOB), (("Zed", "zed@x", BOB[2]), BOB)
    sheet.edit(1, **{CONTACTS.columns[2].name: BOB[2]})

    for overwrite in (False, True):
        diff = sheet.diff(*live, overwrite=overwrite)

        assert [(c.verdict, c.gone) for c in diff.changes] == [(Verdict.CONFLICT, True)]
        assert _sent(diff, live) == list(live)


def test_an_item_without_a_name_is_known_by_all_the_rest() -> None:
    """An empty first field says nothing: then every field that nobody edited must be as it was."""
    sheet, live = Sheet(("", "a@x", "1")), (("", "a@x", "2"),)
    sheet.edit(1, email="b@x")

    diff = sheet.diff(*live)

    assert [(c.verdict, c.gone) for c in diff.changes] == [(Verdict.CONFLICT, True)]


def test_an_empty_item_can_be_filled() -> None:
    """Forms store an item with nothing in it: filling it is an edit like any other."""
    blank = ("", "", "")
    sheet = Sheet(blank, BOB)
    sheet.edit(1, name="Ann")

    diff = sheet.diff(blank, BOB)

    assert _sent(diff, (blank, BOB)) == [("Ann", "", ""), BOB]


def test_an_item_of_which_all_was_edited_and_all_has_changed_is_gone() -> None:
    """Nothing is left to know it by: another contact in its place is not overwritten, not even when asked to."""
    sheet, live = Sheet(ANN, BOB), (("Zed", "zed@x", "9"), BOB)
    sheet.edit(1, **{column.name: f"new {column.name}" for column in CONTACTS.columns})

    for overwrite in (False, True):
        diff = sheet.diff(*live, overwrite=overwrite)

        assert {c.gone for c in diff.changes} == {True}
        assert _sent(diff, live) == list(live)


def test_a_list_shifted_up_is_not_shifted_again() -> None:
    """The edits arrived and the workbook does not know; with a new row on top, nothing is lost or doubled."""
    cat, dee = ("Cat", "cat@x", "3"), ("Dee", "dee@x", "4")
    sheet, live = Sheet(ANN, BOB, cat), (BOB, cat)
    names = [column.name for column in CONTACTS.columns]
    sheet.edit(1, **dict(zip(names, BOB, strict=True)))
    sheet.edit(2, **dict(zip(names, cat, strict=True)))
    sheet.delete(3)
    sheet.add(*dee)

    diff = sheet.diff(*live)

    assert _sent(diff, live) == [BOB, cat, dee]


def test_edits_that_arrived_are_known_beside_a_rivals_entry() -> None:
    """Arrived, not written down, and somebody appended one since: nothing is sent again."""
    new, rival = ("Xia", "xia@x", "8"), ("Rex", "rex@x", "7")
    sheet, live = Sheet(ANN, BOB), (new, BOB, ANN, rival)
    sheet.edit(1, **dict(zip([column.name for column in CONTACTS.columns], new, strict=True)))
    sheet.add(*ANN)

    diff = sheet.diff(*live)

    assert {c.verdict for c in diff.changes} == {Verdict.ALREADY}
    assert diff.lists == ()


def test_an_edit_that_arrived_does_not_remove_what_is_still_there() -> None:
    """Of an edit and a removal, the edit is on the site: the removal is sent."""
    new = ("Ann", "ann@elsewhere", "1")
    sheet, live = Sheet(ANN, BOB), (new, BOB)
    sheet.edit(1, email="ann@elsewhere")
    sheet.delete(2)

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.ALREADY, Verdict.CHANGE]
    assert _sent(diff, live) == [new]


def test_of_two_new_entries_alike_one_has_arrived() -> None:
    """The other one is added."""
    new = ("Ann", "ann@elsewhere", "1")
    sheet, live = Sheet(ANN), (new, DEE)
    sheet.edit(1, email="ann@elsewhere")
    sheet.add(*DEE)
    sheet.add(*DEE)

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.ALREADY] * 4 + [Verdict.CHANGE] * 3
    assert _sent(diff, live) == [new, DEE, DEE]


def test_a_new_entry_whose_name_came_to_the_site_meanwhile_is_a_conflict() -> None:
    """Sent before and edited since, or added by somebody else: a second one of the name is not made in silence."""
    sheet, live = Sheet(ANN), (ANN, ("Dee", "dee@x", "4"))
    sheet.add("Dee", "dee@elsewhere", "4")

    diff = sheet.diff(*live, overwrite=True)

    assert {c.verdict for c in diff.changes} == {Verdict.CONFLICT}
    assert _sent(diff, live) == list(live)


def test_overwrite_does_not_remove_somebody_else() -> None:
    """A contact that was replaced is not the one to be removed, even with `--on-conflict overwrite`."""
    sheet, live = Sheet(ANN, BOB), (("Zed", "zed@x", "9"), BOB)
    sheet.delete(1)

    diff = sheet.diff(*live, overwrite=True)

    assert _sent(diff, live) == list(live)
    assert _verdicts(diff.changes) == [Verdict.CONFLICT]


def test_only_what_is_lost_is_told_as_overwritten() -> None:
    """A field that was held back with a conflict goes with it, and overwrites nothing."""
    sheet = Sheet(ANN)
    sheet.edit(1, email="mine@x", phone="9")

    diff = sheet.diff(("Ann", "theirs@x", "1"), overwrite=True)

    assert [(c.verdict, c.live, c.overwrites) for c in diff.changes] == [
        (Verdict.CHANGE, "theirs@x", True),
        (Verdict.CHANGE, "1", False),
    ]


def test_a_list_says_which_item_each_entry_was() -> None:
    """So that an error of the site can be shown at its row, which nobody may have edited."""
    sheet = Sheet(ANN, BOB, CY)
    sheet.delete(1)
    sheet.add(*DEE)

    [changed] = sheet.diff(BOB, ANN, CY).lists

    assert [(item.number, item.place) for item in changed.items] == [
        (2, None),
        (3, None),
        (0, Place("Contacts", 3)),
    ]


def test_overwrite_sends_the_conflicting_field_of_an_item() -> None:
    """With `--on-conflict overwrite` the workbook's text goes over the site's, other items stay."""
    sheet, live = Sheet(ANN, BOB), (ANN, ("Bob", "rival@x", "2"))
    sheet.edit(2, email="new@x")

    diff = sheet.diff(*live, overwrite=True)

    assert _verdicts(diff.changes) == [Verdict.CHANGE]
    assert _sent(diff, live) == [ANN, ("Bob", "new@x", "2")]


@pytest.mark.parametrize(
    "live",
    [
        pytest.param((("Bob", "rival@x", "2"),), id="in place"),
        pytest.param((("Bobby", "b@x", "2"),), id="renamed"),
        pytest.param((("Bobby", "z@x", "9"), DEE), id="beyond recognition, among others"),
        pytest.param((DEE, CY, ("Bob", "rival@x", "2")), id="moved"),
    ],
)
def test_removing_an_item_that_a_rival_changed_is_a_conflict(live: tuple[Texts, ...]) -> None:
    """Somebody cared about the item since: it is not removed, nor said to be gone already."""
    sheet = Sheet(BOB)
    sheet.delete(1)

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.CONFLICT]
    assert diff.lists == ()


def test_removing_an_item_that_is_gone_is_already_done() -> None:
    """Somebody removed the same item: nothing to do, and nobody else's item goes instead."""
    sheet = Sheet(ANN, BOB)
    sheet.delete(1)

    diff = sheet.diff(BOB, DEE)

    assert _verdicts(diff.changes) == [Verdict.ALREADY]
    assert diff.lists == ()


def test_editing_an_item_that_is_gone_is_a_conflict() -> None:
    """An edit of an item that somebody removed is shown; the item does not come back by itself."""
    sheet = Sheet(ANN, BOB)
    sheet.edit(1, email="new@x")

    diff = sheet.diff(BOB)

    assert [(c.verdict, c.gone) for c in diff.changes] == [(Verdict.CONFLICT, True)]
    assert diff.lists == ()


def test_an_item_that_may_be_another_one_is_not_edited() -> None:
    """A stranger in the item's place, with another first field, is not taken for the item."""
    sheet = Sheet(ANN)
    sheet.edit(1, phone="9")

    diff = sheet.diff(("Zoe", "a@x", "1"))

    assert _verdicts(diff.changes) == [Verdict.CONFLICT]
    assert diff.lists == ()


def test_of_two_like_items_one_is_edited() -> None:
    """Items that hold the same are as good as each other: one changes, none is lost."""
    sheet, live = Sheet(ANN, ANN), (ANN, ANN, BOB)
    sheet.edit(2, email="new@x")

    diff = sheet.diff(*live)

    assert Counter(_sent(diff, live)) == Counter([ANN, ("Ann", "new@x", "1"), BOB])


def test_a_copy_of_an_item_that_is_there_is_added() -> None:
    """A new row that says the same as an exported item asks for a second one."""
    sheet, live = Sheet(ANN), (ANN,)
    sheet.add(*ANN)

    diff = sheet.diff(*live)

    assert _sent(diff, live) == [ANN, ANN]


def test_an_item_made_the_same_as_a_new_one_counts_once() -> None:
    """Editing one item to what a new row says asks for two such items, also where the first is there already."""
    sheet, live = Sheet(ANN), (DEE,)
    sheet.edit(1, name="Dee", email="d@x", phone="4")
    sheet.add(*DEE)

    diff = sheet.diff(*live)

    assert _sent(diff, live) == [DEE, DEE]


def test_items_of_a_package_that_is_gone_are_conflicts() -> None:
    """No item is sent to a package that is not there."""
    sheet = Sheet(ANN)
    sheet.edit(1, email="new@x")
    sheet.add(*BOB)

    diff = diff_package(sheet.rows, _contacts([ANN]), Catalogue({"Contacts": {}}))

    assert {(c.verdict, c.gone) for c in diff.changes} == {(Verdict.CONFLICT, True)}


# -- laws of lists

DOINGS = st.lists(st.sampled_from(["rest", "edit", "rename", "remove"]), max_size=7)
RIVALS = st.lists(st.sampled_from(["rest", "edit", "rename", "remove", "insert before"]), min_size=7, max_size=7)


@settings(max_examples=300, deadline=None)
@given(DOINGS, RIVALS, st.integers(0, 2), st.integers(0, 2))
def test_edits_of_different_items_merge(ours: list[str], theirs: list[str], new: int, appended: int) -> None:
    """Whatever two people do to different items of one list, the list ends with both, in the site's order.

    No item is lost or doubled, no edit is a conflict, and sending again sends nothing (of an item that we
    removed, a stranger in its place may make us unsure, which is a conflict).
    """
    exported = [(f"name{n}", f"email{n}", f"phone{n}") for n in range(len(ours))]
    live, merged = _both(exported, ours, theirs)
    live += [(f"appended{n}", "", "") for n in range(appended)]
    sheet = _sheet(exported, ours, new)

    diff = sheet.diff(*live)

    after = _sent(diff, live)
    expected = [*merged, *live[len(live) - appended :], *((f"new{n}", "", "n") for n in range(new))]
    assert after == expected
    assert Verdict.CONFLICT not in _verdicts(diff.changes)
    again = sheet.diff(*after)
    assert {c.verdict for c in again.changes if c.cell is not None} <= {Verdict.ALREADY}
    assert Verdict.CHANGE not in _verdicts(again.changes)
    assert again.lists == ()


def _both(exported: list[Texts], ours: list[str], theirs: list[str]) -> tuple[list[Texts], list[Texts]]:
    """Return the live list, and the list with our edits on top: items that we touch, they leave alone."""
    live: list[Texts] = []
    merged: list[Texts] = []
    for item, our, their in zip(exported, ours, theirs, strict=False):
        if their == "insert before":
            stranger = (f"before {item[0]}", "", "")
            live.append(stranger)
            merged.append(stranger)
        held = item if our != "rest" else _done(item, their, "their")
        live += [held] if held else []
        result = _done(held, our, "our") if held else None
        merged += [result] if result else []
    return live, merged


def _done(item: Texts, doing: str, whose: str) -> Texts | None:
    match doing:
        case "edit":
            return (item[0], f"{whose} {item[1]}", item[2])
        case "rename":
            return (f"{whose} {item[0]}", *item[1:])
        case "remove":
            return None
        case _:
            return item


def _sheet(exported: list[Texts], ours: list[str], new: int) -> Sheet:
    sheet = Sheet(*exported)
    for number, (item, doing) in enumerate(zip(exported, ours, strict=True), 1):
        if doing == "edit":
            sheet.edit(number, email=f"our {item[1]}")
        elif doing == "rename":
            sheet.edit(number, name=f"our {item[0]}")
        elif doing == "remove":
            sheet.delete(number)
    for n in range(new):
        sheet.add(f"new{n}", "", "n")
    return sheet


FEW = st.tuples(st.sampled_from(["A", "B", ""]), st.sampled_from(["1", "2"]), st.just("x"))


@settings(max_examples=300, deadline=None)
@given(st.lists(FEW, max_size=4), st.lists(FEW, max_size=5), DOINGS, st.integers(0, 1))
def test_no_item_is_lost_or_overwritten_in_silence(
    exported: list[Texts], live: list[Texts], ours: list[str], new: int
) -> None:
    """Whatever the site holds now, like items and strangers among them, only what was asked for happens.

    Items disappear only by a removal that is reported as done, and the text an edit replaces is the one
    that was exported. Numbers of items add up.
    """
    sheet = _sheet(exported, [*ours, *["rest"] * 4][: len(exported)], new)

    diff = sheet.diff(*live)

    after = _sent(diff, live)
    done = [change for change in diff.changes if change.verdict is Verdict.CHANGE]
    removed = [change for change in done if change.cell is None]
    rows = {change.row.place: change.row.number for change in done}
    assert len(after) == len(live) - len(removed) + list(rows.values()).count(0)
    assert [c for c in removed if exported[c.row.number - 1] not in live] == []
    assert [c for c in done if c.cell is not None and c.row.number and c.live != c.cell.exported] == []
    moved = Counter(live) - Counter(after)
    assert moved.total() <= sum(number > 0 for number in rows.values())


def test_overwrite_removes_an_item_that_a_rival_changed() -> None:
    """It is still the same one, by its name."""
    sheet, live = Sheet(ANN, BOB), (ANN, ("Bob", "rival@x", "2"))
    sheet.delete(2)

    diff = sheet.diff(*live, overwrite=True)

    assert _verdicts(diff.changes) == [Verdict.CHANGE]
    assert _sent(diff, live) == [ANN]


def test_an_item_that_became_what_was_typed_is_done_beside_one_that_is_not() -> None:
    """An earlier run sent one edit of the list, or somebody made the same one."""
    sheet, live = Sheet(ANN, BOB), (("Ann", "new@x", "1"), BOB)
    sheet.edit(1, email="new@x")
    sheet.edit(2, email="also@x")

    diff = sheet.diff(*live)

    assert _verdicts(diff.changes) == [Verdict.ALREADY, Verdict.CHANGE]
    assert _sent(diff, live) == [("Ann", "new@x", "1"), ("Bob", "also@x", "2")]


def test_a_new_item_that_is_there_is_not_added_beside_one_that_is_not() -> None:
    """Each new row is looked for by itself."""
    sheet, live = Sheet(ANN), (ANN, DEE)
    sheet.edit(1, email="new@x")
    sheet.add(*DEE)
    sheet.add(*CY)

    diff = sheet.diff(*live)

    assert Verdict.ALREADY in _verdicts(diff.changes)
    assert _sent(diff, live) == [("Ann", "new@x", "1"), DEE, CY]
