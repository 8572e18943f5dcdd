"""A part with some of its bytes replaced is the same in whatever pieces it comes."""

import pytest

from bulkedit.excel.splices import Splice, Splices, spliced

PART = b"0123456789"


@pytest.mark.parametrize("size", [1, 3, 10, 99])
def test_bytes_give_way_wherever_pieces_end(size: int) -> None:
    """At the beginning, across pieces, and before the last byte; asked for in any order, whole or in pieces."""
    splices = Splices()
    splices.extend(
        [Splice(9, 9, b"end"), Splice(2, 7, b"-"), Splice(2, 2, iter([b"in", b"to"])), Splice(0, 1, b"")]
    )

    found = b"".join(spliced((PART[at : at + size] for at in range(0, len(PART), size)), splices))

    assert found == b"1into-78end9"
