"""Finds HTML and CSS features that a widespread mail program does not support."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from digest.issue.checks.codes import warning
from digest.issue.checks.mail.features import used
from digest.issue.checks.mail.page import Page
from digest.issue.checks.mail.support import Support
from digest.issue.findings import Finding

_ADDRESS = "https://www.caniemail.com/features/"

# Features that do no harm if a program lacks them, and why. docs/checks.md has the same list.
ACCEPTED: Mapping[str, str] = MappingProxyType(
    {
        "css-at-media": "adapts to a phone; without it the layout is still fluid",
        "css-at-media-prefers-color-scheme": "dark mode; without it the mail stays light or is inverted",
        "css-at-media-prefers-reduced-motion": "nothing moves without it",
        "css-border-radius": "corners are square without it",
        "css-border-spacing": "the attribute cellspacing says the same",
        "css-box-shadow": "decoration",
        "css-color-scheme": "tells programs that dark mode is supported",
        "css-font-kerning": "letter spacing is slightly less even without it",
        "css-height": "one program treats it as a minimum height, which works just as well for a rule or a gap",
        "css-hyphens": "lines break between words without it",
        "css-list-style-position": "the program decides where bullets are",
        "css-max-height": "only the hidden preheader uses it, which Outlook hides by mso-hide",
        "css-object-fit": "only the logo uses it; without it a wide one is squeezed on a small screen",
        "css-object-position": "only the logo uses it; without it, a small logo is centred in its space",
        "css-opacity": "only the hidden preheader uses it, which Outlook hides by mso-hide",
        "css-outline": "decoration",
        "css-overflow": "only the hidden preheader uses it, which Outlook hides by mso-hide",
        "css-overflow-wrap": "a very long word or address may stick out without it",
        "css-pseudo-class-hover": "nothing depends on the pointer",
        "css-text-decoration-color": "links are underlined in their own colour without it",
        "css-text-decoration-thickness": "links are underlined as usual without it",
        "css-text-underline-offset": "links are underlined as usual without it",
        "css-text-wrap": "lines break less evenly without it",
        "css-transition": "nothing moves without it",
        "css-white-space": "long lines of code may stick out without it",
        "css-word-break": "a very long word or address may stick out without it",
        "css-word-wrap": "a very long word or address may stick out without it",
        "html-abbr": "the letters are shown without it",
        "html-aria-hidden": "a screen reader may say more than it needs",
        "html-aria-label": "the title of the page says the same",
        "html-doctype": "Outlook's engine has no standards mode, which is why the layout uses tables",
        "html-meta-color-scheme": "tells programs that dark mode is supported",
    }
)


def support_findings(pages: Sequence[Page], support: Support) -> Iterator[Finding]:
    """Find features that the mails use, that a widespread program lacks, and that are not in `ACCEPTED`."""
    found = {slug: page for page in reversed(pages) for slug in used(page, support.features)}
    for slug in sorted(found.keys() - ACCEPTED.keys()):
        if lacking := support.lacking(slug):
            title = re.sub(r"\s+", " ", support.features[slug][0]).strip()
            problem = f"{found[slug].name} uses {title}, which is not supported by {_listed(lacking)}"
            yield warning(
                "unsupported", problem, f"remove it from the template, or see {_ADDRESS}{slug}/ for alternatives"
            )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
