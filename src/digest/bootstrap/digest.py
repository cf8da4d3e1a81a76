"""The parts of a running digest, each made when it is first used."""

import datetime as dt
import random
import time
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.bootstrap import values
from digest.bootstrap.erasures import Erasures
from digest.bootstrap.high_water import AttemptsFile
from digest.bootstrap.resources import load_apa, load_catalogues, load_support, load_templates
from digest.bootstrap.transports import describe_transport, make_transport
from digest.config import Config, load_config
from digest.content.library import Library
from digest.content.site_texts import SiteTexts
from digest.delivery.description import TransportDescription
from digest.delivery.handover import Transport
from digest.delivery.schedule import Schedule
from digest.errors import ConfigError
from digest.issue.newsletter import IssueRules, Newsletter
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.status import Outlook
from digest.pipeline.issue.assemble import Workshop
from digest.pipeline.issue.files import Files
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import Limits
from digest.pipeline.people.notify import Courier
from digest.pipeline.process import this_process
from digest.pipeline.upkeep.calendar import Calendar
from digest.pipeline.upkeep.clean_up import Retention
from digest.rendering.environment import Renderer
from digest.storage import installation
from digest.storage.db.database import Database, located, revision_state, upgrade
from digest.storage.db.engine import file_of, parse
from digest.storage.outbox import campaigns
from digest.subscribers.address import AddressHash
from digest.subscribers.lists.rows import RowRules
from digest.tokens import LIFETIMES, UNSUBSCRIBE, Keys, Purpose, dated_signer, signer
from digest.topics import Taxonomy
from digest.transports.barred import BarredTransport

if TYPE_CHECKING:
    from digest.pipeline.issue.archive import Archive

_DAY = 24 * 60 * 60  # seconds


def open_digest(path: Path) -> "Digest":
    """Read the configuration at *path*.

    Raises:
        ConfigError: The configuration is invalid.
    """
    return Digest(load_config(path), path.resolve().parent)


class Digest:
    """Everything that the commands need, made from *config*. Relative paths count from *folder*."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self.folder = folder

    @cached_property
    def taxonomy(self) -> Taxonomy:
        return values.taxonomy_of(self.config)

    @cached_property
    def newsletter(self) -> Newsletter:
        return values.newsletter_of(self.config)

    @cached_property
    def templates_folder(self) -> Path | None:
        """The folder that overrides built-in templates, or None."""
        name = self.config.content.templates
        return self.folder / name if name else None

    @property
    def articles_folder(self) -> Path:
        return self.folder / self.config.content.articles

    def load_renderer(self) -> Renderer:
        """Read the templates again, as they are now."""
        return Renderer(load_templates(self.templates_folder), load_catalogues())

    @cached_property
    def renderer(self) -> Renderer:
        return self.load_renderer()

    @cached_property
    def library(self) -> Library:
        return Library(self.articles_folder, self.taxonomy)

    @property
    def site_texts(self) -> SiteTexts:
        """The texts of the pages "About" and "Privacy"."""
        return SiteTexts(self.folder / self.config.content.pages, self.newsletter.languages)

    @property
    def rules(self) -> IssueRules:
        return values.rules_of(self.config, is_mailed=self.transport_description.leaves_machine)

    @cached_property
    def workshop(self) -> Workshop:
        return Workshop(
            self.library,
            self.newsletter,
            self.rules,
            self.taxonomy,
            self.renderer,
            load_apa(),
            load_support(),
            self.site_texts,
        )

    @property
    def files(self) -> Files:
        """The sources of issues, without what renders them."""
        return Files(self.library, self.newsletter, self.taxonomy, self.rules)

    @property
    def database_url(self) -> str:
        """The URL of the database, with an absolute path if it is a SQLite file."""
        return located(self.config.database.url, self.folder)

    @cached_property
    def database(self) -> Database:
        """The database. If it is empty, its tables are created first.

        Raises:
            ConfigError: Its tables have another version.
        """
        state = revision_state(self.database_url)
        if state == "empty":
            upgrade(self.database_url)
        elif state == "old":
            raise ConfigError("the database has an older version: copy it, then run `digest db upgrade`")
        elif state == "newer":
            raise ConfigError("the database has a newer version than this program: install the newer program")
        return Database(self.database_url)

    @cached_property
    def archive(self) -> "Archive":
        """What is published."""
        from digest.pipeline.issue.archive import Archive  # noqa: PLC0415  only the site and the export need it
        from digest.storage.archive_index.index import ArchiveIndex  # noqa: PLC0415

        return Archive(self.database, ArchiveIndex(self.folder / self.config.web.index, self.taxonomy), time.monotonic)

    @cached_property
    def installation(self) -> str:
        """The name that marks this database's attempts in a provider's events."""
        with self.database.read() as connection:
            return installation.read(connection)

    @cached_property
    def identify(self) -> AddressHash:
        return values.address_hash_of(self.config)

    @cached_property
    def keys(self) -> Keys:
        """The keys of personal links, by role."""
        return values.keys_of(self.config)

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
        """The record of erasures. It lies beside the database and is in none of its backups."""
        return Erasures(self.folder / "subscribers" / "erasures.txt")

    @cached_property
    def limits(self) -> Limits:
        return values.limits_of(self.config)

    @property
    def retention(self) -> Retention:
        return values.retention_of(self.config)

    def row_rules(self, source: str = "", date: dt.date | None = None, ignored: Collection[str] = ()) -> RowRules:
        """Return the rules by which the rows of a subscriber list are read."""
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
            unsubscribe_signer=signer(self.keys.sign, UNSUBSCRIBE),
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
        """The file beside a SQLite database that records its newest attempt; None for PostgreSQL."""
        url = parse(self.database_url)
        if not url.drivername.startswith("sqlite"):
            return None
        file = file_of(url)
        return AttemptsFile(file.with_name(f"{file.name}.attempts"))

    @property
    def outlook(self) -> Outlook:
        """What the configuration says about how a month goes on."""
        transport, approval = self.transport_description, self.config.schedule.require_approval
        return Outlook(
            transport.name, transport.no_evidence, require_approval=approval, schedule=self.schedule, files=self.files
        )

    def _preferences_signer(self, date: dt.datetime) -> Callable[[int], str]:
        sign, lifetime = dated_signer(self.keys.sign, Purpose.PREFERENCES), LIFETIMES[Purpose.PREFERENCES]
        ends = int(
            (date.timestamp() // _DAY + 1) * _DAY + lifetime.total_seconds()
        )  # to the day, so that it says nothing more
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
        return values.schedule_of(self.config)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.database, self.workshop, self.sending, self.schedule)
