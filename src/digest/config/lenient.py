"""As much of a faulty configuration as is sound, so that what does not go together in it is found in the same round."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from digest.config.clashes import Clash, Location, clashes
from digest.config.models import Config

# in place of a required key that is missing or wrong; nothing that is found by their help is told
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
    What does not go together among the keys that are sound.

    Args:
        faulty: The keys that are not.
        values: All of them, as they were read.
    """
    patched = deepcopy(values)
    for where in faulty:
        _patch(patched, where)
    try:
        config = Config.model_validate(patched)
    except ValidationError:
        return  # too little is left of it to compare; its faults are told anyway
    for clash in clashes(config):
        if not any(_touch(one, key) for one in faulty for key in (clash.about, *clash.others)):
            yield clash


def _patch(values: dict[str, Any], where: Location) -> None:
    keys = [str(part) for part in where[: _first_number(where)]]
    stand_in = _stand_in(keys)
    if stand_in is None:
        keys = keys[:2]  # what is below has required keys of its own: all of it gives way to the default
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
