"""What text survives a spreadsheet, and how several values share one cell."""

import re
from collections.abc import Iterable, Sequence

CELL_LIMIT = 32_767
"""Most UTF-16 units that a cell holds (Excel specifications and limits)."""

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What cannot be seen and changes what stands around it (controls, turns of direction), or is no text at all."""

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


def after_libreoffice(text: str) -> tuple[str, ...]:
    """Return what a text may come back as when LibreOffice (7.4) has saved the workbook; itself comes first.

    Files hold a control character as ``_x0001_``, and what only looks like that as ``_x005F_x0001_`` (ECMA-376
    part 1, 22.9.2.19). LibreOffice overlooks some look-alikes when it saves: ``_x005F_x0041_`` reads as
    ``_x0041_`` from then on. And when it opens a workbook it takes ``tile_x1_y2`` for an escape, though one has
    four digits. Where such texts come back, that is nobody's edit.
    """
    if "_x" not in text:
        return (text,)
    found = {text: None}
    held = text
    for _ in range(_SAVES):
        stored = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04x}_", _LOOK_ALIKE.sub(_escaped, held))
        found[canonical(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), stored))] = None
        held = _ESCAPE_OR_SHORTER.sub(_unescaped, stored)
    return tuple(found)


_SAVES = 4  # then nothing new comes of a text
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_ESCAPE_OR_SHORTER = re.compile("_x([0-9A-Fa-f]{1,4})_")
_LOOK_ALIKE = re.compile("_x005[Ff]_x[0-9A-Fa-f]{4}_|_x(?!0020_)[0-9A-Fa-f]{4}_")  # not that of the blank
_LENGTH_OF_ONE = len("_x0041_")


def _escaped(found: re.Match[str]) -> str:
    """Return a look-alike as LibreOffice saves it: one behind ``_x005F`` it thinks to be escaped already."""
    return found[0] if len(found[0]) > _LENGTH_OF_ONE else f"_x005F{found[0]}"


def _unescaped(found: re.Match[str]) -> str:
    """Return an escape as LibreOffice reads it: of the characters that XML cannot hold, and the underscore."""
    character = chr(int(found[1], 16))
    if "\ud800" <= character <= "\udfff":
        return "?"
    return character if character < " " or character in "_\ufffe\uffff" else found[0]


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
            raise ValueError('opens a double quote (") and never closes it; close it, or leave it out')
        if text[end + 1 : end + 2] != '"':
            break
        at = end + 2
    after = end + 1
    while after < len(text) and text[after].isspace():
        after += 1
    if after < len(text) and text[after] != ";":
        raise ValueError(
            'has something after a closing double quote ("); write ; before it, or leave the quotes out'
        )
    return text[start + 1 : end].replace('""', '"'), after


def seen(text: str) -> str:
    """Return a text with U+FFFD for what is `UNSEEN`, but for line ends and tabs."""
    return UNSEEN.sub(lambda found: found[0] if found[0] in "\n\t\r" else "\ufffd", text)


def on_one_line(text: str) -> str:
    """Return a text with single blanks for all white space, and U+FFFD for what is `UNSEEN`."""
    return UNSEEN.sub("\ufffd", " ".join(text.split()))


def excerpt(text: str, most: int = 120) -> str:
    """Return the text on one line, quoted for a message, cut at ``most`` characters; what is `UNSEEN`: U+FFFD."""
    flat = on_one_line(text) if text.strip() else UNSEEN.sub("\ufffd", text.replace("\n", "⏎"))
    if len(flat) > most:
        flat = flat[: most - 1] + "…"
    return f"“{flat}”" if flat else "(empty)"


def excerpts(*texts: str, most: int = 120) -> list[str]:
    """Return excerpts of texts that are to be told apart.

    Where they would look alike, they begin near the first difference, and white space is shown as signs.
    """
    short = [excerpt(text, most) for text in texts]
    if len(set(short)) == len(set(texts)):
        return short
    start = max(0, _alike(texts) - _BEFORE_DIFFERENCE)
    return [_with_signs(text, start, most) for text in texts]


_BEFORE_DIFFERENCE = 10  # characters
_SIGNS = str.maketrans({" ": "·", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽"})


def _alike(texts: Sequence[str]) -> int:
    """Return how many characters all texts begin with."""
    columns = zip(*texts, strict=False)
    return next((at for at, found in enumerate(columns) if len(set(found)) > 1), min(map(len, texts)))


def _with_signs(text: str, start: int, most: int) -> str:
    part = UNSEEN.sub("\ufffd", text[start : start + most].translate(_SIGNS))
    if not text:
        return excerpt(text)
    return f"“{'…' if start else ''}{part}{'…' if len(text) > start + most else ''}”"
