"""Which environment variable a value of the configuration came from."""

import json
from collections.abc import Iterator, Mapping

from pydantic_settings import SettingsError

from digest.config.clashes import Location

PREFIX = "DIGEST_"
_DEEPEST = 20


def variable_of(where: Location, environ: Mapping[str, str]) -> str | None:
    """The variable that sets the key *where*, alone or as part of JSON; None if no variable does."""
    given = {name.upper(): name for name in environ}  # pydantic-settings ignores case
    for end in range(len(where), 0, -1):
        name = given.get(_name(where[:end]))
        if name is not None and _sets(environ[name], where[end:]):
            return name
    below = (given[name] for name in sorted(given) if name.startswith(f"{_name(where)}__"))
    return next(below, None) if len(where) > 1 else None


def not_json(error: SettingsError, environ: Mapping[str, str]) -> str:
    """Say which variable is not valid JSON."""
    cause = error.__cause__
    named = list(_with_value(cause.doc, environ)) if isinstance(cause, json.JSONDecodeError) else []
    which = named[0] if named else "a variable"
    return f"{which} in the environment: is not valid JSON: write lists and mappings as JSON"


def too_deep(environ: Mapping[str, str]) -> Iterator[str]:
    """Say which variables nest lists and mappings too deep."""
    for name, text in environ.items():
        if name.upper().startswith(PREFIX) and (name.count("__") > _DEEPEST or _is_deep(text)):
            problem = f"has more than {_DEEPEST} levels"
            yield f"{name} in the environment: {problem}: write it as in config.example.yaml"


def _is_deep(text: str) -> bool:
    try:
        level = [json.loads(text)] if text.lstrip()[:1] in {"[", "{"} else []
    except ValueError:
        return False  # reported by `not_json`
    except RecursionError:
        return True
    for _ in range(_DEEPEST):
        inner = (
            value.values() if isinstance(value, dict) else value for value in level if isinstance(value, dict | list)
        )
        level = [value for values in inner for value in values]
    return any(isinstance(value, dict | list) for value in level)


def _name(where: Location) -> str:
    return PREFIX + "__".join(str(part) for part in where).upper()


def _sets(text: str, rest: Location) -> bool:
    """Whether *text* sets the key *rest* below its own. A list replaces the whole list in the file."""
    if not rest:
        return True
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    for part in rest:
        if isinstance(value, list):
            return True
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _with_value(text: str, environ: Mapping[str, str]) -> Iterator[str]:
    yield from (name for name in sorted(environ) if name.upper().startswith(PREFIX) and environ[name] == text)
