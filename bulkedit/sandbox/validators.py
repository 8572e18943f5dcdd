"""CKAN's validators (``ckan/logic/validators.py``, ckanext-scheming's ``validation.py``), by their names.

A field's value goes through its validators in turn; each returns the value it makes of it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from bulkedit.core.json_value import JSON
from bulkedit.sandbox.formats import format_of, guessed_type


class Absent(Enum):
    """A key that is not there."""

    ABSENT = auto()


ABSENT: Final = Absent.ABSENT
Value: TypeAlias = "JSON | datetime | Absent"


class InvalidError(Exception):
    """The value breaks a rule; the next validators still see it."""


class StopError(Exception):
    """The value breaks a rule that no other validator needs to look at, or none (no message)."""


@dataclass(frozen=True)
class Field:
    """A field: its validators, and what those look up.

    Attributes:
        name: key in the record.
        validators: names, arguments in parentheses.
        required: whether a record must have a value.
        choices: legal values; none for a field without choices.
        subfields: of a repeating field.
    """

    name: str
    validators: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    subfields: tuple["Field", ...] = ()


class Surroundings(Protocol):
    """What validators ask of the catalogue."""

    def name_taken(self, name: str) -> bool:
        """Tell whether another package has the name."""

    def resource_id_taken(self, resource_id: str) -> bool:
        """Tell whether a resource of another package has the id."""

    def owner(self, text: JSON) -> str:
        """Return the id of the organization that is to own the package.

        Raises:
            StopError: there is none, or the user may not use it.
        """


@dataclass(frozen=True)
class Asked:
    """Where a value stands: its field, the record around it, the catalogue around that."""

    field: Field
    record: Mapping[str, JSON]
    around: Surroundings
    argument: str = ""
    failed: bool = False


Validator: TypeAlias = Callable[[Value, Asked], Value]


def ignore_missing(value: Value, asked: Asked) -> Value:
    """Drop a value that is not there or ``null``."""
    if value is ABSENT or value is None:
        raise StopError
    return value


def ignore_empty(value: Value, asked: Asked) -> Value:
    """Drop an empty value."""
    if value is ABSENT or not value:
        raise StopError
    return value


def not_empty(value: Value, asked: Asked) -> Value:
    """Refuse an empty value; zero and no are none."""
    if value is ABSENT or (not value and not isinstance(value, (bool, int, float))):
        raise StopError("Missing value")
    return value


def scheming_required(value: Value, asked: Asked) -> Value:
    """Refuse an empty value where the field is required."""
    return (not_empty if asked.field.required else ignore_missing)(value, asked)


def unicode_safe(value: Value, asked: Asked) -> Value:
    """Make a text of it."""
    return "" if value is ABSENT or value is None else text_for(value)


def text_for(value: Value) -> str:
    """Return a value as text: of a boolean, a number, a list or an object as JSON, if it can be."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return str(value)


def strip_value(value: Value, asked: Asked) -> Value:
    """Strip white space."""
    return value.strip() if isinstance(value, str) else value


def if_empty_same_as(value: Value, asked: Asked) -> Value:
    """Take another field's value instead of an empty one."""
    return asked.record.get(asked.argument, ABSENT) if value is ABSENT or not value else value


def email_validator(value: Value, asked: Asked) -> Value:
    """Refuse what is no e-mail address."""
    if value and not _EMAIL.fullmatch(_text(value)):
        raise InvalidError(f"Email {value} is not a valid format")
    return value


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?!\.|.*\.\.)[\w.!#$%&'*+/=?^`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*\n?", re.ASCII)


def _text(value: Value) -> str:
    """Return a value that is a text.

    Raises:
        TypeError: it is none; CKAN stumbles over it.
    """
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def int_validator(value: Value, asked: Asked) -> Value:
    """Read a whole number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = int(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        number = None
    if number is None or (isinstance(value, float) and number != value):
        raise InvalidError("Invalid integer")
    return number


def boolean_validator(value: Value, asked: Asked) -> Value:
    """Read yes or no; anything unknown is no."""
    if value is ABSENT or not value:
        return False
    return value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "t", "y", "1")


def isodate(value: Value, asked: Asked) -> Value:
    """Read a date or time as CKAN does: ISO 8601, or numbers with anything between them."""
    if isinstance(value, datetime) or value is None:
        return value
    if value == "":
        return None
    return _datetime(value)


def _datetime(value: Value) -> datetime:
    try:
        return _iso(_text(value)) or _of_numbers(_text(value))
    except (TypeError, ValueError):
        raise InvalidError("Date format incorrect") from None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _of_numbers(text: str) -> datetime:
    *parts, last = re.split(r"[^\d]+", text, maxsplit=5)
    numbers = [*map(int, parts)]
    if len(parts) < 5:
        numbers.append(int(last))
    elif seconds := re.fullmatch(r"(\d\d)(?:\.(\d+))?\n?", last):
        numbers += [int(seconds[1]), int(f"{seconds[2] or 0}00000"[:6])]
    else:
        raise ValueError(text)
    return datetime(*numbers)  # type: ignore[arg-type]  # too few is a TypeError


def scheming_isodatetime(value: Value, asked: Asked) -> Value:
    """Read a time; none is nothing wrong unless the field is required."""
    if isinstance(value, datetime):
        return value
    if value is ABSENT or not value:
        return not_empty(value, asked) if asked.field.required else None
    return _datetime(value)


def convert_to_json_if_date(value: Value, asked: Asked) -> Value:
    """Return a date as text."""
    return value.date().isoformat() if isinstance(value, datetime) else value


def convert_to_json_if_datetime(value: Value, asked: Asked) -> Value:
    """Return a time as text."""
    return value.isoformat() if isinstance(value, datetime) else value


def utc_stamp(value: Value, asked: Asked) -> Value:
    """Return a time as a column of the database has it: UTC, without saying so."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return convert_to_json_if_datetime(value, asked)


def scheming_choices(value: Value, asked: Asked) -> Value:
    """Refuse what is none of the choices; an empty value may be."""
    if value is ABSENT or not value or value in asked.field.choices:
        return value
    raise InvalidError(f"Value must be one of {list(asked.field.choices)}")


def scheming_multiple_choice(value: Value, asked: Asked) -> Value:
    """Read a list of choices, put into the schema's order."""
    if asked.failed:
        return value
    texts = _texts([] if value is ABSENT else value)
    wrong = [text for text in texts if text not in asked.field.choices]
    if wrong:
        raise InvalidError(*(f'unexpected choice "{text}"' for text in wrong))
    if asked.field.required and not texts:
        raise InvalidError("Select at least one")
    return [choice for choice in asked.field.choices if choice in texts]


def _texts(value: Value) -> list[JSON]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise InvalidError("expecting list of strings")
    return value


def scheming_multiple_text(value: Value, asked: Asked) -> Value:
    """Read a list of texts; empty ones are dropped."""
    if asked.failed:
        return value
    texts = _texts([] if value is ABSENT else value)
    for text in texts:
        if not isinstance(text, str):
            raise InvalidError(f"invalid type for repeating text: {text!r}")
    kept: list[JSON] = [text for text in texts if text]
    if asked.field.required and not kept:
        raise StopError("Missing value")
    return kept


def scheming_valid_json_object(value: Value, asked: Asked) -> Value:
    """Read a JSON object, or the text of one."""
    if not value:
        return None
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise InvalidError(f"Unsupported type for JSON field: {type(value)}")
    try:
        loaded: JSON = json.loads(value)
    except ValueError as error:
        raise InvalidError(f"Invalid JSON string: {error}") from None
    if not isinstance(loaded, dict):
        raise InvalidError(f"Unsupported value for JSON field: {value}")
    return loaded


def name_validator(value: Value, asked: Asked) -> Value:
    """Refuse what cannot be the last part of an address."""
    if not isinstance(value, str):
        raise InvalidError("Names must be strings")
    if value in ("new", "edit", "search"):
        raise InvalidError("That name cannot be used")
    if len(value) < 2:
        raise InvalidError("Must be at least 2 characters long")
    if len(value) > 100:
        raise InvalidError("Name must be a maximum of 100 characters long")
    if not re.match(r"^[a-z0-9_\-]*$", value):
        raise InvalidError("Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_")
    return value


def package_name_validator(value: Value, asked: Asked) -> Value:
    """Refuse a name that another package has."""
    text = str(value)
    if asked.around.name_taken(text):
        raise InvalidError("That URL is already in use.")
    if len(text) < 2:
        raise InvalidError(f'Name "{text}" length is less than minimum 2')
    if len(text) > 100:
        raise InvalidError(f'Name "{text}" length is more than maximum 100')
    return value


def package_version_validator(value: Value, asked: Asked) -> Value:
    """Refuse a version of more than 100 characters."""
    if len(str(value)) > 100:
        raise InvalidError("Version must be a maximum of 100 characters long")
    return value


def owner_org_validator(value: Value, asked: Asked) -> Value:
    """Return the id of the organization that is to own the package."""
    return asked.around.owner(None if isinstance(value, (datetime, Absent)) else value)


def tag_string_convert(value: Value, asked: Asked) -> Value:
    """Read tags between commas."""
    tags: list[JSON] = [tag.strip() for tag in _text(value).split(",") if tag.strip()]
    for tag in tags:
        if wrong := tag_error(str(tag)):
            raise InvalidError(wrong)
    return tags


def tag_error(tag: str) -> str:
    """Return the first thing that is wrong with the name of a tag, or an empty text."""
    if len(tag) < 2:
        return f'Tag "{tag}" length is less than minimum 2'
    if len(tag) > 100:
        return f'Tag "{tag}" length is more than maximum 100'
    if not re.fullmatch(r"[\w \-.]*\n?", tag):
        return (
            f'Tag "{tag}" can only contain alphanumeric characters, spaces (" "), hyphens ("-"),'
            ' underscores ("_") or dots (".")'
        )
    return ""


def if_empty_guess_format(value: Value, asked: Asked) -> Value:
    """Guess a new resource's format from its address."""
    url = asked.record.get("url")
    if (value is ABSENT or not value) and not asked.record.get("id") and isinstance(url, str):
        guessed = guessed_type(url)
        return format_of(guessed) if guessed else value
    return value


def clean_format(value: Value, asked: Asked) -> Value:
    """Return a format as CKAN spells it."""
    return format_of(_text(value))


def uuid_validator(value: Value, asked: Asked) -> Value:
    """Refuse what is no UUID."""
    try:
        UUID(_text(value))
    except ValueError:
        raise InvalidError("Invalid id provided") from None
    return value


def resource_id_does_not_exist(value: Value, asked: Asked) -> Value:
    """Refuse the id of another package's resource."""
    if asked.around.resource_id_taken(str(value)):
        raise InvalidError("Resource id already exists.")
    return value


def passed(value: Value, asked: Asked) -> Value:
    """Let any value pass."""
    return value


VALIDATORS: Mapping[str, Validator] = {
    validator.__name__: validator
    for validator in (
        *(ignore_missing, ignore_empty, not_empty, scheming_required, unicode_safe, strip_value),
        *(if_empty_same_as, email_validator, int_validator, boolean_validator, isodate, scheming_isodatetime),
        *(
            convert_to_json_if_date,
            convert_to_json_if_datetime,
            utc_stamp,
            scheming_choices,
            scheming_multiple_choice,
        ),
        *(scheming_multiple_text, scheming_valid_json_object, name_validator, package_name_validator),
        *(package_version_validator, owner_org_validator, tag_string_convert, if_empty_guess_format),
        *(clean_format, uuid_validator, resource_id_does_not_exist),
    )
} | {"remove_whitespace": strip_value, "unicode": unicode_safe, "not_missing": passed}
