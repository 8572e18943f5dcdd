"""Export a catalogue into a workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bulkedit.ckan.site import Organization, Site, organization_of
from bulkedit.core.arranging import organizations_named
from bulkedit.core.catalogue import Catalogue, id_of, tabulate
from bulkedit.core.columns import Choice, Layout
from bulkedit.core.identities import confusable
from bulkedit.core.json_value import JSON, Package, text_of
from bulkedit.core.layout import by_type, layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.core.template import NO_TEMPLATE, Template, TemplateError
from bulkedit.core.trouble import RunError
from bulkedit.excel import bounds
from bulkedit.excel.save import ensure_writable, is_open_elsewhere, refuse_other_format, save
from bulkedit.excel.write import Export, write_workbook
from bulkedit.templating import templates_for
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.rights import editable_organizations


@dataclass(frozen=True)
class ExportReport:
    """A finished export: what was written where, with the number of rows of each sheet."""

    site: str
    organizations: Sequence[str]
    workbook: Path
    counts: Mapping[str, int]
    editable: bool


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
    packages = (
        [] if blank else [p for one in wanted for p in site.packages(one, dataset_type=dataset_type, query=query)]
    )
    packages = list({id_of(package): package for package in packages}.values())  # one may move while we read
    _refuse_confusable(site, packages)
    types = sorted(
        {text_of(package.get("type")) or "dataset" for package in packages} | set(filter(None, [dataset_type]))
    )
    if blank and not types:
        types = site.dataset_types()
    language = language or language_of_site
    layout = _layout(site, packages, types or ["dataset"], templates, language, [*editable, *wanted])
    names = {one.id: one.name for one in wanted}
    identity = Identity(site.url, names, clock(), site.user(), language, dataset_type, query, blank)
    catalogue = tabulate(layout, packages)
    refuse_too_many(layout, catalogue)
    counts = _write(path, Export(identity, layout, catalogue, headers_as_names))
    ids = {one.id for one in editable}
    return ExportReport(site.url, [one.name for one in wanted], path, counts, all(one.id in ids for one in wanted))


def refuse_too_many(layout: Layout, catalogue: Catalogue) -> None:
    """Make sure that the workbook can be read again.

    Raises:
        RunError: a sheet would have more rows or columns than are read.
    """
    remembered = sum(map(len, catalogue.rows.values())) + len(catalogue.packages) + len(catalogue.resources)
    if remembered > bounds.ROWS_EXPORTED:
        raise RunError(
            f"{len(catalogue.packages):,} packages with {len(catalogue.resources):,} resources are too many for"
            " one workbook; export fewer at once: an organization each, or a part of one with --query."
        )
    for table in layout.tables:
        if len(table.columns) > bounds.FURTHEST_COLUMN - _OWN_COLUMNS:
            raise RunError(
                f"The sheet {table.title!r} would have {len(table.columns):,} columns, more than a workbook can"
                " hold; export fewer packages at once with --query."
            )


_OWN_COLUMNS = 100  # that a sheet may have besides fields: ours, and those that people add


def _refuse_confusable(site: Site, packages: Sequence[Package]) -> None:
    """Make sure that the rows of packages can be told apart when they come back.

    Raises:
        RunError: they cannot.
    """
    if found := confusable(packages):
        raise RunError(
            f"{site.url} {found}, so that its rows could not be told apart; tell those who run it, or leave the"
            " package out with --query."
        )


def _layout(
    site: Site,
    packages: Sequence[Package],
    types: Sequence[str],
    templates: Sequence[Path],
    language: str,
    known: Sequence[Organization],
) -> Layout:
    """Return the tables for packages, as the site's schemas and the templates want them.

    Raises:
        RunError: a template says what it cannot mean.
    """
    layouts, schemas = templates_for(types, templates), site.schemas(types)
    named = _organizations_named(site, packages, schemas, layouts, known)
    vocabulary = Vocabulary(site.licences(), _choices(named, packages), language)
    try:
        return layout_of(packages, schemas, vocabulary, types, layouts)
    except TemplateError as error:
        raise RunError(str(error)) from None


_ORGANIZATIONS_AT_MOST = 500  # that are asked for one by one, because packages name them


def _organizations_named(
    site: Site,
    packages: Sequence[Package],
    schemas: Mapping[str, Mapping[str, JSON]],
    templates: Mapping[str, Template],
    known: Sequence[Organization],
) -> list[Organization]:
    """Return the organizations that are known, and those that fields of the packages name by id."""
    named: set[str] = set()
    for one, own in by_type(packages, ()).items():
        named |= organizations_named(own, schemas.get(one) or {}, templates.get(one, NO_TEMPLATE))
    held = {text_of(package.get("owner_org")) for package in packages}
    unknown = sorted(named - held - {text for org in known for text in (org.id, org.name)})
    found = (site.organization_by_id(key) for key in unknown[:_ORGANIZATIONS_AT_MOST])
    return [*known, *(organization for organization in found if organization is not None)]


def _write(path: Path, content: Export) -> dict[str, int]:
    counts: dict[str, int] = {}
    save(path, lambda file: counts.update(write_workbook(file, content)))
    return counts


def _choices(organizations: Iterable[Organization], packages: Iterable[Package]) -> tuple[Choice, ...]:
    """Return the organizations that fields can name: the user's, and those that the packages name."""
    found = {one.id: one.as_choice() for one in organizations}
    for package in packages:
        held = package.get("organization")
        if isinstance(held, dict) and text_of(held.get("id")) not in found:
            found[text_of(held.get("id"))] = organization_of(held).as_choice()
    return tuple(sorted(found.values(), key=lambda choice: choice.label))
