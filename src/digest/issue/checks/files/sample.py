"""Finds values of the sample configuration that must be replaced before real mail goes out."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from digest.issue.checks.codes import error
from digest.issue.findings import Finding
from digest.issue.newsletter import IssueRules, Newsletter
from digest.issue.sources import setting_name

SAMPLE_TITLES = frozenset({"Psychotherapy Research Digest", "Bulletin de recherche en psychothérapie"})
SAMPLE_STREET = "100 Example Street"
_EXAMPLE_HOST = re.compile(r"(?:.*\.)?example(?:\.[a-z]+)?", re.IGNORECASE)  # RFC 2606
_REMEDY = "replace it with your own in the configuration"
_FIELDS = ("from_address", "reply_to", "contact", "base_url", "list_id", "logo")


def sample_findings(newsletter: Newsletter, rules: IssueRules) -> Iterator[Finding]:
    """Find sample values in the newsletter's settings, if the transport sends real mail."""
    if rules.is_mailed:
        for setting, value in _samples(newsletter):
            yield error("placeholder-sender", f"{setting} is still the sample {value!r}", _REMEDY)


def sample_obstacle(newsletter: Newsletter, rules: IssueRules) -> str:
    """The same in one sentence that names every such setting and says what to do; empty if there is none."""
    settings = [setting for setting, _ in _samples(newsletter)] if rules.is_mailed else []
    verb = "is still the sample" if len(settings) == 1 else "are still the samples"
    return f"{', '.join(settings)} {verb}: {_REMEDY}" if settings else ""


def _samples(newsletter: Newsletter) -> Iterator[tuple[str, str]]:
    for language, title in newsletter.title.items():
        if title.strip() in SAMPLE_TITLES:
            yield f"{setting_name('title')}.{language}", title
    for line in newsletter.postal_address:
        if SAMPLE_STREET.casefold() in line.casefold():
            yield setting_name("postal_address"), line
    for field in _FIELDS:
        value = getattr(newsletter, field) or ""
        if _EXAMPLE_HOST.fullmatch(_host(value)):
            yield setting_name(field), value


def _host(value: str) -> str:
    """The host of a web or e-mail address, or the value itself."""
    if "://" in value:
        return urlsplit(value).hostname or ""
    return value.rpartition("@")[2].strip()
