"""Export a catalogue into a workbook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bulkedit.ckan.site import Organization, Site, organization_of
from bulkedit.core.arranging import organizations_named
from bulkedit.core.catalogue import Catalogue, tabulate
from bulkedit.core.columns import Choice, Layout
from bulkedit.core.identities import Identities
from bulkedit.core.json_value import JSON, Package, text_of
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.core.template import NO_TEMPLATE, Template, TemplateError
from bulkedit.core.trouble import RunError
from bulkedit.core.witnesses import Witnesses, type_of
from bulkedit.excel import bounds
from bulkedit.excel.save import ensure_writable, is_open_elsewhere, refuse_other_format, save
from bulkedit.excel.write import Export, write_workbook
from bulkedit.templating import templates_for
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.records import Records
from bulkedit.workflow.rights import editable_organizations


@dataclass(frozen=True)
class ExportReport:
    """A finished export: what was written where, with the number of rows of each sheet.

    `read_only` are the organizations whose packages the user may not edit.
    """

    site: str
    organizations: Sequence[str]
    workbook: Path
    counts: Mapping[str, int]
    read_only: Sequence[str]


def export(
    site: Site,
    organizations: Sequence[str],
    output: Path | None = None,
    *,
    dataset_type: str = "",
    query: str = "",
    headers_as_names: bool = False,
    blank: bool = False,
    force: bool = False,
    templates: Sequence[Path] = (),
    language: str = "",
    clock: Clock = now,
) -> ExportReport:
    """Write the packages of organizations into a new workbook.

    Args:
        site: the catalogue.
        organizations: names, titles or ids.
        output: the workbook; by default the first organization's name.
        dataset_type: only packages of this type.
        query: a further filter in Solr's syntax.
        headers_as_names: write API names instead of labels into the header row.
        blank: no packages, but sheets ready to be filled with new ones: of the type, or of all that the site has.
        force: replace a file that exists.
        templates: files that say how dataset types are laid out, instead of those that ship.
        language: of the labels, where the schema has several; the site's own if empty.
        clock: tells the time.

    Raises:
        RunError: it cannot be done; no file was written or changed.
    """
    _, language_of_site = site.about()
    editable = editable_organizations(site)
    wanted = list({one.id: one for one in map(site.organization, organizations)}.values())
    path = output or Path(f"{wanted[0].name}.xlsx")
    refuse_other_format(path)
    if path.exists() and not force:
        raise RunError(f"{path} exists; give another name with -o, or --force to replace it (it may hold edits).")
    if is_open_elsewhere(path):
        raise RunError(f"{path} is open in a spreadsheet program; close it there, or give another name with -o.")
    ensure_writable(path)
    records, witnesses = Records(), Witnesses()
    if not blank:
        with _room_for(path):
            _read(site, wanted, records, witnesses, dataset_type=dataset_type, query=query)
    types = sorted(witnesses.counts.keys() | set(filter(None, [dataset_type])))
    if blank and not types:
        types = site.dataset_types()
    language = language or language_of_site
    layout = _Layouts(site, templates, language, [*editable, *wanted]).layout(
        records, witnesses, types or ["dataset"]
    )
    names = {one.id: one.name for one in wanted}
    identity = Identity(site.url, names, clock(), site.user(), language, dataset_type, query, blank)
    counts = _write(path, Export(identity, layout, pieces(layout, records), headers_as_names))
    ids = {one.id for one in editable}
    read_only = [one.name for one in wanted if one.id not in ids]
    return ExportReport(site.url, [one.name for one in wanted], path, counts, read_only)


def _read(
    site: Site,
    organizations: Sequence[Organization],
    records: Records,
    witnesses: Witnesses,
    *,
    dataset_type: str,
    query: str,
) -> None:
    """Read the packages of organizations.

    Raises:
        RunError: they cannot be read, or their rows could not be told apart when they come back.
    """
    identities = Identities()
    for group, one in enumerate(organizations):
        for package in site.each_package(one, dataset_type=dataset_type, query=query):
            if trouble := identities.trouble_with(package):
                raise RunError(
                    f"{site.url} {trouble}, so that its rows could not be told apart; tell those who run it, or"
                    " leave the package out with --query."
                )
            records.add(package, group)
            witnesses.add(package)


def pieces(layout: Layout, records: Records) -> Iterator[Catalogue]:
    """Yield the cell texts of packages, some packages at a time.

    Raises:
        RunError: a sheet would have more rows or columns than are read again.
    """
    for table in layout.tables:
        if len(table.columns) > bounds.FURTHEST_COLUMN - _OWN_COLUMNS:
            raise RunError(
                f"The sheet {table.title!r} would have {len(table.columns):,} columns, more than a workbook can"
                " hold; export fewer packages at once with --query."
            )
    remembered, waiting = 0, iter(records)
    while some := list(islice(waiting, _AT_ONCE)):
        piece = tabulate(layout, some)
        remembered += sum(map(len, piece.rows.values())) + len(piece.packages) + len(piece.resources)
        if remembered > bounds.ROWS_EXPORTED:
            raise RunError(
                f"{len(records):,} packages with their resources and lists are too many for one workbook; export"
                " fewer at once: an organization each, or a part of one with --query."
            )
        yield piece


_AT_ONCE = 100  # packages
_OWN_COLUMNS = 100  # that a sheet may have besides fields: ours, and those that people add


@dataclass(frozen=True)
class _Layouts:
    """What a site and templates say of layouts."""

    site: Site
    templates: Sequence[Path]
    language: str
    known: Sequence[Organization]

    def layout(self, records: Iterable[Package], witnesses: Witnesses, types: Sequence[str]) -> Layout:
        """Return the tables for packages.

        Raises:
            RunError: a template says what it cannot mean.
        """
        templates, schemas = templates_for(types, self.templates), self.site.schemas(types)
        named = self._organizations_named(records, witnesses, schemas, templates)
        vocabulary = Vocabulary(self.site.licences(), _choices(named, witnesses.packages), self.language)
        try:
            return layout_of(witnesses.packages, schemas, vocabulary, types, templates, witnesses.counts)
        except TemplateError as error:
            raise RunError(str(error)) from None

    def _organizations_named(
        self,
        records: Iterable[Package],
        witnesses: Witnesses,
        schemas: Mapping[str, Mapping[str, JSON]],
        templates: Mapping[str, Template],
    ) -> list[Organization]:
        """Return the organizations that are known, and those that fields of the packages name by id."""
        named: set[str] = set()
        for one in witnesses.counts:
            own = (package for package in records if type_of(package) == one)
            named |= organizations_named(own, schemas.get(one) or {}, templates.get(one, NO_TEMPLATE))
        held = {text_of(package.get("owner_org")) for package in witnesses.packages}
        unknown = sorted(named - held - {text for org in self.known for text in (org.id, org.name)})
        found = (self.site.organization_by_id(key) for key in unknown[:_ORGANIZATIONS_AT_MOST])
        return [*self.known, *(organization for organization in found if organization is not None)]


_ORGANIZATIONS_AT_MOST = 500  # that are asked for one by one, because packages name them


def _write(path: Path, content: Export) -> dict[str, int]:
    counts: dict[str, int] = {}
    with _room_for(path):
        save(path, lambda file: counts.update(write_workbook(file, content)))
    return counts


@contextmanager
def _room_for(path: Path) -> Iterator[None]:
    """Tell in a sentence that there is no room for a workbook, or for what waits until it is written.

    Raises:
        RunError: there is none; what was there is untouched.
    """
    try:
        yield
    except OSError as error:
        raise RunError(f"{path} could not be written ({error.strerror}); nothing was changed.") from None


def _choices(organizations: Iterable[Organization], packages: Iterable[Package]) -> tuple[Choice, ...]:
    """Return the organizations that fields can name: the user's, and those that the packages name."""
    found = {one.id: one.as_choice() for one in organizations}
    for package in packages:
        held = package.get("organization")
        if isinstance(held, dict) and text_of(held.get("id")) not in found:
            found[text_of(held.get("id"))] = organization_of(held).as_choice()
    return tuple(sorted(found.values(), key=lambda choice: choice.label))
