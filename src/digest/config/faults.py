"""What pydantic finds wrong with the configuration, in our own words."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from digest.characters import text_fault
from digest.config.clashes import Location
from digest.config.models import DAY, Config

_ELSEWHERE = 0.85  # how similar to a key of another section a word must be to suggest that key
_SLUG = "may contain only a-z, 0-9 and single hyphens, such as group-therapy"
_TEXTS = "must be one text, or one for each language"
_FORMS = {
    "accent": 'must be a colour such as "#2a5d67", in quotes',
    "list_id": "must be a name with dots, such as digest.example.org",
    "slug": _SLUG,
    "group": f"{_SLUG}: use a slug from topic_groups",
    "title": _TEXTS,
    "name": _TEXTS,
    "day": DAY,
    "host": "must be a host name such as mail.example.org, without a port",
    "webhook_public_key": "must be the key as SendGrid shows it: base64, on one line",
}
_ABOUT_FORM = {"string_pattern_mismatch", "string_type", "dict_type", "int_type", "int_from_float", "finite_number"}
_UNION_PARTS = {"str", "int", "[key]"}
_ANYTHING_ELSE = "can't be read: write it as in config.example.yaml"
_KINDS = {
    "missing": "is missing: add it",
    "string_type": "must be text: put it in quotes if it looks like a number or a date",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty: add at least one",
    "list_type": "must be a list: write [one, two], or each item on its own line after a hyphen",
    "dict_type": "must have keys of its own: write them below it, indented",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "model_type": "must have keys of its own: write them below it, indented",
    "invalid_key": "can't be a key: keys are words",
}
_WITH_CONTEXT: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda context: f"must be {context['expected'].replace(chr(39), '')}",
    "greater_than_equal": lambda context: f"must be at least {context['ge']:g}",
    "greater_than": lambda context: f"must be more than {context['gt']:g}",
    "less_than_equal": lambda context: f"must be at most {context['le']:g}",
    "string_too_long": lambda context: f"must have at most {context['max_length']} characters",
}


def location(fault: ErrorDetails) -> Location:
    """The path of the key as the file has it, without the parts that pydantic adds for the types of a union."""
    loc, last = fault["loc"], fault["loc"][-1:] if fault["type"] == "extra_forbidden" else ()  # it may be named `int`
    above = loc[: len(loc) - len(last)]
    return (*(part for part in above if part not in _UNION_PARTS and not str(part).startswith("dict[")), *last)


def said(fault: ErrorDetails) -> str:
    """What is wrong and what to write instead, for use after the name of the key."""
    path, kind, context = location(fault), fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key: {nearest(path)}"
    if path and path[-1] in _FORMS and kind in _ABOUT_FORM:
        return _FORMS[str(path[-1])]
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _WITH_CONTEXT:
        return _WITH_CONTEXT[kind](context)
    if kind.startswith(("int_", "bool_")):
        return "must be a whole number" if kind.startswith("int_") else "must be true or false"
    return str(context["error"]) if kind == "value_error" else _ANYTHING_ELSE


def nearest(path: Location) -> str:
    """Ask whether a similar key was meant, here or in another section; if there is none, list the section's keys."""
    word = str(path[-1]).casefold()
    here = list(_keys(_section(path[:-1])))
    if close := difflib.get_close_matches(word, here, n=1):
        return f"did you mean {spell((*path[:-1], close[0]))}?"
    elsewhere = {key.rpartition(".")[2]: key for key in _all_keys(Config)}
    if close := difflib.get_close_matches(word, elsewhere, n=1, cutoff=_ELSEWHERE):
        return f"did you mean {elsewhere[close[0]]}?"
    return f"valid keys here are {', '.join(here)}"


def spell(path: Location) -> str:
    """`topics.0.slug`; a part with characters that can't be printed shows their escapes."""
    return ".".join(str(part) if str(part).isprintable() else repr(part) for part in path)


def character_faults(value: Any, path: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every key and text of the configuration, at any depth, with a character that is not allowed: where, and what."""
    if isinstance(value, str):
        if fault := text_fault(value):
            yield path, f"has {fault.what}: {fault.remedy}"
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
