"""The HTML and text of a mail (an edition or a notification), parsed once for all checks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import lxml.html  # type: ignore[import-untyped]

from digest.issue.checks.mail.css import CssRule, declarations, rules
from digest.issue.edition import Edition
from digest.issue.placeholders import (
    GREETING_HTML,
    GREETING_TEXT,
    PREFERENCES_HTML,
    PREFERENCES_TEXT,
    UNSUBSCRIBE_HTML,
    UNSUBSCRIBE_TEXT,
    placeholder,
)

Element: TypeAlias = Any  # the parser has no types
_OTHER = re.compile(r"[\W_]+")
_PLACEHOLDERS = (
    (GREETING_TEXT, GREETING_HTML),
    (UNSUBSCRIBE_TEXT, UNSUBSCRIBE_HTML),
    (PREFERENCES_TEXT, PREFERENCES_HTML),
)
_UNSEEN = frozenset({"head", "style", "script", "title", "meta", "template"})


@dataclass(frozen=True)
class Page:
    """
    A mail with its HTML part parsed.

    Attributes:
        name: What findings call it, such as `edition en-12`.
        text: The plain-text part, with the placeholders of the HTML part.
        language: Of the reader.
    """

    name: str
    html: str
    text: str
    language: str

    @classmethod
    def of(cls, edition: Edition) -> "Page":
        """The page of an edition."""
        text = edition.text
        for own, other in _PLACEHOLDERS:
            text = text.replace(placeholder(edition.nonce, own), placeholder(edition.nonce, other))
        return cls(f"edition {edition.key}", edition.html, text, edition.key.language)

    @cached_property
    def root(self) -> Element:
        """The element `html`."""
        return lxml.html.document_fromstring(self.html)

    @cached_property
    def rules(self) -> tuple[CssRule, ...]:
        """The rules of every `<style>`."""
        return tuple(rule for style in self.root.iter("style") for rule in rules(style.text or ""))

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """The pieces of text that a reader sees, in order. An element inside a sentence splits it."""
        return tuple(text for text in (" ".join(run.split()) for run in _runs(self.root)) if text)

    @cached_property
    def letters(self) -> str:
        """All text that a reader sees, reduced by `letters`."""
        return letters(" ".join(self.runs))


def letters(text: str) -> str:
    """Only the letters and digits, without case, to compare texts that are laid out differently."""
    return _OTHER.sub("", text.casefold())


def inline_style(element: Element) -> dict[str, str]:
    """The properties of an element's `style` attribute."""
    return {one.name: one.value for one in declarations(element.get("style") or "")}


def is_seen(element: Element) -> bool:
    """Whether an element and its content are visible. A comment, such as one for Outlook, is not."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return False
    style = element.get("style") or ""
    return "display" not in style or inline_style(element).get("display") != "none"


def _runs(element: Element) -> Iterator[str]:
    if is_seen(element):
        yield element.text or ""
        for child in element:
            yield from _runs(child)
            yield child.tail or ""
