"""``bulkedit history RUN --html FILE``: a page that can be printed and sent to people, whatever texts it holds."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_desk import Desk
from past_runs import ROWS, SITE, a_run, change, finished, killed, row

from bulkedit.core.results import Result
from bulkedit.ledger import RunState
from bulkedit.workflow.run_page import RunPage

ADDRESSED = {"href", "src", "srcset", "action", "data", "poster", "background", "style"}
"""Attributes by which a page could fetch or run something."""


class Seen(HTMLParser):
    """A page as a browser sees it: its tags, its links, its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag, and all by which it could reach out."""
        self.tags.append(tag)
        self.words.append(" " if tag in ("td", "th", "p") else "")
        self.links += [(name, value or "") for name, value in attributes if name in ADDRESSED or name[:2] == "on"]
        if tag not in ("meta", "br"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag: each is closed where it was opened."""
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        if "style" not in self._inside:
            self.words.append(data)

    @property
    def text(self) -> str:
        """Return all that is read, with single blanks."""
        return " ".join("".join(self.words).split())


def page_of(desk: Desk, *more: str) -> Seen:
    """Write the page of a run, and look at it."""
    said = desk("history", "a", "--html", "run.html", *more)
    assert (said.status, said.out) == (0, "Written to run.html\n"), said.err
    return Seen((desk.folder / "run.html").read_text(encoding="utf-8"))


def test_the_page_says_who_when_where(desk: Desk, own_ledger: Path) -> None:
    """And with which workbook, and how many rows of each result."""
    finished(own_ledger)

    text = page_of(desk).text

    assert "Catalogue https://catalogue.example Who ann, at the computer ann@desk-7" in text
    assert "Workbook /desk/parks.xlsx Run aaaa0001 Ended as planned" in text
    assert "✓ 1 updated" in text
    assert "≠ 1 conflict" in text
    assert "2026-04-01" in text


def test_the_page_shows_every_field_before_and_after(desk: Desk, own_ledger: Path) -> None:
    """By its label; of a conflict all three texts; of a new record its values."""
    finished(own_ledger)

    text = page_of(desk).text

    assert "Field Before After Title Trails Trails and paths" in text
    assert "Field Exported In the workbook On the site Title Rivers Streams Lakes" in text
    assert "Field Value Title Camp sites" in text
    assert "Field Before Wanted Title Lakes Ponds" in text


def test_what_is_in_the_way_comes_first(desk: Desk, own_ledger: Path) -> None:
    """Conflicts, then what is unknown, refused, invalid, not sent; then what is done."""
    others = [row(6, "bad", "invalid", "x"), row(7, "denied", "refused", "x"), row(8, "left", "not sent", "x")]
    finished(own_ledger, [*ROWS, *others])

    text = page_of(desk).text

    heads = ("To be seen to: 5 packages", "≠ conflict", "? unknown", "× refused", "! invalid", "○ not sent")
    found = [text.index(head) for head in (*heads, "Done: 2 packages", "✓ updated", "+ created")]
    assert found == sorted(found)


def test_a_package_is_shown_once(desk: Desk, own_ledger: Path) -> None:
    """With all its rows, the good ones too, where the worst of them belongs."""
    mixed = [row(2, "trails", "updated", "Fine."), row(9, "trails", "conflict", "Not fine.", sheet="Contacts")]
    finished(own_ledger, mixed)

    seen = page_of(desk)

    assert seen.tags.count("section") == 1 + len(["lakes"])  # nobody knows of its call, and it has no row
    assert "Packages row 2 ✓ updated Fine. Contacts row 9 ≠ conflict Not fine." in seen.text


def test_packages_link_to_their_pages(desk: Desk, own_ledger: Path) -> None:
    """By their ids where the ledger has them, with their titles; otherwise by name."""
    finished(own_ledger)

    seen = page_of(desk)

    packages = [f"{SITE}/dataset/{key}" for key in ("rivers", "id-of-lakes", "id-of-trails", "camp-sites")]
    assert seen.links == [("href", SITE), *(("href", link) for link in packages)]
    assert "Trails of the north trails" in seen.text


def test_each_result_has_a_word_and_a_sign_of_its_own(desk: Desk, own_ledger: Path) -> None:
    """So that nobody needs to see colours."""
    results = ["updated", "created", "deleted", "conflict", "invalid", "refused", "unknown", "not sent"]
    finished(own_ledger, [row(at, f"p{at}", result, "") for at, result in enumerate(results)])

    text = page_of(desk).text

    signs = [found[1] for result in results if (found := re.search(rf"(\S) 1 {result}", text))]
    assert len(set(signs)) == len(results)


def test_the_page_stands_alone(desk: Desk, own_ledger: Path) -> None:
    """No script, nothing fetched from anywhere, and a part for printers."""
    finished(own_ledger)

    seen = page_of(desk)
    source = (desk.folder / "run.html").read_text(encoding="utf-8")

    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & set(seen.tags)
    assert {name for name, _ in seen.links} == {"href"}
    assert not re.search(r"url\(|@import|@font-face", source)
    assert (
        """http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';"""
        in source
    )
    assert "@media print" in source
    assert "size: A4" in source


EVIL = "</td><script>alert(1)</script><a href='javascript:alert(1)' onclick=\"x\">&amp;{{ 7*7 }}{% raw %}"


def test_texts_are_texts(desk: Desk, own_ledger: Path) -> None:
    """What CKAN or a workbook holds is shown as it is, whatever it would mean in a page or a template."""
    rows = [row(2, EVIL, "conflict", EVIL, change(EVIL, EVIL, f"{EVIL} b", f"{EVIL} c"), sheet=EVIL)]
    finished(own_ledger, rows, user=EVIL, by=EVIL, workbook=EVIL, organizations={"o": EVIL})

    seen = page_of(desk)

    assert "script" not in seen.tags
    assert all(link.startswith(f"{SITE}/dataset/") or link == SITE for _, link in seen.links)
    assert seen.text.count(EVIL) >= 8


@pytest.mark.parametrize(
    "site", ["javascript:alert(1)", "JavaScript:alert(1)//", "data:text/html,x", "file:///etc", "http://[::1", ""]
)
def test_only_addresses_of_the_web_become_links(desk: Desk, own_ledger: Path, site: str) -> None:
    """A ledger that holds something else as its site shows it as a text."""
    finished(own_ledger, site=site)

    assert page_of(desk).links == []


@pytest.mark.parametrize(
    "turn", ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\x1b", "\x9b", "\r"]
)
def test_no_text_turns_a_line_around(desk: Desk, own_ledger: Path, turn: str) -> None:
    """What would show a name as another one is a sign; the marks that Arabic and Hebrew need stay."""
    text = f"a{turn}gnp.exe\u200f"
    rows = [row(2, text, "conflict", text, change(text, text, f"{text} b", f"{text} c"), sheet=text)]
    finished(own_ledger, rows, user=text, by=text, workbook=text, organizations={"o": text})

    seen = page_of(desk)

    assert turn not in (desk.folder / "run.html").read_bytes().decode()
    assert seen.text.count("a\ufffdgnp.exe\u200f") >= 8


any_text = st.text(max_size=40) | st.sampled_from([EVIL, "\x00\x1b[2J", "\ud800", "‮gnp.exe", "]]>", "<!--"])


@given(texts=st.lists(any_text, min_size=12, max_size=12), result=st.sampled_from(list(Result)))
@settings(max_examples=150, deadline=None)
def test_no_text_changes_the_page(texts: list[str], result: Result) -> None:
    """Whatever stands in the ledger, the page has the same tags, reaches nowhere else, and can be written."""

    def seen(words: list[str]) -> Seen:
        name, message, header, one, two, three, user, by, workbook, organization, sheet, undoes = words
        rows: list[Any] = [row(2, name, result.value, message, change(header, one, two, three), sheet=sheet)]
        own = a_run(user=user, by=by, workbook=workbook, organizations={"o": organization}, undoes=undoes)
        page = RunPage(own, rows, []).html()
        return Seen(page.encode().decode())

    wild = seen(texts)

    tame = seen(["x" if text else "" for text in texts])
    ours = {"del", "ins", "span", "a", "p", "tr", "th", "td"}  # these come and go with empty texts
    assert [tag for tag in wild.tags if tag not in ours] == [tag for tag in tame.tags if tag not in ours]
    assert all(link == SITE or link.startswith(f"{SITE}/dataset/") for _, link in wild.links)


def test_a_killed_run_shows_what_is_known_of_each_package(desk: Desk, own_ledger: Path) -> None:
    """What was stored is done; the rest is to be seen to."""
    killed(own_ledger, "aaaa0001")

    text = page_of(desk).text

    assert "never: its process was killed" in text
    trouble, done = text.split("Done: 1 package")
    assert "To be seen to: 3 packages" in trouble
    assert "At 12:00:02: stored." in done or "stored." in done
    assert "nobody knows whether it was stored" in trouble
    assert "not stored (You may not edit this)" in trouble


@pytest.mark.parametrize("state", list(RunState))
def test_every_end_has_its_words(state: RunState) -> None:
    """However a run ended."""
    page = RunPage(a_run(state=state), [], []).html()

    assert "This run changed nothing." in page
    assert f">{state.value}<" not in page


def test_an_undo_says_so(desk: Desk, own_ledger: Path) -> None:
    """Its page is headed so, and names the run that it took back."""
    finished(own_ledger, ROWS[:1], kind="undo", undoes="bbbb0001")

    text = page_of(desk).text

    assert "Changes taken back" in text
    assert "which takes back run bbbb0001" in text


# -- the file


def test_a_page_that_exists_is_kept(desk: Desk, own_ledger: Path) -> None:
    """Unless --force says that it may go."""
    finished(own_ledger)
    (desk.folder / "run.html").write_text("mine", encoding="utf-8")

    refused = desk("history", "a", "--html", "run.html")

    assert refused.status == 3
    assert "run.html exists; give another name with --html, or --force to replace it." in refused.told
    assert (desk.folder / "run.html").read_text(encoding="utf-8") == "mine"
    assert "Trails and paths" in page_of(desk, "--force").text
    assert list(desk.files()) == ["run.html"]


def test_a_page_that_cannot_be_written_is_told(desk: Desk, own_ledger: Path) -> None:
    """And nothing of it is left."""
    finished(own_ledger)

    said = desk("history", "a", "--html", "nowhere/run.html")

    assert said.status == 3
    assert "cannot be written" in said.told
    assert desk.files() == {}


def test_a_page_and_json_at_once(desk: Desk, own_ledger: Path) -> None:
    """The page is written, and one object printed."""
    finished(own_ledger)

    said = desk("history", "a", "--html", "run.html", "--json")

    assert said.json()["run"] == "aaaa0001"
    assert list(desk.files()) == ["run.html"]


def test_a_page_is_of_one_run(desk: Desk, own_ledger: Path) -> None:
    """Without RUN nobody knows of which: wrong use."""
    finished(own_ledger)

    said = desk("history", "--html", "run.html")

    assert said.status == 2
    assert "--html writes the page of one" in said.err
    assert desk.files() == {}
