"""BibTeX, with accents as they are (UTF-8)."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import default_unparse_stack
from bibtexparser.model import Entry, Field
from bibtexparser.writer import BibtexFormat
from slugify import slugify

from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind

_TYPES = {
    ReferenceKind.ARTICLE: "article",
    ReferenceKind.CHAPTER: "incollection",
    ReferenceKind.BOOK: "book",
    ReferenceKind.OTHER: "misc",
    ReferenceKind.SUMMARY: "misc",
}
_CONTAINERS = {
    ReferenceKind.ARTICLE: "journal",
    ReferenceKind.CHAPTER: "booktitle",
    ReferenceKind.SUMMARY: "howpublished",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
}
_SIGN = re.compile(r"[\\~^&%$#_{}]")
_LIGATURE = re.compile(r"(?<=['`-])(?=['`-])|(?<=[!?])(?=`)")  # `--` would become a dash, `''` a quotation mark
_LONGEST_WORD = 20  # characters of a key
_UNBALANCING = re.compile(r"[{}\\]")
_PUNCTUATION = ".,:;?!"
_SENTENCE_END = (":", ".", "?", "!", "—", "–")


def bibtex(references: Sequence[Reference]) -> str:
    """The references as one file, each under a key of its own such as `elliott2018therapist`."""
    keys = _keys(references)
    library = Library([_entry(one, key) for one, key in zip(references, keys, strict=True)])
    form = BibtexFormat()  # type: ignore[no-untyped-call]
    form.block_separator = "\n"
    in_place = default_unparse_stack(allow_inplace_modification=True)
    return write_string(library, unparse_stack=in_place, bibtex_format=form)


def _entry(one: Reference, key: str) -> Entry:
    values = {
        "author": " and ".join(_name(person) for person in one.authors),
        "editor": " and ".join(_name(person) for person in one.editors),
        "title": _title(one.title),
        _CONTAINERS.get(one.kind, "note"): _escaped(one.container),
        "year": str(one.year or ""),
        "volume": _escaped(one.volume),
        "number": _escaped(one.issue),
        "pages": _escaped(one.pages).replace("–", "--"),
        "eid": _escaped(one.article_number),
        "publisher": _escaped(one.publisher),
        "doi": _verbatim(one.doi),
        "url": _verbatim(one.url),
        "langid": _escaped(one.language),
        "annote": _escaped(" ".join(f"Summary: {url}" for url in one.summaries)),
    }
    return Entry(_TYPES[one.kind], key, [Field(name, value) for name, value in values.items() if value])


def _keys(references: Iterable[Reference]) -> list[str]:
    keys: list[str] = []
    taken: set[str] = set()
    for one in references:
        author = one.authors[0].family if one.authors else ""
        words = [slugify(author, separator=""), str(one.year or ""), next(iter(slugify(one.title).split("-")), "")]
        stem = "".join(word[:_LONGEST_WORD] for word in words) or "study"
        key, number = stem, 2
        while key in taken:
            key, number = f"{stem}-{number}", number + 1
        taken.add(key)
        keys.append(key)
    return keys


def _name(person: Person) -> str:
    """The name in the form `Family, Jr., Given`; in braces if a word of it could be taken for another part."""
    if person.is_group:
        return f"{{{_escaped(person.inverted)}}}"
    parts = (person.family, person.suffix, person.given)
    return ", ".join(_braced(_escaped(part)) for part in parts if part)


def _braced(part: str) -> str:
    is_plain = all(word[0].isupper() and word.lower() != "and" for word in part.split())
    return part if is_plain and "\\" not in part else f"{{{part}}}"


def _title(text: str) -> str:
    """The title with its proper names in braces, since many styles print titles in small letters."""
    words = text.split(" ")
    begins = [True, *(word.endswith(_SENTENCE_END) for word in words)]
    return " ".join(
        _proper(word) if _is_proper(word, begins_sentence=begins_sentence) else _escaped(word)
        for word, begins_sentence in zip(words, begins, strict=False)
    )


def _proper(word: str) -> str:
    name = word.rstrip(_PUNCTUATION)
    return f"{{{_escaped(name)}}}{word[len(name) :]}"


def _is_proper(word: str, *, begins_sentence: bool) -> bool:
    return any(letter.isupper() for letter in (word[1:] if begins_sentence else word))


def _escaped(text: str) -> str:
    return _LIGATURE.sub("{}", _SIGN.sub(lambda found: _SPECIAL[found[0]], text))


def _verbatim(text: str) -> str:
    """A DOI or an address, which are not escaped. Source: biblatex, 2.2.1, "verbatim" and "uri"."""
    return _UNBALANCING.sub(lambda found: quote(found[0]), text)
