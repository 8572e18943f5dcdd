"""One workbook whose edits are brought to their end: what importing and checking have in common."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bulkedit.core.advance import advance
from bulkedit.core.answers import Accepted, Answer, Held, NotSent, Planned, Unclear
from bulkedit.core.catalogue import tabulate_as
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.guards import elsewhere, find_damage, open_questions, reasons
from bulkedit.core.json_value import Package
from bulkedit.core.lanes import lanes
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Settled, at_rest, outcomes_of, together
from bulkedit.core.refusal import places_of
from bulkedit.core.report import Report
from bulkedit.core.results import Outcome
from bulkedit.core.sheets import HeaderError
from bulkedit.core.trouble import RunError
from bulkedit.excel.original import Original
from bulkedit.excel.read import Book
from bulkedit.excel.save import ensure_writable, refuse_other_format
from bulkedit.uploading import examine_files
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.crew import work_off
from bulkedit.workflow.delivery import Sender, foresee
from bulkedit.workflow.settling import Settling
from bulkedit.workflow.side import Side

INTERRUPTED = "The run was interrupted before this row; import again to go on."

Progress = Callable[[str, int, int], None]
"""Told of long work: what, how many of how many are done."""


@dataclass(frozen=True)
class ImportOptions:
    """How a workbook is imported or checked.

    Attributes:
        output: write the results into this file; None for the workbook itself.
        no_write: write the results nowhere.
        overwrite: where both sides changed a cell, send the workbook's.
        files: folder of the files that rows name; None for the workbook's.
        accept: codes of the guards whose findings are meant.
        keep_files: save uploaded files before they are replaced or deleted.
    """

    output: Path | None = None
    no_write: bool = False
    overwrite: bool = False
    files: Path | None = None
    accept: frozenset[str] = frozenset()
    keep_files: bool = False


class Job:
    """One workbook, its edits, and the side with which they are brought together."""

    def __init__(
        self,
        path: Path,
        options: ImportOptions,
        side: Callable[[Book], Side],
        *,
        run: str = "",
        clock: Clock = now,
    ) -> None:
        """Read the workbook and the live state of what it edits.

        Args:
            path: the workbook.
            options: how it is imported.
            side: gives what a workbook is brought together with.
            run: what the run is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot be done; nothing was sent.
        """
        self.path, self.options = path, options
        self.run_id, self._clock = run or secrets.token_hex(4), clock
        if options.output is not None:
            refuse_other_format(options.output)
        self.original = Original(path)
        self.book = self.original.book
        self.side = side(self.book)
        if not options.no_write:
            ensure_writable(options.output or path)
        try:
            self.edits = find_edits(
                self.book.layout, self.book.exported, self.book.sheets, self.book.identity.salt
            )
        except HeaderError as error:
            raise RunError(str(error)) from error
        self.findings = find_damage(self.edits, self.book.exported)
        self.asked = open_questions(self.findings, options.accept)
        rows, self.files = examine_files(self.edits.rows, options.files or path.resolve().parent)
        self.edits = replace(self.edits, rows=rows)
        self.by_package = self.edits.by_package()
        if self.by_package and not options.no_write:
            self.original.rehearse((row.place for row in self.edits.rows), (options.output or path).parent)
        self.live = self._read_live()
        self.settling = Settling(self.book, self.side, self.live, self.files, overwrite=options.overwrite)
        self.interrupted = False
        self.mistake = ""
        self._stopped: NotSent | None = None

    def _read_live(self) -> dict[str, Package]:
        sound = (key for key, rows in self.by_package.items() if key and not any(row.problems for row in rows))
        return self.side.live([key for key in sound if not is_placeholder(key)])

    def run(self, sender: Sender, progress: Progress | None = None, workers: int = 0) -> list[Settled]:
        """Bring every edited package to its end and return what became of each.

        Nothing is sent while the guards' questions are open, whatever the sender.

        Args:
            sender: carries calls out.
            progress: told of packages that are done.
            workers: threads to do it with, never two at one package; 0 for the caller's own.

        Raises:
            KeyboardInterrupt: somebody did not want to wait for the calls under way.
        """
        if self.asked:
            sender = _always(Held(reasons(self.asked), elsewhere(self.asked)))

        def done(count: int) -> None:
            if progress is not None:
                progress("packages", count, len(self.by_package))

        if not workers:
            found = {}
            for key in self.by_package:
                found[key] = self._ended(key, sender)
                done(len(found))
        else:
            found = work_off(
                lanes(self.by_package),
                lambda key: self._ended(key, sender),
                workers,
                done=done,
                interrupted=self.interrupt,
            )
        return [one for key in self.by_package for one in found[key]]

    def interrupt(self) -> None:
        """Send nothing more; what is under way goes on."""
        self.interrupted = True
        self._stopped = self._stopped or NotSent(INTERRUPTED)

    def _ended(self, key: str, sender: Sender) -> list[Settled]:
        """Bring one package to its end, or say why the run stopped before it."""
        rows, stopped = self.by_package[key], self._stopped
        if stopped is not None and is_placeholder(key) and not any(row.problems for row in rows):
            return [Settled(rows, answer=stopped)]  # the site need not be asked for its name any more
        ones = self._settled(key, rows, sender if stopped is None else _always(stopped))
        reason = next((one.answer.reason for one in ones if isinstance(one.answer, NotSent)), "")
        if reason and self._stopped is None:
            self._stopped = NotSent(f"The run stopped before this row: {reason}")
        if self.mistake and self._stopped is None:
            self._stopped = NotSent("The run stopped before this row because of a mistake of bulkedit's own.")
        return ones

    def _settled(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> list[Settled]:
        try:
            return self.settling.settled(key, rows, sender)
        except Exception as error:  # a mistake of ours must not lose the answers to what was sent already
            self.mistake = type(error).__name__
            return [Settled(rows, answer=Unclear(f"bulkedit made a mistake here ({self.mistake})."))]

    # -- what is said and written at the end

    def foreseen(self) -> tuple[Report, int]:
        """Return what an import would do, and how many packages it would write to."""
        settled = self.run(foresee)
        return self._report(settled, dry_run=True), sum(isinstance(one.answer, Planned) for one in settled)

    def _report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        return Report(
            self.run_id,
            self._clock(),
            dry_run,
            self.side.url,
            str(self.path),
            self._outcomes(settled),
            self.edits,
            self.side.reads,
            self.side.writes,
            stopped=any(isinstance(one.answer, NotSent) for one in settled),
            findings=self.findings,
            asked=self.asked,
            copies=self.book.copies,
            atomic=self.side.revises,
        )

    def report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        """Return the answer to every row, and write the results into the workbook."""
        report = self._report(settled, dry_run=dry_run)
        if self.options.no_write:
            return report
        moved = (
            None
            if dry_run or self.asked
            else advance(self.book.layout, self.book.exported, settled, self.edits.rows, self.side.url)
        )
        target = self.options.output or self.path
        try:
            written = self.original.write(report, moved, target)
            return replace(report, written=str(written), beside=written != target)
        except (OSError, RunError, LookupError, ValueError) as error:  # whatever it is, the answers are not lost
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return replace(report, unwritten=f"The results could not be written into {target} ({reason}).")

    def _outcomes(self, settled: Sequence[Settled]) -> list[Outcome]:
        layout, places = self.book.layout, places_of(self.edits.rows)
        names = {key: owner.name for key, owner in self.book.exported.resources.items()}
        found: dict[Place, Outcome] = {}
        for one in settled:
            stored = one.answer.package if isinstance(one.answer, Accepted) else None
            after = None if stored is None else tabulate_as(layout, stored, one.rows[0].package)
            for outcome in outcomes_of(one, layout, places, names, after):
                before = found.get(outcome.place)
                found[outcome.place] = outcome if before is None else together(before, outcome)
        return [found.get(row.place) or at_rest(row, names) for row in self.edits.rows]


def _always(answer: Answer) -> Sender:
    """Return a sender that sends nothing and answers always the same."""
    return lambda call: answer
