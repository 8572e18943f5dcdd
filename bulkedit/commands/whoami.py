"""``bulkedit whoami``."""

from pathlib import Path

import click

from bulkedit.ckan.site import Site
from bulkedit.commands.shared import json_option, open_site, site_options
from bulkedit.commands.terminal import print_json, say
from bulkedit.core.json_value import JSON
from bulkedit.workflow.rights import editable_organizations


class Who:
    """Who somebody is on a site, and what they may edit there.

    Args:
        site: the site, with their eyes.
    """

    def __init__(self, site: Site) -> None:
        """Ask the site.

        Raises:
            RunError: it does not know them, or cannot be asked.
        """
        self.url = site.url
        self.version, _ = site.about()
        self.editable = editable_organizations(site)
        self.user = site.user()

    def to_json(self) -> dict[str, JSON]:
        """Return it as ``--json`` prints it."""
        organizations: list[JSON] = [{"id": o.id, "name": o.name, "title": o.title} for o in self.editable]
        return {
            "site": self.url,
            "version": self.version,
            "user": self.user or None,
            "organizations": organizations,
        }

    def say(self) -> None:
        """Say it on standard output."""
        say(f"Site          {self.url}")
        say(f"CKAN          {self.version or 'version hidden'}")
        say(f"User          {self.user or 'known, but this CKAN does not tell the name'}")
        say(f"May edit      {', '.join(o.name for o in self.editable) or 'nothing: you may only read'}")


@click.command("whoami", short_help="Show the site, your name and what you may edit.")
@json_option
@site_options
def whoami_command(as_json: bool, url: str | None, api_key_file: Path | None) -> None:
    """Show the site, its version, your user name and the organizations whose packages you may edit."""
    who = Who(open_site(url, api_key_file))
    if as_json:
        print_json(who.to_json())
    else:
        who.say()
