"""What a workbook remembers can be forged by anybody who unhides its sheets: the site itself has the last word."""

from pathlib import Path

from live_catalogue import package_id
from office_desk import Desk, edit, rows, two_packages

from bulkedit.core.memory import digest, to_rows
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.read import read_workbook
from bulkedit.excel.save import save
from bulkedit.excel.write import BASE, META, meta_rows

ONE = package_id(1)


def forge(path: Path, name: str, text: str) -> None:
    """Let the workbook remember another text of the first package, with a digest that fits."""
    book = read_workbook(path)
    texts = book.exported.rows["Packages"][ONE]
    table = book.layout.table("Packages")
    assert table is not None
    at = table.names[name]
    book.exported.rows["Packages"][ONE] = (*texts[:at], text, *texts[at + 1 :])
    memory = list(to_rows(book.exported, book.layout))
    described = [list(row) for row in meta_rows(book.described, digest(memory))]
    save(path, lambda file: patch_workbook(path, file, {}, {BASE: memory, META: described}))


def test_a_forged_memory_makes_no_edit_of_what_the_site_holds(desk: Desk) -> None:
    """Every untouched cell looks edited then; the site holds it already, so nothing is sent."""
    ckan, workbook = desk.exported(two_packages())
    forge(workbook, "title", "Another title")

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert ckan.writes == []
    assert rows(workbook, "Packages")[0]["Result"] == "unchanged"


def test_a_forged_memory_overwrites_nothing(desk: Desk) -> None:
    """The site holds another text than is remembered, as if somebody had changed it: a conflict."""
    ckan, workbook = desk.exported(two_packages())
    before = ckan.shown(ONE)
    edit(workbook, ("Packages", ONE, "Title", "My title"))
    forge(workbook, "title", "Another title")

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert ckan.shown(ONE) == before
    assert rows(workbook, "Packages")[0]["Result"] == "conflict"


def test_a_forged_stamp_overwrites_nothing(desk: Desk) -> None:
    """Whatever time the workbook remembers, what is sent depends on the package as it is read now."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Title", "My title"))
    ckan.edit(ONE, title="Their title")
    forge(workbook, "metadata_modified", ckan.shown(ONE)["metadata_modified"])

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.shown(ONE)["title"]) == (1, "Their title")


def test_a_memory_without_the_right_digest_is_refused(desk: Desk) -> None:
    """Who changes what was exported, and not its digest, gets one sentence."""
    ckan, workbook = desk.exported(two_packages())
    book = read_workbook(workbook)
    memory = list(to_rows(book.exported, book.layout))
    changed = [[text.replace("trails", "tracks") for text in row] for row in memory]
    assert changed != memory
    save(workbook, lambda file: patch_workbook(workbook, file, {}, {BASE: changed}))

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert "_base was changed or damaged" in said.told
