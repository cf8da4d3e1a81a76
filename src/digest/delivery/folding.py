"""Header fields as lines: folded, and encoded where they are not ASCII.

Python's own folding makes encoded-words of 77 characters and adds spaces, so only the encoded-words come from the
library.
"""

import re
from collections.abc import Iterator, Sequence
from email.charset import Charset
from email.utils import getaddresses
from functools import lru_cache
from itertools import chain, repeat

LINE = 78  # characters, without the line break (RFC 5322, 2.1.1)
ENCODED_LINE = 76  # characters of a line with encoded-words (RFC 2047, 2)
ENCODED_WORD = 75  # characters of one encoded-word (RFC 2047, 2)

# One piece on one line: RFC 2047, 5 allows no encoded-word inside a URL or an id, and many programs unfold neither.
_WHOLE = frozenset(
    {"list-unsubscribe", "list-unsubscribe-post", "list-archive", "archived-at", "list-help", "message-id"}
)
_NEVER_ENCODED = frozenset({"list-id", "date", "content-language"})  # folded between words only
_ADDRESSES = frozenset({"from", "reply-to", "to"})
_UTF8 = Charset("utf-8")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)  # RFC 5322, 3.2.3
_BARE = re.compile(r"[^\s<\",]+")  # a bare address
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_LOOKS_ENCODED = "=?"


def folded(name: str, value: str, linesep: str = "\r\n") -> str:
    """
    Write a header field, with its line break.

    Args:
        value: Decoded, on one line. For From, Reply-To and To: addresses as `email.headerregistry.Address` writes them.

    Returns:
        ASCII. Each line has at most 78 characters, 76 with an encoded-word in it, unless a single word of it that can't
        be encoded is longer: an address, a URL, an id.

    Raises:
        UnicodeEncodeError: A header that is never encoded is not ASCII.

    Source: RFC 5322, 2.2.3; RFC 2047, 2 and 5.
    """
    lower = name.lower()
    if lower in _WHOLE or (lower in _ADDRESSES and _BARE.fullmatch(value)):
        value.encode("ascii")
        return f"{name}: {value}{linesep}"
    return _folded(name, value).replace("\r\n", linesep)


def encoded(name: str, value: str) -> str:
    """Write the value of a header field as ASCII on one line, for a provider that folds it."""
    return value if name.lower() in _WHOLE else " ".join(_words(name, value))


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> str:
    lines = [f"{name}:"]
    for word in _words(name, value):
        limit = ENCODED_LINE if _LOOKS_ENCODED in word or _LOOKS_ENCODED in lines[-1] else LINE
        if lines == [f"{name}:"] or len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines) + "\r\n"


def _words(name: str, value: str) -> Sequence[str]:
    """What the lines are made of, with one space or one fold between them."""
    room = ENCODED_LINE - len(f"{name}: ")
    if name.lower() in _ADDRESSES:
        return list(_addresses(value, room))
    if name.lower() in _NEVER_ENCODED:
        value.encode("ascii")
        return value.split(" ")
    if not value or (_is_plain(value) and _fit(value.split(" "), LINE - len(f"{name}: "))):
        return value.split(" ")
    return _encoded_words(value, room)


def _addresses(value: str, room: int) -> Iterator[str]:
    found = getaddresses([value])
    for number, (phrase, address) in enumerate(found, 1):
        comma = "," if number < len(found) else ""
        if phrase:
            yield from _phrase(phrase, room)
        yield (f"<{address}>" if phrase else address) + comma


def _phrase(phrase: str, room: int) -> Sequence[str]:
    """A display name: as it is, in quotes, or encoded."""
    quoted = phrase if _ATOMS.fullmatch(phrase) else '"' + re.sub(r'([\\"])', r"\\\1", phrase) + '"'
    plain = _is_plain(phrase) and _fit(quoted.split(" "), room)
    return quoted.split(" ") if plain else _encoded_words(phrase, room)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and _LOOKS_ENCODED not in text


def _fit(words: Sequence[str], first: int) -> bool:
    return len(words[0]) <= first and all(len(word) < LINE for word in words[1:])


def _encoded_words(text: str, room: int) -> Sequence[str]:
    """Encoded-words, each of whole characters, which a reader puts together without the spaces between them."""
    lengths = chain([min(room, ENCODED_WORD)], repeat(ENCODED_WORD))
    return [word for word in _UTF8.header_encode_lines(text, lengths) if word]
