"""Clashes among the valid keys of a faulty configuration, so that they are reported in the same run."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from digest.config.clashes import Clash, Location, clashes
from digest.config.models import Config

# replace required keys that are missing or invalid; clashes that involve them are not reported
_STAND_INS: Mapping[str, Any] = {
    "newsletter": {
        "title": "-",
        "base_url": "https://digest.example.org",
        "list_id": "digest.example.org",
        "from": {"name": "-", "address": "digest@example.org"},
        "postal_address": "-",
        "contact": "-",
    },
    "topics": [{"slug": "a", "name": {"en": "a"}, "group": "a"}],
    "keys": {"sign": "00" * 32, "suppression": "01" * 32},
}


def clashes_beside(faulty: list[Location], values: dict[str, Any]) -> Iterator[Clash]:
    """
    Find the clashes among the valid keys.

    Args:
        faulty: The invalid keys.
        values: All keys, as they were read.
    """
    patched = deepcopy(values)
    for where in faulty:
        _patch(patched, where)
    try:
        config = Config.model_validate(patched)
    except ValidationError:
        return  # too little is left to compare; its errors are reported anyway
    for clash in clashes(config):
        if not any(_touch(one, key) for one in faulty for key in (clash.about, *clash.others)):
            yield clash


def _patch(values: dict[str, Any], where: Location) -> None:
    keys = [str(part) for part in where[: _first_number(where)]]
    stand_in = _stand_in(keys)
    if stand_in is None:
        keys = keys[:2]  # the section has required keys: the default replaces all of it
    here = values
    for key in keys[:-1]:
        below = here.get(key)
        if not isinstance(below, dict):
            return
        here = below
    here.pop(keys[-1], None)
    if stand_in is not None:
        here[keys[-1]] = deepcopy(stand_in)


def _first_number(where: Location) -> int:
    return next((place for place, part in enumerate(where) if isinstance(part, int)), len(where))


def _stand_in(keys: list[str]) -> Any:
    found: Any = _STAND_INS
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _touch(one: Location, other: Location) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
