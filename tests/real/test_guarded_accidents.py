"""What LibreOffice did to a workbook is asked about; what a person did with it is not."""

import pytest
from accidents import BY_CODE, HONEST, Accident
from invented import Bench

from bulkedit.core.guards import CODES, Finding, find_damage

ACCIDENTS = [(code, accident) for code, several in BY_CODE.items() for accident in several]
HONESTLY = [accident for several in HONEST.values() for accident in several]


def findings(bench: Bench) -> list[Finding]:
    """Return what the guards find in the saved workbook."""
    return find_damage(bench.edits(), bench.read().exported)


def test_every_guard_has_its_accidents() -> None:
    """And its honest counterparts."""
    assert set(BY_CODE) == set(HONEST) == set(CODES)


@pytest.mark.parametrize(("code", "accident"), ACCIDENTS, ids=lambda one: getattr(one, "__name__", None))
def test_an_accident_is_found_where_it_happened(bench: Bench, code: str, accident: Accident) -> None:
    """By its own guard, at cells that were changed."""
    with bench.editing() as book:
        told = accident(book)

    found = findings(bench)

    assert [finding.code for finding in found] == [code]
    assert set(found[0].cells) <= set(told)
    assert len(found[0].cells) >= min(len(told), 10)


@pytest.mark.parametrize("accident", HONESTLY, ids=lambda one: one.__name__)
def test_an_honest_edit_is_not_asked_about(bench: Bench, accident: Accident) -> None:
    """No guard says anything."""
    with bench.editing() as book:
        accident(book)

    assert findings(bench) == []
