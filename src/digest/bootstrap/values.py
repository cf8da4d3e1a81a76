"""From the configuration to plain values. Pure: it opens no file and asks for no time."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from digest.archive.credits import Author, Credits
from digest.config import Config
from digest.config.models import LineOrEach, NamedSection, RateSection, Sender
from digest.delivery.schedule import Action, Schedule, ScheduleRule
from digest.issue.newsletter import IssueRules, Newsletter
from digest.pipeline.people.limits import Limits, Rate
from digest.pipeline.upkeep.clean_up import Retention
from digest.subscribers.address import AddressHash
from digest.tokens import Keys
from digest.topics import ResearchType, Taxonomy, Term, Topic

if TYPE_CHECKING:
    from digest.archive.pages.about import SiteFacts

_DAYS_OF_A_MONTH = 31
_LEAD = {"previous": -1, "current": 0, "next": 1}  # months


def taxonomy_of(config: Config) -> Taxonomy:
    """Return the topics, their groups and the research types."""

    def name(section: NamedSection) -> dict[str, str]:
        return _by_language(section.name, config.newsletter.languages)

    return Taxonomy(
        topics=tuple(Topic(topic.slug, name(topic), topic.group, tuple(topic.aliases)) for topic in config.topics),
        groups=tuple(Term(group.slug, name(group)) for group in config.topic_groups),
        research_types=tuple(
            ResearchType(kind.slug, name(kind), kind.correlational, tuple(kind.aliases))
            for kind in config.research_types
        ),
    )


def newsletter_of(config: Config) -> Newsletter:
    """Return what is the same in every issue."""
    section = config.newsletter
    languages, reply_to = section.languages, section.reply_to
    return Newsletter(
        title=_by_language(section.title, languages),
        base_url=section.base_url,
        list_id=section.list_id,
        from_name=_by_language(section.sender.name, languages),
        from_address=section.sender.address,
        postal_address=tuple(line.strip() for line in section.postal_address.splitlines() if line.strip()),
        contact=section.contact,
        reply_to=reply_to.address if isinstance(reply_to, Sender) else reply_to,
        reply_name=_by_language(reply_to.name, languages) if isinstance(reply_to, Sender) else "",
        languages=tuple(languages),
        accent=section.accent,
        logo=section.logo,
    )


def credits_of(config: Config) -> Credits:
    """Return who writes the summaries, and their licence."""
    authors = tuple(Author(one.name, one.orcid, one.url) for one in config.authors)
    return Credits(config.newsletter.licence, authors)


def rules_of(config: Config, *, is_mailed: bool) -> IssueRules:
    """Return the rules of an issue; *is_mailed*: whether its mails leave this machine."""
    count = config.content.articles_per_issue
    return IssueRules(count.min, count.max, is_mailed=is_mailed)


def address_hash_of(config: Config) -> AddressHash:
    """Return the keyed hash under which suppressed addresses are kept."""
    return AddressHash(_raw(config.keys.suppression))


def keys_of(config: Config) -> Keys:
    """Return the keys of personal links, by role."""
    section = config.keys
    return Keys(_raw(section.sign), tuple(map(_raw, section.verify)), tuple(map(_raw, section.unsubscribe_only)))


def limits_of(config: Config) -> Limits:
    """Return how often people may ask for a mail."""
    section = config.web.limits
    return Limits(
        address=_rate(section.address),
        mailbox=_rate(section.mailbox),
        own=_rate(section.own),
        network=_rate(section.network),
    )


def retention_of(config: Config) -> Retention:
    """Return how long data about people is kept."""
    section = config.retention
    return Retention(
        requests=dt.timedelta(days=section.signups_days),
        networks=dt.timedelta(days=section.networks_days),
        recipients=dt.timedelta(days=section.deliveries_months * _DAYS_OF_A_MONTH),
    )


def facts_of(config: Config) -> "SiteFacts":
    """Return what the built-in texts of the site say about how the newsletter is made and what is kept."""
    from digest.archive.pages.about import SiteFacts  # noqa: PLC0415  only the site needs it

    count, kept, limits = config.content.articles_per_issue, config.retention, config.web.limits
    return SiteFacts(
        fewest=count.min,
        most=count.max,
        is_approved=config.schedule.require_approval,
        requests_days=kept.signups_days,
        networks_days=kept.networks_days if config.consent.record_network else 0,
        deliveries_months=kept.deliveries_months,
        limits_hours=-(-max(limit.minutes for _, limit in limits) // 60),
        provider="SendGrid" if config.delivery.transport == "sendgrid" else "",
    )


def schedule_of(config: Config) -> Schedule:
    """Return when the calendar acts."""
    section = config.schedule
    rules = {
        Action.ASSEMBLE: ScheduleRule(section.assemble.day, section.assemble.hour),
        Action.SEND: ScheduleRule(section.send.day, section.send.hour),
    }
    grace = dt.timedelta(hours=section.grace_hours)
    return Schedule(rules, ZoneInfo(section.timezone), _LEAD[section.month], grace)


def _by_language(texts: LineOrEach, languages: Iterable[str]) -> dict[str, str]:
    if isinstance(texts, str):
        return dict.fromkeys(languages, texts)
    return {str(language): text for language, text in texts.items()}


def _raw(secret: SecretStr) -> bytes:
    return bytes.fromhex(secret.get_secret_value())


def _rate(section: RateSection) -> Rate:
    return Rate(section.count, dt.timedelta(minutes=section.minutes))
