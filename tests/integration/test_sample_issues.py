"""The year of samples as it comes with the package, through the checks that `digest check` runs."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from mail_samples import ROOT
from projects import MONTH, article_text, close_all, opened, run_json, write_articles

from digest.bootstrap import Digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import load_catalogues, load_templates
from digest.content.body import is_implications_heading
from digest.months import Month
from digest.pipeline.issue.assemble import check, findings_of, gather
from digest.rendering.environment import Renderer
from digest.rendering.markdown import headings

MONTHS = sorted(path.name for path in (ROOT / "articles").iterdir() if path.is_dir())


@pytest.fixture
def samples(tmp_path: Path):
    start_project(tmp_path)
    shutil.copytree(ROOT / "articles", tmp_path / "articles", dirs_exist_ok=True)
    yield opened(tmp_path)
    close_all()


@pytest.fixture
def project(tmp_path: Path):
    start_project(tmp_path)
    write_articles(tmp_path, ("empathy", "attachment"))
    yield tmp_path
    close_all()


def codes(digest: Digest) -> list[str]:
    return [finding.code for _, finding in findings_of(digest.workshop, MONTH)]


def test_a_year_of_samples_raises_no_finding(samples: Digest):
    assert len(MONTHS) == 12
    assert findings_of(samples.workshop, None) == []


def test_check_of_everything_looks_at_the_notifications_too(samples: Digest):
    templates = load_templates(None) | {"email/notification/footer.html": "<tr><td>Somewhere</td></tr>"}
    workshop = replace(samples.workshop, renderer=Renderer(templates, load_catalogues()))

    found = [finding for month, finding in findings_of(workshop, None) if month is None]

    assert {finding.code for finding in found} >= {"no-sender", "no-postal-address"}
    assert "the HTML of the confirm mail (en) does not show the sender" in found[0].problem


def test_check_of_everything_looks_at_the_texts_of_the_site_too(samples: Digest):
    pages = samples.folder / "pages"
    pages.mkdir()
    (pages / "about.en.md").write_text("# About us\n\nTODO", encoding="utf-8")
    (pages / "privacy.de.md").write_text("Datenschutz", encoding="utf-8")

    found = findings_of(samples.workshop, None)

    assert [(month, str(finding.place), finding.code) for month, finding in found] == [
        (None, "pages/privacy.de.md", "not-loaded"),
        (None, "pages/about.en.md:3", "leftover-placeholder"),
        (None, "pages/about.en.md", "missing-language"),
    ]


def test_every_sample_has_implications_in_its_language_and_a_doi_or_says_why(samples: Digest):
    articles = [one for month in MONTHS for one in gather(samples.workshop, Month.parse(month)).issue.articles]

    assert len(articles) == 29
    assert {article.slug for article in articles if not (article.study and article.study.doi)} == {
        "alliance-in-ptsd-treatment"  # published online ahead of print, its DOI was not seen
    }
    for article in articles:
        [heading] = [one.text for one in headings(article.source) if is_implications_heading(one.text)]
        assert heading == {"en": "Practice implications", "fr": "Implications pour la pratique"}[article.language]


def test_composed_citations_of_the_samples_agree_with_the_given_ones(samples: Digest):
    apa = samples.workshop.apa
    assert apa is not None
    for month in MONTHS:
        for article in gather(samples.workshop, Month.parse(month)).issue.articles:
            assert article.study is not None
            composed = apa.compose(article.study, "en").text
            given = (article.citation or "").partition(" https://")[0].replace(" Advance online publication.", "")
            assert composed == given


def test_citation_composed_from_the_study_stands_in_what_is_frozen(project: Path):
    text = article_text("About empathy", "empathy").replace(
        "citation: A citation of About empathy.\n",
        'study: {title: On empathy, authors: ["Lee, A.", "Roy, B."], year: 2021, journal: Journal, volume: 3,\n'
        "  doi: 10.1000/abc}\n",
    )
    (project / "articles/2026-11/about-empathy.md").write_text(text, encoding="utf-8")

    checked = check(opened(project).workshop, MONTH)

    assert checked.findings == ()
    assert checked.frozen is not None
    assert [article.citation for article in checked.frozen.document.articles] == [
        "A citation of About attachment.",
        "Lee, A., & Roy, B. (2021). On empathy. Journal, 3. https://doi.org/10.1000/abc",
    ]


def test_study_of_another_month_is_known(project: Path):
    citation = "Lee, A. (2021). A study of something else entirely. Journal, 1. https://doi.org/10.1000/abc"
    for month in (MONTH.shift(-1), MONTH):
        text = article_text("On empathy", "empathy", month).replace("A citation of On empathy.", f'"{citation}"')
        folder = project / "articles" / str(month)
        folder.mkdir(exist_ok=True)
        (folder / f"about-empathy-{month}.md").write_text(text, encoding="utf-8")

    found = run_json(project, "check", str(MONTH))

    assert [(one["code"], one["severity"], one["file"]) for one in found] == [
        ("repeated-study", "warning", "articles/2026-11/about-empathy-2026-11.md")
    ]


def test_suppression_in_the_file_is_obeyed_and_needs_a_reason(project: Path):
    path = project / "articles/2026-11/about-empathy.md"
    text = path.read_text(encoding="utf-8").replace("author: Dr. A. Ant\n", "")
    path.write_text(text, encoding="utf-8")
    without = codes(opened(project))
    accepted = "suppress:\n  - code: no-author\n    reason: by all of us\nabout:"
    path.write_text(text.replace("about:", accepted), encoding="utf-8")

    accepting = codes(opened(project))
    path.write_text(text.replace("about:", accepted.replace("    reason: by all of us\n", "")), encoding="utf-8")

    assert (without, accepting) == (["no-author"], [])
    assert codes(opened(project)) == ["not-loaded", "article-count"]


def test_month_without_the_things_that_are_only_advised_can_be_sent(project: Path):
    for path in (project / "articles/2026-11").glob("*.md"):
        bare = [
            line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(("cit", "auth", "res"))
        ]
        path.write_text("\n".join(bare).partition("## Practice")[0], encoding="utf-8")

    checked = check(opened(project).workshop, MONTH)

    assert checked.frozen is not None
    assert checked.errors == ()
    assert {finding.code for finding in checked.findings} == {
        "no-citation",
        "no-author",
        "no-research-type",
        "no-implications",
    }
