"""A hostile file costs nothing: one sentence, little time, little memory, and nothing is changed or fetched."""

import sys
from collections.abc import Callable

import pytest
from attack import attack
from attacks import HARMLESS, REFUSED
from bad_memory import said
from good_book import TEXT, Good
from listening import Ear
from trials import SITE, Trial, one_sentence, signs, too_much
from under_limits import Runner

Try = Callable[..., Trial]
READ_ALIKE = [
    "billion laughs in shared strings",
    "3 GB behind a small size",
    "last cell of all in a data sheet",
    "a pipe",
]
SECRET = "nobody may read this"


def refusal(trial: Trial) -> list[str]:
    """Return what is wrong with a refusal."""
    ended = trial.ended
    wrong = [] if ended.status == 3 else [f"exit {ended.status}"]
    wrong += [] if ended.out == "" else ["something on standard output"]
    return wrong + one_sentence(ended.err) + too_much(ended) + unharmed(trial)


def unharmed(trial: Trial) -> list[str]:
    """Return what a command left behind or gave away."""
    told = trial.ended.out + trial.ended.err
    return [
        *(f"{name} was left" for name in trial.left),
        *(["the file was touched"] if trial.touched else []),
        *(["the secret was told"] if SECRET in told else []),
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_one_sentence(trial: Try, ear: Ear, name: str) -> None:
    """Status 3, within 3 seconds and 300 MB; the file stays as it is, nothing is left or fetched."""
    done = trial(REFUSED[name], "check")

    assert refusal(done) == [], done.ended.err[:1000]
    assert not ear.heard


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_damage_is_read_as_ever(trial: Try, ear: Ear, name: str) -> None:
    """Status 0, or 1 where a cell is flagged; as cheap as any workbook, and nothing is fetched."""
    done = trial(HARMLESS[name], "check", "--no-write")

    assert done.ended.status in (0, 1), done.ended.err[:1000]
    assert too_much(done.ended) + unharmed(done) + signs(done.ended.out + done.ended.err) == []
    assert not ear.heard


@pytest.mark.parametrize("command", ["import", "refresh"])
@pytest.mark.parametrize("name", READ_ALIKE)
def test_every_command_reads_a_workbook_alike(trial: Try, name: str, command: str) -> None:
    """No site is asked about a workbook that cannot be read."""
    more = ["--yes"] if command == "import" else []

    done = trial(REFUSED[name], command, "--site", SITE, *more)

    assert refusal(done) == [], done.ended.err[:1000]
    assert "parks.xlsx" in done.ended.err or "workbook" in done.ended.err


def test_a_site_that_clears_the_screen_is_told_safely(trial: Try) -> None:
    """A workbook says where it is from; what it says is shown as it is written, and never obeyed by a terminal."""
    site = "https://evil.example/\x1b[2J\x9b31m\u202e\nNothing was sent.\x07" + "x" * 100_000
    evil = attack(
        "From a site whose address changes the screen.", said(lambda layout: layout.update({"site": site}))
    )

    done = trial(evil, "import", "--site", SITE, "--yes")

    assert refusal(done) == [], done.ended.err[:1000]


def test_the_value_that_a_formula_claims_is_never_used(trial: Try) -> None:
    """The cell is flagged; what it says it has come out as is not an edit."""
    done = trial(HARMLESS["forged value of a formula"], "check", "--no-write")

    assert done.ended.status == 1
    assert "Believe me" not in done.ended.out
    assert "formula" in done.ended.out


def test_a_workbook_that_is_accepted_gets_its_results(trial: Try) -> None:
    """What does no damage to reading does none to writing either: the text of the good workbook is untouched."""
    done = trial(HARMLESS["wild dimension"], "check")

    assert (done.ended.status, done.ended.err) == (0, "")
    assert too_much(done.ended) == []


def test_a_copy_says_what_the_program_says(trial: Try, runner: Runner) -> None:
    """The trials run in copies of a process that has the program loaded; started by itself it says the same."""
    done = trial(REFUSED["zip of nothing"], "check")

    itself = runner.command([sys.executable, "-m", "bulkedit", "check", done.file.name], done.file.parent)

    assert (itself.status, itself.out, itself.err) == (done.ended.status, done.ended.out, done.ended.err)
    assert too_much(itself) == []


def test_the_good_workbook_is_good(good: Good) -> None:
    """All attacks begin with it: one that is refused for another reason would show nothing."""
    assert good.cell[1].startswith(f'<c r="{good.cell[0]}"')
    assert TEXT.encode() in good.parts["xl/sharedStrings.xml"]
