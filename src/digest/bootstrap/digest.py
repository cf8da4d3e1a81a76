"""The parts of a running digest, each made when it is first asked for."""

import datetime as dt
import random
import time
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from digest.bootstrap.erasures import Erasures
from digest.bootstrap.high_water import AttemptsFile
from digest.bootstrap.resources import load_apa, load_catalogues, load_support, load_templates
from digest.bootstrap.transports import describe_transport, make_transport
from digest.config import Config, load_config
from digest.config.models import LineOrEach, NamedSection, RateSection, Sender
from digest.content.library import Library
from digest.delivery.description import TransportDescription
from digest.delivery.handover import Transport
from digest.delivery.schedule import Action, Schedule, ScheduleRule
from digest.errors import ConfigError
from digest.issue.newsletter import IssueRules, Newsletter
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.status import Outlook
from digest.pipeline.issue.archive import Archive
from digest.pipeline.issue.assemble import Workshop
from digest.pipeline.issue.changes import Files
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import Limits, Rate
from digest.pipeline.people.notify import Courier
from digest.pipeline.process import this_process
from digest.pipeline.upkeep.calendar import Calendar
from digest.pipeline.upkeep.clean_up import Retention
from digest.rendering.environment import Renderer
from digest.storage import installation
from digest.storage.archive_index.index import ArchiveIndex
from digest.storage.db.database import Database, located, revision_state, upgrade
from digest.storage.db.engine import file_of, parse
from digest.storage.outbox import campaigns
from digest.subscribers.address import AddressHash
from digest.subscribers.lists.rows import RowRules
from digest.tokens import LIFETIMES, UNSUBSCRIBE, Keys, Purpose, dated_signer, signer
from digest.topics import Taxonomy, Term, Topic
from digest.transports.barred import BarredTransport

_DAY = 24 * 60 * 60  # seconds
_DAYS_OF_A_MONTH = 31
_LEAD = {"previous": -1, "current": 0, "next": 1}


def open_digest(path: Path) -> "Digest":
    """Read the configuration at *path*.

    Raises:
        ConfigError: It can't be used.
    """
    return Digest(load_config(path), path.resolve().parent)


def _by_language(texts: LineOrEach, languages: Iterable[str]) -> dict[str, str]:
    if isinstance(texts, str):
        return dict.fromkeys(languages, texts)
    return {str(language): text for language, text in texts.items()}


def _raw(secret: SecretStr) -> bytes:
    return bytes.fromhex(secret.get_secret_value())


def _rate(section: RateSection) -> Rate:
    return Rate(section.count, dt.timedelta(minutes=section.minutes))


class Digest:
    """Everything that the commands need, wired from *config*; relative paths count from *folder*."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self.folder = folder

    @cached_property
    def taxonomy(self) -> Taxonomy:
        config, languages = self.config, self.config.newsletter.languages

        def name(section: NamedSection) -> dict[str, str]:
            return _by_language(section.name, languages)

        return Taxonomy(
            topics=tuple(Topic(topic.slug, name(topic), topic.group, tuple(topic.aliases)) for topic in config.topics),
            groups=tuple(Term(group.slug, name(group)) for group in config.topic_groups),
            research_types=tuple(Term(kind.slug, name(kind)) for kind in config.research_types),
        )

    @cached_property
    def newsletter(self) -> Newsletter:
        section = self.config.newsletter
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

    @cached_property
    def templates_folder(self) -> Path | None:
        """The folder that overrides built-in templates, or None."""
        name = self.config.content.templates
        return self.folder / name if name else None

    @property
    def articles_folder(self) -> Path:
        return self.folder / self.config.content.articles

    def load_renderer(self) -> Renderer:
        """Read the templates anew."""
        return Renderer(load_templates(self.templates_folder), load_catalogues())

    @cached_property
    def renderer(self) -> Renderer:
        return self.load_renderer()

    @cached_property
    def library(self) -> Library:
        return Library(self.articles_folder, self.taxonomy)

    @property
    def rules(self) -> IssueRules:
        count = self.config.content.articles_per_issue
        return IssueRules(count.min, count.max, is_mailed=self.transport_description.leaves_machine)

    @cached_property
    def workshop(self) -> Workshop:
        return Workshop(
            self.library, self.newsletter, self.rules, self.taxonomy, self.renderer, load_apa(), load_support()
        )

    @property
    def files(self) -> Files:
        """Where issues come from, without what renders them."""
        return Files(self.library, self.newsletter, self.taxonomy, self.rules)

    @property
    def database_url(self) -> str:
        """The URL with a SQLite file's path made absolute."""
        return located(self.config.database.url, self.folder)

    @cached_property
    def database(self) -> Database:
        """The database; an empty one is given its tables first.

        Raises:
            ConfigError: Its tables are of another version.
        """
        state = revision_state(self.database_url)
        if state == "empty":
            upgrade(self.database_url)
        elif state == "old":
            raise ConfigError("the database is of an older version: make a copy of it, then run `digest db upgrade`")
        elif state == "newer":
            raise ConfigError("the database is of a newer version than this program: install the newer program")
        return Database(self.database_url)

    @cached_property
    def archive(self) -> Archive:
        """What is published."""
        return Archive(self.database, ArchiveIndex(self.folder / self.config.web.index, self.taxonomy), time.monotonic)

    @cached_property
    def installation(self) -> str:
        """What tells this database's attempts from those of others in a provider's events."""
        with self.database.read() as connection:
            return installation.read(connection)

    @cached_property
    def identify(self) -> AddressHash:
        return AddressHash(_raw(self.config.keys.suppression))

    @cached_property
    def keys(self) -> Keys:
        """The keys of personal links, by role."""
        section = self.config.keys
        return Keys(_raw(section.sign), tuple(map(_raw, section.verify)), tuple(map(_raw, section.unsubscribe_only)))

    @cached_property
    def people(self) -> PeopleContext:
        return PeopleContext(
            identify=self.identify,
            newsletter=self.newsletter,
            renderer=self.renderer,
            keys=self.keys,
            record_network=self.config.consent.record_network,
            remember=self.erasures.append,
        )

    @property
    def erasures(self) -> Erasures:
        """The record of erasures, which lies beside the database and in none of its backups."""
        return Erasures(self.folder / "subscribers" / "erasures.txt")

    @cached_property
    def limits(self) -> Limits:
        section = self.config.web.limits
        return Limits(
            address=_rate(section.address),
            mailbox=_rate(section.mailbox),
            own=_rate(section.own),
            network=_rate(section.network),
        )

    @property
    def retention(self) -> Retention:
        section = self.config.retention
        return Retention(
            requests=dt.timedelta(days=section.signups_days),
            networks=dt.timedelta(days=section.networks_days),
            recipients=dt.timedelta(days=section.deliveries_months * _DAYS_OF_A_MONTH),
        )

    def row_rules(self, source: str = "", date: dt.date | None = None, ignored: Collection[str] = ()) -> RowRules:
        """What the rows of a subscriber list are read against."""
        today = dt.datetime.now(dt.UTC).date()
        return RowRules(self.taxonomy, self.newsletter.languages, self.identify, source, date, today, tuple(ignored))

    def outbox(self, month: Month) -> Path:
        """Where the `files` transport writes the mails of *month*."""
        return self.folder / self.config.files.directory / str(month)

    @cached_property
    def transport_description(self) -> TransportDescription:
        """What the configured transport says about itself."""
        return describe_transport(self.config)

    def _transport(self, month: Month) -> Transport:
        with self.database.read() as connection:
            campaign = campaigns.find(connection, month)
        name = f"campaign {campaign.id} of {campaign.created_at.isoformat()}" if campaign else ""
        return self._make_transport(self.outbox(month), name)

    @cached_property
    def sending(self) -> Sending:
        delivery = self.config.delivery
        return Sending(
            transport=self._transport,
            newsletter=self.newsletter,
            renderer=self.renderer,
            sign=signer(self.keys.sign, UNSUBSCRIBE),
            preferences_signer=self._preferences_signer,
            owner=this_process(),
            wait=time.sleep,
            jitter=random.random,
            batch_size=delivery.batch_size,
            in_flight=delivery.in_flight,
            rate=delivery.rate,
            deadline=delivery.deadline,
            lease=dt.timedelta(seconds=delivery.lease),
            resend_after=dt.timedelta(hours=delivery.settle_after) if delivery.on_in_doubt == "resend" else None,
            require_approval=self.config.schedule.require_approval,
            high_water=self.high_water,
        )

    @property
    def high_water(self) -> AttemptsFile | None:
        """What is kept beside a SQLite file of its newest attempt; None for PostgreSQL."""
        url = parse(self.database_url)
        if not url.drivername.startswith("sqlite"):
            return None
        file = file_of(url)
        return AttemptsFile(file.with_name(f"{file.name}.attempts"))

    @property
    def outlook(self) -> Outlook:
        """What is to come, as far as the configuration tells."""
        transport, approval = self.transport_description, self.config.schedule.require_approval
        return Outlook(
            transport.name, transport.no_evidence, require_approval=approval, schedule=self.schedule, files=self.files
        )

    def _preferences_signer(self, date: dt.datetime) -> Callable[[int], str]:
        sign, lifetime = dated_signer(self.keys.sign, Purpose.PREFERENCES), LIFETIMES[Purpose.PREFERENCES]
        ends = int((date.timestamp() // _DAY + 1) * _DAY + lifetime.total_seconds())  # to the day: it tells no more
        return lambda subscriber: sign(subscriber, ends)

    @cached_property
    def courier(self) -> Courier:
        """Hands over notifications."""
        lease = dt.timedelta(seconds=self.config.delivery.lease)
        return Courier(self._notifications, self.people, this_process(), random.random, lease)

    def _notifications(self) -> Transport:
        folder = self.folder / self.config.files.directory / "notifications"
        return self._make_transport(folder, "notifications")

    def _make_transport(self, outbox: Path, name: str) -> Transport:
        made = make_transport(self.config, outbox, name, self.renderer, self.installation)
        if not self.files.obstacles:
            return made
        return BarredTransport(made, f"nothing goes out: {'; '.join(self.files.obstacles)}")

    @cached_property
    def schedule(self) -> Schedule:
        """When the calendar acts."""
        section = self.config.schedule
        rules = {
            Action.ASSEMBLE: ScheduleRule(section.assemble.day, section.assemble.hour),
            Action.SEND: ScheduleRule(section.send.day, section.send.hour),
        }
        grace = dt.timedelta(hours=section.grace_hours)
        return Schedule(rules, ZoneInfo(section.timezone), _LEAD[section.month], grace)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.database, self.workshop, self.sending, self.schedule)
