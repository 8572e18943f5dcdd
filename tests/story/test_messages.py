"""Every message that a person can get is explained: docs/messages.md, from the code and docs/messages.yaml."""

import re
from pathlib import Path

import pytest
from loading import script

ROOT = Path(__file__).parents[2]


messages = script("docs/messages.py")
WRITTEN = messages.written()
ENTRIES = [entry for group in WRITTEN.groups for entry in group.entries]


def test_every_message_is_explained() -> None:
    """Whoever adds a message says in docs/messages.yaml why one sees it, and what to do about it."""
    assert messages.undocumented(messages.collect(), WRITTEN) == []


def test_every_explained_message_is_in_the_code() -> None:
    """An entry whose message was changed or removed goes with it; none is written about twice."""
    assert messages.outdated(messages.collect(), WRITTEN) == []
    assert len(WRITTEN.texts) == len(set(WRITTEN.texts))


def test_every_entry_has_a_cause_and_a_cure() -> None:
    """Both are sentences."""
    assert len(ENTRIES) > 150
    assert [entry.texts for entry in ENTRIES if not (is_sentence(entry.cause) and is_sentence(entry.cure))] == []


def is_sentence(text: str) -> bool:
    """Tell whether a text is more than nothing, and has an end."""
    return re.fullmatch(r"\S.*[.?`)]", text) is not None


def test_what_is_shown_is_what_the_code_says() -> None:
    """Each message as people see it has the words of one of its texts, and each text is seen."""
    for entry in ENTRIES:
        words = [re.compile(".+".join(map(re.escape, text.strip().split("…"))), re.DOTALL) for text in entry.texts]
        assert [seen for seen in entry.seen if not any(text.search(seen) for text in words)] == []
        assert [text.pattern for text in words if not any(text.search(seen) for seen in entry.seen)] == []


def test_the_page_is_up_to_date() -> None:
    """docs/messages.md is what `make docs` writes."""
    assert messages.PAGE.read_text(encoding="utf-8") == messages.page(WRITTEN)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise RunError(f"{path} is empty; fill it.")', ["… is empty; fill it."]),
        ('raise RunError("The folder is " f"{kind} and" + " so on.")', ["The folder is … and so on."]),
        ("say(f\"{'Would add' if dry else 'Added'} it.\")", ["Would add it.", "Added it."]),
        ("said = f\"may edit {names or 'nothing'} here\"", ["may edit … here", "may edit nothing here"]),
        ('note("No rows.")', ["No rows."]),
        ('yield "is no number"', ["is no number"]),
        ('WORDS = {"code": "zeros are gone"}', ["zeros are gone"]),
        ('"""It is a docstring."""', []),
        ('click.option("--yes", help="Do not ask at all.")', []),
        ('execute("SELECT name FROM runs WHERE id = ?")', []),
        ('names = "title notes url".split()', []),
        ('key = f"update__resources__{owner}__upload"', []),
    ],
)
def test_what_counts_as_a_message(tmp_path: Path, code: str, found: list[str]) -> None:
    """Sentences and parts of them, with … for what is filled in; no docstrings, help texts, lists of words."""
    (tmp_path / "module.py").write_text(code, encoding="utf-8")

    assert [one.text for one in messages.collect(tmp_path)] == found


def test_a_message_without_an_entry_is_named_with_its_place(tmp_path: Path) -> None:
    """So that it can be found."""
    (tmp_path / "module.py").write_text('\nraise RunError("Nobody has explained this.")', encoding="utf-8")

    missing = messages.undocumented(messages.collect(tmp_path), WRITTEN)

    assert missing == ["bulkedit/module.py:2: Nobody has explained this."]


def test_every_group_can_be_jumped_to() -> None:
    """The table of contents names each heading of the page."""
    page = messages.page(WRITTEN)
    jumps = re.findall(r"^\* \[(.+)\]\(#(.+)\)$", page, re.MULTILINE)

    assert [title for title, _ in jumps] == re.findall("^## (.+)$", page, re.MULTILINE)
    assert all(title.lower().replace(" ", "-") == anchor for title, anchor in jumps)
