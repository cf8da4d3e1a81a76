"""The citation of the study, given or composed: plain text or safe HTML with a linked DOI."""

import html
import re
from urllib.parse import quote

from digest.content.article import Article
from digest.content.doi import PREFIX, bare_doi

# The DOI in running text: the prefix, a slash, then anything but space and quotes. Source: DOI Handbook, 2.2.
_DOI = re.compile(rf"(?:{PREFIX}{{1,2}}|\b)(10\.\d{{4,9}}/[^\s\"<>]+)", re.IGNORECASE)
_AUTHORS = re.compile(r"^.*?\(\d{4}[^)]*\)")  # `de la` in a name says nothing about the title
_WORD = re.compile(r"[^\W\d_]+")
# Words of one of the two languages alone; "on", "a", "en" and "son" are words of both.
_LITTLE_WORDS = {
    "en": {"the", "of", "and", "in", "for", "with", "among", "between", "an", "to", "from", "by", "is", "are", "what"},
    "fr": {"le", "la", "les", "l", "du", "d", "des", "et", "une", "dans", "chez", "sur", "pour", "entre", "aux", "par"},
}
_ENDING = ".,;:!?’”»'"
_PAIRS = {")": "(", "]": "["}


def doi_of(article: Article) -> str | None:
    """The study's DOI, without an address before it: from `study`, else from the citation; None if neither has one."""
    if article.study is not None and article.study.doi:
        return bare_doi(article.study.doi)
    found = _DOI.search(article.citation or "")
    return bare_doi(_trimmed(found[0])) if found else None


def doi_url(doi: str) -> str:
    """The address that leads to the study with *doi*."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-~")


def citation_language(article: Article) -> str:
    """
    The language of the study's citation: `study.language`, else what its little words say, else the article's.

    A summary in French is often about a study published in English, and a screen reader has to know which it reads.
    """
    if article.study is not None and article.study.language:
        return article.study.language
    words = _WORD.findall(_AUTHORS.sub("", article.citation or "").casefold())
    counted = {language: sum(word in little for word in words) for language, little in _LITTLE_WORDS.items()}
    most = max(counted, key=lambda language: counted[language])
    is_clear = list(counted.values()).count(counted[most]) == 1
    same = article.language.partition("-")[0] == most
    return most if is_clear and not same else article.language


def citation_text(article: Article) -> str | None:
    """The citation as given or composed, with the address of the study's DOI if it has none; None without one."""
    if not article.citation:
        return None
    doi = doi_of(article)
    if doi is None or _DOI.search(article.citation):
        return article.citation
    return f"{article.citation} {doi_url(doi)}"


def citation_html(article: Article) -> str | None:
    """The same as HTML: everything escaped, each DOI a link; a composed one has the journal in italics."""
    if not article.citation:
        return None
    shown = article.citation_html or _linked(article.citation)
    doi = doi_of(article)
    if doi is None or _DOI.search(article.citation):
        return shown
    return f"{shown} {_link(doi_url(doi), doi_url(doi))}"


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
    """Punctuation at the end belongs to the sentence; so does a bracket that was opened before the DOI."""
    while doi and (doi[-1] in _ENDING or (doi[-1] in _PAIRS and doi.count(doi[-1]) > doi.count(_PAIRS[doi[-1]]))):
        doi = doi[:-1]
    return doi
