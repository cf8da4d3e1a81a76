"""Text that was meant to be replaced before anybody reads it."""

import re
from collections.abc import Iterator

from digest.issue.checks.codes import error
from digest.issue.checks.page import Page, letters
from digest.issue.checks.written import pieces
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.issue import Issue
from digest.issue.placeholders import fill

_SIGNS = re.compile(
    r"""
    \b(?:TODO|FIXME|TBD|PLACEHOLDER|X{4,})\b
    | \b(?i:lorem\ ipsum)\b
    | \b(?i:[àa]\ compléter)\b
    | \{\{.*?\}\} | \{%.*?%\} | \{\#.*?\#\}                    # jinja2, Handlebars, Mustache
    | \{(?:name|title|month|topics|author|articles|url|link)\}
    | \*\|[A-Za-z0-9_:]+\|\*                                   # Mailchimp
    | <%.*?%> | %\([a-z_]+\)[sd] | %%?(?![A-F]{2}%[0-9A-F]{2})[A-Z][A-Z_]+%%?  # SendGrid, gettext, mail merge
    | \[(?i:insert|insérer|your|votre|placeholder)\b[^\]]*\](?!\()
    | \[(?i:(?:first\ |last\ )?name|title|date|link|author|prénom|nom|titre|lien|auteur)\](?![(\[:])
    | https://digest\.invalid/\S* | \bdigest-[0-9a-f]{16}-[a-z-]+
    """,
    re.VERBOSE,
)


def written_leftovers(issue: Issue) -> Iterator[Finding]:
    """Find signs of unfinished text in what the editor wrote."""
    for piece in pieces(issue):
        for number, line in enumerate(piece.text.split("\n"), start=1):
            for sign in dict.fromkeys(_SIGNS.findall(line)):
                remedy = "write what belongs there, or suppress this if it is meant"
                yield error("leftover-placeholder", f"{sign!r} looks like unfinished text", remedy, piece.place(number))


def rendered_leftovers(issue: Issue, edition: Edition) -> Iterator[Finding]:
    """Find what is left in an edition once a reader's values are in; what the editor wrote was looked at before."""
    written = letters(" ".join(piece.text for piece in pieces(issue)))
    filled = [
        fill(text, edition.nonce, greeting="", unsubscribe_url="", preferences_url="")
        for text in (edition.html, edition.text)
    ]
    for name, text in zip(
        ("HTML", "text", "subject", "preheader"), (*filled, edition.subject, edition.preheader), strict=True
    ):
        for sign in dict.fromkeys(_SIGNS.findall(text)):
            if letters(sign) not in written:  # the quotes in it are set by now
                problem = f"{sign!r} is left in the {name} of edition {edition.key}"
                yield error("leftover-placeholder", problem, "mend the template, or the value that it needs")
                return


def page_leftovers(page: Page) -> Iterator[Finding]:
    """Find the first sign in a mail that no editor wrote."""
    for name, text in (("HTML", page.html), ("text", page.text)):
        for sign in dict.fromkeys(_SIGNS.findall(text)):
            problem = f"{sign!r} is left in the {name} of {page.name}"
            yield error("leftover-placeholder", problem, "fix the template, or the value that it needs")
            return
