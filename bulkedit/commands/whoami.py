"""``bulkedit whoami``."""

from pathlib import Path

import click

from bulkedit.commands.shared import json_option, open_site, print_json, say, site_options
from bulkedit.core.json_value import JSON
from bulkedit.workflow import editable_organizations


@click.command("whoami", short_help="Show the site, your name and what you may edit.")
@json_option
@site_options
def whoami_command(as_json: bool, url: str | None, api_key_file: Path | None) -> None:
    """Show the site, its version, your user name and the organizations whose packages you may edit."""
    site = open_site(url, api_key_file)
    version, _ = site.about()
    editable = editable_organizations(site)
    user = site.user()
    if as_json:
        organizations: list[JSON] = [{"id": o.id, "name": o.name, "title": o.title} for o in editable]
        print_json({"site": site.url, "version": version, "user": user or None, "organizations": organizations})
        return
    say(f"Site          {site.url}")
    say(f"CKAN          {version or 'version hidden'}")
    say(f"User          {user or 'known, but this CKAN does not tell the name'}")
    say(f"May edit      {', '.join(o.name for o in editable) or 'nothing: you may only read'}")
