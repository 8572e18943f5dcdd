"""What bulkedit asks of a CKAN site, in its own words."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bulkedit.ckan.address import normal_address
from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import CallError, DeniedError, InvalidError, NoSuchActionError, NotFoundError
from bulkedit.ckan.revising import has_revise
from bulkedit.core.columns import Choice
from bulkedit.core.json_value import JSON, Package, dicts, text_of
from bulkedit.core.trouble import RunError

PAGE = 1000
"""Packages of one page of an export: CKAN's own upper limit (``ckan.search.rows_max``)."""

BATCH = 100
"""Packages read in one call before a write."""

_ALL: dict[str, JSON] = {"include_private": True, "include_drafts": True, "facet": "false"}


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization, with all that people call it."""

    id: str
    name: str
    title: str

    def as_choice(self) -> Choice:
        """Return the organization as a choice: its name stands in cells, title and id may be typed."""
        return Choice(self.id, self.name, (self.title,) if self.title else ())


class Site:
    """One CKAN site, with the eyes of one user."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.url = client.url

    # -- the site and the user

    def about(self) -> tuple[str, str]:
        """Return CKAN's version (empty where the site hides it) and the site's language.

        Raises:
            CallError: there is no CKAN, or it cannot be reached.
        """
        status = self.client.read("status_show")
        said = status if isinstance(status, dict) else {}
        return text_of(said.get("ckan_version")), text_of(said.get("locale_default")) or "en"

    def can_revise(self) -> bool:
        """Tell whether the site says that it has ``package_revise``, and one that works.

        That something before the site refuses it shows when it is called (`revising.takes_revise`).
        """
        return has_revise(self.client, self.about()[0])

    def user(self, key: str = "name") -> str:
        """Return the name (or id) of the token's user; empty where CKAN does not tell (before 2.10)."""
        try:
            user = self.client.read("user_show")
        except (NotFoundError, DeniedError, InvalidError, NoSuchActionError):
            return ""
        return text_of(user.get(key)) if isinstance(user, dict) else ""

    def organizations(self, permission: str) -> list[Organization]:
        """Return the organizations in which the user has a permission: ``update_dataset`` or ``read``."""
        found = self.client.read("organization_list_for_user", permission=permission)
        return [organization_of(entry) for entry in dicts(found)]

    def groups(self) -> list[str]:
        """Return the ids of the groups that the user may add packages to."""
        return [text_of(group.get("id")) for group in dicts(self.client.read("group_list_authz"))]

    def organization(self, text: str) -> Organization:
        """Return the organization of a name, id or title.

        Raises:
            RunError: the site has none of that name, or several of that title.
        """
        return self.organization_by_id(text) or self._titled(text)

    def organization_by_id(self, key: str) -> Organization | None:
        """Return an organization by its id or name; None where there is none that the user may see."""
        try:
            found = self.client.read("organization_show", id=key, include_datasets=False, include_users=False)
        except (NotFoundError, DeniedError, InvalidError):
            return None
        organization = organization_of(found if isinstance(found, dict) else {})
        return organization if organization.id else None

    def _titled(self, title: str) -> Organization:
        found = {org.id: org for org in self.organizations("read")}
        found |= {org.id: org for org in map(organization_of, dicts(self._matching(title)))}
        same = [org for org in found.values() if org.title.casefold() == title.casefold()]
        if not same:
            raise RunError(f"{self.url} has no organization {title!r}; give its name, its title or its id.")
        if len(same) > 1:
            names = ", ".join(org.name for org in same)
            raise RunError(f"Several organizations have the title {title!r}: give one of the names {names}.")
        return same[0]

    def _matching(self, text: str) -> JSON:
        try:
            return self.client.read("organization_autocomplete", q=text, limit=50)
        except CallError:
            return []

    # -- packages

    def packages(self, organization: Organization, *, dataset_type: str = "", query: str = "") -> list[Package]:
        """Return all packages of an organization, by name; see `each_package`."""
        found = self.each_package(organization, dataset_type=dataset_type, query=query)
        own = {text_of(package.get("id")): package for package in found}
        return sorted(own.values(), key=lambda package: text_of(package.get("name")))

    def each_package(
        self, organization: Organization, *, dataset_type: str = "", query: str = ""
    ) -> Iterator[Package]:
        """Yield all packages of an organization that the user may see, drafts and private ones included.

        Pages go by key, so that edits meanwhile make none appear twice or not at all; then CKAN's own
        list of members tells whether the search index has missed any.

        Args:
            organization: whose packages.
            dataset_type: only packages of this type.
            query: a further filter in Solr's syntax.

        Raises:
            CallError: see `bulkedit.ckan.errors`.
        """
        filters = [f'+owner_org:"{organization.id}"']
        filters += [f'+dataset_type:"{dataset_type}"'] if dataset_type else []
        filters += [f"+({query})"] if query else []
        found: set[str] = set()
        for package in self._pages(" ".join(filters)):
            found.add(text_of(package.get("id")))
            yield package
        if not dataset_type and not query:
            yield from self._missed(organization, found)

    def _pages(self, fq: str) -> Iterator[Package]:
        last, done, total = "", 0, 0
        while True:
            after = f' +id:{{"{last}" TO *}}' if last else ""
            page, count = self._search(fq + after, PAGE, sort="id asc")
            if not page:
                return
            if text_of(page[0].get("id")) <= last or not text_of(page[-1].get("id")):
                raise RunError(
                    f"{self.url} does not list its packages page by page, so an export would be incomplete;"
                    " tell those who run it."
                )
            yield from page
            done, total, last = done + len(page), total or count, text_of(page[-1].get("id"))
            self._tell(done, total)

    def _search(self, fq: str, rows: int, **more: JSON) -> tuple[list[Package], int]:
        """Return packages, and how many there are of them in all."""
        found = self.client.read("package_search", fq=fq, rows=rows, **_ALL, **more)
        if not isinstance(found, dict):
            return [], 0
        count = found.get("count")
        return dicts(found.get("results")), count if isinstance(count, int) else 0

    def _tell(self, done: int, total: int) -> None:
        if self.client.progress is not None:
            self.client.progress("packages read", done, max(done, total))

    def _missed(self, organization: Organization, found: Container[str]) -> Iterator[Package]:
        try:
            members = self.client.read("member_list", id=organization.id, object_type="package")
        except (DeniedError, NotFoundError, NoSuchActionError):
            return
        ids = [text_of(row[0]) for row in members if isinstance(row, list)] if isinstance(members, list) else []
        for key in ids:
            shown = None if key in found else self.package(key)
            if shown and shown.get("state") != "deleted" and shown.get("owner_org") == organization.id:
                yield shown

    def package(self, key: str) -> Package | None:
        """Return one package as it is now; None where the user cannot see it or there is none."""
        try:
            found = self.client.read("package_show", id=key)
        except (NotFoundError, DeniedError):
            return None
        return found if isinstance(found, dict) else None

    def package_of_any_state(self, name: str) -> Package | None:
        """Return the package that has a name, deleted ones too; None where there is none.

        Raises:
            DeniedError: there is one that the user may not see.
        """
        try:
            found = self.client.read("package_show", id=name)
        except NotFoundError:
            return None
        return found if isinstance(found, dict) else None

    def live(self, keys: Sequence[str]) -> dict[str, Package]:
        """Return packages as they are now, by id; those that are gone are left out.

        Read in batches from the search index, which may lag: that a package has not changed since is
        for ``match`` to find out when it is written. One that the index does not have is read singly.
        """
        found: dict[str, Package] = {}
        for at in range(0, len(keys), BATCH):
            batch = keys[at : at + BATCH]
            quoted = " OR ".join(f'"{key}"' for key in batch)
            found |= {text_of(p.get("id")): p for p in self._search(f"+id:({quoted})", len(batch))[0]}
            self._tell(at + len(batch), len(keys))
        for key in keys:
            if key not in found and (package := self.package(key)) is not None:
                found[key] = package
        return {key: found[key] for key in keys if key in found and found[key].get("state") != "deleted"}

    # -- what fields there are

    def schemas(self, dataset_types: Iterable[str]) -> dict[str, Mapping[str, JSON]]:
        """Return the schema of each dataset type that has one (ckanext-scheming)."""
        found: dict[str, Mapping[str, JSON]] = {}
        for dataset_type in dataset_types:
            try:
                schema = self.client.read("scheming_dataset_schema_show", type=dataset_type, expanded=True)
            except NoSuchActionError:
                return found
            except (NotFoundError, DeniedError, InvalidError):
                continue
            if isinstance(schema, dict):
                found[dataset_type] = schema
        return found

    def dataset_types(self) -> list[str]:
        """Return the dataset types that have a schema; of a site without any, CKAN's own type."""
        try:
            found = self.client.read("scheming_dataset_schema_list")
        except (NoSuchActionError, NotFoundError, DeniedError):
            found = []
        return [text_of(name) for name in found if name] if isinstance(found, list) and found else ["dataset"]

    def licences(self) -> tuple[Choice, ...]:
        """Return the site's licences."""
        found = dicts(self.client.read("license_list"))
        return tuple(Choice(text_of(one.get("id")), text_of(one.get("title"))) for one in found if one.get("id"))


def organization_of(said: Mapping[str, JSON]) -> Organization:
    """Return the organization of a dict as the API gives it."""
    title = text_of(said.get("title")) or text_of(said.get("display_name"))
    return Organization(text_of(said.get("id")), text_of(said.get("name")), title)


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses are those of one site."""
    return normal_address(one) == normal_address(other)
