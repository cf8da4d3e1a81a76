"""The sample identity of a new project, which must not go out for real."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from factories import make_newsletter

from digest.issue.checks.files.sample import SAMPLE_STREET, SAMPLE_TITLES, sample_findings, sample_obstacle
from digest.issue.newsletter import IssueRules

REMEDY = "replace it with your own in the configuration"
MAILED = IssueRules(is_mailed=True)
OWN = make_newsletter(
    title={"en": "Network News", "fr": "Nouvelles du réseau"},
    base_url="https://news.network.ca",
    list_id="news.network.ca",
    from_address="news@network.ca",
    postal_address=("1 Main Street", "Ottawa"),
    contact="https://network.ca/contact",
    reply_to=None,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": {"en": "Psychotherapy Research Digest"}}, "newsletter.title.en"),
        ({"title": {"en": "News", "fr": "Bulletin de recherche en psychothérapie"}}, "newsletter.title.fr"),
        ({"postal_address": ("Network", " 100 EXAMPLE Street")}, "newsletter.postal_address"),
        ({"from_address": "digest@example.org"}, "newsletter.from.address"),
        ({"from_address": "digest@mail.EXAMPLE.com"}, "newsletter.from.address"),
        ({"reply_to": "editor@example.net"}, "newsletter.reply_to"),
        ({"contact": "editor@example.org"}, "newsletter.contact"),
        ({"contact": "https://www.example.org/contact"}, "newsletter.contact"),
        ({"base_url": "https://digest.example.org"}, "newsletter.base_url"),
        ({"base_url": "https://digest.example"}, "newsletter.base_url"),
        ({"list_id": "digest.example.org"}, "newsletter.list_id"),
        ({"logo": "https://example.org/logo.png"}, "newsletter.logo"),
    ],
)
def test_each_sample_value_is_an_error_that_names_its_setting(changes: dict[str, object], said: str):
    (finding,) = sample_findings(replace(OWN, **changes), MAILED)

    assert (finding.code, finding.severity) == ("placeholder-sender", "error")
    assert finding.problem.startswith(f"{said} is still the sample ")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contact": "+1 613 555 0100"},
        {"from_address": "news@example-network.ca"},
        {"base_url": "https://myexample.org"},
        {"title": {"en": "Our Psychotherapy Research Digest"}},
    ],
)
def test_own_identity_is_no_sample(changes: dict[str, object]):
    assert list(sample_findings(replace(OWN, **changes), MAILED)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        (
            {"from_address": "digest@example.org"},
            f"newsletter.from.address is still the sample: {REMEDY}",
        ),
        (
            {"from_address": "digest@example.org", "list_id": "digest.example.org"},
            f"newsletter.from.address, newsletter.list_id are still the samples: {REMEDY}",
        ),
    ],
)
def test_obstacle_names_every_setting_in_one_sentence(changes: dict[str, object], said: str):
    assert sample_obstacle(replace(OWN, **changes), MAILED) == said
    assert sample_obstacle(replace(OWN, **changes), IssueRules()) == ""


def test_sample_goes_into_a_folder_without_a_finding():
    assert list(sample_findings(make_newsletter(), IssueRules())) == []


def test_samples_are_those_of_the_configuration_that_a_project_begins_with():
    text = (Path(__file__).parents[5] / "config.example.yaml").read_text(encoding="utf-8")
    newsletter = yaml.safe_load(text)["newsletter"]

    assert set(newsletter["title"].values()) == SAMPLE_TITLES
    assert SAMPLE_STREET in newsletter["postal_address"]
