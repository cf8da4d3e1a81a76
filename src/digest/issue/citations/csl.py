"""Builds the citation library's style object from bytes; the library's own class opens files."""

import io
from collections.abc import Sequence
from typing import Any

from citeproc.frontend import CitationStylesStyle, CitationStylesXML  # type: ignore[import-untyped]


class _LoadedStyle(CitationStylesStyle):  # type: ignore[misc]
    def __init__(self, style: bytes, words: Sequence[bytes], locale: str) -> None:
        CitationStylesXML.__init__(self, io.BytesIO(style), validate=False)
        root: Any = self.root
        root.locales = [
            *_within(root, locale),
            *(CitationStylesXML(io.BytesIO(one), validate=False).root for one in words),
        ]
        for one in root.locales:
            one.style = root


def load_style(style: bytes, words: Sequence[bytes], locale: str) -> CitationStylesStyle:
    """
    Read a style of the Citation Style Language.

    Args:
        words: Locale files, the one of *locale* first and the default last.

    Source: CSL 1.0.2, "Locale Fallback": the style's own terms come first.
    """
    return _LoadedStyle(style, words, locale)


def _within(root: Any, locale: str) -> list[Any]:
    language = locale.partition("-")[0]
    found = [f'./cs:locale[@xml:lang="{one}"]' for one in (locale, language)] + ["./cs:locale[not(@xml:lang)]"]
    return [element for path in found for element in root.xpath_search(path)]
