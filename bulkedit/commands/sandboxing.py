"""``bulkedit sandbox``."""

import os
from pathlib import Path

import click

from bulkedit.commands.shared import say

PORT = 5080
"""Where the sandbox listens unless told otherwise; the sample workbooks name it."""


@click.command("sandbox", short_help="Run a catalogue to try things on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any.")
@click.option(
    "--db",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the catalogue in this file (SQLite); otherwise it is gone at the end.",
)
@click.option(
    "--misbehave",
    "rules",
    multiple=True,
    metavar="RULE",
    help='Let calls go wrong, like "package_revise cut-after every=3" or "* 503 times=2" (several times).',
)
def sandbox_command(port: int, file: Path | None, rules: tuple[str, ...]) -> None:
    """Run a small CKAN-compatible catalogue on this computer, with the records of an invented agency.

    Only programs on this computer can reach it. It goes on until Ctrl+C.
    """
    from bulkedit.sandbox import Sandbox  # only here is a web server needed

    sandbox = Sandbox(file, port=port)
    sandbox.misbehave(*rules)
    setting = "set" if os.name == "nt" else "export"
    say(f"A catalogue to try things on: {sandbox.url}")
    say(f"Its records are invented{f'; they are kept in {file}' if file else ', and gone when it ends'}.")
    say("In another window:")
    say()
    say(f"    {setting} CKAN_URL={sandbox.url}")
    say(f"    {setting} CKAN_API_KEY={sandbox.tokens['editor']}")
    say("    bulkedit export parks -o parks.xlsx")
    say()
    for rule in rules:
        say(f"It misbehaves: {rule}")
    say(f"Other users: {', '.join(token for name, token in sandbox.tokens.items() if name != 'editor')}.")
    say("Ctrl+C ends it.")
    try:
        sandbox.serve()
    except KeyboardInterrupt:
        say()
    finally:
        sandbox.close()
