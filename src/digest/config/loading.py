"""Reading the configuration: the file, overridden by the environment, with all errors reported at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from yaml.constructor import ConstructorError
from yaml.reader import ReaderError

from digest.characters import describe
from digest.config.clashes import Location, clashes
from digest.config.environment import PREFIX, not_json, too_deep, variable_of
from digest.config.faults import character_faults, location, nearest, said, spell
from digest.config.lenient import clashes_beside
from digest.config.models import Config
from digest.content.reading.decoding import decode, plain_lines
from digest.content.reading.yaml_comments import ADVICE, CommentsApart, TooDeep, TouchingComment
from digest.content.reading.yaml_words import UNREADABLE, in_our_words
from digest.errors import ConfigError, ContentError


def load_config(path: Path) -> Config:
    """Read *path*, apply the `DIGEST_SECTION__KEY` variables of the environment, and check everything.

    Raises:
        ConfigError: The file is missing or not valid YAML, or has errors; the message lists each with its line.
    """
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=CommentsApart)
        values = _values(node) or {}
    except ReaderError as error:
        raise ConfigError(_unreadable(path, text, error.position)) from error
    except yaml.MarkedYAMLError as error:
        index, problem, remedy = _refusal(text, error)
        raise ConfigError(f"{path}:{_line(text, index)}: {problem}: {remedy}") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(
            f"{path}: the configuration must consist of sections with keys: write it as in config.example.yaml"
        )
    source = _Source(path, dict(_lines(node)) if node else {})
    config, faults = _read_settings(values, source)
    faults = [*_twins(node, path), *_unknown_variables(), *faults]
    if config is None or faults:
        listed = "\n  ".join(dict.fromkeys(faults))
        raise ConfigError(f"the configuration can't be used:\n  {listed}")
    return config


@dataclass(frozen=True)
class _Source:
    """Where the values come from: a file, with the line of each key, and the environment, which overrides it."""

    path: Path
    lines: Mapping[Location, int]

    def message(self, where: Location, said: str, others: Iterable[Location] = ()) -> str:
        """
        Say what is wrong with the key *where*, under the variable that sets it, or else at its line in the file.

        If no part of the key is in the file, the line is that of one of *others*.
        """
        if variable := variable_of(where, os.environ):
            return f"{variable} in the environment: {said}"
        if names := [name for other in others if (name := variable_of(other, os.environ))]:
            said = f"{said} ({' and '.join(dict.fromkeys(names))} in the environment)"
        starts = (key[:end] for key in (where, *others) for end in range(len(key), 0, -1))
        line = next((self.lines[start] for start in starts if start in self.lines), None)
        return f"{self.path}{f':{line}' if line else ''}: {f'{spell(where)}: ' if where else ''}{said}"


def _twins(node: yaml.Node | None, path: Path) -> Iterator[str]:
    """Every key that is in a mapping twice: YAML would silently use the last one."""
    for child in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _twins(child, path)
    seen: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            yield f"{path}:{key.start_mark.line + 1}: {spell((key.value,))}: duplicate key: keep one of them"
        seen.add(key.value)
        yield from _twins(value, path)


def _values(node: yaml.Node | None) -> Any:
    """
    The values of the file, which are constructed node by node, so that one that can't be read has a line.

    Raises:
        ConstructorError: A value has a tag that is not allowed, a key is not a word, or the value can't be read.
    """
    loader = _Loader("")
    return None if node is None else loader.construct_document(node)


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError) as error:  # 2026-02-30, `!!bool x`, `!!timestamp x`
            raise ConstructorError(None, None, UNREADABLE, node.start_mark) from error


def _refusal(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    if isinstance(error, (TouchingComment, TooDeep)) and error.problem_mark:
        advice = ADVICE if isinstance(error, TouchingComment) else "write lists and sections as in config.example.yaml"
        return error.problem_mark.index, str(error.problem), advice
    return in_our_words(text, error)


def _unreadable(path: Path, text: str, position: int) -> str:
    found = describe(text[position])
    return f"{path}:{_line(text, position)}: there is a character that YAML can't hold, {found}: remove it"


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


def _read(path: Path) -> str:
    try:
        return plain_lines(decode(path.read_bytes(), str(path)))
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {path}: run `digest init`, or name the file with --config") from error
    except ContentError as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise ConfigError(f"{path}: the file can't be read ({reason}): check the path and its permissions") from error


def _read_settings(values: dict[str, Any], source: _Source) -> tuple[Config | None, list[str]]:
    """The configuration, or None if a key is wrong, and every error."""
    merged: dict[str, Any] = {}
    if deep := list(too_deep(os.environ)):
        return None, deep

    class Settings(BaseSettings, Config):
        """The same sections, with the environment overriding the file."""

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
        messages = [source.message(where, what) for where, what in faults.items()]
        return None, [*messages, *(source.message(clash.about, clash.said, clash.others) for clash in found)]
    messages = [source.message(where, what) for where, what in character_faults(merged)]
    return config, [*messages, *(source.message(clash.about, clash.said, clash.others) for clash in clashes(config))]


def _unknown_variables() -> Iterator[str]:
    sections = {(field.alias or name).upper() for name, field in Config.model_fields.items()}
    for name in os.environ:
        section = name.removeprefix(PREFIX).partition("__")[0]
        if name.startswith(PREFIX) and "__" in name and section not in sections:
            yield f"{name} in the environment: there is no section {section.lower()}: {nearest((section.lower(),))}"


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
