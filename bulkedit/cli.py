"""The command line: the commands, and the one place where errors become exits."""

import gc
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, NoReturn

import click

from bulkedit import __version__
from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.terminal import say_trouble
from bulkedit.core.trouble import RunError

DONE, NOT_APPLIED, USAGE, CANNOT, INTERRUPTED = 0, 1, 2, 3, 130


COMMANDS: Final[Mapping[str, str]] = {
    "export": "exporting",
    "check": "checking",
    "import": "importing",
    "history": "history",
    "undo": "undoing",
    "refresh": "refreshing",
    "login": "logging_in",
    "logout": "logging_in",
    "whoami": "whoami",
    "sandbox": "sandboxing",
    "demo": "demonstrating",
}
"""The module of each command in `bulkedit.commands`, where it is called ``export_command``."""


class Commands(click.Group):
    """The commands; each is loaded when it is asked for: nobody waits for what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command."""
        return command_named(cmd_name) if cmd_name in COMMANDS else None


def command_named(name: str) -> click.Command:
    """Load a command of `COMMANDS`."""
    module = import_module(f"bulkedit.commands.{COMMANDS[name]}")
    command: click.Command = getattr(module, f"{name}_command")
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="bulkedit")
def bulkedit() -> None:
    """Edit many records of a CKAN data catalogue safely, in a spreadsheet.

    \b
    bulkedit export ORGANIZATION      write its packages and resources into a workbook
    (edit it in Excel or LibreOffice)
    bulkedit check FILE               see what you edited, and whether it is valid
    bulkedit import FILE --dry-run    see what would happen, row by row
    bulkedit import FILE              do it; every row gets its result
    bulkedit undo                     take the last run back
    bulkedit refresh FILE             bring what others changed into it; your edits stay

    \b
    CKAN_URL      address of the catalogue (or --site)
    CKAN_API_KEY  your API token (or --api-key-file, or bulkedit login)

    \b
    Exit status: 0 done, or nothing to do; 1 some rows were not applied; 2 wrong use;
    3 the run could not be done (site, token, workbook); 130 interrupted.
    """  # noqa: D301  click reads the backspace character of \b


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    try:
        bulkedit.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except NotAppliedError:
        return NOT_APPLIED
    except RunError as error:
        say_trouble(str(error))
        return CANNOT
    except (KeyboardInterrupt, click.Abort, InterruptedRunError) as error:
        say_trouble(str(error) or "Interrupted.")
        return INTERRUPTED
    return DONE


_COLLECTED_AFTER: Final = 100_000
"""Objects; a workbook is a great many that stay, and looking through them for cycles takes a tenth of a run."""


def main() -> NoReturn:
    """Run the program."""
    gc.set_threshold(_COLLECTED_AFTER)
    sys.exit(run())
