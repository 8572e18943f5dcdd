"""The command line: the commands, and the one place where errors become exits."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from bulkedit import __version__
from bulkedit.commands.checking import check_command
from bulkedit.commands.demonstrating import demo_command
from bulkedit.commands.exporting import export_command
from bulkedit.commands.history import history_command
from bulkedit.commands.importing import import_command
from bulkedit.commands.logging_in import login_command, logout_command
from bulkedit.commands.refreshing import refresh_command
from bulkedit.commands.sandboxing import sandbox_command
from bulkedit.commands.shared import InterruptedRunError, NotAppliedError, say_trouble
from bulkedit.commands.undoing import undo_command
from bulkedit.commands.whoami import whoami_command
from bulkedit.core.trouble import RunError

DONE, NOT_APPLIED, USAGE, CANNOT, INTERRUPTED = 0, 1, 2, 3, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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


bulkedit.add_command(export_command)
bulkedit.add_command(check_command)
bulkedit.add_command(import_command)
bulkedit.add_command(history_command)
bulkedit.add_command(undo_command)
bulkedit.add_command(refresh_command)
bulkedit.add_command(login_command)
bulkedit.add_command(logout_command)
bulkedit.add_command(whoami_command)
bulkedit.add_command(sandbox_command)
bulkedit.add_command(demo_command)


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


def main() -> NoReturn:
    """Run the program."""
    sys.exit(run())
