"""``bulkedit login`` and ``logout``: a token in the keyring, where the commands find it, and nowhere else."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from kinds_of_keyring import ERRORS, Chain, Forgetful, Memory, PlaintextMemory, Refusing
from office_desk import Desk, Said, two_packages
from scripted import TOKEN

from bulkedit.tokens import stored_token


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """Have a keyring that keeps what it is given; no token is elsewhere."""
    own = Memory()
    keyring.set_keyring(own)
    return own


Type = Callable[..., Said]


@pytest.fixture
def log_in(desk: Desk) -> Type:
    """Log in with a token from a pipe; no token is in the environment."""
    desk.monkeypatch.delenv("CKAN_API_KEY")

    def typed(url: str, token: bytes = TOKEN.encode() + b"\n") -> Said:
        desk.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(token)))
        return desk("login", url)

    return typed


# -- logging in and out


def test_login_keeps_the_token_and_says_who_you_are(desk: Desk, memory: Memory, log_in: Type) -> None:
    """In the keyring, under the site's address; whoami finds it there."""
    ckan = desk.open(two_packages())

    said = log_in(ckan.url)

    assert (said.status, said.err) == (0, "")
    assert "User          editor\n" in said.out
    assert "Logged in: the token is in the keyring of this computer.\n" in said.out
    assert memory.kept == {("bulkedit", ckan.url): TOKEN}
    assert desk("whoami", "--json").json()["user"] == "editor"


def test_logout_removes_it(desk: Desk, memory: Memory, log_in: Type) -> None:
    """Then no command has a token; logging out twice harms nothing."""
    ckan = desk.open(two_packages())
    log_in(ckan.url)

    said = [desk("logout", ckan.url), desk("logout", ckan.url), desk("whoami")]

    assert [one.status for one in said] == [0, 0, 3]
    assert "Logged out" in said[0].out
    assert "There was no token" in said[1].out
    assert f"bulkedit login {ckan.url}" in said[2].told
    assert memory.kept == {}


@pytest.mark.parametrize("change", [str.upper, lambda url: f"{url}/", lambda url: url.replace("http", "HTTP")])
def test_an_address_written_another_way_is_the_same_site(
    desk: Desk, memory: Memory, log_in: Type, change: Callable[[str], str]
) -> None:
    """Capitals in scheme and host, and a slash at the end, make no other site."""
    ckan = desk.open(two_packages())
    log_in(f"{change(ckan.url)}")

    assert memory.kept == {("bulkedit", ckan.url): TOKEN}
    assert [desk("whoami", "--site", url).status for url in (ckan.url, change(ckan.url))] == [0, 0]
    assert desk("logout", change(ckan.url)).status == 0
    assert memory.kept == {}


def test_each_site_has_its_own_token(desk: Desk, memory: Memory, log_in: Type) -> None:
    """A token goes to the site that it is for, and to no other."""
    first, second = desk.open(two_packages()), desk.open(two_packages())
    log_in(first.url)

    said = desk("whoami", "--site", second.url)

    assert said.status == 3
    assert second.heard == []


@pytest.mark.parametrize("around", ["{}", "  {}\r\n", "\ufeff{}\n"])
def test_a_token_from_a_pipe(desk: Desk, memory: Memory, log_in: Type, around: str) -> None:
    """Whatever the program before the pipe puts around it."""
    ckan = desk.open(two_packages())

    assert log_in(ckan.url, around.format(TOKEN).encode()).status == 0
    assert list(memory.kept.values()) == [TOKEN]


@pytest.mark.parametrize(
    ("given", "why"),
    [(b"", "No API token was given"), (b" \n", "No API token"), (b"two words", "no token has such")],
)
def test_what_is_no_token_is_not_tried(desk: Desk, memory: Memory, log_in: Type, given: bytes, why: str) -> None:
    """Nothing is asked of the site, nothing is kept, and what was typed is not repeated."""
    ckan = desk.open(two_packages())

    said = log_in(ckan.url, given)

    assert said.status == 3
    assert why in said.told
    assert "two words" not in said.told
    assert (ckan.heard, memory.kept) == ([], {})


def test_a_token_that_the_site_does_not_know_is_not_kept(desk: Desk, memory: Memory, log_in: Type) -> None:
    """It is tried first, and a token that was kept before stays."""
    ckan = desk.open(two_packages())
    log_in(ckan.url)

    said = log_in(ckan.url, b"another-token")

    assert said.status == 3
    assert "does not recognize the token" in said.told
    assert list(memory.kept.values()) == [TOKEN]


@pytest.mark.parametrize("url", ["catalogue.example", "http://ann:secret@127.0.0.1"])
def test_an_address_that_is_none(desk: Desk, memory: Memory, log_in: Type, url: str) -> None:
    """Neither command takes it."""
    assert [log_in(url).status, desk("logout", url).status] == [3, 3]
    assert memory.asked == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_at_a_terminal_the_token_is_asked_for_and_not_shown(desk: Desk) -> None:
    """What is typed does not appear on the screen."""
    import pty

    ckan = desk.open(two_packages())
    program = (
        "import sys, keyring; sys.path.insert(0, sys.argv[1]); from kinds_of_keyring import Memory;"
        "keyring.set_keyring(Memory()); from bulkedit.cli import run;"
        "sys.exit(run(['login', sys.argv[2]]))"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(Path(__file__).parent), ckan.url],
        stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, start_new_session=True,
    ) as running:  # fmt: skip
        import os

        os.close(theirs)
        shown = b""
        while b"not shown" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, TOKEN.encode() + b"\n")
        try:
            while more := os.read(ours, 1000):
                shown += more
        except OSError:  # Linux says so when the other end is closed
            pass
    os.close(ours)

    assert running.returncode == 0, shown
    assert b"Logged in" in shown
    assert TOKEN.encode() not in shown


# -- where there is no keyring, or it will not


KEEPS_NOTHING: dict[str, Callable[[], KeyringBackend]] = {
    "none": fail.Keyring,
    "null": null.Keyring,
    "plain text": PlaintextMemory,
    "chain of plain text": lambda: Chain(PlaintextMemory(), fail.Keyring()),
}


@pytest.mark.parametrize("kind", KEEPS_NOTHING)
def test_without_a_keyring_nothing_is_asked_or_kept(desk: Desk, log_in: Type, kind: str) -> None:
    """One sentence says what to do instead; a token is never kept in plain text."""
    ckan = desk.open(two_packages())
    backend = KEEPS_NOTHING[kind]()
    keyring.set_keyring(backend)

    said = [log_in(ckan.url), desk("logout", ckan.url)]

    assert [one.status for one in said] == [3, 3]
    for one in said:
        assert one.told == (
            "This computer has no keyring that keeps a token safe;"
            " put the token into CKAN_API_KEY, or into a file for --api-key-file."
        )
    assert ckan.heard == []
    assert getattr(backend, "kept", {}) == {}


def test_of_several_keyrings_the_first_safe_one_keeps_the_token(desk: Desk, log_in: Type) -> None:
    """Not one that is in plain text, whichever comes first."""
    ckan = desk.open(two_packages())
    plain, safe = PlaintextMemory(), Memory()
    keyring.set_keyring(Chain(plain, safe))

    log_in(ckan.url)

    assert (plain.kept, list(safe.kept.values())) == ({}, [TOKEN])


def test_a_keyring_that_forgets_is_told(desk: Desk, log_in: Type) -> None:
    """It is looked whether the token is really there."""
    ckan = desk.open(two_packages())
    keyring.set_keyring(Forgetful())

    said = log_in(ckan.url)

    assert said.status == 3
    assert "did not keep the token" in said.told
    assert "Logged in" not in said.out


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("command", ["login", "logout", "whoami"])
def test_a_broken_keyring_is_one_sentence(desk: Desk, log_in: Type, error: type[Exception], command: str) -> None:
    """It says what to do instead, and nothing that the keyring said: the token might be in it."""
    ckan = desk.open(two_packages())
    keyring.set_keyring(Refusing(error))

    said = {
        "login": lambda: log_in(ckan.url),
        "logout": lambda: desk("logout", ckan.url),
        "whoami": lambda: desk("whoami"),
    }[command]()

    assert said.status == 3
    assert "The keyring of this computer" in said.told
    assert "CKAN_API_KEY" in said.told
    assert TOKEN not in said.told


def test_a_broken_keyring_breaks_nothing_that_has_a_token(desk: Desk) -> None:
    """With a token in the environment or a file, the keyring is not even asked."""
    desk.open(two_packages())
    own = Refusing(RuntimeError)
    keyring.set_keyring(own)

    assert desk("whoami").status == 0
    desk.token_file("token.txt")
    desk.monkeypatch.delenv("CKAN_API_KEY")
    assert desk("whoami", "--api-key-file", "token.txt").status == 0
    assert desk("whoami").status == 3


def test_commands_with_a_token_do_not_even_load_the_keyring(desk: Desk) -> None:
    """It is slow to load."""
    ckan = desk.open(two_packages())
    program = (
        "import sys; from bulkedit.cli import run;"
        "status = run(['whoami', '--site', sys.argv[1]]); print(status, 'keyring' in sys.modules)"
    )

    told = subprocess.run(
        [sys.executable, "-c", program, ckan.url], capture_output=True, text=True, check=True, timeout=60
    ).stdout

    assert told.splitlines()[-1] == "0 False"


# -- which token


def test_a_file_goes_before_the_environment_and_that_before_the_keyring(
    desk: Desk, memory: Memory, log_in: Type
) -> None:
    """--api-key-file, CKAN_API_KEY, keyring: the first that there is."""
    ckan = desk.open(two_packages())
    log_in(ckan.url)
    (desk.folder / "colleague.txt").write_text(ckan.sandbox.tokens["colleague"], encoding="utf-8")
    (desk.folder / "colleague.txt").chmod(0o600)

    def user(*more: str) -> str:
        found: str = desk("whoami", "--json", *more).json()["user"]
        return found

    users = [user()]
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["member"])
    users += [user(), user("--api-key-file", "colleague.txt")]
    desk.monkeypatch.setenv("CKAN_API_KEY", "  ")
    users += [user()]

    assert users == ["editor", "member", "colleague", "editor"]


def test_login_says_that_the_environment_goes_first(desk: Desk, memory: Memory) -> None:
    """Else one would wonder whose token is used."""
    ckan = desk.open(two_packages())
    desk.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TOKEN.encode())))

    said = desk("login", ckan.url)

    assert said.status == 0
    assert "CKAN_API_KEY is set, and goes before the keyring" in said.err


def test_the_tests_have_no_keyring(desk: Desk) -> None:
    """Neither here nor in processes that a test starts."""
    assert isinstance(keyring.get_keyring(), fail.Keyring)
    assert stored_token("https://catalogue.example") == ""
    program = "import keyring; print(type(keyring.get_keyring()).__module__)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "keyring.backends.fail"


# -- who may read the file


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize(("mode", "status"), [(0o644, 3), (0o604, 3), (0o640, 0), (0o600, 0), (0o400, 0)])
def test_a_token_file_that_everybody_can_read_is_refused(desk: Desk, mode: int, status: int) -> None:
    """The sentence says how to close it, and the site is not asked."""
    ckan = desk.open(two_packages())
    file = desk.token_file("my token.txt")
    file.chmod(mode)

    said = desk("whoami", "--api-key-file", file.name)

    assert said.status == status
    if status:
        assert "chmod 600 'my token.txt'" in said.told
        assert ckan.heard == []
