"""Validation of front matter: pydantic decides, and every error gets the line of its key."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from digest.characters import LONGEST_LINE, line_fault, text_fault, tidy_line
from digest.content.reading.faults import Faults
from digest.content.reading.front_matter import FrontMatter, KeyPath, Value
from digest.months import Month

_LONGEST_CITATION = 3000
_MISSING: dict[KeyPath, str] = {
    ("title",): "add a line such as `title: What the study found`",
    ("month",): "add a line such as `month: 2026-11`",
}
_NOT_WRITTEN = {"", "[key]"}  # parts of a path that pydantic adds, and the key of a value for every language
_KINDS = {
    "string_type": ("must be text", "write one value after the key, in quotes if it contains : or #"),
    "list_type": ("must be a list", "write [one, two], or each below the key after a hyphen"),
    "dict_type": ("must be a group of keys", "write the keys on the lines below it, indented"),
    "model_type": ("must be a group of keys", "write the keys on the lines below it, indented"),
}
_ANYTHING_ELSE = ("can't be read", "write it as in docs/articles.md")


class Unfit(ValueError):
    """A value that a field does not accept.

    Attributes:
        problem: What is wrong, for use after the name of the key.
        remedy: What to do.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}: {remedy}")


class Fields(BaseModel):
    """Base of the models: unknown keys are errors, and space around a value is ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _one_line(text: str, longest: int = LONGEST_LINE) -> str:
    line = tidy_line(text)
    if fault := line_fault(line, longest):
        raise Unfit(f"has {fault.what}", fault.remedy)
    return line


def _long_line(text: str) -> str:
    return _one_line(text, _LONGEST_CITATION)


def _month(text: str) -> str:
    try:
        return str(Month.parse(text))
    except ValueError:
        raise Unfit(f"is {text!r}, which is not a month", "write it as YYYY-MM, such as 2026-11") from None


Line: TypeAlias = Annotated[str, AfterValidator(_one_line)]
LongLine: TypeAlias = Annotated[str, AfterValidator(_long_line)]
MonthText: TypeAlias = Annotated[str, AfterValidator(_month)]

Model = TypeVar("Model", bound=Fields)


def validate(model: type[Model], front_matter: FrontMatter, faults: Faults) -> Model | None:
    """
    Check the front matter against *model*. If it does not fit, return None and add every reason to *faults*.

    `text_fault` checks every value, because an escape in YAML can produce characters that a check of the file misses.
    """
    refused: set[KeyPath] = set()
    for path, text in _texts(dict(front_matter.values), ()):
        if fault := text_fault(text):
            refused.add(path)
            faults.add(line_of(front_matter, path), f"{_spell(path)} has {fault.what}", fault.remedy)
    try:
        return model.model_validate(dict(front_matter.values))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            path = tuple(part for part in details["loc"] if part not in _NOT_WRITTEN)
            if path not in refused:
                faults.add(line_of(front_matter, path), *_explain(details, path, model))
        return None


def _texts(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every text in *value*, at any depth, with its path."""
    if isinstance(value, str):
        yield path, value
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _texts(inner, (*path, key))


def line_of(front_matter: FrontMatter, path: KeyPath) -> int:
    """The line of the key, or of the nearest key that contains it; else 1."""
    while path and path not in front_matter.lines:
        path = path[:-1]
    return front_matter.lines.get(path, 1)


def _explain(details: ErrorDetails, path: KeyPath, model: type[Fields]) -> tuple[str, str]:
    name = _spell(path)
    reason = details.get("ctx", {}).get("error")
    if isinstance(reason, Unfit):
        return f"{name} {reason.problem}", reason.remedy
    if details["type"] == "missing":
        return f"{name} is missing", _MISSING.get(path, f"add `{path[-1]}:` with its value")
    if details["type"] == "extra_forbidden":
        return f"unknown key {name!r}", _did_you_mean(str(path[-1]), _known(model, path[:-1]))
    problem, remedy = _KINDS.get(details["type"], _ANYTHING_ELSE)
    return f"{name} {problem}", remedy


def _spell(path: KeyPath) -> str:
    """`study.authors` for the key, `topics 2` for the second item."""
    words = [f" {part + 1}" if isinstance(part, int) else f".{part}" for part in path if part not in _NOT_WRITTEN]
    return "".join(words).removeprefix(".")


def _known(model: type[Fields], path: KeyPath) -> list[str]:
    kind: Any = model
    for part in path:
        if isinstance(part, str):
            kind = _inner_model(kind.model_fields[part].annotation)
    return list(kind.model_fields)


def _inner_model(annotation: Any) -> Any:
    """The model inside `Model | None` or `list[Model]`."""
    inner = getattr(annotation, "__args__", ())
    return next((_inner_model(one) for one in inner if one is not type(None)), annotation)


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word.casefold(), known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    if " " in word:  # a sentence with a colon, which YAML reads as a key
        return "if the article text begins here, put the closing --- above it"
    return f"valid keys are {', '.join(known)}"
