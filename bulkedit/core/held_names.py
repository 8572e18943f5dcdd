"""Which packages can be called by the names that they have on the site now.

Rows name their package, so no two packages of a workbook may have one name, whatever the site has come to.
"""

from collections.abc import Mapping


def free_names(held: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the names that packages can take, without those that others keep.

    Args:
        held: the name of each package of the workbook, by id.
        wanted: the names that some of them, or new ones, would take.
    """
    free = dict(wanted)
    while True:
        kept = {name: key for key, name in held.items() if key not in free}
        clashing = [key for key, name in free.items() if kept.get(name, key) != key]
        if not clashing:
            return free
        for key in clashing:
            del free[key]
