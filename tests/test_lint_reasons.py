"""Checks run before every commit, and whoever switches one off says why: in pyproject.toml, or at the line."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "bulkedit", "docs", "tests")

SWITCHES = re.compile(r"#\s*(ruff:\s*)?(noqa|type:\s*ignore|pragma:)")
EXPLAINED = re.compile(
    r"# ((ruff: )?noqa: [A-Z0-9, ]*[0-9]|type: ignore\[[a-z, -]+\]|pragma: no \w+)  (# )?(?P<reason>\S+ \S+.*)"
)
"""What is switched off, two blanks, and at least two words."""


def _comments(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module with their lines."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def test_a_check_that_is_switched_off_in_a_line_has_a_reason() -> None:
    """In a few words behind it; what exactly is switched off is said, too."""
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(modules) > 200

    unexplained = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for path in modules
        for line, comment in _comments(path)
        if SWITCHES.match(comment) and not EXPLAINED.fullmatch(comment)
    ]

    assert unexplained == []


def test_a_rule_that_is_ignored_everywhere_has_a_reason() -> None:
    """In pyproject.toml, behind it."""
    settings = (
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.ruff.lint]")[1].split("[tool.mypy]")[0]
    )
    ignored = [line for line in settings.splitlines() if re.match(r'\s+"[A-Z]+\d+",', line)]

    assert len(ignored) > 10
    assert [line for line in ignored if not re.search(r"# \S+ \S+", line)] == []


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# noqa: S311  no secret", True),
        ("# noqa: S311", False),
        ("# noqa: S311  secret", False),
        ("# noqa  all of it", False),
        ("# type: ignore[misc, arg-type]  # it has no types", True),
        ("# type: ignore  # it has no types", False),
        ("# pragma: no branch  mypy knows that there is no other", True),
        ("# pragma: no cover", False),
    ],
)
def test_what_counts_as_a_reason(comment: str, explained: bool) -> None:
    """Words, and the rule that they are about."""
    assert bool(EXPLAINED.fullmatch(comment)) is explained


def test_before_a_commit_runs_what_make_lint_runs() -> None:
    """The same tools, in the same order."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]

    assert [f"\t{hook['entry']}" for hook in repository["hooks"]] == [
        line.replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()[1:]
    ]
