"""What pydantic finds wrong with the configuration, in the words of somebody who has to put it right."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from digest.characters import text_fault
from digest.config.clashes import Location
from digest.config.models import Config

_ELSEWHERE = 0.85  # how like a key of another section a word must be to be taken for it
_SLUG = "write a-z, 0-9 and single hyphens, such as group-therapy"
_TEXTS = "write one text, or one for each language"
_FORMS = {
    "accent": 'write a colour such as "#2a5d67", in quotes',
    "list_id": "write a name with dots, such as digest.example.org",
    "slug": _SLUG,
    "group": f"{_SLUG}: one of topic_groups",
    "title": _TEXTS,
    "name": _TEXTS,
}
_ABOUT_FORM = {"string_pattern_mismatch", "string_type", "dict_type"}
_KINDS = {
    "missing": "it is missing: add it",
    "string_type": "write text, in quotes if it looks like a number",
    "string_too_short": "it is empty: write it",
    "too_short": "it is empty: write at least one",
    "list_type": "write a list: [one, two], or each below the key after a hyphen",
    "dict_type": "write keys of its own below it, indented",
    "finite_number": "write a number that has an end",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "model_type": "write keys of its own below it, indented",
}
_WITH_CONTEXT: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda context: f"write {context['expected'].replace(chr(39), '')}",
    "greater_than_equal": lambda context: f"write {context['ge']:g} or more",
    "greater_than": lambda context: f"write more than {context['gt']:g}",
    "less_than_equal": lambda context: f"write {context['le']:g} or less",
    "string_too_long": lambda context: f"write at most {context['max_length']} characters",
}


def location(fault: ErrorDetails) -> Location:
    """The path of the fault as it stands in the file, without what pydantic adds for the sorts of a value."""
    return tuple(part for part in fault["loc"] if part not in {"str", "[key]"} and not str(part).startswith("dict["))


def said(fault: ErrorDetails) -> str:
    """What is wrong and what to write instead, to be put after the name of the key."""
    path, kind, context = location(fault), fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no such key: {nearest(path)}"
    if path and path[-1] in _FORMS and kind in _ABOUT_FORM:
        return _FORMS[str(path[-1])]
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _WITH_CONTEXT:
        return _WITH_CONTEXT[kind](context)
    if kind.startswith(("int_", "bool_")):
        return "write a whole number" if kind.startswith("int_") else "write true or false"
    message = fault["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def nearest(path: Location) -> str:
    """A question for the key that was meant, here or in another section; all keys of the section if none is like it."""
    word = str(path[-1]).casefold()
    here = list(_keys(_section(path[:-1])))
    if close := difflib.get_close_matches(word, here, n=1):
        return f"did you mean {spell((*path[:-1], close[0]))}?"
    elsewhere = {key.rpartition(".")[2]: key for key in _all_keys(Config)}
    if close := difflib.get_close_matches(word, elsewhere, n=1, cutoff=_ELSEWHERE):
        return f"did you mean {elsewhere[close[0]]}?"
    return f"the keys here are {', '.join(here)}"


def spell(path: Location) -> str:
    """`topics.0.slug`; a part that can't be printed as it is shows its escapes."""
    return ".".join(str(part) if str(part).isprintable() else repr(part) for part in path)


def character_faults(value: Any, path: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every key and text of the configuration, however deep, that has a character no text may hold: where, and what."""
    if isinstance(value, str):
        if fault := text_fault(value):
            yield path, f"it has {fault.what}: {fault.remedy}"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(key, str) and (fault := text_fault(key)):
                yield (*path, key), f"the key has {fault.what}: {fault.remedy}"
            yield from character_faults(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from character_faults(inner, (*path, number))


def _keys(section: type[BaseModel]) -> Iterator[str]:
    yield from (field.alias or name for name, field in section.model_fields.items())


def _section(path: Location) -> type[BaseModel]:
    section: type[BaseModel] = Config
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in section.model_fields.items()}
            section = _model(fields[part].annotation) or section
    return section


def _model(annotation: Any) -> type[BaseModel] | None:
    """The section inside `Section`, `Section | None` or `list[Section]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model(one) for one in getattr(annotation, "__args__", ()))
    return next((one for one in inner if one), None)


def _all_keys(section: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        key = f"{above}{field.alias or name}"
        yield key
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _all_keys(annotation, f"{key}.")
