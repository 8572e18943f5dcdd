"""Formats of resources as CKAN spells them (``resource_formats.json``), and names of files as it keeps them."""

import mimetypes
import re
import unicodedata
from urllib.parse import urlsplit

_FORMATS = {
    "ArcGIS Map Preview": "",
    "ArcGIS Map Service": "",
    "ArcGIS Online Map": "web map application",
    "Atom Feed": "application/atom+xml",
    "BIN": "binary data|application/octet-stream",
    "BMP": "bitmap image file|image/x-ms-bmp",
    "CSV": "comma separated values file|text/csv|text/comma-separated-values",
    "dBase": "dbase database|application/x-dbf|dbf",
    "DOC": "word document|application/msword",
    "DOCX": "word ooxml document|application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "E00": "application/x-e00",
    "Esri REST": "esri rest api endpoint|arcgis_rest",
    "EXE": "windows executable program|application/x-msdownload",
    "GeoJSON": "geographic javascript object notation|application/geo+json",
    "GIF": "gif image file|image/gif",
    "GTFS": "general transit feed specification",
    "GZ": "gzip file|application/gzip|application/x-gzip",
    "HTML": "web page|text/html|htm",
    "ICS": "icalendar|text/calendar|ifb|ical",
    "JPEG": "jpg image file|image/jpeg|jpg",
    "JS": "javascript|application/x-javascript",
    "JSON": "javascript object notation|application/json",
    "KML": "kml file|application/vnd.google-earth.kml+xml",
    "KMZ": "kmz file|application/vnd.google-earth.kmz+xml|application/vnd.google-earth.kmz",
    "MDB": "access database|application/x-msaccess",
    "MP3": "mpeg-1 audio layer-3|audio/mpeg|audio/mpeg3|audio/x-mpeg-3|video/mpeg|video/x-mpeg",
    "MP4": "mpeg video file|video/mp4|application/mp4",
    "MrSID": "image/x-mrsid",
    "MXD": "esri arcgis project file|application/x-mxd",
    "N3": "n3 triples|application/x-n3",
    "NetCDF": "netcdf file|application/netcdf",
    "ODP": "opendocument presentation|application/vnd.oasis.opendocument.presentation",
    "ODS": "opendocument spreadsheet|application/vnd.oasis.opendocument.spreadsheet",
    "ODT": "opendocument text|application/vnd.oasis.opendocument.text",
    "OGG": "ogg vorbis audio file|audio/ogg",
    "OWL": "web ontology language|application/owl+xml",
    "PDF": "pdf file|application/pdf",
    "PNG": "png image file|image/png",
    "PPT": "powerpoint presentation|application/vnd.ms-powerpoint",
    "PPTX": (
        "powerpoint ooxml presentation|application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ),
    "QGIS": "qgis file|application/x-qgis",
    "RAR": "rar compressed file|application/rar",
    "RDF": "application/rdf+xml|rdf/xml",
    "RSS": "rss feed|application/rss+xml",
    "SHP": "shapefile|esri shapefile",
    "SPARQL": "sparql end-point|application/sparql-results+xml",
    "SVG": "svg vector image|image/svg+xml",
    "TAR": "tar compressed file|application/x-tar",
    "TIFF": "tiff image file|image/tiff",
    "TORRENT": "application/x-bittorrent|bittorrent",
    "TSV": "tab separated values file|text/tab-separated-values|text/tsv",
    "TXT": "text file|text/plain",
    "WAV": "wave file|audio/x-wav|audio/wav",
    "WCS": "web coverage service",
    "WebM": "webm video|video/webm",
    "WFS": "web feature service",
    "WMS": "web mapping service",
    "WMTS": "web map tile service",
    "XLS": (
        "excel document|application/vnd.ms-excel|excel|application/msexcel|application/x-msexcel|"
        "application/x-ms-excel|application/x-excel|application/xls|application/x-xls"
    ),
    "XLSB": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "XLSM": "application/vnd.ms-excel.sheet.macroenabled.12",
    "XLSX": "excel ooxml spreadsheet|application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "XML": "xml file|application/xml|text/xml",
    "XSLT": "application/xslt+xml",
    "ZIP": "zip file|application/zip",
}
"""Names of formats, and what else each is called; in any case of letters."""

_CALLED = {name.lower(): shown for shown, others in _FORMATS.items() for name in (shown, *others.split("|"))}
_CALLED.pop("")


def format_of(text: str) -> str:
    """Return the usual spelling of a format or media type; what is unknown stays as it is."""
    return _CALLED.get(text.lower(), text)


def guessed_type(url: str) -> str | None:
    """Return the media type that the end of an address tells (``mimetypes.guess_type``), or None."""
    return mimetypes.guess_type(url)[0] if urlsplit(url).path else None


_LETTERS = {"æ": "ae", "ð": "th", "ø": "o", "þ": "th", "ß": "ss"}
_MOST_OF_NAME, _MOST_OF_ENDING, _LEAST_OF_NAME = 100, 21, 3


def file_name(name: str) -> str:
    """Return a file's name as CKAN keeps it (``munge_filename``): ASCII, of a limited length, with its ending."""
    base = "".join(map(_plain_letter, name.rpartition("/")[2].lower().strip()))
    clean = re.sub(r"-+", "-", re.sub(r"[^a-z0-9_. -]", "", base).replace(" ", "-"))
    head, dot, tail = clean.rpartition(".")
    stem, ending = (head, (dot + tail)[:_MOST_OF_ENDING]) if head.strip(".") else (clean, "")
    stem = stem[: _MOST_OF_NAME - len(ending)]
    return stem.ljust(max(1, _LEAST_OF_NAME - len(ending)), "_") + ending


def _plain_letter(letter: str) -> str:
    """Return a Latin letter without its accent; only western European ones have such a thing in CKAN."""
    western = "ß" <= letter <= "ÿ" and letter != "÷"
    return _LETTERS.get(letter) or (unicodedata.normalize("NFD", letter)[0] if western else letter)
