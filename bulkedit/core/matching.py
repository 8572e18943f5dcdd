"""Recognize the items of a repeating field in a list that others may have changed.

Items have no ids in CKAN: what they hold is all there is to know them by. Nothing here guesses; what
cannot be recognized is said to be doubtful.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bulkedit.core.catalogue import Texts


@dataclass(frozen=True)
class Matches:
    """Where the items of a list stand now.

    Attributes:
        items: index in the live list of each exported item that was recognized, by exported index.
        added: index in the live list of each new item that is there already, by its place among the new.
        doubtful: exported indices of items that may still be there, changed beyond recognition.
    """

    items: dict[int, int] = field(default_factory=dict)
    added: dict[int, int] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)


def match_items(
    exported: Sequence[Texts], live: Sequence[Texts], edited: Mapping[int, Texts], added: Sequence[Texts]
) -> Matches:
    """Find the exported items in the live list, the surest ways first.

    An item is the one that is as exported (in its order, then anywhere), the one that is as edited
    already, the only one with the same first field (a contact's name), and where a stretch of the list
    is otherwise as long as it was, the one in the same place.

    Args:
        exported: texts of the items as exported.
        live: texts of the items on the site.
        edited: what edited items should become, by exported index.
        added: texts of the new items.
    """
    matches, taken = Matches(), set[int]()
    blocks = list(_blocks(exported, live))
    for tag, i1, i2, j1, j2 in blocks:
        if tag == "equal":
            matches.items.update(zip(range(i1, i2), range(j1, j2), strict=True))
            taken.update(range(j1, j2))
    _pair(matches.items, enumerate(exported), live, taken)
    _pair(matches.items, edited.items(), live, taken)
    _pair(matches.added, enumerate(added), live, taken)
    _pair(matches.items, _named(exported, live), [texts[:1] for texts in live], taken)
    for _, i1, i2, j1, j2 in blocks:
        left = [i for i in range(i1, i2) if i not in matches.items]
        right = [j for j in range(j1, j2) if j not in taken]
        if len(left) == len(right):
            matches.items.update(zip(left, right, strict=True))
            taken.update(right)
        elif right:
            matches.doubtful.update(left)
    names = {texts[0] for j, texts in enumerate(live) if j not in taken and texts[0]}
    matches.doubtful.update(i for i, t in enumerate(exported) if i not in matches.items and t[0] in names)
    return matches


def _blocks(exported: Sequence[Texts], live: Sequence[Texts]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the stretches of two lists that are equal or not, as `SequenceMatcher.get_opcodes` does.

    What is the same at both ends is found first: comparing is slow for long lists of like items.
    """
    shorter = min(len(exported), len(live))
    head = next((i for i in range(shorter) if exported[i] != live[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if exported[-1 - i] != live[-1 - i]), rest)
    if head:
        yield "equal", 0, head, 0, head
    middle = exported[head : len(exported) - tail], live[head : len(live) - tail]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        yield tag, head + i1, head + i2, head + j1, head + j2
    if tail:
        yield "equal", len(exported) - tail, len(exported), len(live) - tail, len(live)


def _pair(
    found: dict[int, int], wanted: Iterable[tuple[int, Texts]], live: Sequence[Texts], taken: set[int]
) -> None:
    """Give each wanted item the first free live one with its texts."""
    for i, texts in wanted:
        at = None if i in found else next((j for j, t in enumerate(live) if t == texts and j not in taken), None)
        if at is not None:
            found[i] = at
            taken.add(at)


def _named(exported: Sequence[Texts], live: Sequence[Texts]) -> list[tuple[int, Texts]]:
    """Return the first field of each exported item that has it for itself in both lists."""
    there = Counter(texts[0] for texts in exported)
    here = Counter(texts[0] for texts in live)
    return [(i, t[:1]) for i, t in enumerate(exported) if t[0] and there[t[0]] == here[t[0]] == 1]
