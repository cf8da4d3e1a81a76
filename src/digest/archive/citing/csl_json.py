"""CSL-JSON, the format of citation processors.

Source: Citation Style Language 1.0.2, "csl-data.json".
"""

import json
from collections.abc import Sequence
from typing import Any

from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind

_TYPES = {
    ReferenceKind.ARTICLE: "article-journal",
    ReferenceKind.CHAPTER: "chapter",
    ReferenceKind.BOOK: "book",
    ReferenceKind.OTHER: "document",
    ReferenceKind.SUMMARY: "webpage",
}


def csl_json(references: Sequence[Reference]) -> str:
    """The references as one list."""
    return json.dumps([_item(one) for one in references], ensure_ascii=False, indent=2) + "\n"


def _item(one: Reference) -> dict[str, Any]:
    values = {
        "id": one.doi or one.url or one.summaries[0],
        "type": _TYPES[one.kind],
        "title": one.title,
        "author": [_name(person) for person in one.authors],
        "editor": [_name(person) for person in one.editors],
        "issued": {"date-parts": [[one.year]]} if one.year else None,
        "container-title": one.container,
        "publisher": one.publisher,
        "volume": one.volume,
        "issue": one.issue,
        "page": one.pages.replace("–", "-"),
        "number": one.article_number,
        "DOI": one.doi,
        "URL": one.url,
        "language": one.language,
        "note": " ".join(f"Summary: {url}" for url in one.summaries),
    }
    return {name: value for name, value in values.items() if value}


def _name(person: Person) -> dict[str, str]:
    if person.is_group:
        return {"literal": person.inverted}
    parts = {"family": person.family, "given": person.given, "suffix": person.suffix}
    return {name: part for name, part in parts.items() if part}
