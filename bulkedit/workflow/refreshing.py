"""Bring what a catalogue says now into a workbook that people are editing."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bulkedit.ckan.site import Organization, Site
from bulkedit.core.catalogue import id_of
from bulkedit.core.edits import Edits
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.refreshed import Refresh, refresh
from bulkedit.core.report import Report
from bulkedit.core.sheets import HeaderError
from bulkedit.core.trouble import RunError
from bulkedit.excel.original import Original
from bulkedit.excel.read import Book
from bulkedit.excel.save import ensure_writable, refuse_other_format
from bulkedit.uploading import examine_files
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.importing import refuse_other_site
from bulkedit.workflow.rights import editable_organizations


@dataclass(frozen=True)
class RefreshReport:
    """A finished refresh.

    Attributes:
        report: the answer to every row.
        asides: what is to be said beside that, in sentences.
    """

    report: Report
    asides: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """Return the report as ``refresh --json`` prints it: as that of an import, with the asides."""
        return {**self.report.to_json(), "notes": list(self.asides)}


def refresh_workbook(
    site: Site, path: Path, output: Path | None = None, *, run: str = "", clock: Clock = now
) -> RefreshReport:
    """Bring live texts into a workbook wherever nobody edited; edits stay, and conflicts are marked.

    Args:
        site: the catalogue; nothing is sent to it.
        path: the workbook.
        output: write into this file instead.
        run: what the run is called; otherwise something new.
        clock: tells the time.

    Raises:
        RunError: it cannot be done; no file was written or changed.
    """
    if output is not None:
        refuse_other_format(output)
    original = Original(path)
    book, target = original.book, output or path
    refuse_other_site(book.identity, site.url)
    editable_organizations(site)  # or else a token that the site does not know would hide packages
    ensure_writable(target)
    edits = _edits(book)
    packages = _packages(site, book)
    _, files = examine_files(edits.rows, path.resolve().parent)
    found = refresh(
        book.layout, book.exported, edits, packages, book.sheets, site=book.identity.site.rstrip("/"), files=files
    )
    report = Report(
        run=run or secrets.token_hex(4),
        time=clock(),
        dry_run=False,
        site=site.url,
        workbook=str(path),
        outcomes=found.outcomes,
        edits=edits,
        reads=site.client.reads,
        copies=book.copies,
    )
    return RefreshReport(_written(original, report, found, target), tuple(_asides(found)))


def _edits(book: Book) -> Edits:
    """Return what people edited.

    Raises:
        RunError: the headers do not say which row and column is which.
    """
    try:
        return find_edits(book.layout, book.exported, book.sheets, book.identity.salt)
    except HeaderError as error:
        raise RunError(str(error)) from error


def _packages(site: Site, book: Book) -> dict[str, Package]:
    """Return the packages that an export would hold now, and all others of the workbook that are there.

    Raises:
        RunError: the site cannot be read in full.
    """
    identity, found = book.identity, dict[str, Package]()
    for key, name in () if identity.blank else identity.organizations.items():
        one = Organization(key, name, "")
        for package in site.packages(one, dataset_type=identity.dataset_type, query=identity.query):
            found[id_of(package)] = package
    return found | site.live([key for key in book.exported.packages if key not in found])


def _written(original: Original, report: Report, found: Refresh, target: Path) -> Report:
    """Write the workbook.

    Raises:
        RunError: it cannot be written; what was there is untouched.
    """
    try:
        written = original.write(report, found.moved, target)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RunError(f"{target} could not be written ({reason}); nothing was changed.") from error
    return replace(report, written=str(written), beside=written != target)


def _asides(found: Refresh) -> Iterator[str]:
    """Yield what of the site did not get into the workbook."""
    for dataset_type, count in found.without_sheets.items():
        new = "1 new package is" if count == 1 else f"{count} new packages are"
        yield f"{new} of the type {dataset_type!r}, for which there are no sheets here; export again to get them."
    for name in found.names_taken:
        yield (
            f"The new package {name!r} was not added: rows of another package of that name are still here; delete"
            " those rows and refresh again, or export again."
        )
