"""``bulkedit demo``."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.sandboxing import PORT, saying, typed
from bulkedit.commands.terminal import say
from bulkedit.core.trouble import RunError
from bulkedit.demo import COLLEAGUE, DELETIONS, EDITOR, ORGANIZATION, edit, edit_on_the_site, mend

_FOLDER = "bulkedit-demo"
_DATABASE = "catalogue.sqlite"
_LEDGER = "ledger.sqlite"
_LEFT = {
    "parks-exported.xlsx": "as exported",
    "parks-edited.xlsx": "with your edits",
    "parks-imported.xlsx": "after the first import: open this one, look at Result, Message and the sheet Results",
    "parks.xlsx": "after mending: go on in this one",
}


@click.command("demo", short_help="See a whole day's work on an invented catalogue.")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), required=False)
def demo_command(folder: Path | None) -> None:
    """Show the whole way on an invented catalogue: export, edit, dry run, import, mend, import again, undo.

    The workbooks stay in DIR, a new or empty folder; otherwise in bulkedit-demo, or bulkedit-demo-2 and so on.
    """
    began = time.monotonic()
    folder = _new(folder or _next_free())
    with saying(), _catalogue(folder) as url:
        try:
            _tell(folder)
        except InterruptedRunError:
            raise InterruptedRunError(f"Interrupted; the demo ends, what it left is in {folder}.") from None
    with saying():
        say(f"That took {time.monotonic() - began:.0f} seconds.")
        _say_how_to_go_on(folder, url)


def _next_free() -> Path:
    """Return the first of bulkedit-demo, bulkedit-demo-2, ... that is not there: workbooks may hold edits."""
    names = (_FOLDER, *(f"{_FOLDER}-{number}" for number in range(2, 10_000)))
    return next(folder for folder in map(Path, names) if not os.path.lexists(folder))


def _new(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RunError(f"The folder {folder} is not empty; give another one, or remove it.")
    except OSError as error:
        raise RunError(f"The folder {folder} cannot be made ({error.strerror}); give another one.") from None
    return folder


@contextmanager
def _catalogue(folder: Path) -> Iterator[str]:
    """Run the sandbox, and let the environment name it; no proxy stands before it."""
    from bulkedit.sandbox import Sandbox  # only here is a web server needed

    try:
        sandbox = Sandbox(folder / _DATABASE, port=PORT)
    except RunError:  # somebody else has the port
        sandbox = Sandbox(folder / _DATABASE)
    before = dict(os.environ)
    os.environ |= {"CKAN_URL": sandbox.url, "CKAN_API_KEY": sandbox.tokens[EDITOR]}
    os.environ["BULKEDIT_LEDGER"] = str(folder / _LEDGER)
    os.environ |= dict.fromkeys(("NO_PROXY", "no_proxy"), urlsplit(sandbox.url).hostname or "")
    try:
        with sandbox:
            yield sandbox.url
    finally:
        os.environ.clear()
        os.environ |= before


def _tell(folder: Path) -> None:
    book = folder / f"{ORGANIZATION}.xlsx"
    _step("A catalogue runs on this computer, with the records of an invented agency. Who are you there?")
    _bulkedit("whoami")
    _step("The records of an organization, in a workbook:")
    _bulkedit("export", ORGANIZATION, "-o", book)
    shutil.copyfile(book, folder / f"{ORGANIZATION}-exported.xlsx")
    _step("You edit rows, as in Excel, and save:")
    _say_list(edit(book))
    shutil.copyfile(book, folder / f"{ORGANIZATION}-edited.xlsx")
    _step("Is it right so far? Nobody need be asked for that.")
    _bulkedit("check", book)
    _step("Meanwhile a colleague edits on the site:")
    _say_list(edit_on_the_site(os.environ["CKAN_URL"], f"sandbox-{COLLEAGUE}"))
    _step("What would happen?")
    _bulkedit("import", book, "--dry-run")
    _step("Do it. Whoever deletes says how many:")
    _bulkedit("import", book, "--yes", "--confirm-deletes", str(DELETIONS))
    shutil.copyfile(book, folder / f"{ORGANIZATION}-imported.xlsx")
    _step("Four rows say why they were not applied: two of them need mending, in the same workbook.")
    _say_list(mend(book))
    _bulkedit("import", book, "--yes")
    _step("And once more: nothing is left to do, and nothing is sent.")
    _bulkedit("import", book, "--yes")
    _step("Every run is known, and each can be taken back, the latest first:")
    _bulkedit("history")
    _bulkedit("undo", "--yes")
    _step("That was not meant. An undo is a run as well:")
    _bulkedit("undo", "--yes")


def _step(text: str) -> None:
    say()
    say(text)


def _say_list(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        say(f"  * {sentence}")


def _bulkedit(*arguments: str | Path) -> None:
    """Run a command as somebody would type it."""
    texts = [str(argument) for argument in arguments]
    say()
    say(f"$ {typed('bulkedit', *texts)}")
    command = click.get_current_context().find_root().command
    try:
        command.main(args=texts, prog_name="bulkedit", standalone_mode=False)
    except NotAppliedError:
        say("(exit status 1: not every row goes through)")


def _say_how_to_go_on(folder: Path, url: str) -> None:
    setting = "set" if os.name == "nt" else "export"
    port = url.rpartition(":")[2]
    also = () if port == str(PORT) else ("--port", port)
    say()
    say(f"In {folder}:")
    for name, what in _LEFT.items():
        say(f"    {name:<22} {what}")
    say()
    say("Go on with this catalogue, and with parks.xlsx:")
    say()
    say(f"    {typed(_program(), 'sandbox', '--db', folder / _DATABASE, *also)}")
    say()
    say("Your own catalogue (make an API token on your user page there):")
    say()
    say(f"    {setting} CKAN_URL=https://catalogue.example.org")
    say(f"    {setting} CKAN_API_KEY=your-token")
    say(f"    {typed(_program(), 'whoami')}")
    say(f"    {typed(_program(), 'export', 'your-organization', '-o', 'work.xlsx')}")


def _program() -> str:
    """Return what to type for the program: its path, where it lies in an environment that is not active."""
    path = Path(sys.argv[0])
    if shutil.which("bulkedit") is None and path.stem == "bulkedit":
        return os.path.relpath(path)
    return "bulkedit"
