"""Render an issue: every edition once, frozen together with the document for the archive."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from digest.content.article import Article
from digest.errors import RenderError
from digest.issue.addresses import home_url, issue_url
from digest.issue.citations.citation import citation_html, citation_language, citation_text, doi_of
from digest.issue.edition import Edition, EditionKey, every_key
from digest.issue.headers import edition_headers
from digest.issue.issue import Document, FrozenIssue, Issue, WebArticle, WebNotice
from digest.issue.newsletter import Newsletter
from digest.issue.placeholders import (
    GREETING_HTML,
    GREETING_TEXT,
    PREFERENCES_HTML,
    PREFERENCES_TEXT,
    UNSUBSCRIBE_HTML,
    UNSUBSCRIBE_TEXT,
    nonce_of,
    placeholder,
)
from digest.issue.sources import sources_of
from digest.issue.views import ArticleView, NoticeView, Rendered, article_views, notice_views
from digest.issue.wording import introduction, preheader, subject
from digest.rendering.colour import readable
from digest.rendering.environment import Renderer
from digest.rendering.inliner import inline_css
from digest.rendering.typography import typographic
from digest.rendering.words import language_attributes, month_name, one_line

# The backgrounds on which the accent is hardest to read: the darkest in light mode, the lightest in dark mode.
_LIGHT_PAPER = "#efece4"
_DARK_PAPER = "#1e2226"
_EMPTY_LINES = re.compile(r"\n{4,}")
_LINE_END = re.compile(r"[ \t]+\n")


def freeze(issue: Issue, renderer: Renderer) -> FrozenIssue:
    """
    Render every edition of the issue (each subset of its articles in each language) and its archive document.

    Raises:
        RenderError: A template failed, or the newsletter has an invalid colour or address.
        ValueError: The issue has no articles.
    """
    if not issue.articles:
        raise ValueError("an issue without articles has no edition")
    press = _Press(issue, renderer)
    keys = every_key(len(issue.articles), issue.newsletter.languages)
    editions = tuple(press.edition(key) for key in keys)
    return FrozenIssue(issue.month, issue.source_hash, press.document(), editions, sources_of(issue))


def freeze_for_web(issue: Issue, renderer: Renderer) -> FrozenIssue:
    """
    Render only the archive document of an issue that is not mailed: it may have any number of articles.

    Raises:
        RenderError: A template failed.
        ValueError: The issue has no articles.
    """
    if not issue.articles:
        raise ValueError("an issue without articles has no page")
    return FrozenIssue(issue.month, issue.source_hash, _Press(issue, renderer).document(), (), sources_of(issue))


def render_edition(issue: Issue, key: EditionKey, renderer: Renderer) -> Edition:
    """
    Render one edition.

    Raises:
        RenderError: As for `freeze`.
        ValueError: *key* names no article, or one that the issue does not have.
    """
    if not 0 < key.mask < 2 ** len(issue.articles):
        raise ValueError(f"edition {key} of {issue.month} does not exist: the issue has {len(issue.articles)} articles")
    return _Press(issue, renderer).edition(key)


class _Press:
    """One issue, and the parts that its editions share, rendered once."""

    def __init__(self, issue: Issue, renderer: Renderer) -> None:
        self._issue = issue
        self._renderer = renderer
        self._nonce = nonce_of(issue.source_hash)
        self._notices = {one: notice_views(issue, one) for one in issue.newsletter.languages}
        self._articles: dict[str, tuple[ArticleView, ...]] = {}

    def edition(self, key: EditionKey) -> Edition:
        language = key.language
        views = self._views(language)
        chosen = tuple(views[position] for position in key.positions)
        subject_line = subject(self._issue, chosen, language, self._renderer)
        preheader_line = preheader(self._issue, chosen, language, self._renderer)
        values = {
            **masthead(self._issue.newsletter, language),
            "month": month_name(self._issue.month, language),
            "issue_url": issue_url(self._issue.newsletter.base_url, self._issue.month, language),
            "subject": subject_line,
            "preheader": preheader_line,
            "articles": chosen,
            "left_out": tuple(view for place, view in enumerate(views) if place not in key.positions),
            "notices": self._notices[language],
        }
        opening = introduction(self._issue, chosen, language, self._renderer)
        return Edition(
            key=key,
            subject=subject_line,
            preheader=preheader_line,
            html=self._html(language, values, opening),
            text=self._text(language, values, opening),
            headers=_headers(self._issue, subject_line, language, self._nonce),
            nonce=self._nonce,
        )

    def document(self) -> Document:
        """The document for the archive, with the subject and introduction of the whole issue."""
        issue, languages = self._issue, self._issue.newsletter.languages
        return Document(
            month=str(issue.month),
            subject={one: subject(issue, self._views(one), one, self._renderer) for one in languages},
            introduction_html={
                one: introduction(issue, self._views(one), one, self._renderer).html for one in languages
            },
            articles=tuple(_web_article(article, issue.newsletter.base_url) for article in issue.articles),
            notices=_web_notices(self._notices),
        )

    def _views(self, language: str) -> tuple[ArticleView, ...]:
        if language not in self._articles:
            self._articles[language] = article_views(self._issue, language)
        return self._articles[language]

    def _html(self, language: str, values: Mapping[str, Any], opening: Rendered) -> str:
        page = self._renderer.render(
            "email/digest/body.html",
            language,
            **values,
            greeting=placeholder(self._nonce, GREETING_HTML),
            unsubscribe_url=placeholder(self._nonce, UNSUBSCRIBE_HTML),
            preferences_url=placeholder(self._nonce, PREFERENCES_HTML),
            introduction_html=Markup(opening.html),  # noqa: S704 - to_html sanitises
        )
        return inline_css(page)

    def _text(self, language: str, values: Mapping[str, Any], opening: Rendered) -> str:
        text = self._renderer.render(
            "email/digest/body.txt",
            language,
            **values,
            greeting=placeholder(self._nonce, GREETING_TEXT),
            unsubscribe_url=placeholder(self._nonce, UNSUBSCRIBE_TEXT),
            preferences_url=placeholder(self._nonce, PREFERENCES_TEXT),
            introduction_text=opening.text,
        )
        return _EMPTY_LINES.sub("\n\n\n", _LINE_END.sub("\n", text)).strip() + "\n"


def masthead(newsletter: Newsletter, language: str) -> dict[str, Any]:
    """The template values about the newsletter that every mail shows."""
    return {
        "title": typographic(newsletter.title_in(language), language),
        "logo": newsletter.logo,
        "colours": {
            "accent": readable(newsletter.accent, _LIGHT_PAPER),
            "accent_dark": readable(newsletter.accent, _DARK_PAPER),
        },
        "from_name": typographic(newsletter.from_name_in(language), language),
        "postal_address": tuple(typographic(line, language) for line in newsletter.postal_address),
        "contact": newsletter.contact,
        "contact_url": newsletter.contact_url,
        "home_url": home_url(newsletter.base_url, language),
    }


def _headers(issue: Issue, subject_line: str, language: str, nonce: str) -> tuple[tuple[str, str], ...]:
    try:
        return edition_headers(issue.newsletter, issue.month, subject_line, language, nonce)
    except ValueError as error:
        raise RenderError(f"the headers can't be made: {error}: fix the newsletter's addresses") from error


def _web_article(article: Article, base_url: str) -> WebArticle:
    implications, language = article.implications, article.language
    return WebArticle(
        slug=article.slug,
        title=typographic(article.title, language),
        language=language,
        about=typographic(article.about.get(language.partition("-")[0], article.title), language),
        html=Rendered.of(article.body, base_url, language=language, top=2).html,
        implications_html=(
            Rendered.of(implications, base_url, language=language, top=3).html if implications else None
        ),
        citation=citation_text(article),
        citation_html=_marked_citation(article),
        doi=doi_of(article),
        topics=article.topics,
        research_type=article.research_type,
        author=typographic(article.author, language) if article.author else None,
        study=article.study,
        phrases={one: typographic(one_line(phrase), one) for one, phrase in sorted(article.about.items()) if phrase},
    )


def _marked_citation(article: Article) -> str | None:
    """The citation, marked with its language, because the same document appears on pages in every language."""
    shown = citation_html(article)
    return f"<span{language_attributes(citation_language(article))}>{shown}</span>" if shown else shown


def _web_notices(by_language: Mapping[str, Sequence[NoticeView]]) -> tuple[WebNotice, ...]:
    """Each notice once; a notice that some languages don't show lists those that do."""
    shown: dict[WebNotice, list[str]] = {}
    for language, views in by_language.items():
        for view in views:
            notice = WebNotice(view.title, str(view.html), view.link, language=view.language)
            shown.setdefault(notice, []).append(language)
    everywhere = list(by_language)
    return tuple(
        notice if languages == everywhere else replace(notice, languages=tuple(languages))
        for notice, languages in shown.items()
    )
