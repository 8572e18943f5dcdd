"""Items found again in a list that others have changed, or said to be doubtful; never guessed."""

from bulkedit.core.matching import match_items

ANN, BOB = ("Ann", "a@x"), ("Bob", "b@x")
OTHER_ANN, THIRD_ANN = ("Ann", "ann@elsewhere"), ("Ann", "ann@home")
CY, DEE = ("Cy", "c@x"), ("Dee", "d@x")


def test_an_item_that_stands_once_is_found_once() -> None:
    """Of two items alike, when one is gone, only one is still there; which one does not matter."""
    found = match_items([ANN, ANN], [ANN], {}, [])

    assert (found.items, found.doubtful) == ({0: 0}, set())


def test_items_alike_are_found_one_by_one() -> None:
    """Wherever each stands now."""
    found = match_items([ANN, BOB, ANN], [BOB, ANN, CY, ANN], {}, [])

    assert sorted(found.items) == [0, 1, 2]
    assert sorted(found.items.values()) == [0, 1, 3]


def test_a_name_finds_an_item_that_has_it_alone() -> None:
    """The rest of the item may have changed, and its place as well."""
    assert match_items([ANN, BOB], [CY, DEE, BOB, OTHER_ANN], {}, []).items == {0: 3, 1: 2}


def test_a_name_that_several_have_finds_none_of_them() -> None:
    """Before or now: which of them is which, nobody knows."""
    before = match_items([ANN, OTHER_ANN], [THIRD_ANN, ("Ann", "fourth@x"), CY], {}, [])
    now = match_items([ANN], [OTHER_ANN, THIRD_ANN], {}, [])

    assert (before.items, before.doubtful) == ({}, {0, 1})
    assert (now.items, now.doubtful) == ({}, {0})


def test_a_stretch_that_is_as_long_as_it_was_is_matched_in_its_order() -> None:
    """Between items that stand where they stood, what is new is what was there, changed; else it is doubtful."""
    as_long = match_items([ANN, BOB, CY], [ANN, DEE, CY], {}, [])
    longer = match_items([BOB], [CY, DEE], {}, [])
    shorter = match_items([BOB, CY], [DEE], {}, [])

    assert as_long.items == {0: 0, 1: 1, 2: 2}
    assert (longer.items, longer.doubtful) == ({}, {0})
    assert (shorter.items, shorter.doubtful) == ({}, {0, 1})


def test_an_item_whose_name_stands_elsewhere_is_doubtful() -> None:
    """It is gone from its stretch, but may be one of those that bear its name."""
    found = match_items([ANN, BOB], [BOB, OTHER_ANN, THIRD_ANN], {}, [])

    assert (found.items, found.doubtful) == ({1: 0}, {0})


def test_an_item_that_is_gone_is_no_doubt() -> None:
    """Nothing that is there can be it."""
    found = match_items([ANN, BOB], [BOB], {}, [])

    assert (found.items, found.doubtful) == ({1: 0}, set())


def test_an_item_is_found_as_it_was_to_become() -> None:
    """An earlier run has edited it, and somebody moved it since."""
    assert match_items([ANN, BOB], [BOB, DEE], {0: DEE}, []).items == {0: 1, 1: 0}


def test_a_new_item_that_is_there_is_none_of_the_exported() -> None:
    """It came by an earlier run."""
    found = match_items([ANN], [ANN, DEE], {}, [DEE, CY])

    assert (found.items, found.added) == ({0: 0}, {0: 1})
