"""Two texts side by side, so that one sees where they differ."""

from dataclasses import dataclass

_AROUND = 60  # characters shown before and after what differs
_MOST = 1200  # characters shown of what differs


@dataclass(frozen=True)
class Told:
    """A text: what differs from its neighbour, between what they have in common."""

    before: str = ""
    differs: str = ""
    after: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is no text."""
        return not (self.before or self.differs or self.after)


def told(one: str, other: str) -> tuple[Told, Told]:
    """Return two texts with what differs, in whole words; what they have in common is cut where it is long."""
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    return _told(one, start, end), _told(other, start, end)


def _alike(one: str, other: str) -> int:
    """Return how many characters both texts begin with, in whole words."""
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    start = next(differing, min(len(one), len(other)))
    whole = all(text[start : start + 1] in ("", " ") for text in (one, other))
    return start if whole else one.rfind(" ", 0, start) + 1


def _told(text: str, start: int, end: int) -> Told:
    before, differs, after = text[:start], text[start : len(text) - end], text[len(text) - end :]
    if len(differs) > _MOST:
        differs = f"{differs[:_MOST]}… ({len(differs) - _MOST:,} more characters)"
    return Told(
        before if len(before) <= _AROUND else f"…{before[-_AROUND:]}",
        differs,
        after if len(after) <= _AROUND else f"{after[:_AROUND]}…",
    )
