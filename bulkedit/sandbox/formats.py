"""Formats of resources as CKAN spells them (``resource_formats.json``), by any name they go by."""

import mimetypes
from urllib.parse import urlsplit

_FORMATS = {
    "CSV": "text/csv",
    "TSV": "text/tab-separated-values",
    "TXT": "text/plain",
    "HTML": "text/html",
    "PDF": "application/pdf",
    "JSON": "application/json",
    "GeoJSON": "application/geo+json",
    "XML": "application/xml text/xml",
    "RDF": "application/rdf+xml",
    "KML": "application/vnd.google-earth.kml+xml",
    "KMZ": "application/vnd.google-earth.kmz",
    "GML": "application/gml+xml",
    "SHP": "",
    "GeoTIFF": "",
    "TIFF": "image/tiff",
    "PNG": "image/png",
    "JPEG": "image/jpeg jpg",
    "SVG": "image/svg+xml",
    "GIF": "image/gif",
    "ZIP": "application/zip",
    "XLS": "application/vnd.ms-excel excel",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "DOC": "application/msword",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "ODT": "application/vnd.oasis.opendocument.text",
    "WMS": "",
    "WFS": "",
    "RSS": "",
    "API": "",
}

_CALLED = {name.lower(): shown for shown, others in _FORMATS.items() for name in (shown, *others.split())}


def format_of(text: str) -> str:
    """Return the usual spelling of a format or media type; what is unknown stays as it is."""
    return _CALLED.get(text.lower().strip(), text)


def guessed_type(url: str) -> str | None:
    """Return the media type that the end of an address tells (``mimetypes.guess_type``), or None."""
    return mimetypes.guess_type(url)[0] if urlsplit(url).path else None
