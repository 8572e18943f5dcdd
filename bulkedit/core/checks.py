"""What a new value must be, by the names in `Column.checks`: only what the site itself, or a template, demands.

Each check is as lenient as CKAN's validator of that purpose (``ckan/logic/validators.py``, 2.9 to 2.12), or
more so: what CKAN would take is never refused here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from bulkedit.core.columns import Column, Kind
from bulkedit.core.naming import NAME
from bulkedit.core.plain import UnreadableError, load
from bulkedit.core.text import excerpt, split

Check = Callable[[str, str], str]
"""Takes a value's text and the check's argument (after ``:``); returns what is wrong with it, or nothing."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?!\.|.*\.\.)[\w.!#$%&'*+/=?^`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*\n?", re.ASCII)


def _email(text: str, argument: str) -> str:
    """Refuse what CKAN's ``email_validator`` does; ``stripped`` where CKAN strips white space before."""
    text = text.strip() if argument else text
    return "" if _EMAIL.fullmatch(text) else f"{excerpt(text, 60)} is not an e-mail address"


_URL = re.compile(r"\s*https?://[^/?#]", re.IGNORECASE)


def _url(text: str, argument: str) -> str:
    """Refuse what has no scheme ``http`` or ``https`` or no host (``url_validator``; Python's ``urlparse``)."""
    if _URL.match(text):
        return ""
    return f"{excerpt(text, 60)} is not a web address; write it like https://example.org/page"


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:  # also of thousands of digits
        return None


def _integer(text: str, argument: str) -> str:
    """Refuse what ``int_validator`` does; a text of blanks is no number there, and no error."""
    return "" if not text.strip() or _whole(text) is not None else f"{excerpt(text, 40)} is not a whole number"


def _at_least(least: int, words: str) -> Check:
    def check(text: str, argument: str) -> str:
        number = _whole(text)
        if text.strip() and (number is None or number < least):
            return f"takes a whole number {words}, not {excerpt(text, 40)}"
        return ""

    return check


_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")


def _as_number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _number(text: str, argument: str) -> str:
    """Refuse what is no number, with a point for decimals."""
    return "" if _as_number(text) is not None else f"{excerpt(text, 40)} is not a number; write it like 12.5"


def _range(text: str, argument: str) -> str:
    """Refuse what is no number from the one before ``..`` to the one after it; either may be missing."""
    low, _, high = argument.partition("..")
    least, most, number = _as_number(low), _as_number(high), _as_number(text)
    if number is None:
        return _number(text, "")
    fits = (least is None or least <= number) and (most is None or number <= most)
    return "" if fits else f"takes a number {_bounds(low, high)}, not {excerpt(text, 40)}"


def _length(text: str, argument: str) -> str:
    """Refuse a text of fewer or more characters than the two numbers around ``-`` say; either may be missing."""
    low, _, high = argument.partition("-")
    least, most = _whole(low) or 0, _whole(high)
    if len(text) >= least and (most is None or len(text) <= most):
        return ""
    return f"takes {_bounds(low, high)} characters, not {len(text):,}"


def _bounds(low: str, high: str) -> str:
    if not high:
        return f"from {low}"
    return f"{low} to {high}" if low else f"up to {high}"


def _object(text: str, argument: str) -> str:
    """Refuse JSON that is no object (``scheming_valid_json_object``); what is no JSON at all is told elsewhere."""
    try:
        value = load(text)
    except UnreadableError:
        return ""
    return (
        "" if isinstance(value, dict) else f'takes a JSON object, like {{"key": "value"}}, not {excerpt(text, 40)}'
    )


_RESERVED = ("new", "edit", "search")


def _name(text: str, argument: str) -> str:
    """Refuse what cannot be the last part of an address, a line end at its end, too, which CKAN lets through."""
    if text in _RESERVED:
        return f"{excerpt(text)} is an address of CKAN's own; give another name"
    if NAME.fullmatch(text):
        return ""
    return "takes 2 to 100 lower-case letters, digits, - and _, for the page's address"


_TAG = re.compile(r"[\w \-.]*\n?")
_TAG_LENGTHS = range(2, 101)


def _tag(text: str, argument: str) -> str:
    """Refuse what ``tag_length_validator`` and ``tag_name_validator`` do."""
    if len(text) not in _TAG_LENGTHS:
        return f"{excerpt(text, 60)} is too {'short' if len(text) < 2 else 'long'}: a tag has 2 to 100 characters"
    if not _TAG.fullmatch(text):
        return f"{excerpt(text, 60)} can only have letters, digits, spaces, - _ and . in it"
    return ""


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "email": _email,
        "url": _url,
        "integer": _integer,
        "natural": _at_least(0, "from 0"),
        "positive": _at_least(1, "from 1"),
        "number": _number,
        "range": _range,
        "length": _length,
        "object": _object,
        "name": _name,
        "tag": _tag,
    }
)
"""``length:2-100`` and ``range:-90..90`` take an argument, where either side may be empty."""

BY_VALIDATOR: Mapping[str, str] = MappingProxyType(
    {
        "email_validator": "email",
        "url_validator": "url",
        "int_validator": "integer",
        "natural_number_validator": "natural",
        "is_positive_integer": "positive",
        "scheming_valid_json_object": "object",
        "name_validator": "name",
        "package_version_validator": "length:-100",
        "tag_name_validator": "tag",
    }
)
"""The checks that hold what CKAN's validators demand."""

_ARGUMENTS = {
    "email": re.compile("(stripped)?"),
    "length": re.compile(r"\d{1,9}-(\d{1,9})?|-\d{1,9}"),
    "range": re.compile(r"(?!\.\.$)(-?\d+(\.\d+)?)?\.\.(-?\d+(\.\d+)?)?"),
}


def is_check(rule: str) -> bool:
    """Tell whether a rule names a check, with an argument that it understands."""
    name, colon, argument = rule.partition(":")
    if name in _ARGUMENTS:
        return _ARGUMENTS[name].fullmatch(argument) is not None
    return name in CHECKS and not colon


def checks_of(validators: Iterable[str]) -> tuple[str, ...]:
    """Return the checks that hold what validators demand, by their names in a schema."""
    found: list[str] = []
    stripped = False
    for validator in validators:
        stripped |= validator in ("strip_value", "remove_whitespace")
        check = BY_VALIDATOR.get(validator.partition("(")[0], "")
        found.append("email:stripped" if check == "email" and stripped else check)
    return tuple(dict.fromkeys(filter(None, found)))


_SEVERAL = frozenset((Kind.TAGS, Kind.GROUPS, Kind.TEXTS))


def refuse_wrong(column: Column, text: str, exported: str = "") -> None:
    """Make sure that a new value is what its column's checks demand; an empty one always is.

    Of several values in a cell each is checked that was not there before.

    Raises:
        UnreadableError: it is not; all that is wrong, fit to follow the header's name.
    """
    if not text or not column.checks or column.kind not in (Kind.TEXT, *_SEVERAL):
        return  # choices, dates and the like are checked by being read
    wrong = dict.fromkeys(said for value in _new_values(column, text, exported) for said in _wrong(column, value))
    if wrong:
        raise UnreadableError("; ".join(wrong))


def _new_values(column: Column, text: str, exported: str) -> list[str]:
    if column.kind not in _SEVERAL:
        return [text]
    try:
        before = split(exported)
    except ValueError:
        before = []
    return [value for value in split(text) if value not in before]


def _wrong(column: Column, value: str) -> Iterator[str]:
    for rule in column.checks:
        name, _, argument = rule.partition(":")
        if is_check(rule) and (said := CHECKS[name](value, argument)):
            yield said
