"""Subject, preheader and introduction: the editor's own, else composed in the language of the edition."""

import html
from collections.abc import Sequence

from digest.issue.issue import Issue
from digest.issue.views import ArticleView, Rendered
from digest.rendering.environment import Renderer
from digest.rendering.plain import fold
from digest.rendering.words import join_words, month_name, one_line

# Most programs show 40 to 70 characters of a subject; past this a list of studies is noise.
SUBJECT_CHARACTERS = 110


def subject(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> str:
    """
    The subject line: as the editor wrote it, else the newsletter's title, the month and what the articles are about.

    A composed one that would pass 110 characters names the first article and counts the others; if that is too long
    as well, it is title and month alone.
    """
    if written := one_line(issue.file.wording(language).subject):
        return written
    abouts = _abouts(articles)
    composed = ""
    for names in (join_words(abouts, language), _first_and_others(abouts, language, renderer), ""):
        composed = one_line(
            renderer.render(
                "email/digest/subject.txt",
                language,
                title=issue.newsletter.title_in(language),
                month=month_name(issue.month, language),
                articles=names,
            )
        )
        if len(composed) <= SUBJECT_CHARACTERS:
            break
    return composed


def preheader(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> str:
    """The line that a mail program shows beside the subject: as the editor wrote it, else the articles' titles."""
    if written := one_line(issue.file.wording(language).preheader):
        return written
    titles = [article.title for article in articles]
    return one_line(renderer.render("email/digest/preheader.txt", language, titles=titles))


def introduction(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> Rendered:
    """What stands before the articles: as the editor wrote it, else "This month: ..." with what they are about."""
    written = issue.file.wording(language).introduction
    if written.strip():
        return Rendered.of(written, issue.newsletter.base_url, top=2)
    names = join_words(_abouts(articles), language)
    line = one_line(renderer.render("email/digest/introduction.txt", language, articles=names))
    return Rendered(f"<p>{html.escape(line)}</p>", fold(line))


def _abouts(articles: Sequence[ArticleView]) -> list[str]:
    # where the title stands in, its own full stop would meet the sentence's
    return [article.about.rstrip(" .!?…") or article.about for article in articles]


def _first_and_others(abouts: Sequence[str], language: str, renderer: Renderer) -> str:
    others = len(abouts) - 1
    if not others:
        return ""
    counted = renderer.translations(language).ngettext("%(num)d other study", "%(num)d other studies", others)
    return join_words([abouts[0], counted % {"num": others}], language)
