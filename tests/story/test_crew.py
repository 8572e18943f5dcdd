"""Several workers do what is to be done, and nothing is lost."""

from collections.abc import Callable

import pytest

from bulkedit.workflow.crew import work_off


def worked_off(lanes: list[list[int]], do: Callable[[int], int], workers: int = 3) -> dict[int, int]:
    """Let workers do something with numbers."""
    return work_off(lanes, do, workers, done=lambda count: None, interrupted=lambda: None)


def test_everything_is_done_once() -> None:
    """However many lanes and workers there are."""
    done: list[int] = []

    found = worked_off([[1, 2], [3], [4, 5, 6]], lambda key: done.append(key) or key * 10)

    assert found == {key: key * 10 for key in range(1, 7)}
    assert sorted(done) == [1, 2, 3, 4, 5, 6]


def test_a_lane_keeps_its_order() -> None:
    """What waits for each other goes one after the other."""
    done: list[int] = []

    worked_off([[3, 1, 2]], lambda key: done.append(key) or key)

    assert done == [3, 1, 2]


def test_a_mistake_is_heard() -> None:
    """Whoever waits for the workers does not wait for one that failed."""
    with pytest.raises(ZeroDivisionError):
        worked_off([[1], [0]], lambda key: 1 // key)


def test_nothing_to_do() -> None:
    """No lanes, nothing found."""
    assert worked_off([], lambda key: key) == {}
