"""Checks that the subject line is short enough and has only characters that every program shows."""

import re
import unicodedata
from collections.abc import Iterator

from digest.issue.checks.codes import warning
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.wording import SUBJECT_CHARACTERS

# Emoji and other symbols, private and unassigned characters, control characters and invisible ones.
_UNSAFE = frozenset({"So", "Co", "Cn", "Cc", "Cf", "Cs"})
_SHOUT = re.compile(r"[!?]{2,}|\${2,}|[€$£]\s?\d")
_FEWEST = 10  # capital letters; fewer don't count as shouting


def subject_findings(edition: Edition) -> Iterator[Finding]:
    """Check the subject of one edition."""
    subject = edition.subject
    if not subject.strip():
        yield warning("subject-length", f"edition {edition.key} has no subject", "write subject: in the issue file")
    elif len(subject) > SUBJECT_CHARACTERS:
        problem = f"the subject of edition {edition.key} has {len(subject)} characters"
        remedy = (
            f"shorten it: most mail programs show 40 to 70 characters, and none shows more than {SUBJECT_CHARACTERS}"
        )
        yield warning("subject-length", problem, remedy)
    if doubtful := _doubtful(subject):
        remedy = "use plain words: spam filters take this for advertising, and some mail programs show a box instead"
        yield warning("subject-characters", f"the subject of edition {edition.key} has {doubtful}", remedy)


def _doubtful(subject: str) -> str | None:
    for character in subject:
        if unicodedata.category(character) in _UNSAFE:
            return f"the character {unicodedata.name(character, f'U+{ord(character):04X}').lower()}"
    if match := _SHOUT.search(subject):
        return repr(match[0])
    letters = [character for character in subject if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return "mostly capital letters" if capitals >= _FEWEST and 2 * capitals > len(letters) else None
