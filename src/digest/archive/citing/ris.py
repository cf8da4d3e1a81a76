"""RIS, which every reference manager imports.

Source: Research Information Systems, "RIS Format Specifications", 2011.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import rispy  # type: ignore[import-untyped]

from digest.archive.citing.reference import Reference, ReferenceKind

_TYPES = {
    ReferenceKind.ARTICLE: "JOUR",
    ReferenceKind.CHAPTER: "CHAP",
    ReferenceKind.BOOK: "BOOK",
    ReferenceKind.OTHER: "GEN",
    ReferenceKind.SUMMARY: "ELEC",
}


class _Writer(rispy.RisWriter):  # type: ignore[misc]
    NEWLINE = "\r\n"

    def set_header(self, count: int) -> str:  # noqa: ARG002  the library's; its numbers are no part of the format
        return ""


def ris(references: Sequence[Reference]) -> str:
    """The references as one file."""
    return str(rispy.dumps([_record(one) for one in references], implementation=_Writer))


def _record(one: Reference) -> dict[str, Any]:
    first, _, last = one.pages.partition("–")
    values = {
        "type_of_reference": _TYPES[one.kind],
        "authors": [person.inverted for person in one.authors],
        "secondary_authors": [person.inverted for person in one.editors],  # editors, in a chapter
        "year": str(one.year or ""),
        "title": one.title,
        "secondary_title": one.container,
        "volume": one.volume,
        "number": one.issue,
        "start_page": first or one.article_number,
        "end_page": last,
        "custom7": one.article_number,
        "publisher": one.publisher,
        "doi": one.doi,
        "urls": [quote(one.url, safe="/:()._-~%?=&")] if one.url else [],  # the library reads `;` as the next address
        "language": one.language,
        "notes": [f"Summary: {url}" for url in one.summaries],
    }
    return {name: value for name, value in values.items() if value}
