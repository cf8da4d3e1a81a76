"""Reading the configuration: the file, then the environment above it, with every fault reported at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from yaml.reader import ReaderError

from digest.characters import describe
from digest.config.clashes import Location, clashes
from digest.config.environment import PREFIX, not_json, too_deep, variable_of
from digest.config.faults import character_faults, location, nearest, said, spell
from digest.config.lenient import clashes_beside
from digest.config.models import Config
from digest.content.reading.yaml_comments import ADVICE, CommentsApart, TooDeep, TouchingComment
from digest.errors import ConfigError


def load_config(path: Path) -> Config:
    """Read *path*, apply `DIGEST_SECTION__KEY` of the environment, and check all of it.

    Raises:
        ConfigError: The file is missing or no YAML, or anything in it is wrong; names every fault with its line.
    """
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=CommentsApart)
        values = yaml.safe_load(text) or {}
    except ReaderError as error:
        raise ConfigError(_unreadable(path, text, error.position)) from error
    except TouchingComment as error:
        line = text.count("\n", 0, error.problem_mark.index) + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: {error.problem}: {ADVICE}") from error
    except TooDeep as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            f"{path}:{line}: {error.problem}: write lists and sections as in config.example.yaml"
        ) from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise ConfigError(f"{path}:{line}: this is not YAML: {getattr(error, 'problem', error)}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: a value can't be read: {error}: put it in quotes") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{path}: the configuration must be a mapping of sections: see config.example.yaml")
    source = _Source(path, dict(_lines(node)) if node else {})
    config, faults = _read_settings(values, source)
    faults = [*_twins(node, path), *_unknown_variables(), *faults]
    if config is None or faults:
        told = "\n  ".join(dict.fromkeys(faults))
        raise ConfigError(f"the configuration can't be used:\n  {told}")
    return config


@dataclass(frozen=True)
class _Source:
    """Where the values come from: a file, with the line of each of its keys, and the environment above it."""

    path: Path
    lines: Mapping[Location, int]

    def told(self, where: Location, said: str, others: Iterable[Location] = ()) -> str:
        """
        What is wrong with the key *where*: under the name of the variable that sets it, or else at its line in the
        file. If no part of it is in the file, that is the line of one of *others*.
        """
        if variable := variable_of(where, os.environ):
            return f"{variable} in the environment: {said}"
        if names := [name for other in others if (name := variable_of(other, os.environ))]:
            said = f"{said} ({' and '.join(dict.fromkeys(names))} in the environment)"
        starts = (key[:end] for key in (where, *others) for end in range(len(key), 0, -1))
        line = next((self.lines[start] for start in starts if start in self.lines), None)
        return f"{self.path}{f':{line}' if line else ''}: {f'{spell(where)}: ' if where else ''}{said}"


def _twins(node: yaml.Node | None, path: Path) -> Iterator[str]:
    """Every key that a mapping names twice: YAML takes the last without a word."""
    for child in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _twins(child, path)
    seen: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            yield f"{path}:{key.start_mark.line + 1}: {spell((key.value,))}: duplicate key: keep one of them"
        seen.add(key.value)
        yield from _twins(value, path)


def _unreadable(path: Path, text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"{path}:{line}: there is a character that YAML can't hold, {describe(text[position])}: remove it"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {path}: run `digest init` first, or name one with --config") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def _read_settings(values: dict[str, Any], source: _Source) -> tuple[Config | None, list[str]]:
    """The configuration, None if a key is wrong; and every fault."""
    merged: dict[str, Any] = {}
    if deep := list(too_deep(os.environ)):
        return None, deep

    class Settings(BaseSettings, Config):
        """The same sections, with the environment laid over the file."""

        model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],  # noqa: ARG003
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return env_settings, init_settings

        @model_validator(mode="before")
        @classmethod
        def _note(cls, found: dict[str, Any]) -> dict[str, Any]:
            merged.update(found)
            return found

    try:
        config = Settings(**values)
    except SettingsError as error:
        raise ConfigError(not_json(error, os.environ)) from None
    except ValidationError as error:
        unfit = dict(character_faults(merged))
        faults = unfit | {
            location(fault): said(fault) for fault in error.errors(include_input=False) if location(fault) not in unfit
        }
        found = clashes_beside(list(faults), merged)
        told = [source.told(where, what) for where, what in faults.items()]
        return None, [*told, *(source.told(clash.about, clash.said, clash.others) for clash in found)]
    told = [source.told(where, what) for where, what in character_faults(merged)]
    return config, [*told, *(source.told(clash.about, clash.said, clash.others) for clash in clashes(config))]


def _unknown_variables() -> Iterator[str]:
    sections = {(field.alias or name).upper() for name, field in Config.model_fields.items()}
    for name in os.environ:
        section = name.removeprefix(PREFIX).partition("__")[0]
        if name.startswith(PREFIX) and "__" in name and section not in sections:
            yield f"the environment: {name}: there is no section {section.lower()}: {nearest((section.lower(),))}"


def _lines(node: yaml.Node, above: Location = ()) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            location = (*above, key.value)
            yield location, key.start_mark.line + 1
            yield from _lines(value, location)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*above, number), item.start_mark.line + 1
            yield from _lines(item, (*above, number))
