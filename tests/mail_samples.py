"""Issues of invented articles, and the renderer with the project's own templates."""

import gettext
from dataclasses import replace
from functools import cache
from pathlib import Path

from digest.content.article import Article
from digest.content.issue_file import IssueFile
from digest.delivery.handover import Note
from digest.delivery.note_checks import sample_note
from digest.delivery.notifications import NotificationKind
from digest.errors import Place
from digest.issue.issue import Issue
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.rendering.environment import Renderer
from digest.topics import ResearchType, Taxonomy, Topic

ROOT = Path(__file__).resolve().parents[1]
MONTH = Month(2026, 11)
NEWSLETTER = Newsletter(
    title={"en": "Research Digest", "fr": "Recherche en bref"},
    base_url="https://digest.example.org",
    list_id="digest.example.org",
    from_name="Practice Network",
    from_address="digest@example.org",
    reply_to="editor@example.org",
    postal_address=("100 Example Street", "Ottawa ON  K1A 0A0"),
    contact="editor@example.org",
)
TAXONOMY = Taxonomy(
    topics=(
        Topic("alliance", {"en": "Alliance", "fr": "Alliance thérapeutique"}),
        Topic("dropout", {"en": "Dropout", "fr": "Abandon"}),
    ),
    research_types=(
        ResearchType("meta-analysis", {"en": "Meta-analysis", "fr": "Méta-analyse"}),
        ResearchType("survey", {"en": "Survey", "fr": "Enquête"}, correlational=True),
    ),
)


@cache
def renderer() -> Renderer:
    """The built-in templates, with the committed French."""
    return Renderer(templates(), {"fr": french()})


def templates() -> dict[str, str]:
    folder = ROOT / "templates"
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted((folder / "email").rglob("*"))
        if path.is_file()
    }


def french() -> gettext.NullTranslations:
    with (ROOT / "src/digest/locales/fr/LC_MESSAGES/digest.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def make_article(slug: str = "one", **changes: object) -> Article:
    article = Article(
        slug=slug,
        month=MONTH,
        title=f"Title of {slug}",
        body=f"Body of {slug}.",
        about={"en": f"about {slug}", "fr": f"à propos de {slug}"},
        place=Place(f"articles/{MONTH}/{slug}.md"),
        source=f"source of {slug}",
        implications=f"Implications of {slug}.",
        topics=("alliance",),
        research_type="meta-analysis",
        citation="Lee, A. (2021). A study. Journal, 1(2), 3–4. https://doi.org/10.1000/xyz123",
        author="Dr. Ann Lee",
        lines={"title": 2, "topics": 4, "research_type": 5, "body": 10},
    )
    return replace(article, **{"source": repr(changes), **changes})


def make_issue(*articles: Article, file: IssueFile | None = None, newsletter: Newsletter = NEWSLETTER) -> Issue:
    return Issue(MONTH, articles or (make_article(),), file or IssueFile(MONTH), newsletter, TAXONOMY)


def make_note(
    kind: NotificationKind, language: str, newsletter: Newsletter = NEWSLETTER, templating: Renderer | None = None
) -> Note:
    return sample_note(kind, language, newsletter, templating or renderer())
