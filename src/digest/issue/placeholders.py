"""What stands in the frozen bytes where readers differ: greeting and personal links, one tag each for HTML and text.

No author can write one: its name holds the nonce, which is part of a hash over everything that authors write. Whoever
puts a nonce into an article thereby gets another.
"""

import html
import re
from functools import cache

GREETING_HTML = "greeting-html"
GREETING_TEXT = "greeting-text"
UNSUBSCRIBE_HTML = "unsubscribe-html"
UNSUBSCRIBE_TEXT = "unsubscribe-text"
PREFERENCES_HTML = "preferences-html"
PREFERENCES_TEXT = "preferences-text"
_LINKS = (UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, PREFERENCES_HTML, PREFERENCES_TEXT)
NAMES = (GREETING_HTML, GREETING_TEXT, *_LINKS)
_NONCE_DIGITS = 16


def nonce_of(source_hash: str) -> str:
    """The nonce of an issue: the first 16 hexadecimal digits of its source hash."""
    return source_hash[:_NONCE_DIGITS]


def placeholder(nonce: str, name: str) -> str:
    """
    The characters that stand for one of NAMES in the issue with *nonce*.

    A link is an absolute address on a host that never exists (RFC 6761, 6.4), so that nothing on the way rewrites it.
    """
    if name in _LINKS:
        return f"https://digest.invalid/{nonce}/{name}"
    return f"digest-{nonce}-{name}"


def values(nonce: str, *, greeting: str, unsubscribe_url: str, preferences_url: str) -> dict[str, str]:
    """
    What each placeholder becomes for one reader, ready to be put in: escaped where it stands in HTML.

    Args:
        greeting: Plain text, one line, from `digest.issue.greeting`.
        unsubscribe_url, preferences_url: Absolute and ASCII.
    """
    texts = {
        GREETING_HTML: html.escape(greeting),
        GREETING_TEXT: greeting,
        UNSUBSCRIBE_HTML: html.escape(unsubscribe_url),
        UNSUBSCRIBE_TEXT: unsubscribe_url,
        PREFERENCES_HTML: html.escape(preferences_url),
        PREFERENCES_TEXT: preferences_url,
    }
    return {placeholder(nonce, name): text for name, text in texts.items()}


def split(body: str, nonce: str) -> tuple[str, ...]:
    """
    Cut *body* at its placeholders, once for many readers.

    Returns:
        Literal text at even places, a placeholder as it stands in *body* at odd ones.
    """
    return tuple(_pattern(nonce).split(body))


def fill(body: str, nonce: str, *, greeting: str, unsubscribe_url: str, preferences_url: str) -> str:
    """Put one reader's values into a body or a header; what is put in is never looked at again."""
    own = values(nonce, greeting=greeting, unsubscribe_url=unsubscribe_url, preferences_url=preferences_url)
    return _pattern(nonce).sub(lambda match: own[match[0]], body)


@cache
def _pattern(nonce: str) -> re.Pattern[str]:
    return re.compile("(" + "|".join(re.escape(placeholder(nonce, name)) for name in NAMES) + ")")
