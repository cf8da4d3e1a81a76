"""An edition's HTML, parsed once for all checks that look at it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import lxml.html  # type: ignore[import-untyped]

from digest.issue.checks.css import Rule, declarations, rules
from digest.issue.edition import Edition

Element: TypeAlias = Any  # the parser has no types
_OTHER = re.compile(r"[\W_]+")
_UNSEEN = frozenset({"head", "style", "script", "title", "meta", "template"})


@dataclass(frozen=True)
class Page:
    """The parsed HTML part of an edition."""

    edition: Edition

    @cached_property
    def root(self) -> Element:
        """The element `html`."""
        return lxml.html.document_fromstring(self.edition.html)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of every `<style>`."""
        return tuple(rule for style in self.root.iter("style") for rule in rules(style.text or ""))

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """The pieces of text that a reader sees, in order; an element inside a sentence cuts it."""
        return tuple(text for text in (" ".join(run.split()) for run in _runs(self.root)) if text)

    @cached_property
    def letters(self) -> str:
        """All that a reader sees, reduced by `letters`."""
        return letters(" ".join(self.runs))


def letters(text: str) -> str:
    """Letters and digits alone, without case: what two ways of laying out one text have in common."""
    return _OTHER.sub("", text.casefold())


def inline_style(element: Element) -> dict[str, str]:
    """The properties of an element's `style` attribute."""
    return {one.name: one.value for one in declarations(element.get("style") or "")}


def is_seen(element: Element) -> bool:
    """Whether an element and what is in it can be seen; a comment, such as one for Outlook, is not."""
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
