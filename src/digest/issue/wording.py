"""Subject, preheader and introduction: as the editor wrote them, or composed in the language of the edition."""

import html
from collections.abc import Sequence

from digest.issue.issue import Issue
from digest.issue.labels import ENDS, Labelled, Labels, labels_of
from digest.issue.views import ArticleView, Rendered
from digest.rendering.environment import Renderer
from digest.rendering.plain import fold
from digest.rendering.typography import typographic
from digest.rendering.words import language_of, month_name, one_line

# Most mail programs show only 40 to 70 characters of a subject; a longer list of studies is noise.
SUBJECT_CHARACTERS = 110


def subject(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> str:
    """
    The subject line: as the editor wrote it, or else the newsletter's title, the month and what the articles are about.

    A composed one is in *language* alone and has at most 110 characters: see `Labels.shorter`.
    """
    if written := one_line(issue.file.wording(language).subject):
        return typographic(written, language_of(written, language))
    month = month_name(issue.month, language)
    title = typographic(issue.newsletter.title_in(language), language)
    for names in _labels(articles, language).shorter(language, renderer.translations(language).ngettext):
        line = renderer.render("email/digest/subject.txt", language, title=title, month=month, articles=names)
        if len(composed := one_line(line)) <= SUBJECT_CHARACTERS:
            return composed
    return month[:1].upper() + month[1:]


def preheader(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> str:
    """The line that mail programs show beside the subject: as the editor wrote it, or else the articles' titles."""
    if written := one_line(issue.file.wording(language).preheader):
        return typographic(written, language_of(written, language))
    titles = [article.title for article in articles]
    return one_line(renderer.render("email/digest/preheader.txt", language, titles=titles))


def introduction(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> Rendered:
    """
    The text before the articles: as the editor wrote it, or else "This month: ..." with what they are about, or the
    month alone.
    """
    written = issue.file.wording(language).introduction
    if written.strip():
        written_in = language_of(written, language)
        rendered = Rendered.of(written, issue.newsletter.base_url, language=written_in, top=2)
        return rendered.marked(written_in) if written_in != language else rendered
    names = _labels(articles, language).listed(language)
    values = {"articles": names, "ended": names.endswith(ENDS), "month": month_name(issue.month, language)}
    line = one_line(renderer.render("email/digest/introduction.txt", language, **values))
    return Rendered(f"<p>{html.escape(line)}</p>", fold(line))


def _labels(articles: Sequence[ArticleView], language: str) -> Labels:
    return labels_of([Labelled(one.about, one.title, one.lang or language) for one in articles], language)
