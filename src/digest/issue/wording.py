"""Subject, preheader and introduction: as the editor wrote them, or composed in the language of the edition."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.issue.issue import Issue
from digest.issue.views import ArticleView, Rendered
from digest.rendering.environment import Renderer
from digest.rendering.plain import fold
from digest.rendering.typography import typographic
from digest.rendering.words import join_words, language_of, month_name, one_line

# Most mail programs show only 40 to 70 characters of a subject; a longer list of studies is noise.
SUBJECT_CHARACTERS = 110
_BETWEEN = " · "  # titles, as in the preheader
_ENDS = ("?", "!", "…")  # a text that ends with one can't be part of a sentence


def subject(issue: Issue, articles: Sequence[ArticleView], language: str, renderer: Renderer) -> str:
    """
    The subject line: as the editor wrote it, or else the newsletter's title, the month and what the articles are about.

    A composed one is in *language* alone and has at most 110 characters: see `_candidates`.
    """
    if written := one_line(issue.file.wording(language).subject):
        return typographic(written, language_of(written, language))
    month = month_name(issue.month, language)
    title = typographic(issue.newsletter.title_in(language), language)
    for names in _candidates(_labels(articles, language), language, renderer):
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
    values = {"articles": names, "ended": names.endswith(_ENDS), "month": month_name(issue.month, language)}
    line = one_line(renderer.render("email/digest/introduction.txt", language, **values))
    return Rendered(f"<p>{html.escape(line)}</p>", fold(line))


@dataclass(frozen=True)
class _Labels:
    """One label for each article: all phrases, which can form a sentence, or all titles, which can't."""

    words: tuple[str, ...] = ()
    are_phrases: bool = False

    def listed(self, language: str) -> str:
        """All of them: `A, B, and C`, or `Title? · Title`; empty if there are none."""
        return join_words(self.words, language) if self.are_phrases else _BETWEEN.join(self.words)


def _labels(articles: Sequence[ArticleView], language: str) -> _Labels:
    """Phrases in *language*, else titles in it; none if either would leave an article out or mix two languages."""
    have_phrases = all(article.about for article in articles)
    if not have_phrases and any((article.lang or language).partition("-")[0] != language for article in articles):
        return _Labels()
    texts = [article.about if have_phrases else article.title for article in articles]
    words = tuple(text.rstrip(" .") or text for text in texts)  # the sentence adds its own full stop
    return _Labels(words, have_phrases and not any(word.endswith(_ENDS) for word in words))


def _candidates(labels: _Labels, language: str, renderer: Renderer) -> Iterator[str]:
    """What may follow the month, the fullest first: all articles, the first phrase and a count, nothing."""
    yield labels.listed(language)
    if labels.are_phrases and (others := len(labels.words) - 1):
        counted = renderer.translations(language).ngettext("%(num)d other study", "%(num)d other studies", others)
        yield _Labels((labels.words[0], counted % {"num": others}), are_phrases=True).listed(language)
    yield ""
