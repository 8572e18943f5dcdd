"""What a workbook says of itself besides its cells may be nonsense: no answer is lost by it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from books import rewritten
from live_catalogue import package
from office_desk import NEW_TITLE, Desk, edit, two_packages

from bulkedit.excel import original
from bulkedit.excel.typist import Typist
from bulkedit.ledger import Ledger, RunState

MANY = "9" * 5000
"""More digits than Python reads as a number."""

SHEET = "xl/worksheets/sheet2.xml"


def dimension(reference: str) -> Callable[[str], str]:
    """Return what lets a sheet claim to reach from here to there."""
    return lambda xml: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{reference}"', xml)


@pytest.mark.parametrize(
    "change",
    [
        *(
            pytest.param(dimension(reference), id=f"dimension {reference[:9]}")
            for reference in ("garbage", "", "A:Z", "$A$1:$C$4", "A1:B2 C3:D4", "A1:ZZZZ9", f"A1:B{MANY}")
        ),
        pytest.param(
            lambda xml: re.sub(r'<autoFilter ref="[^"]*"', f'<autoFilter ref="A1:B{MANY}"', xml), id="filter"
        ),
        pytest.param(lambda xml: re.sub('<row r="2"', f'<row r="2" spans="{MANY}:2"', xml), id="spans"),
        pytest.param(lambda xml: re.sub(r' min="[0-9]+"', f' min="{MANY}"', xml, count=1), id="columns"),
    ],
)
def test_a_hint_that_cannot_be_read_costs_no_answer(desk: Desk, change: Callable[[str], str]) -> None:
    """Edits are sent, a new row gets its ID, and the next import finds nothing to do."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    typist = Typist(workbook)
    typist.add("Packages", {"Title": "Bridges"})
    typist.save()
    before = workbook.read_bytes()
    rewritten(workbook, {SHEET: change}, {})
    changed = workbook.read_bytes()

    said = [desk("import", workbook, "--yes") for _ in range(2)]

    assert changed != before
    assert [one.status for one in said] == [0, 0], said[0].err
    assert len(ckan.writes) == 2


def test_a_mistake_in_writing_loses_no_answer(
    desk: Desk, own_ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent is told, and the run has come to its end in the ledger."""
    ckan, workbook = desk.exported([package(1)])
    edit(workbook, NEW_TITLE)

    def mistaken(*_: object) -> None:
        raise ValueError("no number")

    monkeypatch.setattr(original, "patch_workbook", mistaken)

    said = desk("import", workbook, "--yes")

    [run] = Ledger(own_ledger).runs()
    assert (said.status, len(ckan.writes), run.state) == (1, 1, RunState.DONE)
    assert f"The results could not be written into {workbook} (no number)" in said.told
