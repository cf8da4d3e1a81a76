"""Every check finds its fault, and a sound issue has none."""

import re
from dataclasses import replace

import pytest
from mail_samples import MONTH, ROOT, TAXONOMY, make_article, make_issue, renderer, templates

from digest.content.issue_file import IssueFile, Notice
from digest.errors import ContentError, Place, RenderError
from digest.issue.checks import check_frozen, check_issue, not_rendered
from digest.issue.findings import Severity
from digest.issue.newsletter import IssueRules
from digest.issue.render import freeze
from digest.rendering.environment import Renderer

RULES = IssueRules(at_least=2, at_most=3)
TWO = (make_article("one"), make_article("two"))


def findings(*articles, file=None, errors=()):
    return check_issue(make_issue(*articles, file=file), errors, RULES, TAXONOMY)


def found(*articles, **options):
    return [(str(f.severity), f.code, str(f.place or "")) for f in findings(*articles, **options)]


def test_sound_issue_has_no_finding():
    article = make_article(body="[a](https://example.org) [b](mailto:a@example.org) [c](/2026-10/)")

    assert findings(article, make_article("two")) == ()
    assert check_frozen(freeze(make_issue(*TWO), renderer())) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"topics": ()}, ("error", "no-topic", "articles/2026-11/one.md:4")),
        ({"implications": None}, ("warning", "no-implications", "articles/2026-11/one.md:10")),
        ({"citation": None}, ("warning", "no-citation", "articles/2026-11/one.md")),
        ({"research_type": None}, ("warning", "no-research-type", "articles/2026-11/one.md")),
        ({"research_type": "guess"}, ("warning", "unknown-research-type", "articles/2026-11/one.md:5")),
        ({"author": None}, ("warning", "no-author", "articles/2026-11/one.md")),
        ({"body": "a\n\n[b](http://example.org)"}, ("error", "insecure-link", "articles/2026-11/one.md:12")),
        ({"body": "[b]()"}, ("error", "insecure-link", "articles/2026-11/one.md:10")),
        ({"body": "[b](javascript:alert)"}, ("error", "insecure-link", "articles/2026-11/one.md:10")),
        ({"implications": "[b](#there)"}, ("error", "insecure-link", "articles/2026-11/one.md")),
    ],
)
def test_fault_of_an_article_is_found_at_its_line(changes, expected):
    assert found(make_article(**changes), make_article("two")) == [expected]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, [("warning", "article-count", "")]), (2, []), (3, []), (4, [("warning", "article-count", "")]),
     (5, [("error", "too-many-articles", "")])],
)  # fmt: skip
def test_number_of_articles_is_checked(number, expected):
    assert found(*(make_article(f"a{place}") for place in range(number))) == expected


def test_issue_without_articles_is_an_error():
    issue = replace(make_issue(), articles=())

    assert [finding.code for finding in check_issue(issue, (), RULES, TAXONOMY)] == ["no-article"]


def test_file_that_does_not_load_is_an_error_and_comes_first():
    error = ContentError(Place("articles/2026-11/x.md", 3), "the month is missing", "add month: 2026-11")

    first, *rest = findings(make_article(author=None), make_article("two"), errors=[error])

    assert str(first) == "articles/2026-11/x.md:3: error not-loaded: the month is missing: add month: 2026-11"
    assert [finding.code for finding in rest] == ["no-author"]


@pytest.mark.parametrize(
    "file",
    [
        IssueFile(MONTH, introduction="[a](http://example.org)"),
        IssueFile(MONTH, notices=(Notice("A", "[a](http://example.org)"),)),
        IssueFile(MONTH, notices=(Notice("A", link="http://example.org"),)),
    ],
)
def test_insecure_link_of_the_issue_file_is_found(file):
    assert found(*TWO, file=file) == [("error", "insecure-link", "articles/2026-11/issue.md")]


def test_issue_that_can_t_be_rendered_is_an_error():
    finding = not_rendered(RenderError("templates/email/digest/body.html:3: can't be rendered: 'x' is undefined"))

    assert (finding.severity, finding.code) == (Severity.ERROR, "not-rendered")


@pytest.mark.parametrize(("kilobytes", "expected"), [(60, []), (85, ["size-near-clip"]), (110, ["clipped"])])
def test_size_is_held_against_the_clip(kilobytes, expected):
    frozen = freeze(make_issue(make_article(body="word " * (kilobytes * 1024 // 5))), renderer())

    assert [finding.code for finding in check_frozen(frozen)] == expected


@pytest.mark.parametrize("part", ["html", "txt"])
def test_template_that_loses_the_unsubscribe_link_is_found(part):
    own = {**templates(), f"email/base/footer.{part}": "nothing"}

    findings = check_frozen(freeze(make_issue(), Renderer(own, {})))

    assert [finding.code for finding in findings] == ["no-unsubscribe"]


def test_every_code_is_documented():
    source = (ROOT / "src/digest/issue/checks.py").read_text()
    codes = set(re.findall(r'_(?:error|warning)\("([a-z-]+)"', source)) | {"insecure-link"}

    documented = re.findall(r"^### (\S+)$", (ROOT / "docs/checks.md").read_text(), re.MULTILINE)

    assert sorted(codes) == sorted(documented)
