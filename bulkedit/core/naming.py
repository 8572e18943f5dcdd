"""Names for new records: a package's name made from its title, and ids for what has none yet."""

import json
import re
import unicodedata
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

NAME = re.compile("[a-z0-9_-]{2,100}")
"""CKAN's rule for names (``name_validator``), which lets a line end at the end through by mistake."""

_LONGEST = 100
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "ae",
        "ø": "o",
        "Ø": "o",
        "œ": "oe",
        "Œ": "oe",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
    }
)


def slug(title: str) -> str:
    """Return the name that CKAN's form makes of a title: small letters and digits, with - between words."""
    plain = unicodedata.normalize("NFKD", title.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-")[:_LONGEST].strip("-")


def candidates(name: str) -> Iterator[str]:
    """Yield a name, then the same numbered from 2, all within the length that CKAN allows."""
    yield name
    for number in range(2, 1000):
        end = f"-{number}"
        yield name[: _LONGEST - len(end)] + end


def made_id(*parts: str) -> str:
    """Return the id of a new record: the same whenever the same record is asked for.

    So a call that is repeated, because nobody knows whether its twin arrived, makes no second record.
    """
    return str(uuid5(NAMESPACE_URL, json.dumps(["bulkedit", *parts])))


def placeholder(sheet: str, row: int) -> str:
    """Return what a new package is called while it has no id."""
    return f"+{sheet}!{row}"


def is_placeholder(key: str) -> bool:
    """Tell whether a key stands for a package that has no id yet."""
    return key.startswith("+")
