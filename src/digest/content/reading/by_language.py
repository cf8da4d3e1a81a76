"""Values that are the same in every language, or written for each."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator

from digest.content.reading.fields import Line, Unfit
from digest.rendering.words import CATALOGUES

EVERY = ""  # the key of the value for every other language
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Kind = TypeVar("Kind")


def spread(value: object) -> Mapping[str, object]:
    """What was written, by language: a mapping as it is, any other value under EVERY."""
    return value if isinstance(value, dict) else {EVERY: value}


def _codes(values: dict[str, Kind]) -> dict[str, Kind]:
    for code in values:
        if code != EVERY and not _CODE.fullmatch(code):
            raise Unfit(
                f"has the key {code!r}, which is not a language code",
                "write one value for all languages, or one each for en: and fr:",
            )
    return values


def _catalogue(code: str) -> str:
    if code not in {EVERY, *CATALOGUES}:
        raise Unfit("names a language that digest does not have", f"use {' or '.join(f'{one}:' for one in CATALOGUES)}")
    return code


Lines: TypeAlias = Annotated[dict[str, Line], BeforeValidator(spread), AfterValidator(_codes)]
Texts: TypeAlias = Annotated[dict[str, str], BeforeValidator(spread), AfterValidator(_codes)]

# only languages in which a text can be composed; each fault has the line of its language
LinesOfCatalogues: TypeAlias = Annotated[
    dict[Annotated[str, AfterValidator(_catalogue)], Line], BeforeValidator(spread)
]


def choose(values: Mapping[str, str], language: str) -> str:
    """The value for *language*, else the one for every language, else an empty one."""
    return values.get(language, values.get(EVERY, ""))


def languages_of(values: Iterable[Mapping[str, str]]) -> list[str]:
    """The languages that have a value of their own anywhere, sorted."""
    return sorted({code for each in values for code in each} - {EVERY})
