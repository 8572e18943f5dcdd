"""A run as one page for people: who sent what where, and what became of it; to be printed, or sent by mail.

The page is a single file without scripts or anything from elsewhere. Its texts come from a catalogue and a
workbook, so all of them are escaped, and none becomes a link.
"""

import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlsplit

from bulkedit import __version__
from bulkedit.core.contrast import Told, told
from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.report import place_told
from bulkedit.core.results import APPLIED, Result
from bulkedit.core.text import seen
from bulkedit.core.trouble import RunError
from bulkedit.ledger import CallOutcome, Run, Sent
from bulkedit.workflow.clock import Clock, local, now

_SIGNS = {
    Result.UPDATED: "✓",
    Result.CREATED: "+",
    Result.DELETED: "−",
    Result.CONFLICT: "≠",
    Result.INVALID: "!",
    Result.REFUSED: "×",
    Result.UNKNOWN: "?",
    Result.NOT_SENT: "○",
}
"""What stands beside a result's word, since not everybody sees colours."""

_ATTENTION = [Result.CONFLICT, Result.UNKNOWN, Result.REFUSED, Result.INVALID, Result.NOT_SENT]
"""Results that somebody must see to, the gravest first."""


@dataclass(frozen=True)
class Row:
    """A row of the workbook and what became of it: headers of a table, and its lines with as many texts."""

    place: str
    result: str
    message: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Told, ...]], ...]


@dataclass(frozen=True)
class Touched:
    """A package that a run was about.

    Attributes:
        name: what it is called.
        title: its title, if it is known.
        link: address of its page; empty where there is none.
        rows: its rows.
        calls: what its calls tell, where there are no rows to tell it.
        unsure: its last call was not stored, for all that is known.
    """

    name: str
    title: str
    link: str
    rows: tuple[Row, ...]
    calls: tuple[str, ...] = ()
    unsure: bool = False

    @property
    def results(self) -> dict[str, int]:
        """Return how many of its rows had each result."""
        return dict(Counter(row.result for row in self.rows))

    @property
    def worst(self) -> int:
        """Return how grave it is that not all went well; the largest number where all did."""
        graves = [_ATTENTION.index(Result.UNKNOWN)] if self.unsure else []
        graves += [at for at, result in enumerate(_ATTENTION) if result.value in self.results]
        return min(graves, default=len(_ATTENTION))


class RunPage:
    """The page of one run.

    Args:
        run: the run, with the state that it is really in.
        rows: the answers to its rows, as the ledger has them.
        calls: its calls.
        clock: tells the time.
    """

    def __init__(
        self, run: Run, rows: Sequence[Mapping[str, JSON]], calls: Sequence[Sent], clock: Clock = now
    ) -> None:
        self.run, self.rows, self.calls, self._clock = run, rows, calls, clock

    def html(self) -> str:
        """Return the page."""
        from jinja2 import Environment, StrictUndefined  # only this page needs it

        environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda text: _visible(text) if type(text) is str else text,
        )
        template = environment.from_string(files(__package__).joinpath("run_page.html").read_text("utf-8"))
        trouble = [one for one in self.packages if one.worst < len(_ATTENTION)]
        return template.render(
            run=self.run,
            site=_web_address(self.run.site),
            began=local(self.run.began, "%Y-%m-%d %H:%M %Z"),
            ended=local(
                self.run.ended, "%H:%M" if self.run.ended[:10] == self.run.began[:10] else "%Y-%m-%d %H:%M"
            ),
            trouble=sorted(trouble, key=lambda one: one.worst),
            fine=[one for one in self.packages if one.worst == len(_ATTENTION)],
            signs={result.value: sign for result, sign in _SIGNS.items()},
            written=local(self._clock(), "%Y-%m-%d %H:%M %Z"),
            version=__version__,
        )

    @cached_property
    def packages(self) -> list[Touched]:
        """The packages that the run was about, in the order of its rows and calls."""
        rows: dict[str, list[Row]] = {}
        for row in self.rows:
            rows.setdefault(text_of(row.get("package")), []).append(_row(row))
        calls: dict[str, list[Sent]] = {}
        for call in self.calls:
            calls.setdefault(call.name, []).append(call)
        return [
            self._touched(name, rows.get(name, []), calls.get(name, [])) for name in dict.fromkeys([*rows, *calls])
        ]

    def _touched(self, name: str, rows: Sequence[Row], calls: Sequence[Sent]) -> Touched:
        states = [state for call in reversed(calls) for state in (call.after, call.before) if state is not None]
        key = next((text_of(state.get("id")) for state in states if state.get("id")), "") or name
        title = next((text_of(state.get("title")) for state in states if state.get("title")), "")
        site = _web_address(self.run.site)
        link = f"{site}/dataset/{quote(key, safe='', errors='replace')}" if site and key else ""
        if rows:
            return Touched(name, title, link, tuple(rows))
        told_of = tuple(f"At {local(call.sent, '%H:%M:%S')}: {fate(call)}." for call in calls)
        return Touched(name, title, link, (), told_of, calls[-1].outcome is not CallOutcome.STORED)


def fate(call: Sent) -> str:
    """Return what became of a call, in words."""
    match call.outcome:
        case None:
            return "sent, and no answer came: nobody knows whether it was stored"
        case CallOutcome.UNKNOWN:
            return f"unknown whether it was stored ({call.reason.strip().rstrip('.')})"
        case CallOutcome.STORED:
            return "stored"
        case CallOutcome.NOT_STORED:
            return f"not stored ({call.reason.strip().rstrip('.')})"


def write_page(path: Path, page: RunPage, *, force: bool) -> None:
    """Write the page of a run, whole or not at all.

    Args:
        path: the file.
        page: the page.
        force: replace a file that exists.

    Raises:
        RunError: it cannot be written; what was there is untouched.
    """
    if path.exists() and not force:
        raise RunError(f"{path} exists; give another name with --html, or --force to replace it.")
    temporary = path.with_name(f".bulkedit-{secrets.token_hex(4)}.html")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(page.html())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise RunError(f"{path} cannot be written ({error.strerror}); give another name with --html.") from None
    finally:
        temporary.unlink(missing_ok=True)


# -- rows


def _row(row: Mapping[str, JSON]) -> Row:
    result, changes = text_of(row.get("result")), dicts(row.get("changes"))
    if result == Result.DELETED:
        changes = [change for change in changes if change.get("field") != "state"]  # the message says it
    headers, lines = _table(result, changes)
    return Row(str(place_told(row)), result, text_of(row.get("message")), headers, lines)


def _table(
    result: str, changes: Sequence[Mapping[str, JSON]]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[Told, ...]], ...]]:
    if result == Result.CREATED:
        headers: tuple[str, ...] = ("Value",)
    elif result == Result.CONFLICT:
        headers = ("Exported", "In the workbook", "On the site")
    else:
        headers = ("Before", "After" if result in APPLIED else "Wanted")
    names = [text_of(change.get("header")) or text_of(change.get("field")) for change in changes]
    texts = [_side_by_side(change, len(headers)) for change in changes]
    return headers, tuple(zip(names, texts, strict=True))


def _side_by_side(change: Mapping[str, JSON], texts: int) -> tuple[Told, ...]:
    """Return a field's new text; or with it the one before it; or what was exported, is wanted, and was found."""
    exported, edited = text_of(change.get("exported")), text_of(change.get("edited"))
    found = change.get("live")
    live = found if isinstance(found, str) else exported
    if texts == 1:
        return (Told(edited),)
    return told(live, edited) if texts == 2 else (*told(exported, edited), told(exported, live)[1])


# -- texts from elsewhere


def _web_address(site: str) -> str:
    """Return the address of a site if it can be a link."""
    try:
        return site.rstrip("/") if urlsplit(site).scheme.lower() in ("http", "https") else ""
    except ValueError:
        return ""


def _visible(text: str) -> str:
    """Return a text without what a page cannot hold, and what turns the direction in which it is read."""
    return seen(text).replace("\r", "\ufffd")
