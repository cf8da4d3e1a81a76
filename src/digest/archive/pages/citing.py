"""What the page of an article says for citing it, to people and to machines."""

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from digest.archive.citing.card import CardText
from digest.archive.citing.export import REFERENCE_FORMATS
from digest.archive.citing.italics import with_italics
from digest.archive.citing.linked_data import IssueNode, linked_data, script_text
from digest.archive.citing.metas import Meta, PageCard, card_metas, citation_metas
from digest.archive.citing.own_citation import own_citation
from digest.archive.citing.reference import CitedArticle, ReferenceKind, reference_of
from digest.archive.excerpt import excerpt
from digest.archive.pages.frame import DESCRIPTION, NamedLink, Pages
from digest.archive.pages.headings import issue_heading, published_on
from digest.issue.issue import Document, WebArticle
from digest.months import Month
from digest.rendering.words import month_name


@dataclass(frozen=True)
class Citing:
    """How to cite a study and its summary.

    Attributes:
        study: The citation of the study as safe HTML; None if no study is known.
        downloads: The study in the formats of reference managers; none if no study is known.
        summary: The citation of the summary as safe HTML, in *language*.
        metas: For reference managers and social media.
        linked_data: JSON-LD, for a `<script>` element.
        identities: The ORCID and page of the summary's author.
        licence: Of the summary; None if none is configured.
    """

    study: Markup | None
    downloads: tuple[NamedLink, ...]
    summary: Markup
    language: str
    metas: tuple[Meta, ...]
    linked_data: Markup
    identities: tuple[NamedLink, ...]
    licence: NamedLink | None


def citing(pages: Pages, document: Document, article: WebArticle, published_at: dt.datetime) -> Citing:
    """How to cite an article of an issue."""
    month = Month.parse(document.month)
    cited = cited_in(pages, month, article)
    reference = reference_of(cited)
    card = _card(pages, cited, published_at)
    study = Markup(with_italics(article.citation_html, reference)) if article.citation_html else None  # noqa: S704 - sanitized when frozen
    has_study = reference.kind != ReferenceKind.SUMMARY
    licence = pages.credits.licence
    return Citing(
        study,
        tuple(_download(pages, cited, ending) for ending in REFERENCE_FORMATS) if has_study else (),
        own_citation(cited),
        article.language,
        (*citation_metas(reference), *card_metas(card)),
        script_text(linked_data(card, reference, _issue(pages, document, article.language), pages.credits)),
        pages.identities(article.author or ""),
        NamedLink(pages.credits.licence_name or licence, licence) if licence else None,
    )


def cited_in(pages: Pages, month: Month, article: WebArticle) -> CitedArticle:
    """The article with its permalink, and with the name of the newsletter in its language."""
    newsletter = pages.newsletter
    title = newsletter.title_in(article.language.partition("-")[0])
    return CitedArticle(article, month, pages.url(f"/{month}/{article.slug}/"), title)


def card_text(pages: Pages, month: Month, article: WebArticle) -> CardText:
    """What is on the picture of an article, in the language of the article."""
    language = article.language.partition("-")[0]
    name = month_name(month, language)
    month_text = name[:1].upper() + name[1:]
    kind = pages.taxonomy.research_type_name(article.research_type, language) if article.research_type else None
    return CardText(
        title=article.title,
        fallback=month_text,
        newsletter=pages.newsletter.title_in(language),
        foot=" · ".join(filter(None, [month_text, kind])),
        accent=pages.newsletter.accent,
    )


def _download(pages: Pages, cited: CitedArticle, ending: str) -> NamedLink:
    path = pages.addresses.link(f"/{cited.month}/{cited.article.slug}/cite.{ending}")
    return NamedLink(REFERENCE_FORMATS[ending].name, path)


def _card(pages: Pages, cited: CitedArticle, published_at: dt.datetime) -> PageCard:
    article, day = cited.article, published_on(pages, cited.month, published_at)
    version = card_text(pages, cited.month, article).version
    return PageCard(
        title=article.title,
        description=excerpt(article.html, DESCRIPTION),
        url=cited.url,
        site_name=cited.newsletter,
        language=article.language,
        published=day.date.isoformat() if day else str(cited.month),
        author=article.author or "",
        topics=tuple(pages.taxonomy.name(topic, article.language) for topic in article.topics),
        image_url=pages.url(f"/{cited.month}/{article.slug}/card.png?v={version}"),
        image_text=f"{article.title} · {cited.newsletter}",
    )


def _issue(pages: Pages, document: Document, language: str) -> IssueNode:
    newsletter, month = pages.newsletter, Month.parse(document.month)
    base = language.partition("-")[0]
    return IssueNode(
        month,
        issue_heading(pages, document),
        pages.url(f"/{month}/"),
        newsletter.title_in(base),
        pages.url("/"),
        newsletter.from_name_in(base),
    )
