"""The placeholders in frozen bytes: greeting and personal links, one for HTML and one for text.

No author can forge one. It contains the nonce, which comes from a hash of everything that authors write, so writing a
nonce into an article changes the nonce.
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
    The text of the placeholder for one of NAMES in the issue with *nonce*.

    A link is an absolute address on a host that can never exist (RFC 6761, 6.4), so that no template or CSS tool
    rewrites it.
    """
    if name in _LINKS:
        return f"https://digest.invalid/{nonce}/{name}"
    return f"digest-{nonce}-{name}"


def values(nonce: str, *, greeting: str, unsubscribe_url: str, preferences_url: str) -> dict[str, str]:
    """
    One reader's value for each placeholder, already escaped for HTML where needed.

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
    Split *body* at its placeholders, once for all readers.

    Returns:
        Literal text at even indexes, placeholders at odd indexes.
    """
    return tuple(_pattern(nonce).split(body))


def fill(body: str, nonce: str, *, greeting: str, unsubscribe_url: str, preferences_url: str) -> str:
    """Fill one reader's values into a body or a header. The values themselves are not searched for placeholders."""
    own = values(nonce, greeting=greeting, unsubscribe_url=unsubscribe_url, preferences_url=preferences_url)
    return _pattern(nonce).sub(lambda match: own[match[0]], body)


@cache
def _pattern(nonce: str) -> re.Pattern[str]:
    return re.compile("(" + "|".join(re.escape(placeholder(nonce, name)) for name in NAMES) + ")")
