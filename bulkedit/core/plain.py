"""Values without a codec of their own: text, numbers, booleans, and structures as JSON text."""

import json
import math

from bulkedit.core import text as cell
from bulkedit.core.json_value import JSON


class UnreadableError(ValueError):
    """A cell text that stands for no value; ``str()`` says why, fit to follow the header's name."""


def dump(value: JSON, *, sort_keys: bool = False) -> str:
    """Return a value as JSON text on one line, as people read it (no escapes but JSON's own)."""
    return cell.canonical(json.dumps(value, ensure_ascii=False, sort_keys=sort_keys))


def load(text: str) -> JSON:
    """Read JSON text.

    Raises:
        UnreadableError: the text is not JSON (``NaN`` and ``Infinity`` are not), or is nested too deeply.
    """
    try:
        value: JSON = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise UnreadableError("is nested too deeply; give it fewer levels") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f'is not valid JSON ({error.msg}, character {error.pos + 1}); write it like {{"key": "value"}}'
        ) from None
    except ValueError:
        raise UnreadableError('is not valid JSON; write it like {"key": "value"}') from None
    return value


def _no_constant(name: str) -> JSON:
    raise ValueError(name)


def _finite(text: str) -> float:
    """Return the number, unless it is so large that only ``Infinity`` could hold it, which JSON has not."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def show_plain(value: JSON) -> str:
    """Return the text of any value: text as it is, the rest as a spreadsheet would write it."""
    match value:
        case None:
            return ""
        case str():
            return cell.canonical(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case _:
            return dump(value)


def read_plain(text: str, like: JSON) -> JSON:
    """Return the value of a text in the type of ``like``; what does not fit that type stays text.

    Raises:
        UnreadableError: ``like`` is a list or an object and the text is no JSON.
    """
    if text == "":
        return ""
    match like:
        case bool():
            return {"TRUE": True, "FALSE": False}.get(text.upper(), text)
        case int() | float():
            return _number(text)
        case list() | dict():
            return load(text)
        case _:
            return text


def _number(text: str) -> JSON:
    try:
        value = load(text)
    except UnreadableError:
        return text
    return value if isinstance(value, (int, float)) and show_plain(value) == text else text
