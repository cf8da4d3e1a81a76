"""Finds texts of the issue file that are missing or the same in one of the newsletter's languages."""

from collections.abc import Iterable, Iterator

from digest.issue.checks.codes import warning
from digest.issue.checks.files.written import key_place
from digest.issue.findings import Finding
from digest.issue.issue import Issue

_KEYS = ("subject", "preheader", "introduction")
_IF_MEANT = "or suppress this finding if it is intentional"


def language_findings(issue: Issue) -> Iterator[Finding]:
    """Find subject, preheader, introduction and notices that are not written for each language of the newsletter."""
    languages = issue.newsletter.languages
    if len(languages) > 1:
        for key in _KEYS:
            yield from _of_key(issue, key, {one: getattr(issue.file.wording(one), key).strip() for one in languages})
        yield from _of_notices(issue)


def _of_key(issue: Issue, key: str, texts: dict[str, str]) -> Iterator[Finding]:
    written = {language: text for language, text in texts.items() if text}
    missing = [language for language in texts if language not in written]
    each = ", ".join(f"{language}: ..." for language in texts)
    if written and missing:
        problem = f"the {key} is written only for {_listed(written)}; {_listed(missing)} readers get a generated one"
        yield warning("missing-language", problem, f"write it for each language, {_IF_MEANT}", key_place(issue, key))
    elif written and len(set(written.values())) == 1:
        problem = f"the {key} is the same in {_listed(written)}"
        remedy = f"write it separately for each language, {{{each}}}, {_IF_MEANT}"
        yield warning("missing-language", problem, remedy, key_place(issue, key))


def _of_notices(issue: Issue) -> Iterator[Finding]:
    first, *others = (issue.file.wording(one).notices for one in issue.newsletter.languages)
    for notice in first:
        if all(notice in one for one in others):
            problem = f"the notice {notice.title!r} is the same in {_listed(issue.newsletter.languages)}"
            remedy = f"write title and body separately for each language, {_IF_MEANT}"
            yield warning("missing-language", problem, remedy, key_place(issue, "notices"))


def _listed(languages: Iterable[str]) -> str:
    return " and ".join(languages)
