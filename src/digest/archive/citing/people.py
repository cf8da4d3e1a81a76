"""The names of authors and editors, in the parts that reference managers keep apart."""

import re
from dataclasses import dataclass

_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?)+")
_SUFFIX = re.compile(r"(?:Jr\.?|Sr\.?|II|III|IV)")
_AND = re.compile(r",?\s+(?:&|et)\s+")


@dataclass(frozen=True)
class Person:
    """An author or editor; a group has only a family name."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def is_group(self) -> bool:
        return not self.given

    @property
    def inverted(self) -> str:
        """`Family, G. I., Jr.`, or the name of the group."""
        return ", ".join(filter(None, [self.family, self.given, self.suffix]))


def person_of(text: str) -> Person:
    """The person whom `Family, G. I.` names, or `Family, G. I., Jr.`; without a comma, a group."""
    family, given, *rest = [*(part.strip() for part in text.split(",")), "", ""]
    suffix = ", ".join(filter(None, rest))
    return Person(family, given, suffix) if family and given else Person(family or given, suffix=suffix)


def people_of(text: str) -> tuple[Person, ...] | None:
    """
    The authors at the beginning of a citation in APA style; None if they do not follow it.

    Source: Publication Manual of the American Psychological Association, 7th edition, 9.8.
    """
    parts = [part.strip() for part in _AND.sub(", ", text.strip()).split(",")]
    if len(parts) == 1:
        return (Person(parts[0].removesuffix(".")),) if parts[0].endswith(".") else None
    people: list[Person] = []
    while parts:
        family, initials = parts.pop(0), parts.pop(0) if parts else ""
        if not family or not _INITIALS.fullmatch(initials):
            return None
        suffix = parts.pop(0) if parts and _SUFFIX.fullmatch(parts[0]) else ""
        people.append(Person(family, initials, suffix))
    return tuple(people)
