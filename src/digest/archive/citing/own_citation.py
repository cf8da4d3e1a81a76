"""How to cite a summary."""

from markupsafe import Markup, escape

from digest.archive.citing.reference import CitedArticle
from digest.rendering.typography import typographic
from digest.rendering.words import month_name

_ENDS = (".", "?", "!", "…")


def own_citation(one: CitedArticle) -> Markup:
    """
    The citation of a summary as safe HTML, in its language: author, month, title, newsletter and permalink.

    The author's name is not inverted, since nothing says which part of it is the family name.

    Source: Publication Manual of the American Psychological Association, 7th edition, 10.1.
    """
    article = one.article
    language = article.language.partition("-")[0]
    month = month_name(one.month, language)
    day = f"({one.month.year}, {month.replace(str(one.month.year), '').strip()})."
    title, author = _ended(article.title), article.author or ""
    parts = [author, day, title] if author else [title, day]
    text = escape(typographic(" ".join(parts), language))
    return text + Markup(" <i>{}</i>. {}").format(typographic(one.newsletter, language), one.url)


def _ended(title: str) -> str:
    return title if title.endswith(_ENDS) else f"{title}."
