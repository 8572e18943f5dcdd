"""New packages: what each will be called, and whether an earlier run has created it and was not told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from bulkedit.ckan.errors import DeniedError
from bulkedit.ckan.site import Site
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Level
from bulkedit.core.edits import RowEdit
from bulkedit.core.json_value import Package, resources_of, text_of
from bulkedit.core.meta import Identity
from bulkedit.core.naming import NAME, candidates

_CLOCKS_DIFFER = timedelta(minutes=15)
"""How far the site's clock may be behind ours, when a record's age is judged."""


class TakenError(Exception):
    """A new package cannot have its name; ``str()`` is one sentence."""


def _new_package(rows: Sequence[RowEdit]) -> RowEdit:
    return next((row for row in rows if row.new and row.table.level is Level.PACKAGE), rows[0])


def _column(row: RowEdit, name: str) -> str:
    column = row.table.column(name)
    return f"[{column.header if column else name}]"


def wanted_names(rows: Sequence[RowEdit]) -> Iterator[str]:
    """Return the names that a new package can have, the first choice first: the typed one, or made of its title.

    Raises:
        TakenError: there is nothing to make a name of.
    """
    new = _new_package(rows)
    typed = any(cell.column.name == "name" and cell.edited for cell in new.cells)
    if not typed and not NAME.fullmatch(new.name):
        raise TakenError(
            f"A new package needs a name: type one into {_column(new, 'name')},"
            f" or letters and digits into {_column(new, 'title')}."
        )
    return iter([new.name]) if typed else candidates(new.name)


class Newcomers:
    """The packages that a workbook asks a site to create.

    Args:
        site: the catalogue.
        identity: where the workbook comes from.
        created: what earlier runs of the workbook created and it does not know: ids by the names they had.
    """

    def __init__(self, site: Site, identity: Identity, created: Mapping[str, str] | None = None) -> None:
        self._site, self.identity = site, identity
        self._created = dict(created or {})
        self._given: dict[str, str] = {}

    def named(self, rows: Sequence[RowEdit]) -> tuple[str, Package | None]:
        """Return the name for a new package, and the package if an earlier run has created it.

        Raises:
            TakenError: another package has the name, or there is nothing to make a name of.
            RunError: the site cannot be asked.
        """
        new = _new_package(rows)
        for name in wanted_names(rows):
            if self._given.setdefault(name, new.owner) != new.owner:  # another row's
                continue
            try:
                live = self._site.package_of_any_state(self._created.get(name, name))
            except DeniedError:  # a package of others
                continue
            if live is None or live.get("state") == "deleted":
                return name, None
            if name in self._created or self._is_ours(live, new, rows):
                return name, live
        raise TakenError(
            f"Another package of the site is called {new.name!r}; give another name in {_column(new, 'name')}."
        )

    def _is_ours(self, live: Package, new: RowEdit, rows: Sequence[RowEdit]) -> bool:
        """Tell whether a package is the one that a row asks for: an earlier run made it, and was not told.

        It has a resource that only this workbook's row can have given it; or this user created it after the
        export, in the organization asked for, with this title. Where the site does not tell who the user is, that
        must do for a package without resources.
        """
        made = {row.owner for row in rows if row.new and row.table.level is Level.RESOURCE}
        if made & {text_of(resource.get("id")) for resource in resources_of(live)}:
            return True
        if live.get("creator_user_id") != self._user_id if self._user_id else made:
            return False
        title = next((cell.edited for cell in new.cells if cell.column.name == "title"), text_of(live.get("name")))
        exported = datetime.fromisoformat(self.identity.exported_at) - _CLOCKS_DIFFER
        since = text_of(live.get("metadata_created"))[:19] >= exported.isoformat()
        asked = next((cell for cell in new.cells if cell.column.name == "owner_org"), None)
        owners = (
            self.identity.organizations if asked is None else [codec_of(asked.column).read(asked.edited, None)]
        )
        return since and live.get("owner_org") in owners and text_of(live.get("title")) == title.strip()

    @cached_property
    def _user_id(self) -> str:
        """The user's id, asked for when the name of a new package is taken; empty where the site does not tell."""
        return self._site.user("id")
