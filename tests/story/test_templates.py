"""Templates on the command line: those that ship, and one's own."""

import re
from pathlib import Path

import openpyxl
import pytest
import yaml
from live_catalogue import package
from office_desk import Desk, edit

from bulkedit.core.checks import CHECKS
from bulkedit.core.template import KEYS, Template, read_template
from bulkedit.excel.read import read_workbook
from bulkedit.templating import templates_folder, templates_for


def headers(path: Path, sheet: str) -> list[str]:
    """Return the header row of a sheet."""
    book = openpyxl.load_workbook(path, read_only=True)
    found = [str(value) for value in next(book[sheet].values)]
    book.close()
    return found


def written(desk: Desk, text: str) -> Path:
    """Return a file with a template."""
    path = desk.folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(templates_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_template_that_ships_is_valid(path: Path) -> None:
    """A template of a type is for that type."""
    template = read_template(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)

    assert template.dataset_type in ("", path.stem)


def test_a_type_without_a_template_of_its_own_has_the_usual_one() -> None:
    """And one's own takes the place of either."""
    found = templates_for(["bcdc_dataset", "application"])

    assert {one: template.name for one, template in found.items()} == {
        "bcdc_dataset": "bcdc_dataset.yaml",
        "application": "ckan.yaml",
    }


def test_a_template_for_a_type_goes_before_one_for_all(tmp_path: Path) -> None:
    """Whoever says more is meant."""
    (tmp_path / "all.yaml").write_text("packages: {first: [name]}")
    (tmp_path / "one.yaml").write_text("dataset_type: application")

    found = templates_for(["application", "dataset"], [tmp_path / "all.yaml", tmp_path / "one.yaml"])

    assert {one: template.name for one, template in found.items()} == {
        "application": "one.yaml",
        "dataset": "all.yaml",
    }
    assert isinstance(found["dataset"], Template)


def test_ones_own_template_lays_out_the_export(desk: Desk) -> None:
    """Its columns come first; what it leaves out is not there; the rest follows."""
    desk.open([package(1)])
    mine = written(desk, "packages:\n  first: [notes, license_id]\n  left_out: [author]\n")

    said = desk("export", "parks", "-o", "parks.xlsx", "--template", mine)

    assert said.status == 0, said.err
    found = headers(desk.folder / "parks.xlsx", "Packages")
    assert found[4:6] == ["Description", "License"]
    assert "Author" not in found
    assert "Title" in found


def test_what_is_left_out_stays_on_the_site(desk: Desk) -> None:
    """An edit of another field touches nothing that the workbook does not show."""
    ckan = desk.open([package(1, author="Ann")])
    mine = written(desk, "packages: {left_out: [author]}")
    desk("export", "parks", "-o", "parks.xlsx", "--template", mine)
    edit(desk.folder / "parks.xlsx", ("Packages", package(1)["id"], "Title", "Paths"))

    desk("import", "parks.xlsx", "--yes")

    assert (ckan.shown("trails-1")["title"], ckan.shown("trails-1")["author"]) == ("Paths", "Ann")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "packages: {hidden: [titel]}",
            "mine.yaml: packages.hidden names the field “titel”, which is not there (did you mean “title”?).",
        ),
        (
            "packages: {widths: {title: wide}}",
            "mine.yaml: packages.widths.title takes a number of characters from 4 to 200; it holds “wide”.",
        ),
        ("packages: [", "The template mine.yaml is not valid YAML (line 1, column 12)."),
        (
            "packages: {first: [title]}\npackages: {first: [notes]}",
            "The template mine.yaml is not valid YAML (line 2, column 1).",
        ),
        (f"packages: {'[' * 5_000}{']' * 5_000}", "The template mine.yaml is not valid YAML."),
        ("packages: {widths: {title: &a [*a]}}", None),
        (
            "dataset_type: application",
            "mine.yaml is a template for the type 'application'; the packages here are of dataset.",
        ),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_and_nothing_is_exported(
    desk: Desk, text: str, sentence: str | None
) -> None:
    """What is wrong, where, and what it takes instead."""
    desk.open([package(1)])
    written(desk, text)

    said = desk("export", "parks", "-o", "parks.xlsx", "--template", "mine.yaml")

    assert said.status == 3
    assert said.told == (sentence or said.told)
    assert not (desk.folder / "parks.xlsx").exists()


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"\xff\xfe\xff", "it is no text")]
)
def test_a_template_that_cannot_be_read_is_one_sentence(desk: Desk, content: bytes | None, reason: str) -> None:
    """Whatever is wrong with the file."""
    desk.open([package(1)])
    if content is not None:
        (desk.folder / "mine.yaml").write_bytes(content)

    said = desk("export", "parks", "--template", "mine.yaml")

    assert (said.status, said.told) == (3, f"The template mine.yaml cannot be read: {reason}.")


@pytest.mark.parametrize(("options", "language"), [((), "en"), (("--lang", "fr"), "fr")])
def test_the_labels_are_in_the_language_that_was_asked_for(
    desk: Desk, options: tuple[str, ...], language: str
) -> None:
    """Otherwise in the site's own; the workbook remembers which."""
    desk.open([package(1)])

    desk("export", "parks", "-o", "parks.xlsx", *options)

    assert read_workbook(desk.folder / "parks.xlsx").identity.language == language


def test_every_check_is_documented() -> None:
    """docs/templates.md names the checks that a template can ask for, and no others."""
    text = (templates_folder().parent / "docs" / "templates.md").read_text(encoding="utf-8")
    table = text.split("| check |")[1].split("A mistake in a template")[0]

    named = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([a-z]+)[^`]*`", named)) == {*CHECKS}


def test_every_key_of_templates_is_documented() -> None:
    """docs/templates.md explains each key, and no others."""
    text = (templates_folder().parent / "docs" / "templates.md").read_text(encoding="utf-8")
    table = text.split("| key |")[1].split("`resources` takes")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {*KEYS, "dataset_type"}
