from digest.issue.checks.mail.page import Page
from digest.issue.checks.mail.step import step_findings


def found(html: str, text: str) -> list[str]:
    page = Page("edition en-1", f"<html><body>{html}</body></html>", text, "en")
    return [finding.problem for finding in step_findings(page)]


def test_addresses_are_no_part_of_what_is_compared():
    html = "<p>Write to us at the address below, we answer soon.</p>"
    text = "Write to us at the address (ann.lee@example.org, https://example.org/) below, we answer soon."

    assert found(html, text) == []


def test_sentence_that_only_one_part_has_is_found():
    assert found("<p>Every sentence is in both parts.</p>", "x") == [
        "'Every sentence is in both parts.' is only in the HTML of edition en-1"
    ]


def test_run_without_a_space_is_looked_at_once():
    # a pattern that began again at each character would take hours
    run = "&" * 400_000

    assert found("<p>x</p>", run) == []
