"""A call with files, as a form: CKAN takes files in no other way."""

import json
import os
from collections.abc import Mapping
from typing import BinaryIO

from bulkedit.ckan.errors import FileChangedError
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON
from bulkedit.opening import open_file, stamp_of


def opened(file: File) -> BinaryIO:
    """Open a file that is to be sent.

    Raises:
        FileChangedError: it is gone, or another than was examined, or not as long as it was.
    """
    try:
        stream = open_file(file.path)
    except OSError:
        raise FileChangedError(f"{file.name} cannot be read any more; nothing of its package was sent.") from None
    size = os.fstat(stream.fileno()).st_size
    if size != file.size or (file.stamp and file.stamp != stamp_of(stream)):
        stream.close()
        raise FileChangedError(f"{file.name} has changed meanwhile; nothing of its package was sent.")
    return stream


def as_form(action: str, parameters: Mapping[str, JSON]) -> dict[str, str]:
    """Return parameters as a form's texts: CKAN reads JSON in those of ``package_revise``, and only there.

    A form has no null; an empty text clears a field as well.
    """
    plain = action != "package_revise"
    return {k: _plain(v) if plain else json.dumps(v) for k, v in parameters.items()}


def _plain(value: JSON) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
