"""The memory of a workbook without packages of which it has no rows any more."""

from collections.abc import Collection

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.columns import Layout


def without(catalogue: Catalogue, layout: Layout, packages: Collection[str]) -> Catalogue:
    """Return a copy of a catalogue without some packages, by id, and without all that belongs to them."""
    resources = {key: owner for key, owner in catalogue.resources.items() if owner.package not in packages}
    gone = {*packages, *(catalogue.resources.keys() - resources.keys())}
    of_items = {table.title for table in layout.tables if table.level.of_items}

    def stays(title: str, key: str) -> bool:
        return (key.rpartition("/")[0] if title in of_items else key) not in gone

    return Catalogue(
        {title: {k: t for k, t in rows.items() if stays(title, k)} for title, rows in catalogue.rows.items()},
        {key: name for key, name in catalogue.packages.items() if key not in packages},
        resources,
        {place: text for place, text in catalogue.shown.items() if stays(place[0], place[1])},
    )
