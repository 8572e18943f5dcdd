"""What text survives a spreadsheet, and how several values share one cell."""

import re
from collections.abc import Iterable

CELL_LIMIT = 32_767
"""Most UTF-16 units that a cell holds (Excel specifications and limits)."""

_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_MARKER = re.compile(r"⚠ too long for a spreadsheet cell \([0-9,]+ characters\): edit it on the site")


def canonical(text: str) -> str:
    r"""Return the text as it looks after a round trip through a spreadsheet program.

    Line ends become ``\n`` (LibreOffice saves CRLF as LF), and what XML cannot hold (lone
    surrogates, U+FFFE, U+FFFF) becomes U+FFFD. White space stays as it is.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("\ufffd", text)


_ESCAPED_ESCAPE = re.compile("_x005[Ff](?=_x[0-9A-Fa-f]{4}_)")


def after_libreoffice(text: str) -> str:
    """Return the text as LibreOffice 7.4 may give it back.

    It saves the text ``_x005F_x0041_`` without escaping it, so that it reads as ``_x0041_`` from then
    on: where such texts come back, that difference is nobody's edit.
    """
    return _ESCAPED_ESCAPE.sub("", text) if "_x005" in text else text


def fits(text: str) -> bool:
    """Tell whether a cell can hold the text without cutting it."""
    return len(text) <= CELL_LIMIT // 2 or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= CELL_LIMIT


def in_cell(text: str) -> str:
    """Return the text to show in a cell: itself, or a marker where a cell cannot hold it."""
    if fits(text):
        return text
    return f"⚠ too long for a spreadsheet cell ({len(text):,} characters): edit it on the site"


def is_marker(text: str) -> bool:
    """Tell whether a cell text is the marker of `in_cell`."""
    return text.startswith("⚠") and _MARKER.fullmatch(text) is not None


def join(values: Iterable[str]) -> str:
    """Write several values into one cell text: ``; `` between them, quoted as in CSV where needed."""
    return "; ".join(map(_quoted, values))


def _quoted(value: str) -> str:
    if value and ";" not in value and '"' not in value and value == value.strip():
        return value
    return '"' + value.replace('"', '""') + '"'


def split(text: str) -> list[str]:
    """Read the values of one cell text, the inverse of `join`.

    White space around an unquoted value and empty places between separators do not count.

    Raises:
        ValueError: a quote is opened and not closed, or followed by other text.
    """
    values: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == ";" or text[at].isspace():
            at += 1
        elif text[at] == '"':
            value, at = _quoted_value(text, at)
            values.append(value)
        else:
            end = text.find(";", at)
            end = len(text) if end < 0 else end
            values.append(text[at:end].strip())
            at = end
    return values


def _quoted_value(text: str, start: int) -> tuple[str, int]:
    at = start + 1
    while True:
        end = text.find('"', at)
        if end < 0:
            raise ValueError('a double quote (") is opened and never closed')
        if text[end + 1 : end + 2] != '"':
            break
        at = end + 2
    after = end + 1
    while after < len(text) and text[after].isspace():
        after += 1
    if after < len(text) and text[after] != ";":
        raise ValueError('after a closing double quote (") only ";" can follow')
    return text[start + 1 : end].replace('""', '"'), after


def excerpt(text: str, most: int = 120) -> str:
    """Return the text on one line, quoted for a message, cut at ``most`` characters."""
    flat = " ".join(text.split()) if text.strip() else text.replace("\n", "⏎")
    if len(flat) > most:
        flat = flat[: most - 1] + "…"
    return f"“{flat}”" if flat else "(empty)"
