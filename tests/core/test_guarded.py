"""What the memory of a workbook holds is lost by no spreadsheet program."""

import pytest

from bulkedit.core.memory import guarded, unguarded
from bulkedit.core.text import after_libreoffice

LOOK_ALIKES = [
    "_x0041_",
    "_x005F_x0041_",
    "_x0041_x0042_",
    "tile_x1_y2",
    "_x0041\x01",
    "_xA_\n",
    "_x0020_of",
    "_x\ue0000041_",
    "_x\ue000\ue0001_",
    "_x",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_nothing_guarded_looks_like_an_escape(text: str) -> None:
    """Long or short, LibreOffice sees no escape in it; and it says the same once it is read."""
    held = guarded(text)

    assert after_libreoffice(held) == (held,)
    assert unguarded(held) == text
