"""Reading the configuration: the file, then the environment above it, with every fault reported at once."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from digest.config.models import Config
from digest.errors import ConfigError

PREFIX = "DIGEST_"


def load_config(path: Path) -> Config:
    """Read *path*, apply `DIGEST_SECTION__KEY` of the environment, and check all of it.

    Raises:
        ConfigError: The file is missing or no YAML, or anything in it is wrong; names every fault with its line.
    """
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_twins(node, path)
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise ConfigError(f"{path}:{line}: this is not YAML: {getattr(error, 'problem', error)}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: a value can't be read: {error}: put it in quotes") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{path}: the configuration must be a mapping of sections: see config.example.yaml")
    return _check(values, dict(_lines(node)) if node else {}, path)


def _refuse_twins(node: yaml.Node | None, path: Path) -> None:
    """Raise if a mapping names a key twice: YAML would take the last without a word."""
    for child in node.value if isinstance(node, yaml.SequenceNode) else ():
        _refuse_twins(child, path)
    seen: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            raise ConfigError(f"{path}:{key.start_mark.line + 1}: {key.value} stands here a second time: keep one")
        seen.add(key.value)
        _refuse_twins(value, path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {path}: run `digest init` first, or name one with --config") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def _check(values: dict[str, Any], lines: Mapping[tuple[str | int, ...], int], path: Path) -> Config:
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

    _refuse_unknown_variables()
    try:
        return Settings(**values)
    except SettingsError as error:
        raise ConfigError(f"the environment: {error}: lists and mappings are written there as JSON") from None
    except ValidationError as error:
        faults = "\n  ".join(_fault(fault, lines, path) for fault in error.errors(include_input=False))
        raise ConfigError(f"the configuration can't be used:\n  {faults}") from None


def _refuse_unknown_variables() -> None:
    sections = {(field.alias or name).upper() for name, field in Config.model_fields.items()}
    for name in os.environ:
        section = name.removeprefix(PREFIX).partition("__")[0]
        if name.startswith(PREFIX) and "__" in name and section not in sections:
            raise ConfigError(f"the environment: {name}: there is no section {section.lower()}")


def _fault(fault: Any, lines: Mapping[tuple[str | int, ...], int], path: Path) -> str:
    location = tuple(part for part in fault["loc"])
    variable = PREFIX + "__".join(str(part).upper() for part in location)
    if variable in os.environ:
        return f"{variable} in the environment: {_said(fault)}"
    line = next((lines[location[:end]] for end in range(len(location), 0, -1) if location[:end] in lines), None)
    name = ".".join(str(part) for part in location)
    return f"{path}{f':{line}' if line else ''}: {f'{name}: ' if name else ''}{_said(fault)}"


def _said(fault: Any) -> str:
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _lines(node: yaml.Node, above: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            location = (*above, key.value)
            yield location, key.start_mark.line + 1
            yield from _lines(value, location)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*above, number), item.start_mark.line + 1
            yield from _lines(item, (*above, number))
