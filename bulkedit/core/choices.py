"""The choices of a field: which text stands for which value, without any doubt."""

import difflib
from collections import Counter
from collections.abc import Sequence

from bulkedit.core import text as cell
from bulkedit.core.columns import Choice


class Choices:
    """The allowed values of a field and the one text that stands for each of them."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.values = [choice.value for choice in choices]
        self.order = {value: i for i, value in enumerate(self.values)}
        self.labels = _unique_labels(choices)
        self._by_text = self._readings(choices)
        folded = Counter(text.casefold() for text in self._by_text)
        self._by_folded = {t.casefold(): v for t, v in self._by_text.items() if folded[t.casefold()] == 1}

    def _readings(self, choices: Sequence[Choice]) -> dict[str, str]:
        """Return what may be typed, weakest first: another name that only one has, the raw value, the label."""
        aliases = Counter(alias.casefold() for c in choices for alias in c.aliases)
        readings = {cell.canonical(a): c.value for c in choices for a in c.aliases if aliases[a.casefold()] == 1}
        readings |= {cell.canonical(c.value): c.value for c in choices}
        readings = {text: value for text, value in readings.items() if _twice(text) is None}
        readings |= {self.labels[c.value]: c.value for c in choices}
        return readings

    def show(self, value: str) -> str:
        """Return the label of a value; a value that is no choice stays itself, made unmistakable."""
        label = self.labels.get(value)
        if label is not None:
            return label
        text = cell.canonical(value)
        return f"{text} [{text}]" if self.known(text) is not None or _twice(text) is not None else text

    def known(self, text: str) -> str | None:
        """Return the value of a typed text, in any case of letters where that is clear; None for no choice."""
        return self._by_text.get(text) or self._by_folded.get(text.casefold())

    def read(self, text: str) -> str:
        """Return the value of a text, known or not: the inverse of `show`."""
        known = self.known(text)
        if known is not None:
            return known
        twice = _twice(text)
        return text if twice is None else twice

    def closest(self, text: str) -> str:
        """Return a hint for a text that is no choice, or an empty text."""
        texts = [label for label in self.labels.values() if label]
        near = difflib.get_close_matches(text.lower(), [t.lower() for t in texts], n=1, cutoff=0.6)
        if near:
            return f"; closest is {cell.excerpt(next(t for t in texts if t.lower() == near[0]))}"
        few = ", ".join(texts[:8])
        return f"; allowed are {few}{', …' if len(texts) > 8 else ''}" if few else ""


def _twice(text: str) -> str | None:
    """Return ``v`` for a text ``v [v]``: how a stored value that looks like a label is written."""
    half = (len(text) - 3) // 2
    value = text[:half]
    return value if half > 0 and text == f"{value} [{value}]" else None


def _unique_labels(choices: Sequence[Choice]) -> dict[str, str]:
    """Return a label for each value, no two alike: ``label [value]`` where labels repeat."""
    labels: dict[str, str] = {}
    plain = [cell.canonical(c.label) or cell.canonical(c.value) for c in choices]
    taken: set[str] = set()
    for choice, label in zip(choices, plain, strict=True):
        if choice.value in labels:
            continue
        text = label if plain.count(label) == 1 else f"{label} [{cell.canonical(choice.value)}]"
        while text in taken or _twice(text) not in (None, cell.canonical(choice.value)):
            text = f"{text} [{cell.canonical(choice.value)}]"
        labels[choice.value] = text
        taken.add(text)
    return labels
