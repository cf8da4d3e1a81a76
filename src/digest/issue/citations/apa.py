"""Citations in APA style, composed from the fields of a study."""

import html
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import nh3

from digest.content.article import Article, Study
from digest.rendering.words import one_line

_LOCALES = {"fr": "fr-CA"}
_DEFAULT_LOCALE = "en-US"
_KEY = "study"
_ITALIC = re.compile(r"</?i>")
_ENDED_TWICE = re.compile(r"([?!](?:</i>)?)\.")
_EDITORS = re.compile(r"\((eds?)\.\), <i>")

Item: TypeAlias = "dict[str, Any]"  # an item of CSL-JSON


@dataclass(frozen=True)
class Composed:
    """A citation without its DOI; `html` is safe and has the journal or book in italics."""

    text: str
    html: str


@dataclass(frozen=True)
class Apa:
    """
    Composes citations. Opens no files.

    Attributes:
        style: The APA style, in the Citation Style Language.
        locales: The words of the style by locale; `en-US` is required.
    """

    style: bytes
    locales: Mapping[str, bytes]
    _styles: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def compose(self, study: Study, language: str) -> Composed:
        """
        Compose the citation of *study* with the words of *language*; English for a language that is not French.

        Missing fields are left out, except that a missing year becomes `(n.d.)`. The DOI is not included.

        Source: Publication Manual of the American Psychological Association, 7th edition, chapter 9.
        """
        from citeproc import Citation, CitationItem, formatter  # type: ignore[import-untyped]  # noqa: PLC0415
        from citeproc.frontend import CitationStylesBibliography  # type: ignore[import-untyped]  # noqa: PLC0415
        from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped]  # noqa: PLC0415

        source = CiteProcJSON([{"id": _KEY, **_item(study)}])
        with self._lock:  # the style object keeps state while it renders
            style = self._style(_LOCALES.get(language.partition("-")[0], _DEFAULT_LOCALE))
            bibliography = CitationStylesBibliography(style, source, formatter.html)
            bibliography.register(Citation([CitationItem(_KEY)]))
            rendered = str(bibliography.bibliography()[0])
        return _finished(rendered)

    def _style(self, locale: str) -> Any:
        if locale not in self._styles:
            from digest.issue.citations.csl import load_style  # noqa: PLC0415  slow to import, seldom needed

            words = [self.locales[name] for name in dict.fromkeys((locale, _DEFAULT_LOCALE))]
            self._styles[locale] = load_style(self.style, words, locale)
        return self._styles[locale]


def with_citation(article: Article, apa: Apa | None) -> Article:
    """Return the article with a composed citation, if it describes its study and has no citation of its own."""
    if article.citation or article.study is None or apa is None:
        return article
    composed = apa.compose(article.study, article.language)
    return replace(article, citation=composed.text, citation_html=composed.html)


def _item(study: Study) -> Item:
    container = study.book_title or study.journal
    values = {
        "title": study.title if study.authors else "",
        "container-title": container,
        "volume": study.volume,
        "issue": study.issue,
        "page": study.pages,
        "number": "" if study.pages else study.article_number,
        "publisher": "" if study.journal else study.publisher,
    }
    item: Item = {"type": _kind(study)} | {name: _escaped(text) for name, text in values.items() if text}
    item["author"] = _names(study.authors) or [{"literal": _title_as_author(study)}]
    if study.editors and study.book_title:
        item["editor"] = _names(study.editors)
    if study.year:
        item["issued"] = {"date-parts": [[study.year]]}
    return item


def _title_as_author(study: Study) -> str:
    """A study without authors starts with its title; the library would print editors there, or the title twice."""
    title = _escaped(study.title)
    return f"<i>{title}</i>" if _kind(study) == "book" else title


def _kind(study: Study) -> str:
    if study.book_title:
        return "chapter"
    return "book" if study.publisher and not study.journal else "article-journal"


def _names(people: Sequence[str]) -> list[dict[str, str]]:
    return [_name(person) for person in people]


def _name(person: str) -> dict[str, str]:
    """A name with a comma belongs to a person, one without a comma to a group."""
    family, comma, given = (part.strip() for part in _escaped(person).partition(","))
    return {"family": family, "given": given} if comma and family and given else {"literal": family or given}


def _escaped(text: str) -> str:
    # The library does not escape values in its HTML.
    return html.escape(one_line(text), quote=False)


def _finished(rendered: str) -> Composed:
    """Sanitize the citation and correct the library's mistakes."""
    safe = nh3.clean(rendered, tags={"i"}, attributes={}).strip().replace("\u2011", "–")
    safe = _ENDED_TWICE.sub(r"\1", safe)
    safe = _EDITORS.sub(lambda match: f"({match[1].capitalize()}.), <i>", safe)  # APA capitalizes Ed. and Eds.
    return Composed(html.unescape(_ITALIC.sub("", safe)), safe)
