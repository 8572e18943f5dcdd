"""docs/first-hour.md cannot lie: somebody who does what it says sees what it shows."""

from pathlib import Path

import first_hour
import pytest
from first_hour import FirstHour, Picture, Told


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> list[Told | Picture]:
    """Do what the page says, once."""
    return [*FirstHour(tmp_path_factory.mktemp("desk")).play()]


def test_every_command_says_what_the_page_shows(hour: list[Told | Picture]) -> None:
    """Line by line, but for times, ids of runs, the address's port, the folder and who sits there."""
    told = [step for step in hour if isinstance(step, Told)]

    assert len(told) >= 15
    for step in told:
        assert step.missing == [], "\n".join([f"$ {step.command.line}", *step.lines])


def test_no_command_of_the_page_is_wrong(hour: list[Told | Picture]) -> None:
    """Each ends with all done, or with rows that wait for somebody."""
    assert {step.status for step in hour if isinstance(step, Told)} == {0, 1, None}


def test_every_picture_of_the_page_is_there(hour: list[Told | Picture]) -> None:
    """And there is none that it does not show; `make pictures` draws them."""
    shown = {step.name.removeprefix("pictures/") for step in hour if isinstance(step, Picture)}
    own = Path(first_hour.PICTURES)

    assert {f"first-hour/{path.name}" for path in own.glob("*.png")} == {n for n in shown if n.startswith("first")}
    assert all((own.parent / name).is_file() for name in shown)


@pytest.mark.parametrize(
    ("shown", "said", "missing"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a", "..."], ["a", "b", "c"], []),
        (["...", "c"], ["a", "b", "c"], []),
        (["a", "...", "c", "d"], ["a", "b", "c", "d"], []),
        (["a"], ["a", "b"], ["a"]),
        (["b", "..."], ["a", "b"], ["b"]),
        (["a", "...", "b"], ["a", "b", "c"], ["b"]),
        (["...", "a", "c", "..."], ["a", "b", "c"], ["a", "c"]),
        (["...", "c", "...", "a", "..."], ["a", "b", "c"], ["a"]),
        ([], ["a"], ["(the end)"]),
    ],
)
def test_what_the_page_leaves_out(shown: list[str], said: list[str], missing: list[str]) -> None:
    """Only `...` stands for lines that are not shown."""
    assert Told(first_hour.Command("", "bulkedit x", shown), said, 0).missing == missing
