"""Write docs/messages.md: every message that a person can get, with its cause and its cure.

The messages are collected from the code; causes and cures stand in docs/messages.yaml. Run it by `make docs`.
"""

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parent
CODE = DOCS.parent / "bulkedit"
SAID = DOCS / "messages.yaml"
PAGE = DOCS / "messages.md"
BLANK = "…"
"""What stands for whatever is filled in."""

# -- which strings of the code are messages

ELSEWHERE = ("demo.py", "excel/start.py", "excel/notes.py")
"""The demo's story, the sheet Start here, the notes of headers: told where they stand."""

ONLY_TROUBLE = ("sandbox/", "commands/sandboxing.py", "commands/demonstrating.py")
"""The embedded catalogue speaks as CKAN does, the demo tells a story; only what stops them is a message."""

NO_SENTENCES = ("excel/highlights.py", "excel/write.py", "core/schema.py", "core/mangled.py")
"""Formulas, words of sheets, names of fields, regular expressions."""

OPTIONS = ("help", "short_help", "metavar", "header")
"""Arguments that hold help texts and headers."""

NO_TALK = ("compile", "split", "encode", "get", "startswith", "endswith", "sub")
"""Functions whose arguments nobody sees."""

SAYS = ("say", "note", "say_trouble", "prompt", "confirm", "_problem", "_said", "_say_more")
"""Functions whose arguments people see, however short."""

FEW, SHORT = 3, 2
"""Words that make a message; fewer do where nothing but a message can stand."""


@dataclass(frozen=True, order=True)
class Found:
    """A message as it stands in the code."""

    text: str
    place: str


def collect(code: Path = CODE) -> list[Found]:
    """Return every message of the code, in the order of files and lines."""
    found: dict[str, Found] = {}
    for path in sorted(code.rglob("*.py")):
        name = path.relative_to(code).as_posix()
        if name.startswith((*ELSEWHERE, *NO_SENTENCES)):
            continue
        module = ast.parse(path.read_text(encoding="utf-8"))
        parts = _trouble(module) if name.startswith(ONLY_TROUBLE) else [module]
        for text, line in (one for part in parts for one in _messages(part)):
            found.setdefault(text, Found(text, f"bulkedit/{name}:{line}"))
    return list(found.values())


def _trouble(module: ast.Module) -> list[ast.AST]:
    """Return the places of a module that stop a run."""
    raised = [node.exc for node in ast.walk(module) if isinstance(node, ast.Raise)]
    return [one for one in raised if isinstance(one, ast.Call) and ast.unparse(one.func).endswith("RunError")]


def _messages(node: ast.AST, words: int = FEW) -> Iterator[tuple[str, int]]:
    """Yield the messages within a node, with their lines.

    Args:
        node: part of a module.
        words: how many words make a message here.
    """
    texts = list(_texts(node)) if isinstance(node, ast.expr) else []
    if texts:
        line = getattr(node, "lineno", 0)
        yield from ((text, line) for text in texts if _is_said(text, words))
        return
    if _is_silent(node):
        return
    inner = SHORT if _talks(node) else words
    for child in ast.iter_child_nodes(node):
        yield from _messages(child, inner)


def _is_said(text: str, words: int) -> bool:
    """Tell whether a text has so many words, or is a sentence; what is said to a database is not, nor is XML."""
    if _QUERY.match(text) or text.startswith("<"):
        return False
    return len(_WORD.findall(text)) >= words or _SENTENCE.fullmatch(text) is not None


_SENTENCE = re.compile(r"[A-Z][a-z]+ ?.*[.?]", re.DOTALL)
_QUERY = re.compile(r"\s*(CREATE|SELECT|INSERT|UPDATE|PRAGMA) ")
_WORD = re.compile(r"(?<![\w-])[A-Za-z][a-z’']+(?![\w_])")


def _is_silent(node: ast.AST) -> bool:
    """Tell whether nothing within a node is said to anybody."""
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.keyword(arg=str(name)):
            return name in OPTIONS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in NO_TALK
        case _:
            return False


def _talks(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in SAYS
        case _:
            return False


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts that a string can be, with what is filled in left out; nothing for what is no string."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield from _joined([_part(part) for part in parts])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            both = [list(_texts(left)), list(_texts(right))]
            if any(both):
                yield from _joined([one or [BLANK] for one in both])


def _part(part: ast.AST) -> list[str]:
    """Return what can stand at one place of an f-string: one of two texts, or anything."""
    match part:
        case ast.FormattedValue(value=ast.IfExp(body=one, orelse=other)):
            return [text for texts in (list(_texts(one)), list(_texts(other))) for text in texts or [BLANK]]
        case ast.FormattedValue(value=ast.BoolOp(op=ast.Or(), values=[_, ast.Constant(value=str(text))])):
            return [BLANK, text]
        case _:
            return list(_texts(part)) or [BLANK]


def _joined(parts: Sequence[Iterable[str]]) -> Iterator[str]:
    yield from dict.fromkeys("".join(chosen) for chosen in itertools.product(*parts))


# -- what people wrote about them


@dataclass(frozen=True)
class Entry:
    """What is written about one message, or about several that say the same."""

    texts: tuple[str, ...]
    seen: tuple[str, ...]
    cause: str
    cure: str


@dataclass(frozen=True)
class Group:
    """Messages that belong together."""

    title: str
    about: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Written:
    """All that is written: messages in groups, and texts that are none, with reasons."""

    groups: tuple[Group, ...]
    not_messages: Mapping[str, Sequence[str]]

    @property
    def texts(self) -> list[str]:
        """Every text that is written about."""
        return [text for group in self.groups for entry in group.entries for text in entry.texts] + [
            text for texts in self.not_messages.values() for text in texts
        ]


def written(path: Path = SAID) -> Written:
    """Return what docs/messages.yaml says."""
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = tuple(
        Group(group["group"], group.get("about", ""), tuple(map(_entry, group["messages"])))
        for group in said["groups"]
    )
    return Written(groups, said["not_messages"])


def _entry(said: Mapping[str, Any]) -> Entry:
    texts = _several(said.get("text"))
    return Entry(texts, _several(said.get("seen")) or texts, said.get("cause", ""), said.get("cure", ""))


def _several(said: str | list[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def undocumented(found: Iterable[Found], said: Written) -> list[str]:
    """Return the messages of the code that nothing is written about, with their places."""
    known = set(said.texts)
    return [f"{one.place}: {one.text}" for one in found if one.text not in known]


def outdated(found: Iterable[Found], said: Written) -> list[str]:
    """Return the texts that something is written about and that are in the code no more."""
    there = {one.text for one in found}
    return [text for text in said.texts if text not in there]


# -- the page

_HEAD = """# Every message, and what to do

What bulkedit says: in the column `Message` of the workbook, on the terminal, and in the small windows with which a
spreadsheet program asks back. Search this page for a few words of the message; `…` stands for what is filled in,
`[Title]` for any column. (Written by `make docs`, from the code and `docs/messages.yaml`.)
"""


def page(said: Written) -> str:
    """Return docs/messages.md."""
    contents = [f"* [{group.title}](#{_anchor(group.title)})" for group in said.groups]
    return "\n".join([_HEAD, *contents, *(line for group in said.groups for line in _section(group))]) + "\n"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _section(group: Group) -> Iterator[str]:
    yield from ("", f"## {group.title}", "")
    if group.about:
        yield from (group.about.strip(), "")
    yield from ("| message | why you see it | what to do |", "|---|---|---|")
    for entry in group.entries:
        cells = ("<br>".join(map(_shown, entry.seen)), entry.cause, entry.cure)
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"


def _shown(text: str) -> str:
    """Return a message for a cell of a table: as it is, whatever Markdown makes of its signs."""
    return _SIGNS.sub(lambda sign: _ESCAPES[sign[0]], " ".join(text.split()))


_ESCAPES = {"<": "&lt;", ">": "&gt;", "*": r"\*", "_": r"\_", "[": r"\[", "]": r"\]"}
_SIGNS = re.compile(r"[<>*_\[\]]")


def main(say: Callable[[str], object] = print) -> int:
    """Write the page; say which messages nothing is written about, and return 1 if there are any."""
    found, said = collect(), written()
    for text in undocumented(found, said):
        say(f"Not in {SAID.name}: {text}")
    for text in outdated(found, said):
        say(f"Not in the code any more: {text}")
    PAGE.write_text(page(said), encoding="utf-8")
    return 1 if undocumented(found, said) or outdated(found, said) else 0


if __name__ == "__main__":
    raise SystemExit(main())
