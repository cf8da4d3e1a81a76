"""The files and settings that an issue is made from, so that a change can be named."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from digest.issue.issue import Issue

_NAME_OF = "the name of "
# fields of `Newsletter` that have another name in the configuration
_SETTINGS = {
    "from_name": "newsletter.from.name",
    "from_address": "newsletter.from.address",
    "reply_name": "newsletter.reply_to.name",
}


def sources_of(issue: Issue) -> dict[str, str]:
    """SHA-256 of each file and setting that *issue* is made from, by the name that editors use."""
    files = {article.place.file: article.source for article in issue.articles}
    if issue.file.place is not None:
        files[issue.file.place.file] = issue.file.source
    settings = {setting_name(field): value for field, value in asdict(issue.newsletter).items()}
    return {name: _digest(value) for name, value in {**files, **settings, **_names(issue)}.items()}


def setting_name(field: str) -> str:
    """The name of a field of `Newsletter` in the configuration."""
    return _SETTINGS.get(field, f"newsletter.{field}")


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """
    List what was changed, added or removed between two results of `sources_of`, sorted by name.

    A topic that only appears or disappears with an article is not listed.
    """
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    listed = [name for name in names if not name.startswith(_NAME_OF) or (name in before and name in now)]
    return tuple(f"{name} {_difference(before.get(name), now.get(name))}" for name in listed)


def _difference(before: str | None, now: str | None) -> str:
    if before is None:
        return "added"
    return "removed" if now is None else "changed"


def _names(issue: Issue) -> dict[str, list[str]]:
    """The names of the topics and research types that the issue shows."""
    taxonomy, languages = issue.taxonomy, issue.newsletter.languages
    topics = {topic for article in issue.articles for topic in article.topics}
    kinds = {article.research_type for article in issue.articles if article.research_type}
    return {f"{_NAME_OF}topic {one}": [taxonomy.name(one, language) for language in languages] for one in topics} | {
        f"{_NAME_OF}research type {one}": [taxonomy.research_type_name(one, language) for language in languages]
        for one in kinds
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=dict).encode()).hexdigest()


def is_setting(difference: str) -> bool:
    """Whether an entry of `differences` concerns the configuration rather than a file."""
    return difference.startswith(("newsletter.", _NAME_OF))
