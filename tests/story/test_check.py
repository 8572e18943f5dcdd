"""Before anything is sent: what `check` says without a site, and what an import asks about first."""

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from live_catalogue import LiveCatalogue, PackageDict, package, package_id, resource_id
from office_desk import NEW_TITLE, Desk, Said, edit, rows, two_packages

from bulkedit.core.guards import CODES
from bulkedit.demo import edit as edit_as_tomas
from bulkedit.excel.read import read_workbook
from bulkedit.excel.typist import Typist
from bulkedit.sandbox import Sandbox

ONE, TWO = package_id(1), package_id(2)
FILE_OF_ONE = resource_id(1)
WRONG_EMAIL = ("Packages", TWO, "Maintainer e-mail", "ann at parks")
CODES_OF_FILES = ("00012", "00345", "01000")


def offline(desk: Desk, ckan: LiveCatalogue) -> None:
    """Stop the catalogue, and take the address and the token away."""
    ckan.sandbox.stop()
    desk.monkeypatch.delenv("CKAN_URL")
    desk.monkeypatch.delenv("CKAN_API_KEY")


def results(workbook: Path, sheet: str = "Packages") -> dict[str, str]:
    """Return the result of each row of a sheet by ID."""
    return {row["ID"]: row["Result"] for row in rows(workbook, sheet)}


# -- check


def test_nothing_edited_is_nothing_wrong(desk: Desk) -> None:
    """Status 0, without a site, a token, a network."""
    ckan, workbook = desk.exported(two_packages())
    offline(desk, ckan)

    said = desk("check", workbook)

    assert (said.status, said.err) == (0, "")
    assert said.out == f"Checked: 4 unchanged.\nEvery row's result is in {workbook}\n"


def test_every_edited_cell_is_shown(desk: Desk) -> None:
    """Where it is, what it held, what it holds; the row says what an import would do."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Resources", FILE_OF_ONE, "Description", "All trails"))
    offline(desk, ckan)

    said = desk("check", workbook)

    assert said.status == 0
    assert said.out.splitlines()[:3] == [
        "Packages!E2  [Title]  “Trails 1” → “Trails and paths”",
        "Resources!J2  [Description]  (empty) → “All trails”",
        "Checked: 2 would update, 2 unchanged.",
    ]
    assert results(workbook) == {ONE: "would update", TWO: "unchanged"}


def test_what_is_wrong_stands_beneath_its_cell(desk: Desk) -> None:
    """Status 1; the other rows of the package wait for it, those of others do not."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, WRONG_EMAIL, ("Resources", resource_id(2), "Name", "All"))
    offline(desk, ckan)

    said = desk("check", workbook)

    assert said.status == 1
    at = said.out.index("[Maintainer e-mail]  (empty) → “ann at parks”\n")
    assert (
        said.out[at:].splitlines()[1]
        == "    invalid: [Maintainer e-mail] “ann at parks” is not an e-mail address."
    )
    assert "    Not sent, because Packages row 3 of the same package is invalid.\n" in said.out
    assert results(workbook) == {ONE: "would update", TWO: "invalid"}


@pytest.mark.parametrize("command", [("check",), ("import", "--dry-run")])
def test_a_copy_of_a_sheet_is_told(desk: Desk, command: tuple[str, ...]) -> None:
    """Whoever edits in a copy hears that nothing of it is sent; the sheet itself counts as ever."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    book = openpyxl.load_workbook(workbook)
    book.copy_worksheet(book["Packages"]).cell(3, 5).value = "Only here"
    book.save(workbook)

    said = desk(*command, workbook)

    assert said.status == 0
    assert said.out.count("Sheet 'Packages Copy' looks like a copy of Packages and was left alone;") == 1
    assert "1 would update, 3 unchanged" in said.out


def test_check_prints_the_object_that_an_import_prints(desk: Desk) -> None:
    """Nothing was asked of any site; the site is the workbook's."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    offline(desk, ckan)

    said = desk("check", workbook, "--json").json()

    assert said.pop("run")
    assert said == {
        "dry_run": True,
        "site": ckan.url,
        "workbook": str(workbook),
        "counts": {"would update": 1, "unchanged": 3},
        "reads": 0,
        "writes": 0,
        "atomic": True,
        "rows": [
            {
                "sheet": "Packages",
                "row": 2,
                "package": "trails-1",
                "resource": None,
                "result": "would update",
                "message": "Would change [Title].",
                "changes": [
                    {"field": "title", "exported": "Trails 1", "edited": "Trails and paths", "live": "Trails 1"}
                ],
            }
        ],
        "findings": [],
        "missing_rows": 0,
        "unknown_columns": [],
    }


def test_results_go_where_they_should(desk: Desk) -> None:
    """Into a copy, or nowhere; the memory of what was exported stays as it is."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    offline(desk, ckan)
    before = desk.files()
    remembered = read_workbook(workbook).exported

    assert desk("check", workbook, "--no-write").status == 0
    assert desk.files() == before
    assert desk("check", workbook, "-o", "checked.xlsx").status == 0
    assert {name: digest for name, digest in desk.files().items() if name in before} == before
    assert results(desk.folder / "checked.xlsx")[ONE] == "would update"
    desk("check", workbook)
    assert read_workbook(workbook).exported == remembered


def test_a_checked_workbook_is_imported_like_any_other(desk: Desk) -> None:
    """Checking is no step of an import: nothing waits for it, nothing changes with it."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    desk("check", workbook)

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.shown(ONE)["title"]) == (0, "Trails and paths")


@pytest.mark.parametrize("content", [None, b"no workbook"])
def test_no_workbook(desk: Desk, content: bytes | None) -> None:
    """One sentence, status 3."""
    if content is not None:
        (desk.folder / "parks.xlsx").write_bytes(content)

    said = desk("check", "parks.xlsx")

    assert (said.status, said.out) == (3, "")
    assert "parks.xlsx" in said.told


@pytest.mark.parametrize("options", [("-o", "a.xlsx", "--no-write"), ("--accept", "everything"), ("--site", "x")])
def test_wrong_use(desk: Desk, options: tuple[str, ...]) -> None:
    """Status 2: both places for the results, an unknown code, a site."""
    assert desk("check", "parks.xlsx", *options).status == 2


def test_files_are_examined(desk: Desk) -> None:
    """One that is there is told, with its length; one that is not is invalid."""
    ckan, workbook = desk.exported(two_packages())
    (desk.folder / "files").mkdir()
    (desk.folder / "files" / "a.csv").write_text("a,b\n")
    edit(workbook, ("Resources", FILE_OF_ONE, "Upload", "a.csv"), ("Resources", resource_id(2), "Upload", "b.csv"))
    offline(desk, ckan)

    said = desk("check", workbook, "--files", desk.folder / "files", "--json").json()

    one, two = said["rows"]
    assert (one["result"], "File a.csv (4 bytes" in one["message"]) == ("would update", True)
    assert (two["result"], two["message"].startswith("[Upload] “b.csv” is not in")) == ("invalid", True)


# -- one truth


def rich(desk: Desk) -> tuple[Sandbox, Path]:
    """Export the sample agency and edit it as in the demo, with all kinds of trouble besides."""
    sandbox = Sandbox().start()
    desk.monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    desk.monkeypatch.setenv("CKAN_URL", sandbox.url)
    desk.monkeypatch.setenv("CKAN_API_KEY", sandbox.tokens["editor"])
    workbook = desk.export()
    edit_as_tomas(workbook)
    typist = Typist(workbook)
    typist.type("Packages", 5, "Title", "")
    typist.type("Packages", 6, "Action", "remove")
    typist.type("Packages", 7, "Fee in cents", "ten")
    typist.type("Packages", 8, "Action", "skip")
    typist.type("Resources", 3, "Action", "delete")
    typist.type("Resources", 5, "Position", "1")
    typist.add("Packages", {"Title": "Ponds", "Description": "Small waters."})
    typist.save()
    return sandbox, workbook


def without_run(said: Said) -> dict[str, Any]:
    """Return a printed object without what names the run and counts its calls."""
    found: dict[str, Any] = said.json()
    return {key: value for key, value in found.items() if key not in ("run", "reads")}


@pytest.mark.parametrize("accident", [False, True])
def test_check_and_dry_run_say_the_same(desk: Desk, accident: bool) -> None:
    """Where nobody changed the site, an import would do to each row what check says, word for word."""
    sandbox, workbook = rich(desk)
    if accident:
        typist = Typist(workbook)
        for number, row in enumerate(typist.rows("Resources")[10:20], 1):
            typist.type("Resources", row.number, "Description", f"Part {number}")
        typist.save()
    copy = desk.folder / "copy.xlsx"
    shutil.copyfile(workbook, copy)
    dry = desk("import", workbook, "--dry-run", "--json")
    sandbox.stop()

    check = desk("check", copy, "--json")

    said = without_run(check)
    assert said == without_run(dry) | {"workbook": str(copy)}
    assert (check.status, dry.status) == (1, 1)
    assert [finding["code"] for finding in said["findings"]] == (["series-filled"] if accident else [])
    assert {"invalid", "not sent", "skipped"} <= said["counts"].keys()
    assert accident or {"would update", "would create", "would delete"} <= said["counts"].keys()
    for sheet in ("Packages", "Resources", "Contacts"):
        assert [(r["Result"], r["Message"]) for r in rows(workbook, sheet)] == [
            (r["Result"], r["Message"]) for r in rows(copy, sheet)
        ]


# -- what an import asks about


def numbered(number: int, **fields: Any) -> PackageDict:
    """Return a package whose version is a code that begins with zeros."""
    return package(number, version=CODES_OF_FILES[number - 1], **fields)


@pytest.fixture
def damaged(desk: Desk) -> tuple[LiveCatalogue, Path]:
    """Three packages whose codes lost their zeros, one of them with another edit, and a fourth edited honestly."""
    ckan, workbook = desk.exported([*(numbered(n) for n in (1, 2, 3)), package(4)])
    zeros = [("Packages", package_id(n), "Version", CODES_OF_FILES[n - 1].lstrip("0")) for n in (1, 2, 3)]
    edit(workbook, *zeros, NEW_TITLE, ("Packages", package_id(4), "Title", "Paths"))
    return ckan, workbook


def test_an_import_stops_at_a_finding(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """Nothing is sent, status 3; one line names the code and the option, and every row says why."""
    ckan, workbook = damaged

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert all(words in said.told for words in ("zeros-lost", "--accept zeros-lost", "Packages!R2"))
    assert "zeros-lost: [Version] of Packages: zeros in front of numbers are gone (Packages!R2" in said.out
    found = rows(workbook, "Packages")
    assert [row["Result"] for row in found] == ["not sent"] * 4
    assert "[Version]: zeros in front of numbers are gone" in found[0]["Message"]
    assert found[3]["Message"] == "Not sent: the import waits for an answer about Packages!R2 (zeros-lost)."


def test_the_object_says_what_stopped_the_import(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """Findings with all of their cells, and every row that asked for something."""
    _, workbook = damaged

    said = desk("import", workbook, "--yes", "--json")

    found = said.json()
    assert (said.status, found["dry_run"], found["writes"]) == (3, False, 0)
    assert [(f["code"], f["cells"]) for f in found["findings"]] == [
        ("zeros-lost", ["Packages!R2", "Packages!R3", "Packages!R4"])
    ]
    assert found["counts"] == {"not sent": 4, "unchanged": 4}


@pytest.mark.parametrize(
    ("options", "words"), [((), "zeros-lost: "), (("--accept", "zeros-lost"), "zeros-lost (accepted): ")]
)
def test_what_was_accepted_is_still_shown_as_such(
    desk: Desk, damaged: tuple[LiveCatalogue, Path], options: tuple[str, ...], words: str
) -> None:
    """Whoever reads the list later sees what was asked, and that somebody answered."""
    _, workbook = damaged

    said = desk("check", workbook, *options)

    assert f"\n{words}[" in said.out


def test_what_is_accepted_is_sent(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """Somebody means it; it is still told."""
    ckan, workbook = damaged
    desk("import", workbook, "--yes")

    said = desk("import", workbook, "--yes", "--accept", "zeros-lost", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"updated": 4, "unchanged": 4})
    assert [ckan.shown(package_id(n))["version"] for n in (1, 2, 3)] == ["12", "345", "1000"]
    assert [finding["code"] for finding in said.json()["findings"]] == ["zeros-lost"]


def test_another_code_does_not_let_it_go(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """Each kind of accident is asked about by itself."""
    ckan, workbook = damaged
    others = [option for code in CODES if code != "zeros-lost" for option in ("--accept", code)]

    said = desk("import", workbook, "--yes", *others)

    assert (said.status, ckan.writes) == (3, [])


def test_undone_in_the_workbook_it_is_no_question(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """The other edits go through as they are."""
    ckan, workbook = damaged
    desk("import", workbook, "--yes")
    edit(workbook, *(("Packages", package_id(n), "Version", CODES_OF_FILES[n - 1]) for n in (1, 2, 3)))

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"updated": 2, "unchanged": 6})
    assert ckan.shown(ONE)["version"] == "00012"


@pytest.mark.parametrize(
    ("command", "accepted", "status"),
    [
        (("import", "--dry-run"), False, 1),
        (("import", "--dry-run"), True, 0),
        (("check",), False, 1),
        (("check",), True, 0),
    ],
)
def test_whoever_only_looks_sees_the_findings(
    desk: Desk, damaged: tuple[LiveCatalogue, Path], command: tuple[str, ...], accepted: bool, status: int
) -> None:
    """The rows as an import would leave them: not sent, or once it is meant, updated."""
    _, workbook = damaged
    accept = ("--accept", "zeros-lost") if accepted else ()

    said = desk(*command, workbook, *accept, "--json")

    assert said.status == status
    assert said.json()["counts"] == {("would update" if accepted else "not sent"): 4, "unchanged": 4}
    assert len(said.json()["findings"]) == 1


def test_a_question_is_open_although_the_site_has_it_already(
    desk: Desk, damaged: tuple[LiveCatalogue, Path]
) -> None:
    """Somebody sent the same damage before: nothing is left to send, and it is asked all the same."""
    ckan, workbook = damaged
    for number in (1, 2, 3):
        ckan.edit(package_id(number), version=CODES_OF_FILES[number - 1].lstrip("0"))
    ckan.edit(ONE, title="Trails and paths")
    ckan.edit(package_id(4), title="Paths")

    said = desk("import", workbook, "--dry-run", "--json")

    assert (said.status, said.json()["counts"]) == (1, {"unchanged": 8})


def test_where_nothing_is_written_nothing_is(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """A stopped import respects --no-write."""
    _, workbook = damaged
    before = desk.files()

    assert desk("import", workbook, "--yes", "--no-write").status == 3
    assert desk.files() == before


def test_a_stopped_import_remembers_what_was_exported(desk: Desk, damaged: tuple[LiveCatalogue, Path]) -> None:
    """Even of what the site has already: nothing moved, so nothing is to be remembered."""
    ckan, workbook = damaged
    ckan.edit(package_id(4), title="Paths")
    remembered = read_workbook(workbook).exported

    desk("import", workbook, "--yes")

    assert read_workbook(workbook).exported == remembered
