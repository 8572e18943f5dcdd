"""New records as an editor types them, by header, and as CKAN is to have them, by field.

sheets = Typed()
sheets.package("tide-heights")
sheets.resource("tide-heights", "2024")
sheets.contact("tide-heights", "Ann")
numbers = desk.fill(sheets.rows)
...
assert sheets.missing(package) == []
"""

from collections.abc import Mapping
from typing import Any

PACKAGE = {
    "Title": ("title", ""),
    "Description": ("notes", "About this.\n\nTwo paragraphs: “a; b”, =1+1."),
    "State": ("publish_state", "Draft"),
    "Licence": ("license_id", "Creative Commons Attribution"),
    "Security Classification": ("security_class", "Protected-A"),
    "Who can view this data?": ("view_audience", "Government"),
    "Who can download this data?": ("download_audience", "Not applicable"),
    "Who can view this record?": ("metadata_visibility", "Public"),
    "Resource Status": ("resource_status", "On Going"),
    "Purpose": ("purpose", "00123"),
}
RESOURCE = {
    "Type": ("bcdc_type", "Document/Tabular Data"),
    "Frequency of Resource Update": ("resource_update_cycle", "As Needed"),
    "Resource Storage Format": ("format", "csv"),
    "Resource Storage Location": ("resource_storage_location", "Web or FTP Site"),
    "Resource Type": ("resource_type", "Data"),
    "Resource Access Method": ("resource_access_method", "Direct Access"),
}
RAW = {
    "Draft": "DRAFT",
    "Pending Publish": "PENDING PUBLISH",
    "Creative Commons Attribution": "cc-by",
    "Protected-A": "PROTECTED A",
    "Not applicable": "NA",
    "On Going": "onGoing",
    "Document/Tabular Data": "document",
    "As Needed": "asNeeded",
    "Web or FTP Site": "web or ftp site",
    "Data": "data",
    "Direct Access": "direct access",
    "Point of Contact": "pointOfContact",
    "Created": "Created",
}


def raw(text: str) -> str:
    """Return the value behind a label of the catalogue's drop-downs."""
    return RAW.get(text, text)


class Typed:
    """Rows for a workbook, and what they mean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.expected: dict[str, dict[str, Any]] = {}

    def package(self, name: str, title: str = "", *, keywords: tuple[str, ...] = ("tides",), **cells: str) -> None:
        """Add a row for a package; `cells` has further texts by header (with _ for blanks)."""
        texts = {header: text for header, (_, text) in PACKAGE.items()} | {"Title": title or f"Tides of {name}"}
        texts |= {header.replace("_", " "): text for header, text in cells.items()}
        self._add("Packages", {**texts, "URL": name, "Keywords": "; ".join(keywords)})
        self.expected[name] = {
            **{field: raw(texts[header]) for header, (field, _) in PACKAGE.items()},
            "name": name,
            "tags": sorted(keywords),
            "resources": [],
        }

    def resource(self, package: str, name: str, *, url: str = "", upload: str = "", **cells: str) -> None:
        """Add a row for a resource: a link, or a file."""
        url = url or ("" if upload else f"https://example.org/{package}/{len(self.resources(package))}.csv")
        texts = {header: text for header, (_, text) in RESOURCE.items()}
        texts |= {"Package": package, "Name": name, "Resource": url, "Upload": upload, **cells}
        self._add("Resources", texts)
        expected = {field: raw(texts[header]) for header, (field, _) in RESOURCE.items()} | {"name": name}
        self.resources(package).append(expected | ({"url": url} if url else {}))

    def contact(self, package: str, name: str) -> None:
        """Add a row for a contact."""
        email = f"{name.lower().replace(' ', '.')}@example.org"
        texts = {"Name": name, "Email": email, "Organization": "tides", "Role": "Point of Contact"}
        self._add("Contacts", {"Package": package, **texts})
        contact = {"name": name, "email": email, "org": "tides", "role": "pointOfContact", "displayed": []}
        self.expected.setdefault(package, {}).setdefault("contacts", []).append(contact)

    def item(self, sheet: str, package: str, key: str, cells: Mapping[str, str], value: Mapping[str, str]) -> None:
        """Add a row for an entry of any other list of packages."""
        self._add(sheet, {"Package": package, **cells})
        self.expected.setdefault(package, {}).setdefault(key, []).append(dict(value))

    def extent(self, package: str, resource: str, begin: str, end: str) -> None:
        """Give a resource its data collection period, in columns of its own row."""
        row = next(r for r in self.rows["Resources"] if (r["Package"], r["Name"]) == (package, resource))
        label = "Data Collection Period"
        row |= {f"{label}: Beginning Date": begin, f"{label}: End Date": end}
        self._expect_extent(package, resource, begin, end)

    def listed_extent(self, package: str, resource: str, begin: str, end: str) -> None:
        """Add a row for a data collection period, where these have a sheet."""
        where = {"Package": package, "Resource": resource}
        self._add("Resource Data Collection Period", {**where, "Beginning Date": begin, "End Date": end})
        self._expect_extent(package, resource, begin, end)

    def _expect_extent(self, package: str, resource: str, begin: str, end: str) -> None:
        held = next(r for r in self.resources(package) if r["name"] == resource)
        held.setdefault("temporal_extent", []).append({"beginning_date": begin, "end_date": end})

    def resources(self, package: str) -> list[dict[str, Any]]:
        """Return what is expected of a package's resources."""
        held: list[dict[str, Any]] = self.expected.setdefault(package, {}).setdefault("resources", [])
        return held

    def differences(self, shown: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
        """Return, for each package by name, what CKAN shows otherwise than it was typed; none is left out."""
        found = {name: list(_otherwise(wanted, shown.get(name, {}))) for name, wanted in self.expected.items()}
        return {name: ones for name, ones in found.items() if ones}

    def _add(self, sheet: str, texts: dict[str, str]) -> None:
        self.rows.setdefault(sheet, []).append(texts)


def _otherwise(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    told = {**shown, "tags": sorted(tag["name"] for tag in shown.get("tags", ()))}
    resources = told.pop("resources", [])
    found = [f"{k}: {told.get(k)!r}" for k, v in wanted.items() if k != "resources" and told.get(k) != v]
    if len(resources) != len(wanted.get("resources", ())):
        return [*found, f"{len(resources)} resources"]
    for at, (one, has) in enumerate(zip(wanted.get("resources", ()), resources, strict=True)):
        found += [f"resources[{at}].{k}: {has.get(k)!r}" for k, v in one.items() if has.get(k) != v]
    return found
