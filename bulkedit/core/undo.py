"""What it takes to undo a run in one package: what the run left, what was before, what is live now.

Three states, as for an import, but of API values: what comes back must be exactly what the API told before.

| left by the run | before | live | meaning |
|---|---|---|---|
| a | b | a | put b back |
| a | b | b | already so |
| a | b | c | conflict: somebody changed it since; left alone |

A run may have taken several calls to a package: they are undone one by one, the last one first.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bulkedit.core.api_value import own_fields, own_fields_of_resource, same
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN
from bulkedit.core.files import File
from bulkedit.core.intended import intended
from bulkedit.core.json_value import JSON, Package, Resource, resources_of, text_of
from bulkedit.core.text import join
from bulkedit.core.uploaded import OF_FILES, FileUndo, undo_file

STATE = "state"


class Way(Enum):
    """What becomes of a field, or of a whole record."""

    BACK = auto()
    ALREADY = auto()
    CONFLICT = auto()
    UNKNOWN = auto()  # the answer to the run's call never came, and live is neither what was nor what it asked for
    LOST = auto()  # a file that the run replaced, and nobody saved


@dataclass(frozen=True)
class Step:
    """One call of a run that stored something, or may have.

    Attributes:
        action: what was called.
        payload: its parameters.
        before: the package as read before; None for a new one.
        after: the package as the site answered; None where no answer came.
    """

    action: str
    payload: Mapping[str, JSON]
    before: Package | None
    after: Package | None

    @property
    def left(self) -> Package:
        """The package as the call left it, or was to leave it."""
        return self.after if self.after is not None else self.intended

    @property
    def intended(self) -> Package:
        """The package as the call was to leave it."""
        return intended(self.action, self.payload, self.before)


@dataclass(frozen=True)
class FieldUndo:
    """One field that a run changed.

    Attributes:
        owner: id of the resource; empty for the package itself.
        field: its API name; ``state`` where the whole record came or went.
        left: what the run left.
        before: what was there before.
        live: what is there now.
        way: what becomes of it.
        gone: the record is not there any more.
    """

    owner: str
    field: str
    left: JSON
    before: JSON
    live: JSON
    way: Way
    gone: bool = False


@dataclass
class Undone:
    """A package as it is to be after an undo, and how that comes about, field by field.

    Attributes:
        target: the package as it is to be.
        fields: what becomes of each field that the run changed.
        names: what each resource is called, by id.
        files: saved files that come back, by resource.
    """

    target: Package
    fields: list[FieldUndo] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Tell whether everything is as it was before the run already."""
        return all(one.way is Way.ALREADY for one in self.fields)


def undo(live: Package, steps: Sequence[Step], saved: Mapping[str, File]) -> Undone:
    """Return how to undo what a run did to a package.

    Args:
        live: the package as it is now.
        steps: the run's calls, in the order in which they were sent.
        saved: files that were saved before the run replaced them, by `api_value.file_key`.
    """
    if steps[0].before is None:
        return _uncreate(live, steps, saved)
    deleted_since = live.get(STATE) == "deleted" and steps[-1].left.get(STATE) != "deleted"
    undone = Undone(deepcopy(live))
    for step in reversed(steps):
        _Undoing(undone, step, saved).undo()
    if not deleted_since or steps[0].before.get(STATE) == "deleted":
        return undone
    fields = [f if f.way is Way.ALREADY else replace(f, way=Way.CONFLICT, gone=True) for f in undone.fields]
    return Undone(deepcopy(live), fields, undone.names)


def _uncreate(live: Package, steps: Sequence[Step], saved: Mapping[str, File]) -> Undone:
    """Delete a package that the run created, unless somebody has changed it since."""
    names = {text_of(one.get("id")): text_of(one.get("name")) for one in resources_of(live)}
    if live.get(STATE) == "deleted":
        return Undone(live, [FieldUndo("", STATE, "active", "deleted", "deleted", Way.ALREADY)], names)
    rest = Undone(deepcopy(live))
    for step in reversed(steps[1:]):
        _Undoing(rest, step, saved).undo()
    doubtful = {one.way for one in rest.fields} - {Way.BACK, Way.ALREADY, Way.LOST}
    if not _as_left(rest.target, steps[0]):
        doubtful.add(Way.UNKNOWN if steps[0].after is None else Way.CONFLICT)
    way = next((way for way in (Way.CONFLICT, Way.UNKNOWN) if way in doubtful), Way.BACK)
    target = live if doubtful else {**live, STATE: "deleted"}
    return Undone(target, [FieldUndo("", STATE, "active", "deleted", live.get(STATE), way)], names)


def _as_left(live: Package, step: Step) -> bool:
    """Tell whether a package is as the call that created it left it."""
    left, resources = step.left, {one.get("id"): one for one in resources_of(live)}
    fields = own_fields(left) if step.after is None else own_fields(left, live)
    return (
        all(same(key, live.get(key), left.get(key)) for key in fields)
        and [*resources] == [one.get("id") for one in resources_of(left)]
        and all(_same_resource(resources[one["id"]], one, step) for one in resources_of(left))
    )


def _same_resource(live: Resource, left: Resource, step: Step) -> bool:
    """Tell whether a resource is as a call left it; of one without an answer only what it named is known."""
    fields = own_fields_of_resource(left) if step.after is None else own_fields_of_resource(left, live)
    moved = step.after is not None and live.get("last_modified") != left.get("last_modified")
    return not moved and all(same(key, live.get(key), left.get(key)) for key in fields)


class _Undoing:
    """One call on its way back, into a package as it is without the calls after it."""

    def __init__(self, undone: Undone, step: Step, saved: Mapping[str, File]) -> None:
        self.undone, self.step, self.saved = undone, step, saved
        self.before: Package = step.before or {}
        self.left = step.left
        self.asked = step.intended
        self.otherwise = Way.UNKNOWN if step.after is None else Way.CONFLICT
        self.was, self.is_left, self.now = (
            {text_of(one.get("id")): one for one in resources_of(package)}
            for package in (self.before, self.left, undone.target)
        )
        for resources in (self.was, self.is_left, self.now):
            undone.names |= {key: text_of(one.get("name")) for key, one in resources.items()}

    def undo(self) -> None:
        """Put back what can be, and note what becomes of every field."""
        for key in own_fields(self.before, self.left):
            if not same(key, self.before.get(key), self.left.get(key)):
                self._field("", key, self.undone.target, self.before, self.left)
        for key, left in self.is_left.items():
            if key not in self.was:
                self._remove(key, left)
            elif key in self.now:
                self._resource(key, self.now[key], self.was[key], left)
            else:
                self._gone(key, self.was[key], left)
        order = self._order()
        for key in (key for key in self.was if key not in self.is_left):
            self._add(key, order)
        self.undone.target["resources"] = [self.now[key] for key in order]

    def _note(self, one: FieldUndo) -> None:
        """Note what becomes of a field; if a later call changed it as well, that one's note told what was left."""
        later = self._noted(one.owner, one.field)
        if later is None:
            self.undone.fields.append(one)
        elif one.way in (Way.BACK, Way.LOST):  # otherwise it goes back to what was before the later call
            both = replace(one, left=later.left, live=later.live)
            self.undone.fields[self.undone.fields.index(later)] = both

    def _noted(self, owner: str, key: str) -> FieldUndo | None:
        return next((one for one in self.undone.fields if (one.owner, one.field) == (owner, key)), None)

    def _is_stuck(self, owner: str, key: str) -> bool:
        """Tell whether the undo of a later call has ended at this field."""
        later = self._noted(owner, key)
        return later is not None and later.way not in (Way.BACK, Way.ALREADY)

    def _way(self, key: str, live: JSON, before: JSON, left: JSON) -> Way:
        if same(key, live, left):
            return Way.BACK
        return Way.ALREADY if same(key, live, before) else self.otherwise

    def _field(
        self, owner: str, key: str, live: dict[str, JSON], before: Mapping[str, JSON], left: Mapping[str, JSON]
    ) -> None:
        if self._is_stuck(owner, key):
            return
        way = self._way(key, live.get(key), before.get(key), left.get(key))
        one = FieldUndo(owner, key, left.get(key), before.get(key), live.get(key), way)
        if way is Way.BACK:
            _restore(live, key, before)
        if self._was_asked(owner, key):
            self._note(one)

    def _was_asked(self, owner: str, key: str) -> bool:
        """Tell whether the call named a field; others the site has derived, and will derive again."""
        if not owner:
            update = self.step.payload.get("update")
            named = isinstance(update, dict) and key in update
            return named or not same(key, self.asked.get(key), self.before.get(key))
        asked = next((one for one in resources_of(self.asked) if one.get("id") == owner), {})
        return not same(key, asked.get(key), self.was[owner].get(key))

    # -- resources

    def _remove(self, key: str, left: Resource) -> None:
        """Remove a resource that the call added, unless somebody has changed it since."""
        live = self.now.get(key)
        if live is None:
            self._note(FieldUndo(key, STATE, "active", "deleted", "deleted", Way.ALREADY))
        elif _same_resource(live, left, self.step):
            self._note(FieldUndo(key, STATE, "active", "deleted", "active", Way.BACK))
            del self.now[key]
        else:
            self._note(FieldUndo(key, STATE, "active", "deleted", "active", self.otherwise))

    def _gone(self, key: str, before: Resource, left: Resource) -> None:
        """Note fields of a resource that somebody has deleted since."""
        for name in own_fields_of_resource(before, left):
            if not same(name, before.get(name), left.get(name)) and self._was_asked(key, name):
                self._note(FieldUndo(key, name, left.get(name), before.get(name), None, self.otherwise, gone=True))

    def _resource(self, key: str, live: Resource, before: Resource, left: Resource) -> None:
        asked = next((one for one in resources_of(self.asked) if one.get("id") == key), {})
        file = undo_file(live, before, left, None if self.step.after is not None else asked)
        if file is not None:
            self._file(key, file, live, before)
        stamped = file is None and self._was_asked(key, "last_modified")  # some schemas let people say it
        for name in (*own_fields_of_resource(before, left), *(["last_modified"] if stamped else [])):
            if file is not None and name in OF_FILES:
                continue
            if not same(name, before.get(name), left.get(name)):
                self._field(key, name, live, before, left)

    def _file(self, key: str, file: FileUndo, live: Resource, before: Resource) -> None:
        """Undo a file that was sent, or given up for a link."""
        if self._is_stuck(key, FILE_COLUMN.name):
            return
        saved = self.saved.get(file.key)
        way = Way.ALREADY if file.already else Way.BACK if file.as_left else self.otherwise
        if way is Way.BACK and file.overwritten and saved is None:
            way = Way.LOST
        if way is Way.BACK:
            for name in (*OF_FILES, "last_modified"):
                _restore(live, name, before)
            self.undone.files.pop(key, None)
            if file.overwritten and saved is not None:
                self.undone.files[key] = saved
        self._note(FieldUndo(key, FILE_COLUMN.name, file.left, file.before, file.live, way))

    def _order(self) -> list[str]:
        """Return the ids of the resources that are there, in the order in which they were before the call."""
        order = [*self.now]
        both = [key for key in self.was if key in self.is_left and key in self.now]
        left = [key for key in self.is_left if key in both]
        if both == left or self._is_stuck("", PLACE_COLUMN.name):
            return order
        live = [key for key in order if key in both]
        way = Way.BACK if live == left else Way.ALREADY if live == both else self.otherwise
        texts = [join(self.undone.names[key] for key in keys) for keys in (left, both, live)]
        self._note(FieldUndo("", PLACE_COLUMN.name, texts[0], texts[1], texts[2], way))
        if way is Way.BACK:
            places = iter(both)
            order = [next(places) if key in both else key for key in order]
        return order

    def _add(self, key: str, order: list[str]) -> None:
        """Add a resource again that the call removed, where it was."""
        if key in self.now:
            self._note(FieldUndo(key, STATE, "deleted", "active", "active", Way.ALREADY))
            return
        self._note(FieldUndo(key, STATE, "deleted", "active", "deleted", Way.BACK))
        keys = [*self.was]
        earlier = next((k for k in reversed(keys[: keys.index(key)]) if k in order), "")
        order.insert(order.index(earlier) + 1 if earlier else 0, key)
        self.now[key] = deepcopy(self.was[key])


def _restore(live: dict[str, JSON], key: str, before: Mapping[str, JSON]) -> None:
    """Let a field be as it was: with its value, or not there at all."""
    if key in before:
        live[key] = deepcopy(before[key])
    else:
        live.pop(key, None)
