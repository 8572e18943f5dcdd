"""What the user may do on a site: CKAN itself does not say that a token is wrong."""

from collections.abc import Mapping

from bulkedit.ckan.site import Organization, Site
from bulkedit.core.trouble import RunError


def editable_organizations(site: Site) -> list[Organization]:
    """Return the organizations whose packages the user may edit.

    To CKAN a wrong or expired token is no error but an anonymous visitor, who sees half of everything.

    Raises:
        RunError: the site does not know the user.
    """
    editable = site.organizations("update_dataset")
    if not editable and not site.organizations("read"):
        raise RunError(
            f"{site.url} does not recognize the token, or its user belongs to no organization;"
            " make a new API token on your user page there."
        )
    return editable


def refuse_without_rights(site: Site, organizations: Mapping[str, str]) -> None:
    """Make sure that the user may edit something of what is to be edited.

    Args:
        site: the catalogue.
        organizations: the names of the organizations by id; none if that does not matter.

    Raises:
        RunError: the user may edit nothing of it.
    """
    editable = {one.id for one in editable_organizations(site)}
    if organizations and not editable & organizations.keys():
        names = ", ".join(organizations.values())
        raise RunError(f"Your token may read but not edit {names} on {site.url}; ask for the role of editor.")
