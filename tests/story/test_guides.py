"""The guides in docs/ cannot lie: their links lead somewhere, and a site is asked what they say."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office_desk import Desk, rows

from bulkedit.excel.typist import Typist
from bulkedit.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "samples" / "README.md"])
_LINK = re.compile(r"\]\(([^)\s]+)\)")


# -- links


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file of the repository, and to a heading that is there."""
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    dead = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            dead.append(link)
    assert dead == []


def test_the_list_of_documents_is_whole() -> None:
    """docs/README.md names every page of docs/."""
    listed = {Path(link.split("#")[0]).name for link in _LINK.findall((ROOT / "docs" / "README.md").read_text())}

    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} - listed == set()


# -- what a site is asked


def actions(command: str) -> tuple[set[str], set[str]]:
    """Return the actions that a command asks, as the guide says, and those that it may ask besides."""
    row = next(line for line in GUIDE.splitlines() if re.match(rf"\| [^|]*`{command}`", line))
    _, _, asks, also, _ = row.split("|")
    return set(re.findall(r"`(\w+)`", asks)), set(re.findall(r"`([a-z_]+)`", also))


@pytest.fixture
def sandbox(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Run a catalogue of the sample agency, named by the environment."""
    with Sandbox(without=getattr(request, "param", ())) as opened:
        desk.monkeypatch.setenv("CKAN_URL", opened.url)
        desk.monkeypatch.setenv("CKAN_API_KEY", "sandbox-editor")
        yield opened


Asked = Callable[..., set[str]]


@pytest.fixture
def asked(desk: Desk, sandbox: Sandbox) -> Asked:
    """Run a command, and return what it asked the catalogue."""

    def run(*arguments: str) -> set[str]:
        sandbox.calls.clear()
        assert desk(*arguments).status == 0
        return {action for action, _ in sandbox.calls}

    return run


def edit(folder: Path) -> None:
    """Edit a package, and write a new one with a file."""
    typist = Typist(folder / "parks.xlsx")
    like = next(row for row in typist.rows("Packages") if row["URL"] == "picnic-sites")
    kept = ("Licence", "State of publication", "Status of the data", "Security classification", "Who may see it")
    typist.type("Packages", like.number, "Purpose", "To rest.")
    new = {"Title": "Benches", "Description": "Where one can sit down."}
    typist.add("Packages", {header: like[header] for header in kept} | new)
    (folder / "benches.csv").write_text("km\n")
    file = {"Package": "Benches", "Name": "A table", "Update cycle": "Every year", "Upload": "benches.csv"}
    typist.add("Resources", file)
    typist.save()


def test_the_guide_says_what_a_site_is_asked(desk: Desk, asked: Asked) -> None:
    """Each command asks the actions of its row, and no others but those that the row names for special cases."""
    said = {"whoami": asked("whoami"), "export": asked("export", "parks")}
    edit(desk.folder)
    said["check"] = asked("check", "parks.xlsx")
    said["import"] = asked("import", "parks.xlsx", "--yes")
    said["refresh"] = asked("refresh", "parks.xlsx")
    said["history"] = asked("history")
    said["undo"] = asked("undo", "--yes")

    for command, found in said.items():
        asks, also = actions(command)
        assert asks - also <= found <= asks | also, command


@pytest.mark.parametrize("sandbox", [("package_revise",)], indirect=True)
def test_the_guide_says_what_a_site_without_revise_is_asked(desk: Desk, asked: Asked) -> None:
    """The same, where packages are patched."""
    asked("export", "parks")
    edit(desk.folder)

    said = {"import": asked("import", "parks.xlsx", "--yes"), "undo": asked("undo", "--yes")}

    assert "package_patch" in said["import"]
    assert all(found <= set.union(*actions(command)) for command, found in said.items())


def test_a_title_and_a_blank_workbook_ask_what_the_guide_says(asked: Asked) -> None:
    """An organization by its title, and the record types of a workbook without records."""
    found = asked("export", "Parks and Trails Agency", "-o", "a.xlsx") | asked("export", "parks", "--blank")

    assert found == set.union(*actions("export")) - {"package_show"}


# -- a template to begin with


def test_the_first_template_of_the_page_is_one(desk: Desk, asked: Asked) -> None:
    """Its columns come first, as docs/templates.md says."""
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    (desk.folder / "licences.yaml").write_text(page.split("```yaml\n")[1].split("```")[0])

    asked("export", "parks", "--template", "licences.yaml", "-o", "parks.xlsx")

    headers = [*rows(desk.folder / "parks.xlsx", "Packages")[0]]
    assert headers[4:7] == ["Title", "Licence", "State of publication"]


# -- unattended


def cron_line(desk: Desk, url: str) -> str:
    """Return the guide's line of a crontab as the shell gets it, with the paths of this computer."""
    [line] = re.findall(r"^    30 6 \* \* 1-5  (.+)$", GUIDE, re.MULTILINE)
    program = f"{shlex.quote(sys.executable)} -m bulkedit"
    real = {
        r"\%": "%",
        "/opt/bulkedit/bin/bulkedit": program,
        "/srv/parks": str(desk.folder),
        "/etc/bulkedit/token": "token",
        "https://catalogue.example.org": url,
    }
    for said, here in real.items():
        assert said in line
        line = line.replace(said, here)
    return line


def at_night(desk: Desk, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as cron does: by sh, with little of an environment."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(desk.folder)}
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=desk.folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_line_for_cron_is_true(desk: Desk, sandbox: Sandbox) -> None:
    """It writes the day's workbook without a word; a second one that day is refused in one line."""
    token = desk.folder / "token"
    token.write_text("sandbox-editor\n")
    token.chmod(0o600)
    line = cron_line(desk, sandbox.url)

    first, second = at_night(desk, line), at_night(desk, line)

    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    [workbook] = desk.folder.glob("*.xlsx")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", workbook.stem)
    assert (second.returncode, second.stderr.count("\n")) == (3, 1)
