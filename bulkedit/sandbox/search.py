"""``package_search``: queries in Solr's syntax as SQL over the store.

luqum reads the syntax. Known are fields with words, phrases, ranges, wildcards and groups, ``+ - AND OR NOT``;
a field that holds text finds single words in it, any other must be equal. There are no scores: order is by id
unless ``sort`` says something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from luqum import tree
from luqum.exceptions import ParseError
from luqum.parser import parser

from bulkedit.core.json_value import JSON, text_of
from bulkedit.sandbox.errors import SearchError, SearchQueryError, ValidationError
from bulkedit.sandbox.keeping import Keeper
from bulkedit.sandbox.people import Person

_KNOWN = frozenset(
    "q fq fq_list sort rows start facet facet.mincount facet.limit facet.field include_drafts include_deleted"
    " include_private use_default_schema defType df mm qf tie bf boost fl wt".split()
)

_COLUMNS = {
    "id": "id",
    "name": "name",
    "state": "state",
    "owner_org": "owner_org",
    "entity_type": "'package'",
    "organization": "(SELECT name FROM records WHERE kind = 'organization' AND id = owner_org)",
    "num_resources": "CAST(json_array_length(document, '$.resources') AS TEXT)",
    "num_tags": "CAST(json_array_length(document, '$.tags') AS TEXT)",
}
_ALSO = {"dataset_type": "type", "title_string": "title"}
_ONE_OF_MANY = {
    "tags": "SELECT value AS held FROM json_each(document, '$.tags')",
    "extras": "SELECT json_extract(value, '$.value') AS held FROM json_each(document, '$.extras')",
    "res_format": "SELECT json_extract(value, '$.format') AS held FROM json_each(document, '$.resources')",
    "res_name": "SELECT json_extract(value, '$.name') AS held FROM json_each(document, '$.resources')",
    "groups": "SELECT r.name AS held FROM json_each(packages.document, '$.groups') g JOIN records r"
    " ON r.kind = 'group' AND r.id = g.value",
    "organization": "SELECT name AS held FROM records WHERE kind = 'organization' AND id = owner_org",
}
_TEXTS = frozenset(("text", "title", "notes"))
_TEXT = "name || ' ' || coalesce(json_extract(document, '$.title'), '') || ' '"
_TEXT += (
    " || coalesce(json_extract(document, '$.notes'), '') || ' ' || coalesce(json_extract(document, '$.tags'), '')"
)


@dataclass(frozen=True)
class Condition:
    """SQL over the table of packages, and the values for its places."""

    sql: str
    values: tuple[str, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(f"({self.sql}) AND ({other.sql})", self.values + other.values)


def search(keeper: Keeper, parameters: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what ``package_search`` does; only what the person may read is found.

    Args:
        keeper: the packages.
        parameters: of the call.

    Raises:
        SearchQueryError: a parameter makes no sense.
        SearchError: the query has no meaning.
    """
    unknown = sorted(key for key in parameters if key not in _KNOWN and not key.startswith("ext_"))
    if unknown:
        raise SearchQueryError(f"Invalid search parameters: {unknown}")
    start, rows = _number(parameters, "start", 0), min(_number(parameters, "rows", 10), keeper.catalogue.rows_max)
    order = _order(text_of(parameters.get("sort")))
    found = _visible(keeper.person, parameters)
    fq_list = parameters.get("fq_list")
    for query in (parameters.get("q"), parameters.get("fq"), *(fq_list if isinstance(fq_list, list) else ())):
        if text_of(query).strip():
            found &= condition(text_of(query))
    packages = list(keeper.store.packages(found.sql, found.values, order))
    packages = [package for package in packages if package["id"] not in keeper.catalogue.unindexed]
    results: list[JSON] = [keeper.shown(package) for package in packages[start : start + rows]]
    return {
        "count": len(packages),
        "facets": {},
        "results": results,
        "sort": text_of(parameters.get("sort")) or "score desc, metadata_modified desc",
        "search_facets": {},
    }


def _number(parameters: Mapping[str, JSON], name: str, default: int) -> int:
    said = parameters.get(name)
    if said is None or said == "":
        return default
    try:
        number = int(said) if isinstance(said, (int, str)) else None
    except ValueError:
        number = None
    if number is None or number < 0:
        natural = "Must be a natural number"
        raise ValidationError({name: ["Invalid integer", natural] if number is None else [natural]})
    return number


def _order(sort: str) -> str:
    if not sort.strip():
        return "id"
    parts = []
    for part in sort.strip().removesuffix(",").split(","):
        name, _, way = part.strip().partition(" ")
        if way.strip().lower() not in ("asc", "desc"):
            raise SearchQueryError('Invalid "sort" parameter')
        if name in _ONE_OF_MANY.keys() - {"organization"} or name == "text":
            raise SearchError(f"Search error: cannot sort by {name}, of which a package can have several")
        if name != "score":
            parts.append(f"{_column(name)} {way}")
    return ", ".join([*parts, "id"])


def _flag(parameters: Mapping[str, JSON], name: str) -> bool:
    return str(parameters.get(name, "")).lower() in ("true", "yes", "t", "y", "1")


def _visible(person: Person, parameters: Mapping[str, JSON]) -> Condition:
    """Return what the person may find, with the drafts and private ones that were asked for."""
    states = "('active', 'draft')" if _flag(parameters, "include_drafts") else "('active')"
    shown = Condition(f"state IN {states}")
    if not _flag(parameters, "include_private"):
        shown &= Condition("NOT json_extract(document, '$.private')")
    if person.sysadmin:
        return shown
    own = tuple(key for key in person.roles if person.may("read", key))
    places = ", ".join("?" * len(own))
    mine = f"owner_org IN ({places}) OR (state = 'active' AND NOT json_extract(document, '$.private'))"
    return shown & Condition(mine, own)


# -- queries


def condition(query: str) -> Condition:
    """Return the condition of a query.

    Raises:
        SearchError: it has no meaning.
    """
    try:
        return _condition(parser.parse(query), "text")
    except ParseError as error:
        raise SearchError(f"Search error: {error}") from None


def _condition(node: tree.Item, field: str) -> Condition:
    match node:
        case tree.SearchField(name="*"):
            return Condition("1")
        case tree.SearchField():
            return _condition(node.expr, node.name)
        case tree.Group() | tree.FieldGroup():
            return _condition(node.expr, field)
        case tree.Not() | tree.Prohibit():
            inner = _condition(node.a, field)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case tree.Plus():
            return _condition(node.a, field)
        case tree.OrOperation():
            return _joined(" OR ", node, field)
        case tree.AndOperation() | tree.UnknownOperation():
            return _joined(" AND ", node, field)
        case _:
            return _single(node, field)


def _single(node: tree.Item, field: str) -> Condition:
    match node:
        case tree.Range():
            return _range(node, field)
        case tree.Phrase() if field in _TEXTS:
            return _holding(field, [_unescaped(node.value[1:-1])])
        case tree.Phrase():
            return _equal(field, _unescaped(node.value[1:-1]))
        case tree.Word():
            return _equal(field, node.value)
        case _:
            raise SearchError(f"Search error: the sandbox does not understand {node}")


def _joined(word: str, node: tree.BaseOperation, field: str) -> Condition:
    inner = [_condition(operand, field) for operand in node.operands]
    return Condition(
        word.join(f"({one.sql})" for one in inner), tuple(value for one in inner for value in one.values)
    )


def _column(field: str) -> str:
    name = _ALSO.get(field, field)
    if not name.replace("_", "").replace("-", "").isalnum():
        raise SearchError(f"Search error: undefined field {field}")
    return _COLUMNS.get(name, f"json_extract(document, '$.\"{name}\"')")


def _equal(field: str, text: str) -> Condition:
    if text == "*":
        return Condition("1") if field in _TEXTS else Condition(f"coalesce({_column(field)}, '') != ''")
    if field in _TEXTS:
        return _holding(field, text.replace("*", " ").split())
    if field in ("private", "capacity"):
        return Condition(f"json_extract(document, '$.private') = {int(text.lower() in ('true', 'private'))}")
    compared, value = ("GLOB", text) if "*" in text or "?" in text else ("=", text)
    if field in _ONE_OF_MANY:
        inner = _ONE_OF_MANY[field]
        return Condition(f"EXISTS (SELECT 1 FROM ({inner}) WHERE held {compared} ?)", (value,))  # noqa: S608  built by search
    return Condition(f"{_column(field)} {compared} ?", (value,))


def _holding(field: str, parts: Sequence[str]) -> Condition:
    held = _TEXT if field == "text" else f"coalesce({_column(field)}, '')"
    each = [f"instr(lower({held}), lower(?)) > 0" for _ in parts]
    return Condition(" AND ".join(each) or "1", tuple(parts))


def _range(node: tree.Range, field: str) -> Condition:
    found = Condition("1")
    for end, operator in ((node.low, ">="[: 1 + node.include_low]), (node.high, "<="[: 1 + node.include_high])):
        text = str(end).strip()
        text = _unescaped(text[1:-1]) if text.startswith('"') else text
        if text.startswith("NOW") and text != "NOW":
            raise SearchError(f"Search error: the sandbox does not reckon with times, like {text}")
        if text != "*":
            found &= Condition(f"{_column(field)} {operator} ?", (text.removesuffix("Z"),))
    return found


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")
