"""What was changed in an article after readers could see it."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from digest.archive.excerpt import blocks_of
from digest.issue.issue import Document, WebArticle

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\W_]*[^\W\d_a-zà-ÿ])")


@dataclass(frozen=True)
class IssueVersion:
    """An issue as the web showed it from a moment on; `was_mailed`: whether a mail had it too."""

    document: Document
    published_at: dt.datetime
    was_mailed: bool


@dataclass(frozen=True)
class Passage:
    """Sentences before and after a change; empty: they were added, or removed."""

    was: str
    now: str


@dataclass(frozen=True)
class Correction:
    """A change of one article.

    Attributes:
        corrected_at: In UTC.
        mailed: The whole article before the change if it was mailed in that form; None if it was not.
    """

    slug: str
    corrected_at: dt.datetime
    passages: tuple[Passage, ...]
    mailed: WebArticle | None


def corrections_of(versions: Sequence[IssueVersion]) -> tuple[Correction, ...]:
    """
    Every change of the text of an article, the latest first. Spaces, links and topics do not count.

    Args:
        versions: Of one issue, in their order.
    """
    found = [one for before, after in pairwise(versions) for one in _between(before, after)]
    return tuple(reversed(found))


def _between(before: IssueVersion, after: IssueVersion) -> Iterator[Correction]:
    known = {article.slug: article for article in before.document.articles}
    for article in reversed(after.document.articles):
        old = known.get(article.slug)
        if old is not None and (passages := tuple(_passages(old, article))):
            yield Correction(article.slug, after.published_at, passages, old if before.was_mailed else None)


def _passages(old: WebArticle, new: WebArticle) -> Iterator[Passage]:
    for was, now in zip(_parts(old), _parts(new), strict=True):
        matcher = SequenceMatcher(None, list(map(_key, was)), list(map(_key, now)), autojunk=False)
        for change, first, last, start, end in matcher.get_opcodes():
            if change != "equal":
                yield Passage(" ".join(was[first:last]), " ".join(now[start:end]))


def _parts(article: WebArticle) -> tuple[list[str], ...]:
    """Title, text, practice implications and citation, each in sentences."""
    return (
        [article.title],
        _sentences(article.html),
        _sentences(article.implications_html or ""),
        [article.citation] if article.citation else [],
    )


def _sentences(html: str) -> list[str]:
    return [sentence for block in blocks_of(html) for sentence in _SENTENCE.split(block)]


def _key(sentence: str) -> str:
    """Without spaces: a newer version of the program may set other ones."""
    return "".join(sentence.split())
