"""Templates: how a dataset type's fields are laid out, said by people in YAML.

What a template does not mention keeps its place after what it does, so that no data is ever missing.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bulkedit.core.checks import is_check
from bulkedit.core.columns import Rule
from bulkedit.core.json_value import JSON
from bulkedit.core.text import excerpt

WIDTHS = range(4, 201)
"""Widths that a column can have, in characters."""

LABEL_LIMIT = 200
"""Characters of a header."""


class TemplateError(ValueError):
    """A template says what it cannot mean; ``str()`` is one sentence."""


@dataclass(frozen=True)
class Fields:
    """What a template says of the fields of one sheet: each by API name.

    Attributes:
        first: the columns that come first, in this order.
        hidden: columns that are there, but not shown at first.
        technical: CKAN's own bookkeeping: hidden as well, unless the schema names the field.
        read_only: columns that can be read only.
        left_out: fields that the workbook leaves out.
        single: repeating fields of at most one item, written as columns of the row itself.
        organizations: fields that hold an organization's id; people see its title.
        widths: widths of columns, in characters.
        labels: headers other than the schema's labels.
        set_by_site: headers of fields that the site sets by itself, where the schema gives them no label: no
            form shows them, and so they can be read only.
        checks: what new values must be (`checks.CHECKS`).
        rules: what one field demands of others.
        lists: what is said of the subfields of repeating fields.
    """

    first: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    set_by_site: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, "Fields"] = field(default_factory=dict)

    def mentioned(self) -> Iterable[tuple[str, str]]:
        """Yield every field that is named, with the key under which it is."""
        for key in _NAMES:
            yield from ((key, name) for name in getattr(self, key))
        for key in _MAPPINGS:
            yield from ((key, name) for name in getattr(self, key))
        for rule in self.rules:
            yield from (("rules", name) for name in (rule.field, *rule.required))


@dataclass(frozen=True)
class Template:
    """The layout of a dataset type.

    Attributes:
        name: what the template is called, for messages.
        dataset_type: which type it is for; empty for any.
        packages: fields of packages.
        resources: fields of resources.
        strict: somebody gave it, so a field that no record type has is a mistake of writing.
    """

    name: str
    dataset_type: str = ""
    packages: Fields = field(default_factory=Fields)
    resources: Fields = field(default_factory=Fields)
    strict: bool = False

    def refuse_unknown(self, place: str, fields: Fields, known: Collection[str]) -> None:
        """Make sure that every field a template names is there, where somebody wrote it himself.

        Raises:
            TemplateError: one is not.
        """
        for key, name in fields.mentioned() if self.strict else ():
            if name not in known:
                raise TemplateError(
                    f"{self.name}: {place}.{key} names the field {excerpt(name, 60)}, which is not there"
                    f"{_closest(name, known)}."
                )


NO_TEMPLATE = Template("")


def read_template(said: JSON, name: str, *, strict: bool = False) -> Template:
    """Read what a template says.

    Args:
        said: the content of its file.
        name: what it is called, for messages.
        strict: see `Template`.

    Raises:
        TemplateError: a key is unknown, or holds something of another type than it takes.
    """
    reader = _Reader(name)
    whole = reader.mapping("", said if said is not None else {})
    reader.known("", whole, ("dataset_type", "packages", "resources"))
    return Template(
        name,
        reader.text("dataset_type", whole.get("dataset_type", "")),
        reader.fields("packages", whole.get("packages")),
        reader.fields("resources", whole.get("resources")),
        strict,
    )


def _closest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" (did you mean “{near[0]}”?)" if near else ""


_NAMES = ("first", "hidden", "technical", "read_only", "left_out", "single", "organizations")
_MAPPINGS = ("widths", "labels", "set_by_site", "checks", "lists")
KEYS = (*_NAMES, *_MAPPINGS, "rules")
"""What a template can say of the fields of one sheet."""


class _Reader:
    """Reads parts of a template; every complaint names its place."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, place: str, takes: str, holds: JSON) -> TemplateError:
        where = f"{self.name}: {place}" if place else f"{self.name}"
        return TemplateError(f"{where} takes {takes}; it holds {excerpt(str(holds), 60)}.")

    def known(self, place: str, said: Mapping[str, JSON], keys: Collection[str]) -> None:
        for key in said:
            if key not in keys:
                where = f"{place}.{key}" if place else key
                raise TemplateError(f"{self.name}: {where} is not a key of templates{_closest(key, keys)}.")

    def mapping(self, place: str, said: JSON) -> Mapping[str, JSON]:
        if not isinstance(said, dict):
            raise self.wrong(place, "keys with their values", said)
        return {str(key): value for key, value in said.items()}

    def text(self, place: str, said: JSON) -> str:
        if not isinstance(said, str):
            raise self.wrong(place, "a text", said)
        return said

    def names(self, place: str, said: JSON) -> tuple[str, ...]:
        if not isinstance(said, list) or not all(isinstance(name, str) and name for name in said):
            raise self.wrong(place, "a list of field names", said)
        return tuple(dict.fromkeys(str(name) for name in said))

    def fields(self, place: str, said: JSON, *, of_list: bool = False) -> Fields:
        whole = self.mapping(place, said if said is not None else {})
        keys = [key for key in KEYS if not of_list or key not in ("single", "lists", "rules")]
        self.known(place, whole, keys)
        named = {key: self.names(f"{place}.{key}", whole[key]) for key in _NAMES if key in whole}
        maps = {key: self.mapping(f"{place}.{key}", whole.get(key) or {}) for key in _MAPPINGS}
        lists, widths, checks = (maps[key].items() for key in ("lists", "widths", "checks"))
        return Fields(
            **named,
            labels=self._texts(f"{place}.labels", maps["labels"]),
            set_by_site=self._texts(f"{place}.set_by_site", maps["set_by_site"]),
            widths={name: self._width(f"{place}.widths.{name}", width) for name, width in widths},
            checks={name: self._checks(f"{place}.checks.{name}", found) for name, found in checks},
            rules=self._rules(f"{place}.rules", whole.get("rules") or []),
            lists={name: self.fields(f"{place}.lists.{name}", part, of_list=True) for name, part in lists},
        )

    def _texts(self, place: str, said: Mapping[str, JSON]) -> dict[str, str]:
        return {name: self._label(f"{place}.{name}", text) for name, text in said.items()}

    def _label(self, place: str, said: JSON) -> str:
        """Return a text that can be a header: one line, as the schema's labels are."""
        found = " ".join(said.split()) if isinstance(said, str) else ""
        if not 0 < len(found) <= LABEL_LIMIT:
            raise self.wrong(place, f"a text of 1 to {LABEL_LIMIT} characters", said)
        return found

    def _width(self, place: str, said: JSON) -> int:
        if not isinstance(said, int) or isinstance(said, bool) or said not in WIDTHS:
            raise self.wrong(place, f"a number of characters from {WIDTHS[0]} to {WIDTHS[-1]}", said)
        return said

    def _checks(self, place: str, said: JSON) -> tuple[str, ...]:
        found = self.names(place, [said] if isinstance(said, str) else said)
        for name in found:
            if not is_check(name):
                raise self.wrong(place, "names of checks (see docs/templates.md)", name)
        return found

    def _rules(self, place: str, said: JSON) -> tuple[Rule, ...]:
        if not isinstance(said, list):
            raise self.wrong(place, "a list of rules", said)
        return tuple(rule for at, one in enumerate(said, 1) for rule in self._rule(f"{place}[{at}]", one))

    def _rule(self, place: str, said: JSON) -> Iterable[Rule]:
        whole = self.mapping(place, said)
        self.known(place, whole, ("when", "required"))
        required = self.names(f"{place}.required", whole.get("required"))
        when = self.mapping(f"{place}.when", whole.get("when"))
        if len(when) != 1:
            raise self.wrong(f"{place}.when", "one field with its values", ", ".join(when) or None)
        for name, values in when.items():
            texts = values if isinstance(values, list) else [values]
            if not all(isinstance(value, (str, int)) for value in texts):
                raise self.wrong(f"{place}.when.{name}", "a list of values", values)
            yield Rule(name, tuple(map(str, texts)), required)
