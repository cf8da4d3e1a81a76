"""Checks that every mail shows the sender and the postal address, as the law requires."""

from collections.abc import Iterator, Sequence

from digest.issue.checks.codes import error
from digest.issue.checks.mail.page import Page, letters
from digest.issue.findings import Finding
from digest.issue.newsletter import Newsletter

_FOOTER = "restore {{ from_name }} and {{ postal_address }} in the footer template"


def sender_findings(newsletter: Newsletter) -> Iterator[Finding]:
    """Find what is missing about the sender in the configuration."""
    names = [newsletter.from_name_in(language) for language in newsletter.languages]
    if not (all(name.strip() for name in names) and newsletter.from_address.strip()):
        remedy = "fill in newsletter.from in the configuration"
        yield error("no-sender", "the sender's name or address is missing from the configuration", remedy)
    if not any(line.strip() for line in newsletter.postal_address):
        remedy = "fill in newsletter.postal_address in the configuration"
        yield error("no-postal-address", "the configuration has no postal address", remedy)


def identity_findings(newsletter: Newsletter, pages: Sequence[Page]) -> Iterator[Finding]:
    """Find the first mail whose HTML or text does not show the sender or the postal address."""
    for code, what in (("no-sender", "the sender"), ("no-postal-address", "the postal address")):
        for page in pages:
            lines = (
                newsletter.postal_address if code == "no-postal-address" else [newsletter.from_name_in(page.language)]
            )
            for part, text in (("HTML", page.letters), ("text", letters(page.text))):
                if any(letters(line) not in text for line in lines):
                    yield error(code, f"the {part} of {page.name} does not show {what}", _FOOTER)
                    return
