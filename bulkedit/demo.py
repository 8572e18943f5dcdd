"""A day at the desk of an editor of the sample agency: what `bulkedit demo` and the samples show.

Rita Marsh has left the agency, and Tomas Fenn takes over her records; the map server has moved; the old licence
has a successor. He edits rows; a colleague edits on the site meanwhile; one address is mistyped.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from bulkedit.ckan.client import Client
from bulkedit.core.columns import ACTION, ITEM, PACKAGE, UPLOAD
from bulkedit.excel.typist import TypedRow, Typist

ORGANIZATION = "parks"
EDITOR, COLLEAGUE = "editor", "colleague"

_LEFT, _SUCCESSOR, _SUCCESSOR_EMAIL = "Rita Marsh", "Tomas Fenn", "tomas.fenn@parks.example"
_MISTYPED_IN, _MISTYPED = "horse-routes", "tomas.fenn at parks.example"
_OLD_HOST, _NEW_HOST = "http://maps.parks.example/", "https://geo.parks.example/"
_OLD_LICENCE = "Open Licence - Lowland Province, version 1.0 (superseded)"
_NEW_LICENCE = "Open Licence - Lowland Province, version 2.0"
_BOTH_TITLED, _YOUR_TITLE, _THEIR_TITLE = (
    "signposts-and-waymarks",
    "Signposts and waymarks of the trail network",
    "Signposts, waymarks and noticeboards",
)
_THEIRS, _THEIR_PURPOSE = "picnic-sites", "To show visitors where they can rest, and rangers what to empty."

_NEW_TITLE, _FILE, _FILE_CONTENT = "Benches", "benches.csv", "trail,km,seats\nHeron Way,3.2,4\nHeron Way,7.9,2\n"
_DELETED = "dark-places"
DELETIONS = 1


def edit(path: Path) -> list[str]:
    """Edit the exported workbook as Tomas does, save it, and return what was done, a sentence each.

    A file to be sent is put beside the workbook.
    """
    typist = Typist(path)
    (path.parent / _FILE).write_text(_FILE_CONTENT, encoding="utf-8")
    steps = (_contacts, _licence, _links, _keywords, _single_cells, _title, _new_record, _farewell)
    told = [step(typist) for step in steps]
    typist.save()
    return told


def _new_record(typist: Typist) -> str:
    like = next(row for row in typist.rows("Packages") if row["URL"] == "picnic-sites")
    kept = ("Licence", "State of publication", "Status of the data", "Security classification", "Who may see it")
    typist.add(
        "Packages",
        {header: like[header] for header in kept}
        | {
            "Title": _NEW_TITLE,
            "Description": "Where one can sit down, along all trails.",
            "Keywords": "benches; trails",
        },
    )
    typist.add(
        "Resources",
        {PACKAGE: _NEW_TITLE, "Name": "Benches, as a table", "Update cycle": "Every year", UPLOAD: _FILE},
    )
    typist.add(
        "Contacts",
        {PACKAGE: _NEW_TITLE, "Name": _SUCCESSOR, "E-mail": _SUCCESSOR_EMAIL, "Role": "Custodian"},
    )
    return f"Packages, Resources, Contacts: a new record, {_NEW_TITLE!r}, with the file {_FILE} and a contact."


def _farewell(typist: Typist) -> str:
    row = next(row for row in typist.rows("Packages") if row["URL"] == _DELETED)
    typist.type("Packages", row.number, ACTION, "delete")
    return f"Packages: delete for the draft {_DELETED}."


def _contacts(typist: Typist) -> str:
    rows = typist.rows("Contacts")
    has_successor = {row[PACKAGE] for row in rows if row["Name"] == _SUCCESSOR}
    left = [row for row in rows if row["Name"] == _LEFT]
    for row in left:
        if row[PACKAGE] in has_successor:
            typist.type("Contacts", row.number, ACTION, "delete")
            continue
        mistyped = row[PACKAGE] == _MISTYPED_IN
        typist.type("Contacts", row.number, "Name", _SUCCESSOR)
        typist.type("Contacts", row.number, "E-mail", _MISTYPED if mistyped else _SUCCESSOR_EMAIL)
    typist.add(
        "Contacts",
        {PACKAGE: "skating-ice", "Name": _SUCCESSOR, "E-mail": _SUCCESSOR_EMAIL, "Role": "Point of contact"},
    )
    return (
        f"Contacts: {_SUCCESSOR} instead of {_LEFT} in {_counted(left, 'row')}; deleted where he was listed"
        " already, and added to one record that had no contact. One address is mistyped."
    )


def _licence(typist: Typist) -> str:
    changed = _retype(typist, "Packages", "Licence", lambda text: _NEW_LICENCE if text == _OLD_LICENCE else text)
    return f"Packages: the licence of today instead of the superseded one in {_counted(changed, 'row')}."


def _links(typist: Typist) -> str:
    def moved(text: str) -> str:
        return text.replace(_OLD_HOST, _NEW_HOST)

    resources = _retype(typist, "Resources", "URL", moved)
    links = _retype(typist, "More information", "Address", moved)
    count = _counted([*resources, *links], "link")
    return f"Resources and More information: {_NEW_HOST} instead of {_OLD_HOST} in {count}."


def _keywords(typist: Typist) -> str:
    def one_spelling(text: str) -> str:
        words = ["trails" if word.casefold() == "trails" else word for word in text.split("; ")]
        return "; ".join(dict.fromkeys(words)) if "trails" in text.casefold() else text

    changed = _retype(typist, "Packages", "Keywords", one_spelling)
    return f"Packages: the keyword “trails” in one spelling, {_counted(changed, 'row')}."


def _single_cells(typist: Typist) -> str:
    rows = {row["URL"]: row.number for row in typist.rows("Packages")}
    typist.type("Packages", rows["footbridges-and-fords"], "Last checked", "2026-11-20T09:30:00")
    typist.type("Packages", rows["footbridges-and-fords"], "Topics", "Paths and bridges; Safety")
    typist.type("Packages", rows["campsites"], "Fee in cents", "")
    typist.type("Packages", rows[_THEIRS], "Open by default", "TRUE")
    return "Packages: a date, several topics, a cleared fee, a yes."


def _title(typist: Typist) -> str:
    row = next(row for row in typist.rows("Packages") if row["URL"] == _BOTH_TITLED)
    typist.type("Packages", row.number, "Title", _YOUR_TITLE)
    return f"Packages: another title for {_BOTH_TITLED}."


def _retype(typist: Typist, sheet: str, header: str, change: Callable[[str], str]) -> list[TypedRow]:
    changed = [row for row in typist.rows(sheet) if change(row[header]) != row[header]]
    for row in changed:
        typist.type(sheet, row.number, header, change(row[header]))
    return changed


def _counted(rows: Iterable[TypedRow], noun: str) -> str:
    count = len(list(rows))
    return f"{count} {noun}{'' if count == 1 else 's'}"


def edit_on_the_site(url: str, token: str) -> list[str]:
    """Edit two records on the site as the colleague does, and return what was done, a sentence each.

    Raises:
        CallError: the site did not take it.
    """
    client = Client(url, token)
    client.write("package_patch", {"id": _BOTH_TITLED, "title": _THEIR_TITLE})
    client.write("package_patch", {"id": _THEIRS, "purpose": _THEIR_PURPOSE})
    client.close()
    return [
        f"{_BOTH_TITLED}: another title, too. That will be a conflict.",
        f"{_THEIRS}: another purpose. You edited other fields of that record; both will stay.",
    ]


def mend(path: Path) -> list[str]:
    """Mend in the workbook what the import could not send, and return what was done, a sentence each."""
    typist = Typist(path)
    for row in typist.rows("Contacts"):
        if row["E-mail"] == _MISTYPED and row[ITEM]:
            typist.type("Contacts", row.number, "E-mail", _SUCCESSOR_EMAIL)
    row = next(row for row in typist.rows("Packages") if row["URL"] == _BOTH_TITLED)
    typist.type("Packages", row.number, "Title", _THEIR_TITLE)
    typist.save()
    return ["The mistyped address is mended.", "The colleague's title is taken over."]
