"""Several workers for work that goes in lanes; whoever interrupts it is heard."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

K = TypeVar("K")
R = TypeVar("R")

_LOOK_UP = 0.2  # seconds; on Windows, Ctrl-C is not heard while a thread waits for another


def work_off(
    lanes: Sequence[Sequence[K]],
    do: Callable[[K], R],
    workers: int,
    *,
    done: Callable[[int], None],
    interrupted: Callable[[], None],
) -> dict[K, R]:
    """Do something with everything, and return what came of each.

    Args:
        lanes: what goes one after the other; lanes go side by side.
        do: what is done; what it raises, this raises.
        workers: most lanes at a time.
        done: told, in the caller's thread, how many are done.
        interrupted: told of Ctrl-C; the workers go on until nothing is left (`do` may have learned of it).

    Raises:
        KeyboardInterrupt: Ctrl-C came a second time; what the workers are at is left to itself.
    """
    finished: Queue[tuple[K, Future[R]]] = Queue()
    _hire(lanes, do, workers, finished)
    found: dict[K, R] = {}
    patient = True
    while len(found) < sum(map(len, lanes)):
        try:
            key, outcome = finished.get(timeout=_LOOK_UP)
        except Empty:
            continue
        except KeyboardInterrupt:
            if not patient:
                raise
            patient = False
            interrupted()
            continue
        found[key] = outcome.result()
        done(len(found))
    return found


def _hire(
    lanes: Sequence[Sequence[K]], do: Callable[[K], R], workers: int, finished: Queue[tuple[K, Future[R]]]
) -> None:
    """Let workers take one lane after the other until none is left."""
    waiting: Queue[Sequence[K]] = Queue()
    for lane in lanes:
        waiting.put(lane)

    def work() -> None:
        with suppress(Empty):
            while True:
                for key in waiting.get_nowait():
                    outcome: Future[R] = Future()
                    try:
                        outcome.set_result(do(key))
                    except BaseException as error:  # or whoever waits for it would wait forever
                        outcome.set_exception(error)
                    finished.put((key, outcome))

    for _ in range(min(workers, len(lanes))):
        Thread(target=work, daemon=True).start()  # a daemon does not keep the program from leaving
