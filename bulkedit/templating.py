"""Templates in files: those that ship for well-known dataset types, and people's own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bulkedit.core.json_value import JSON
from bulkedit.core.template import Template, TemplateError, read_template
from bulkedit.core.trouble import RunError

USUAL = "ckan"
"""The template of a dataset type that has none of its own."""


def templates_folder() -> Path:
    """Return where the templates lie that ship: in the installed package, or in the repository."""
    package = Path(__file__).resolve().parent
    return next(folder for folder in (package / "templates", package.parent / "templates") if folder.is_dir())


def templates_for(types: Iterable[str], own: Iterable[Path] = ()) -> dict[str, Template]:
    """Return the template of each dataset type: somebody's own, else the one that ships, else the usual one.

    Args:
        types: the dataset types.
        own: files that somebody gave; each says for which type it is, or is for all.

    Raises:
        RunError: a file cannot be read, says what it cannot mean, or is for none of the types.
    """
    wanted = list(types)
    given = [_own(path) for path in own]
    for template in given:
        if template.dataset_type and template.dataset_type not in wanted:
            raise RunError(
                f"{template.name} is a template for the type {template.dataset_type!r};"
                f" the packages here are of {', '.join(wanted) or 'none'}."
            )
    return {one: _for_type(one, given) for one in wanted}


def _for_type(dataset_type: str, given: Iterable[Template]) -> Template:
    fitting = [template for template in given if template.dataset_type in ("", dataset_type)]
    if fitting:
        return max(fitting, key=lambda template: bool(template.dataset_type))
    shipped = {path.stem: path for path in templates_folder().glob("*.yaml")}
    return _read(shipped.get(dataset_type, shipped[USUAL]), strict=False)


def _own(path: Path) -> Template:
    return _read(path, strict=True)


class _Loader(yaml.SafeLoader):
    """Reads YAML in which each key stands once: of two the first would silently count for nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of a node.

        Raises:
            YAMLError: a key stands there twice.
        """
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.MarkedYAMLError(problem_mark=key.start_mark)
            keys |= {key.value} if isinstance(key.value, str) else set()
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _read(path: Path, *, strict: bool) -> Template:
    try:
        said: JSON = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506  a safe loader
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise RunError(f"The template {path} cannot be read: {reason}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
        raise RunError(f"The template {path} is not valid YAML{where}.") from None
    try:
        return read_template(said, path.name, strict=strict)
    except TemplateError as error:
        raise RunError(str(error)) from None
