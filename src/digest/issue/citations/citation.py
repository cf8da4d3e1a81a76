"""The citation of a study, written or composed, as plain text and as safe HTML with a linked DOI."""

import html
import re
from urllib.parse import quote

from digest.content.article import Article
from digest.content.doi import PREFIX, bare_doi
from digest.rendering.markdown import emphasis
from digest.rendering.typography import typographic, typographic_html
from digest.rendering.words import language_of

# A DOI in running text: the prefix, a slash, then anything except spaces and quotes. Source: DOI Handbook, 2.2.
_DOI = re.compile(rf"(?:{PREFIX}{{1,2}}|\b)(10\.\d{{4,9}}/[^\s\"<>]+)", re.IGNORECASE)
_AUTHORS = re.compile(r"^.*?\(\d{4}[^)]*\)")  # `de la` in a name says nothing about the title's language
_ENDING = ".,;:!?’”»'*"
_SIGN = re.compile(r"[*_\\]")
_PAIRS = {")": "(", "]": "["}


def doi_of(article: Article) -> str | None:
    """The study's bare DOI, from `study` or else from the citation; None if neither has one."""
    if article.study is not None and article.study.doi:
        return bare_doi(article.study.doi)
    return _doi_in(_plain(article))


def doi_url(doi: str) -> str:
    """The web address of the study with *doi*."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-~")


def citation_language(article: Article) -> str:
    """
    The language of the citation: `study.language`, or else as its words show, or else the article's language.

    A French summary is often about a study published in English, and screen readers need to know the language.
    """
    if article.study is not None and article.study.language:
        return article.study.language
    return language_of(_AUTHORS.sub("", article.citation or ""), article.language)


def citation_text(article: Article) -> str | None:
    """The citation with the address of the study's DOI added if it is missing; None without a citation."""
    if not article.citation:
        return None
    plain, missing = _plain(article), _missing_doi(article)
    return typographic(f"{plain} {doi_url(missing)}" if missing else plain, citation_language(article))


def citation_html(article: Article) -> str | None:
    """The same as safe HTML, with emphasis and with each DOI as a link."""
    if not article.citation:
        return None
    shown = article.citation_html or "".join(part if is_tag else _linked(part) for is_tag, part in _pieces(article))
    missing = _missing_doi(article)
    whole = f"{shown} {_link(doi_url(missing), doi_url(missing))}" if missing else shown
    return typographic_html(whole, citation_language(article))


def _missing_doi(article: Article) -> str | None:
    """The study's DOI, if the citation does not contain one."""
    return None if _DOI.search(_plain(article)) else doi_of(article)


def _doi_in(text: str) -> str | None:
    found = _DOI.search(text)
    return bare_doi(_trimmed(found[0])) if found else None


def _plain(article: Article) -> str:
    """The citation without emphasis marks."""
    return "".join(part for is_tag, part in _pieces(article) if not is_tag)


def _pieces(article: Article) -> list[tuple[bool, str]]:
    """The texts and tags of the citation. In a composed citation and in a DOI, `*` and `_` are plain characters."""
    citation = article.citation or ""
    if article.citation_html:
        return [(False, citation)]
    return emphasis(_DOI.sub(_with_signs_escaped, citation))


def _with_signs_escaped(match: re.Match[str]) -> str:
    length = match.start(1) - match.start() + len(_trimmed(match[1]))
    return _SIGN.sub(r"\\\g<0>", match[0][:length]) + match[0][length:]


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _DOI.finditer(text):
        doi = _trimmed(match[1])
        stop = match.start(1) + len(doi)
        url = doi_url(bare_doi(text[match.start() : stop]))
        parts += [html.escape(text[end : match.start()]), _link(url, text[match.start() : stop])]
        end = stop
    return "".join([*parts, html.escape(text[end:])])


def _link(href: str, shown: str) -> str:
    return f'<a href="{html.escape(href)}">{html.escape(shown)}</a>'


def _trimmed(doi: str) -> str:
    """The DOI without the punctuation that ends the sentence and without a bracket that was opened before the DOI."""
    while doi and (doi[-1] in _ENDING or (doi[-1] in _PAIRS and doi.count(doi[-1]) > doi.count(_PAIRS[doi[-1]]))):
        doi = doi[:-1]
    return doi
