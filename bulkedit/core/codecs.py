"""Between API values and cell text, both ways.

Every codec keeps three laws, which the property tests hold it to:

* ``show(read(show(v), v)) == show(v)``: what was exported can be sent back;
* ``normal(show(v)) == show(v)``: what was exported is in normal form already;
* ``read(text, like)`` answers in the type of ``like``, the value as CKAN holds it.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from bulkedit.core import text as cell
from bulkedit.core.choices import Choices
from bulkedit.core.columns import Choice, Column, Kind, Table
from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.plain import UnreadableError, dump, load, read_plain, show_plain


class Codec(Protocol):
    """How the values of one column are written as cell text and read back."""

    def show(self, value: JSON) -> str:
        """Return the cell text of an API value; missing, ``null`` and empty are the empty text."""
        ...

    def read(self, text: str, like: JSON) -> JSON:
        """Return the API value of a cell text, in the type of ``like`` where that makes sense.

        Raises:
            UnreadableError: the text stands for no value of this column.
        """
        ...

    def normal(self, text: str) -> str:
        """Return the text as `show` would write it, or unchanged where it cannot be read."""
        ...


@functools.lru_cache(maxsize=4096)
def codecs_of(table: Table) -> tuple[Codec, ...]:
    """Return the codecs of a table's columns, in their order."""
    return tuple(codec_of(column) for column in table.columns)


def codec_of(column: Column) -> Codec:
    """Return the codec of one column."""
    match column.kind:
        case Kind.CHOICE:
            return ChoiceCodec(column.choices, closed=column.closed)
        case Kind.CHOICES:
            return ChoicesCodec(column.choices, closed=column.closed)
        case Kind.TEXTS:
            return TextsCodec()
        case Kind.DATE | Kind.DATETIME:
            return DateCodec(times=column.kind is Kind.DATETIME)
        case Kind.JSON:
            return JSONCodec()
        case Kind.TAGS:
            return NamesCodec(keep="vocabulary_id")
        case Kind.GROUPS:
            return NamesCodec(keep="id")
        case Kind.BOOLEAN:
            return BooleanCodec()
        case Kind.TEXT:  # pragma: no branch  mypy knows that there is no other
            return TextCodec()


class TextCodec:
    """Free text, and any value of a site's own making."""

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        return show_plain(value)

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        return read_plain(text, like)

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        return text


_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_ISO = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}([T ]{_TIME}(Z|[+-]\d{{2}}:?\d{{2}})?)?", re.ASCII)


_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00(\.0{1,6})?)?", re.ASCII)


class DateCodec(TextCodec):
    """Dates and times as ISO 8601 text, which is how CKAN shows and takes them.

    Args:
        times: the values are points in time; otherwise days, of which CKAN cuts off any time.
    """

    def __init__(self, *, times: bool) -> None:
        self.times = times

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        return self.normal(show_plain(value))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        if text == "" or (_is_date(text) and (self.times or len(text) == len("2026-03-31"))):
            return text
        if text == self.show(like):
            return read_plain(text, like)
        raise UnreadableError(f"{cell.excerpt(text, 40)} is not a date; write it like 2026-03-31")

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        midnight = None if self.times else _MIDNIGHT.fullmatch(text)
        return midnight[1] if midnight else text


_FIRST_YEAR = 1000  # 0026 is a slip of the hand


def _is_date(text: str) -> bool:
    if not _ISO.fullmatch(text):
        return False
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    return year >= _FIRST_YEAR and 1 <= month <= 12 and 1 <= day <= _days(year, month)


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


class BooleanCodec(TextCodec):
    """``TRUE`` and ``FALSE``; text such as ``"true"`` that a site holds instead stays of that type."""

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        return self.normal(show_plain(value))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        if text == "":
            return ""
        flag = {"TRUE": True, "FALSE": False}.get(text.upper())
        if flag is None and text == self.show(like):
            return read_plain(text, like)
        if flag is None:
            raise UnreadableError(f"takes TRUE or FALSE, not {cell.excerpt(text, 40)}")
        if isinstance(like, str) and like.lower() in ("true", "false"):
            return str(flag) if like.istitle() else str(flag).lower()
        return flag

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        return text.upper() if text.upper() in ("TRUE", "FALSE") else text


class JSONCodec:
    """JSON objects as JSON text; equal when equal as JSON, whatever the order of keys and the spaces."""

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        if value is None or value == "":
            return ""
        if isinstance(value, str):
            return self.normal(cell.canonical(value))
        return self.normal(dump(value))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        if text == "":
            return ""
        if isinstance(like, str) and text == self.show(like):
            return text
        value = load(text)
        return dump(value) if isinstance(like, str) and like else value

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        try:
            return dump(load(text), sort_keys=True)
        except UnreadableError:
            return text


class ChoiceCodec:
    """One choice of many: the label; the raw value (and other known names) may be typed as well."""

    def __init__(self, choices: Sequence[Choice], *, closed: bool) -> None:
        self.choices = Choices(choices)
        self.closed = closed

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        if value is None or value == "":
            return ""
        return self.choices.show(value if isinstance(value, str) else show_plain(value))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        if text == "":
            return ""
        if self.closed and self.choices.known(text) is None and text != self.show(like):
            raise UnreadableError(f"{cell.excerpt(text)} is not one of the choices{self.choices.closest(text)}")
        return read_plain(self.choices.read(text), like)

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        return self.choices.show(self.choices.read(text)) if text else ""


class ChoicesCodec:
    """Several choices, whose order means nothing: labels in the order of the schema."""

    def __init__(self, choices: Sequence[Choice], *, closed: bool) -> None:
        self.choices = Choices(choices)
        self.closed = closed

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        values, _ = _texts(value)
        return show_plain(value) if values is None else self._show(values)

    def _show(self, values: Iterable[str]) -> str:
        order = self.choices.order
        ordered = sorted(values, key=lambda v: (order.get(v, len(order)), cell.canonical(v)))
        return cell.join(dict.fromkeys(self.choices.show(v) for v in ordered))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        held, as_json_text = _texts(like)
        if held is None:
            return read_plain(text, like)
        values: list[str] = []
        for part in _split(text):
            value = self.choices.read(part)
            value = next((v for v in held if cell.canonical(v) == value), value)
            if self.closed and value not in self.choices.order and value not in held:
                hint = self.choices.closest(part)
                raise UnreadableError(f"{cell.excerpt(part)} is not one of the choices{hint}")
            if value not in values:
                values.append(value)
        return dump(list(values)) if as_json_text else list(values)

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        if _is_structure(text):
            return text
        try:
            return self._show(dict.fromkeys(self.choices.read(part) for part in cell.split(text)))
        except ValueError:
            return text


def _texts(value: JSON) -> tuple[list[str] | None, bool]:
    """Return the texts of a list value, and whether CKAN holds it as JSON text.

    A single text counts as a list of one (CKAN accepts both). None where it is anything else.
    """
    if value is None or value == "":
        return [], False
    if isinstance(value, str):
        if not value.startswith("["):
            return [value], False
        inner = _json_list(value)
        return (inner, True) if inner is not None else ([value], False)
    if isinstance(value, list) and all(isinstance(x, str) for x in value):
        return [x for x in value if isinstance(x, str)], False
    return None, False


def _json_list(text: str) -> list[str] | None:
    try:
        value = load(text)
    except UnreadableError:
        return None
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        return None
    return [x for x in value if isinstance(x, str)]


def _is_structure(text: str) -> bool:
    """Tell whether a text is JSON of something else than texts: a value of a site's own making."""
    if not text.startswith(("[", "{")):
        return False
    try:
        value = load(text)
    except UnreadableError:
        return False
    return not isinstance(value, list) or not all(isinstance(x, str) for x in value)


def _split(text: str) -> list[str]:
    try:
        return cell.split(text)
    except ValueError as error:
        raise UnreadableError(str(error)) from None


class TextsCodec:
    """Several texts in their order."""

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        values, _ = _texts(value)
        return show_plain(value) if values is None else cell.join(map(cell.canonical, values))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        held, as_json_text = _texts(like)
        if held is None:
            return read_plain(text, like)
        values = _split(text)
        return dump(list(values)) if as_json_text else list(values)

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        if _is_structure(text):
            return text
        try:
            return cell.join(cell.split(text))
        except ValueError:
            return text


class NamesCodec:
    """Tags and groups: lists of dicts of which people edit the names, in no order.

    Args:
        keep: a key that goes back to CKAN with a name that was there before (a tag belongs to a
            vocabulary by its ``vocabulary_id``).
    """

    def __init__(self, keep: str = "") -> None:
        self.keep = keep

    def show(self, value: JSON) -> str:
        """See `Codec.show`."""
        names = [text_of(entry.get("name")) for entry in dicts(value)]
        return cell.join(sorted({cell.canonical(name) for name in names if name}))

    def read(self, text: str, like: JSON) -> JSON:
        """See `Codec.read`."""
        left = dicts(like)
        found: list[JSON] = []
        for name in dict.fromkeys(_split(text)):
            held = [entry for entry in left if cell.canonical(text_of(entry.get("name"))) == name]
            found.extend(self._kept(entry) for entry in held)
            if not held:
                found.append({"name": name})
        return found

    def _kept(self, entry: dict[str, JSON]) -> JSON:
        kept: dict[str, JSON] = {"name": entry["name"]}
        if self.keep and entry.get(self.keep) is not None:
            kept[self.keep] = entry[self.keep]
        return kept

    def normal(self, text: str) -> str:
        """See `Codec.normal`."""
        try:
            return cell.join(sorted(dict.fromkeys(cell.split(text))))
        except ValueError:
            return text
