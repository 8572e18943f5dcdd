"""Sites whose packages and schemas may hold anything, without a network: `Site` is answered from here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from arbitrary import packages
from hypothesis import strategies as st
from mutating import KEYS, VALUES, mutated, mutations
from worlds import SCHEMA

from bulkedit.ckan.errors import NotFoundError
from bulkedit.ckan.site import Site
from bulkedit.core.json_value import JSON, Package, resources_of

ORGANIZATION: dict[str, JSON] = {"id": "org-1", "name": "parks", "title": "Parks Branch"}
URL = "https://catalogue.example"
_CALLS_AT_MOST = 200
_TYPES = ("record", "bcdc_dataset", "dataset")


@dataclass
class StrangeSite:
    """What a site has.

    Attributes:
        packages: as a search finds them.
        schemas: of each dataset type.
        licences: as `license_list` gives them.
        title: of its only organization.
        reads: how many calls were answered.
        url: its address.
        progress: whom to tell how far it has come, as `Client.progress`.
    """

    packages: JSON
    schemas: Mapping[str, JSON]
    licences: JSON = None
    title: str = "Parks Branch"
    reads: int = field(default=0, compare=False)
    writes: int = field(default=0, compare=False)
    url: str = URL
    progress: None = None

    def read(self, action: str, **parameters: JSON) -> JSON:
        """Answer a call, as `Client.read` does."""
        self.reads += 1
        assert self.reads < _CALLS_AT_MOST, f"asks for ever: {action} {parameters}"
        match action:
            case "package_search":
                return {"results": [] if " TO *}" in str(parameters["fq"]) else self.packages}
            case "scheming_dataset_schema_show":
                if str(parameters["type"]) in self.schemas:
                    return self.schemas[str(parameters["type"])]
            case "license_list":
                return self.licences
            case "organization_show" if parameters["id"] in ("org-1", "parks"):
                return ORGANIZATION | {"title": self.title}
            case "organization_list_for_user":
                return [ORGANIZATION | {"title": self.title}]
            case "status_show":
                return {"ckan_version": "2.11.0", "locale_default": "en"}
            case "help_show" | "user_show" | "member_list" | "group_list_authz":
                return []
        raise NotFoundError("There is none.")

    def as_site(self) -> Site:
        """Return the site as the program sees it."""
        return Site(self)  # type: ignore[arg-type]  # stands for a `Client`: all that is read comes from here

    def served(self) -> dict[str, JSON]:
        """Return the answers that do not depend on what is asked, by action."""
        return {
            "license_list": self.licences,
            "organization_show": ORGANIZATION,
            "organization_list_for_user": [ORGANIZATION],
            "status_show": {"ckan_version": "2.11.0", "locale_default": "en"},
            "help_show": "",
            "user_show": {"name": "anna"},
            "member_list": [],
            "group_list_authz": [],
        }


_FIELDS: st.SearchStrategy[JSON] = st.dictionaries(
    st.sampled_from(
        "field_name label help_text preset validators choices choices_helper required repeating_subfields"
        " subfields form_placeholder startState conditional_field conditional_values display_snippet".split()
    ),
    VALUES
    | KEYS
    | st.sampled_from(
        [
            "select",
            "multiple_checkbox",
            "multiple_text",
            "date",
            "json_object",
            "no_such_preset",
            "composite_repeating",
            "scheming_choices",
            "isodate",
            "conditional_required not_empty",
            {"en": "Name", "fr": "Nom"},
            [{"value": 1, "label": {"en": "One"}}, {"value": "2"}, {"label": "Three"}],
            [{"value": "x", "label": "Same"}, {"value": "y", "label": "Same"}, {"value": "x", "label": "Again"}],
            [{"field_name": "a", "repeating_subfields": [{"field_name": "b"}]}, {"field_name": "a"}, {}],
        ]
    ),
    max_size=6,
)


@st.composite
def schemas(draw: st.DrawFn) -> JSON:
    """Return schemas: that of `worlds`, with fields of all kinds put in, and changed anywhere."""
    found: dict[str, JSON] = dict(SCHEMA)
    for key in ("dataset_fields", "resource_fields"):
        own = SCHEMA[key]
        assert isinstance(own, list)
        found[key] = draw(st.just(own) | st.lists(st.sampled_from(own) | _FIELDS, max_size=8))
    return mutated(found, draw(mutations(5, 0)))


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[list[Package], dict[str, JSON]]:
    """Return packages and schemas."""
    found: list[JSON] = [
        _numbered(draw(packages(f"p{n}", name, draw(st.integers(0, 2)))), n)
        | {"type": draw(st.sampled_from(_TYPES))}
        for n, name in enumerate(draw(st.sampled_from([["parks"], ["parks", "trails"], ["a", "b", "c"]])))
    ]
    changed = mutated(found, draw(mutations(6, 0)))
    listed = changed if isinstance(changed, list) else [changed]
    types = draw(st.sampled_from([(), ("record",), _TYPES]))
    return [one for one in listed if isinstance(one, dict)], {one: draw(schemas()) for one in types}


@st.composite
def sites(draw: st.DrawFn) -> StrangeSite:
    """Return sites."""
    found, types = draw(catalogues())
    licences: JSON = [{"id": "ogl", "title": "Open Government Licence"}, {"id": "cc-by", "title": "Attribution"}]
    return StrangeSite(list(found), types, mutated(licences, draw(mutations(2, 0))))


def _numbered(package: Package, number: int) -> Package:
    """Return a package whose resources have other ids than those of other packages."""
    return package | {"resources": [r | {"id": f"{r['id']}-{number}"} for r in resources_of(package)]}
