"""Issues with one fault each, for the checks; and the vendored data that the checks use."""

import json
from dataclasses import replace
from functools import cache

from mail_samples import MONTH, NEWSLETTER, ROOT, TAXONOMY, make_issue, renderer, templates
from mail_samples import make_article as make_any_article

from digest.content.accepted import AcceptedFinding
from digest.content.article import Study
from digest.content.issue_file import IssueFile, IssueWording
from digest.errors import ContentError, Place, RenderError
from digest.issue.checks import check_issue, not_rendered
from digest.issue.checks.files.shelf import Shelf
from digest.issue.checks.mail.frozen import check_frozen
from digest.issue.checks.mail.support import Support
from digest.issue.citations.apa import Apa
from digest.issue.newsletter import IssueRules
from digest.issue.render import freeze
from digest.rendering.environment import Renderer

RULES = IssueRules(at_least=2, at_most=3)


def make_article(slug="one", **changes):
    """An article on a study of its own, without a fault."""
    citation = f"Lee, A. (2021). A study of the matter of {slug}. Journal, 1(2), 3–4. https://doi.org/10.1000/{slug}"
    return make_any_article(slug, **{"citation": citation, **changes})


TWO = (make_article("one"), make_article("two"))
OLD = make_article("old", month=MONTH.shift(-1), place=Place("articles/2026-10/old.md"), citation=None)
SHELF = Shelf((OLD, *TWO), frozenset({MONTH, MONTH.shift(-1)}))


@cache
def support() -> Support:
    path = ROOT / "src/digest/vendored/caniemail/features.json"
    return Support.of(json.loads(path.read_text(encoding="utf-8")))


@cache
def apa() -> Apa:
    folder = ROOT / "src/digest/vendored/csl"
    words = {name: (folder / f"locales-{name}.xml").read_bytes() for name in ("en-US", "fr-CA")}
    return Apa((folder / "apa.csl").read_bytes(), words)


def written(*articles, file=None, errors=(), shelf=SHELF):
    """The findings about an issue as it is written; with one article, a second one that is sound."""
    chosen = (*articles, TWO[1]) if len(articles) == 1 else articles or TWO
    return whole(check_issue(make_issue(*chosen, file=file), errors, RULES, TAXONOMY, shelf), of_files=True)


# Findings about an issue as a whole: no line of a file is to blame.
OF_THE_ISSUE = {"article-count", "no-article", "placeholder-sender", "too-many-articles"}


def whole(findings, *, of_files=False):
    """*findings*, each of which says what is wrong and what to do, and in which file if one is to blame."""
    for finding in findings:
        assert all(isinstance(text, str) and text.strip() for text in (finding.problem, finding.remedy)), finding
        assert not of_files or (finding.place is None) == (finding.code in OF_THE_ISSUE), finding
    return findings


def in_both(**english):
    """An issue file with these texts in English, and others in French."""
    french = IssueWording(**dict.fromkeys(english, "En français"))
    return IssueFile(MONTH, by_language={"en": IssueWording(**english), "fr": french})


def rendered(issue=None, press=None):
    """The findings about an issue's editions."""
    issue = issue or make_issue(*TWO)
    return whole(check_frozen(issue, freeze(issue, press or renderer()), support()))


def altered(**changes):
    """The findings when every edition has other bytes: each change is made to a string of the edition."""
    issue = make_issue(*TWO)
    frozen = freeze(issue, renderer())
    editions = tuple(
        replace(edition, **{name: change(getattr(edition, name)) for name, change in changes.items()})
        for edition in frozen.editions
    )
    return whole(check_frozen(issue, replace(frozen, editions=editions), support()))


def with_template(name, change):
    """The findings with one template changed."""
    own = {**templates(), name: change(templates()[name])}
    return rendered(press=Renderer(own, {}))


def in_article(markup):
    """The findings with *markup* above every article."""
    return with_template("email/digest/article.html", lambda text: text.replace("<h2", f"{markup}<h2", 1))


def long_issue(kilobytes):
    return make_issue(make_article(body="\n\n".join(["word " * 100] * (kilobytes * 1024 // 507))), make_article("two"))


SEEDS = {
    "article-count": lambda: written(*(make_article(f"a{number}") for number in range(4))),
    "bad-suppression": lambda: written(make_article(suppressed=(AcceptedFinding("no-such", "why not", 3),))),
    "causal-words": lambda: written(make_article(research_type="survey", body="Feedback improves outcomes.")),
    "clipped": lambda: rendered(long_issue(110)),
    "count-word": lambda: written(file=in_both(subject="Three summaries this month")),
    "dead-link": lambda: written(make_article(body="[The last issue](/2026-09/)")),
    "french-typography": lambda: written(make_article(body="Une question ? Oui.", language="fr")),
    "heading-order": lambda: in_article("<h5>Too deep</h5>"),
    "insecure-link": lambda: written(make_article(body="[b](http://example.org)")),
    "leftover-placeholder": lambda: written(make_article(body="It found TODO in all.")),
    "link-characters": lambda: written(make_article(body="<https://example.org/%E2%80%AEgnp.exe>")),
    "low-contrast": lambda: in_article('<p style="color:#aaaaaa">Hardly to be read</p>'),
    "malformed-doi": lambda: written(make_article(study=Study("A", doi="pending"))),
    "missing-language": lambda: written(file=IssueFile(MONTH, introduction="For everybody, in English.")),
    "no-alt": lambda: in_article('<img src="https://example.org/a.png">'),
    "no-article": lambda: check_issue(replace(make_issue(), articles=()), (), RULES, TAXONOMY),
    "no-author": lambda: written(make_article(author=None)),
    "no-citation": lambda: written(make_article(citation=None)),
    "no-implications": lambda: written(make_article(implications=None)),
    "no-postal-address": lambda: rendered(make_issue(*TWO, newsletter=replace(NEWSLETTER, postal_address=(" ",)))),
    "no-research-type": lambda: written(make_article(research_type=None)),
    "no-sender": lambda: altered(html=lambda html: html.replace("Practice Network", "")),
    "no-topic": lambda: written(make_article(topics=())),
    "no-unsubscribe": lambda: altered(html=lambda html: html.replace("unsubscribe-html", "")),
    "not-loaded": lambda: written(errors=[ContentError(Place("articles/2026-11/x.md", 3), "no month", "add it")]),
    "not-rendered": lambda: (not_rendered(RenderError("templates/email/digest/body.html:3: 'x' is undefined")),),
    "placeholder-sender": lambda: check_issue(make_issue(*TWO), (), replace(RULES, is_mailed=True), TAXONOMY, SHELF),
    "repeated-study": lambda: written(make_article(), make_article("two", citation=TWO[0].citation)),
    "size-near-clip": lambda: rendered(long_issue(78)),
    "study-facts": lambda: written(make_article(study=Study("A", n=12, k=34))),
    "subject-characters": lambda: rendered(make_issue(*TWO, file=IssueFile(MONTH, subject="Look \U0001f600"))),
    "subject-length": lambda: rendered(make_issue(*TWO, file=IssueFile(MONTH, subject="Word " * 30))),
    "text-out-of-step": lambda: in_article("<p>This sentence is nowhere in the plain text.</p>"),
    "too-many-articles": lambda: written(*(make_article(f"a{number}") for number in range(5))),
    "unknown-research-type": lambda: written(make_article(research_type="guess")),
    "unsupported": lambda: in_article('<div style="display:grid">A</div>'),
    "vague-link": lambda: written(make_article(body="[Click here](https://example.org)")),
    "wrong-headers": lambda: altered(headers=lambda headers: (*headers, ("Bcc", "a@example.org"))),
}
