"""Finds unfinished text in what the editor wrote, such as TODO or {name}."""

import re
from collections.abc import Iterable, Iterator

from digest.issue.checks.codes import error
from digest.issue.checks.files.written import Piece, pieces
from digest.issue.findings import Finding
from digest.issue.issue import Issue

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
    """Find unfinished text in an issue, with its line."""
    return leftovers_in(pieces(issue))


def leftovers_in(texts: Iterable[Piece]) -> Iterator[Finding]:
    """Find unfinished text, with its line."""
    for piece in texts:
        for number, line in enumerate(piece.text.split("\n"), start=1):
            for sign in dict.fromkeys(_SIGNS.findall(line)):
                remedy = "replace it, or suppress this finding if it is intentional"
                yield error("leftover-placeholder", f"{sign!r} looks like unfinished text", remedy, piece.place(number))
