"""What the catalogue is filled with: records of a made-up agency, the same ones every time.

Pure: only dicts as `package_create` takes them, without `owner_org`. Every field of the full BCDC schema is
filled somewhere, every text in HOSTILE stands in many fields, and absent, null and empty values all occur.
"""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

PLAIN = 30
VANILLA = 8
MANY_ROWS = 12

# Each of these has broken a spreadsheet, an XML parser or a diff somewhere.
HOSTILE: dict[str, str] = {
    "crlf": "Two lines\r\nas Windows writes them\r\n",
    "lone-cr": "Two lines\ras old Macs wrote them",
    "newlines": "\n\nblank lines before, between\n\n\nand after\n",
    "tabs": "tide\theight\t\tdepth\t",
    "spaces": "  two before,  two between, two after  ",
    "only-spaces": " \t ",
    "nbsp": "\u00a0no-break\u00a0spaces\u200b and a zero-width one\ufeff",
    "sum": "=1+1",
    "equals-word": "=hello",
    "equals-heading": "== Tides ==",
    "plus": "+x",
    "minus": "-x",
    "at": "@x",
    "link-formula": '=HYPERLINK("https://example.org/","click")',
    "apostrophe": "'quoted",
    "zeros": "00123",
    "decimal": "1.10",
    "exponent": "1E5",
    "sixteen-digits": "1234567890123456",
    "twenty-digits": "98765432109876543210",
    "true": "TRUE",
    "iso-date": "2024-01-31",
    "iso-time": "2024-01-31T10:20:30",
    "fraction": "3/4",
    "percent": "50%",
    "not-available": "#N/A",
    "reference-error": "#REF!",
    "escaped-cr": "a_x000D_b",
    "escaped-letter": "_x0041_",
    "escaped-underscore": "_x005F_x000D_",
    "emoji": "🌊 lighthouse 👩🏽‍🔬 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "right-to-left": "tide \u202eelbat\u202c \u200f\u05de\u05e4\u05d4\u200e end",
    "decomposed": "Cafe\u0301 Ma\u0308rz n\u0303 beside Café März ñ",
    "controls": "bell\x07 start\x01 tab\x0b unit\x1f delete\x7f next\x85",
    "line-separators": "one\u2028two\u2029three",
    "cdata": "<![CDATA[ tides ]]> &amp; ]]>",
    "html": '<p class="x">Tides &amp; <b>bold</b></p><script>alert(1)</script>',
    "lists": 'north; south; "east; west"; ""',
    "csv": 'a,"b ""c""",d\n1,2,3',
    "json": '{"list": [1, "two", null]}',
    "none-words": "None",
    "null-word": "null",
    "nan": "NaN",
    "backslashes": "C:\\tides\\new \\n \\u0041",
    "noncharacters": "before \ufffe between \uffff after",
}
LONG_NOTES = "".join(f"Line {n:04} of a very long description of the tides.\n" for n in range(800))
WINDOWS_NOTES = LONG_NOTES.replace("\n", "\r\n")[:32_800]
LONGEST_IN_A_CELL = "e" * 32_767
ONE_TOO_LONG = "x" * 32_768
EMOJI_TOO_LONG = "🌊" * 16_384  # 32,768 UTF-16 units in 16,384 code points

PLACES = ("Aldwick", "Brannock", "Corrie Sound", "Dunmore", "Eskholm", "Fairlie Bank", "Grendon")
SUBJECTS = ("tide heights", "harbour depths", "buoys", "fog hours", "ferry landings", "wave periods")
STATUSES = (
    "planned",
    "underDevelopment",
    "onGoing",
    "required",
    "completed",
    "obsolete",
    "historicalArchive",
    "destroyed",
)
STATES = ("DRAFT", "PENDING PUBLISH", "PUBLISHED", "PENDING ARCHIVE", "ARCHIVED")
CLASSES = ("PUBLIC", "PROTECTED A", "PROTECTED B", "PROTECTED C")
AUDIENCES = ("Public", "Government and Business BCeID", "Government", "Named users")
DOWNLOADS = (*AUDIENCES, "Not downloadable", "NA")
LICENCES = ("cc-by", "odc-odbl", "notspecified", "retired-licence-1998", "22")  # CKAN checks none of them
ROLES = (
    "pointOfContact",
    "businessExpert",
    "dataManager",
    "dataSteward",
    "custodian",
    "AccessApprover",
    "distributor",
)
EVENTS = ("Created", "Published", "Modified", "Archived", "Destroyed")
KINDS = ("document", "geographic", "webservice", "application")
CYCLES = ("daily", "weekly", "monthly", "asNeeded", "irregular", "unknown")
STORES = ("bc geographic warehouse", "external", "file system", "web or ftp site", "na")
FORMATS = ("csv", "geojson", "shp", "pdf", "xlsx", "wms", "oracle_sde")
METHODS = ("application", "direct access", "indirect access", "service", "other")
KINDS_OF_RESOURCE = ("abstraction", "data", "reports", "na")
PROJECTIONS = ("epsg3005", "epsg4326", "epsg26710,", "na")
SPATIAL = ("SDO_GEOMETRY", "ST_GEOMETRY", "NA")
TOPICS = ("biota", "climatologyMeteorologyAtmosphere", "inlandWaters", "oceans", "transportation")


def all_records() -> Iterator[Record]:
    """Yield every record that needs nothing but the organization."""
    yield from (plain(number) for number in range(PLAIN))
    yield from (hostile(name, text) for name, text in HOSTILE.items())
    yield from (vanilla(number) for number in range(VANILLA))
    yield from special()


def plain(number: int) -> Record:
    """Return an ordinary record: 0 to 12 resources, 0 to 6 contacts, most fields filled."""
    status = STATUSES[number % len(STATUSES)]
    record: Record = {
        **required(f"plain-{number:02}", f"{_subject(number)} at {_place(number)}, series {number}"),
        "notes": f"{_subject(number)} near {_place(number)}.\n\nRead {1 + number} times a day.",
        "publish_state": STATES[number % len(STATES)],
        "license_id": LICENCES[number % len(LICENCES)],
        "security_class": CLASSES[number % len(CLASSES)],
        "view_audience": AUDIENCES[number % len(AUDIENCES)],
        "download_audience": DOWNLOADS[number % len(DOWNLOADS)],
        "metadata_visibility": ("Public", "IDIR")[number % 2],
        "resource_status": status,
        "support_url": f"https://support.example.org/{number}",
        "private": number % 4 == 1,
        "tags": [{"name": name} for name in sorted({"tides", _place(number), f"series-{number % 3}"})],
        "contacts": [contact(number, row) for row in range(number % 7)],
        "dates": [date(number, row) for row in range(number % 4)],
        "more_info": [more_info(number, row) for row in range(number % 3)],
        "resources": [resource(number, row) for row in range(number % 13)],
    }
    return record | by_status(status, number) | texts(number) | record_dates(number)


def required(name: str, title: str) -> Record:
    """Return the fields that the schema demands of every record."""
    return {
        "type": "bcdc_dataset",
        "name": name,
        "title": title,
        "notes": f"About {title}.",
        "publish_state": "PUBLISHED",
        "license_id": "cc-by",
        "security_class": "PUBLIC",
        "view_audience": "Public",
        "download_audience": "Public",
        "metadata_visibility": "Public",
        "resource_status": "onGoing",
    }


def by_status(status: str, number: int) -> Record:
    """Return the fields that only some statuses show in the form."""
    if status == "obsolete":
        return {"replacement_record": f"https://example.org/newer/{number}"}
    if status == "historicalArchive":
        return {
            "retention_expiry_date": f"20{30 + number}-12-31",
            "source_data_path": f"//vault/tides/{number:04}",
        }
    return {}


def texts(number: int) -> Record:
    """Return the long texts: filled, empty, null or absent, in turn."""
    purpose = {"purpose": f"Ships at {_place(number)} need it."}
    match number % 4:
        case 0:
            return purpose | {"data_quality": "Checked twice.", "lineage_statement": "Gauge, logger, office."}
        case 1:
            return purpose | {"data_quality": "", "lineage_statement": None}
        case 2:
            return {"purpose": None, "data_quality": "", "lineage_statement": ""}
        case _:
            return {}


def record_dates(number: int) -> Record:
    """Return the record's own dates; every third record has none."""
    if number % 3 == 0:
        return {}
    return {
        "record_create_date": f"20{number % 20:02}-01-15",
        "record_publish_date": f"20{number % 20:02}-02-28",
        "record_last_modified": f"20{number % 20:02}-03-31",
        "record_archive_date": "" if number % 3 == 1 else f"20{number % 20:02}-12-01",
    }


def contact(number: int, row: int) -> Record:
    """Return one contact; every second one is displayed."""
    return {
        "name": f"Keeper {number}-{row}",
        "email": f"keeper{number}.{row}@example.org",
        "org": f"office-{_place(number).lower().replace(' ', '-')}",
        "role": ROLES[(number + row) % len(ROLES)],
        "displayed": ["displayed"] if row % 2 == 0 else [],
    }


def date(number: int, row: int) -> Record:
    """Return one lifecycle event."""
    return {"type": EVENTS[(number + row) % len(EVENTS)], "date": f"19{50 + number}-0{1 + row}-11"}


def more_info(number: int, row: int) -> Record:
    """Return one related link; some have no title, which is null here and absent there."""
    link: Record = {"url": f"https://example.org/about/{number}/{row}"}
    if number % 3 == 2:
        return link | {"description": f"Handbook {row}" if row == 0 else None}
    return link


def resource(number: int, row: int) -> Record:
    """Return one resource of an ordinary record; geographic ones have extents, previews and details."""
    kind = KINDS[(number + row) % len(KINDS)]
    made: Record = {
        **required_of_resource(f"{_subject(number)} {2000 + row}", f"https://example.org/{number}/{row}.csv"),
        "bcdc_type": kind,
        "resource_update_cycle": CYCLES[(number + row) % len(CYCLES)],
        "resource_storage_location": STORES[(number + row) % len(STORES)],
        "resource_access_method": METHODS[(number + row) % len(METHODS)],
        "resource_type": KINDS_OF_RESOURCE[(number + row) % len(KINDS_OF_RESOURCE)],
        "format": FORMATS[(number + row) % len(FORMATS)],
        "temporal_extent": [{"beginning_date": f"{2000 + row}-01-01", "end_date": f"{2000 + row}-12-31"}],
    }
    if row % 3 == 0:
        made |= {"description": f"Year {2000 + row}.", "supplemental_info": "Local time, no summer time."}
    if row % 4 == 1:
        made |= {"description": None, "supplemental_info": "", "last_modified": "2024-03-11T23:45:46.328600"}
    if row % 2:
        made["json_table_schema"] = table_schema(row)
    return made | (geographic(number, row) if kind == "geographic" else {})


def required_of_resource(name: str, url: str) -> Record:
    """Return the fields that the schema demands of every resource."""
    return {
        "name": name,
        "url": url,
        "bcdc_type": "document",
        "resource_update_cycle": "monthly",
        "format": "csv",
        "resource_storage_location": "external",
        "resource_type": "data",
        "resource_access_method": "direct access",
    }


def geographic(number: int, row: int) -> Record:
    """Return what only geographic resources have."""
    return {
        "spatial_datatype": SPATIAL[number % len(SPATIAL)],
        "projection_name": PROJECTIONS[number % len(PROJECTIONS)],
        "iso_topic_category": list(TOPICS[: 1 + (number + row) % len(TOPICS)]),
        "object_name": f"TIDES.GAUGE_{number}_{row}",
        "object_short_name": f"TG_{number}_{row}",
        "object_table_comments": f"Gauges of series {number}; one row a reading.",
        "details": [detail(column) for column in range(row % 5)],
        "preview_info": [preview(number)],
        "geographic_extent": [
            {
                "north_bound_latitude": "60.0",
                "south_bound_latitude": "48.00",
                "east_bound_longitude": "-114.05",
                "west_bound_longitude": "-139.060",
            }
        ],
    }


def detail(column: int) -> Record:
    """Return the description of one column of a table."""
    return {
        "column_name": f"READING_{column}",
        "short_name": f"R{column}",
        "data_type": ("NUMBER", "VARCHAR2", "DATE")[column % 3],
        "data_precision": f"{10 + column}",
        "column_comments": f"Reading no. {column};\nin centimetres above chart datum",
    }


def preview(number: int) -> Record:
    """Return how a map shows the resource."""
    return {
        "layer_name": f"tides:gauge_{number}",
        "preview_latitude": "54.50",
        "preview_longitude": "-126.0",
        "preview_map_service_url": "https://maps.example.org/wms?layer=tides&style=",
        "preview_zoom_level": f"{number % 20}",
        "preview_image_url": f"https://maps.example.org/{number}.png",
        "link_to_imap": f"https://maps.example.org/view?i={number}",
    }


def table_schema(row: int) -> Record:
    """Return a JSON table schema; an empty one now and then."""
    if row % 4 == 3:
        return {}
    return {
        "fields": [
            {"name": "taken", "type": "datetime", "description": "UTC\n"},
            {"name": "height", "type": "number", "constraints": {"minimum": -1.5, "required": True}},
        ],
        "missingValues": ["", "-"],
        "primaryKey": None,
    }


def hostile(name: str, text: str) -> Record:
    """Return a record that holds one awkward text wherever a text may stand."""
    return {
        **required(f"hostile-{name}", f"Hostile: {name}"),
        "notes": text if text.strip() else f"Spaces only:{text}",
        "purpose": text,
        "data_quality": f"{text}{text}",
        "lineage_statement": f"{text}.",
        "support_url": text,
        "contacts": [
            contact(1, 0) | {"name": text if text.strip() else "Nobody", "org": f"x{text}"},
            contact(1, 1),
        ],
        "more_info": [{"description": text, "url": "https://example.org/hostile"}],
        "resources": [hostile_resource(text), resource(2, 1)],
    }


def hostile_resource(text: str) -> Record:
    """Return a geographic resource with the text in all its free fields."""
    return {
        **required_of_resource(text if text.strip() else "Spaces", "https://example.org/hostile.csv"),
        **geographic(3, 0),
        "bcdc_type": "geographic",
        "description": text,
        "supplemental_info": text,
        "object_name": text,
        "object_table_comments": text,
        "json_table_schema": {"comment": text, "fields": [{"name": text}]},
        "details": [detail(0) | {"column_comments": text}, detail(1) | {"column_name": text}],
        "preview_info": [preview(1) | {"layer_name": text}],
    }


def vanilla(number: int) -> Record:
    """Return a record of CKAN's own type, with free extras and resources with keys of their own."""
    awkward = list(HOSTILE.items())[number::VANILLA]
    return {
        "type": "dataset",
        "name": f"vanilla-{number}",
        "title": f"Logbook of {_place(number)}",
        "notes": "Kept by hand." if number else "",
        "author": "Harbour clerk" if number % 2 else None,
        "author_email": "clerk@example.org" if number % 2 else "",
        "maintainer": awkward[0][1],
        "version": "1.10",
        "url": f"https://example.org/logbooks/{number}",
        "license_id": LICENCES[number % len(LICENCES)],
        "private": number % 4 == 3,
        "tags": [{"name": name} for name in ("Logbook", "logbook", f"shelf {number}.{number}")[: number % 4]],
        "extras": [{"key": f"awkward {name}", "value": text} for name, text in awkward if text.strip()],
        "resources": [vanilla_resource(number, row) for row in range(number % 5)],
    }


def vanilla_resource(number: int, row: int) -> Record:
    """Return a resource with keys that no schema knows, some of them no text."""
    typed = {
        "codes": ["a; b", 'c "d"', ""],
        "nested": {"deep": [1]},
        "pages": 3,
        "checked": True,
        "scale": 1.10,
    }
    return (typed if row == 1 else {}) | {
        "name": f"Pages {row}" if row else "",
        "url": f"https://example.org/logbooks/{number}/{row}",
        "format": ("PDF", "CSV", "")[row % 3],
        "description": list(HOSTILE.values())[number * 5 + row],
        "shelf": f"00{row}",
        "pages; counted": '12; "13"',
    }


def special() -> Iterator[Record]:
    """Yield the records that stand for one trap each."""
    yield required("bare", "Only what is required")
    yield required("long-notes", "Notes longer than a cell") | {"notes": LONG_NOTES}
    yield required("windows-notes", "Notes that fit once CRLF is LF") | {"notes": WINDOWS_NOTES}
    yield required("longest-cell", "Notes as long as a cell") | {"notes": LONGEST_IN_A_CELL}
    yield required("one-too-long", "Notes one longer than a cell") | {"notes": ONE_TOO_LONG}
    yield required("emoji-too-long", "Notes of two-unit characters") | {"notes": EMOJI_TOO_LONG}
    yield required("empty-items", "Items with nothing in them") | {
        "more_info": [{"description": "", "url": ""}, {"url": ""}],
        "resources": [
            required_of_resource("Empty", "https://example.org/e")
            | {
                "temporal_extent": [{"beginning_date": "", "end_date": ""}],
                "details": [],
                "iso_topic_category": [],
            }
        ],
    }
    yield required("many-rows", "Many of everything") | {
        "contacts": [contact(9, row) for row in range(MANY_ROWS)],
        "more_info": [more_info(8, row) for row in range(MANY_ROWS)],
        "resources": [resource(9, row) for row in range(MANY_ROWS)],
    }
    for number in range(2):
        yield required(f"same-title-{number}", "One title, two records") | {
            "resources": [required_of_resource("One name", f"https://example.org/{row}") for row in range(3)]
        }


def drafts() -> Iterator[Record]:
    """Yield records that become drafts: half of them private."""
    for number in range(4):
        kind = plain(number + 2) if number < 3 else vanilla(2)
        yield kind | {"name": f"draft-{number}", "title": f"Draft {number}", "private": number % 2 == 0}


def _place(number: int) -> str:
    return PLACES[number % len(PLACES)]


def _subject(number: int) -> str:
    return SUBJECTS[number % len(SUBJECTS)].capitalize()
