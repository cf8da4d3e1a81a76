"""What the configuration holds. An unknown key is an error, so that a misspelt one never passes for a default."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from digest.errors import InvalidAddress
from digest.subscribers.address import parse_address

Language = Literal["en", "fr"]  # those with a catalogue in digest/locales
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]

_KEY_BYTES = 32
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NTH_DAY = re.compile(rf"(first|second|third|fourth|last) ({_WEEKDAYS})")


def _address(text: str) -> str:
    try:
        return parse_address(text)
    except InvalidAddress as error:
        raise ValueError(str(error)) from error


Address = Annotated[str, AfterValidator(_address)]


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Sender(Section):
    name: str = Field(min_length=1)
    address: Address


class NewsletterSection(Section):
    title: str | dict[Language, str]
    base_url: str
    list_id: str = Field(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=200)
    sender: Sender = Field(alias="from")
    reply_to: Address | None = None
    postal_address: str = Field(min_length=1)
    contact: str = Field(min_length=1)
    languages: list[Language] = Field(default=["en", "fr"], min_length=1)
    accent: str = Field(default="#2a5d67", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: str | None = None

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, url: str) -> str:
        parts = urlsplit(url)
        try:
            sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:  # a port that no machine has
            sound = False
        if not sound or any(letter.isspace() for letter in url):
            raise ValueError("write the address of the site, such as https://digest.example.org")
        if parts.query or parts.fragment or parts.username or not url.isascii():
            raise ValueError("no query, fragment, user name or accents in the address of the site")
        if not frozenset("&<>\"'").isdisjoint(url):
            raise ValueError("no letter in the address of the site that HTML would have to escape")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _title_in_every_language(self) -> Self:
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: each language once")
        missing = set(self.languages) - set(self.title) if isinstance(self.title, dict) else set()
        if missing:
            raise ValueError(f"title: write one for {', '.join(sorted(missing))} too, or one text for all")
        return self

    @field_validator("logo")
    @classmethod
    def _https_logo(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith("https://"):
            raise ValueError("the logo's address must start with https://")
        return url

    @property
    def loopback(self) -> bool:
        """Whether the site answers only on this machine."""
        return urlsplit(self.base_url).hostname in _LOOPBACK


class Count(Section):
    min: int = Field(default=2, ge=1, le=4)
    max: int = Field(default=3, ge=1, le=4)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min must not be more than max")
        return self


class ContentSection(Section):
    articles: str = "articles"
    articles_per_issue: Count = Count()
    templates: str | None = None


class NamedSection(Section):
    slug: Slug
    name: dict[Language, str] = Field(min_length=1)


class TopicSection(NamedSection):
    group: Slug
    aliases: list[str] = []


class DatabaseSection(Section):
    url: str = "sqlite:///subscribers/digest.db"

    @field_validator("url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url


def _key(secret: SecretStr) -> SecretStr:
    try:
        long_enough = len(bytes.fromhex(secret.get_secret_value())) >= _KEY_BYTES
    except ValueError:
        long_enough = False
    if not long_enough:
        raise ValueError(f"write at least {_KEY_BYTES} random bytes in hexadecimal: `digest init` makes fresh ones")
    return secret


Key = Annotated[SecretStr, AfterValidator(_key)]


class KeysSection(Section):
    sign: Key
    verify: list[Key] = []
    unsubscribe_only: list[Key] = []
    suppression: Key

    @model_validator(mode="after")
    def _each_for_itself(self) -> Self:
        keys = [key.get_secret_value().lower() for key in (self.sign, *self.verify, *self.unsubscribe_only)]
        if self.suppression.get_secret_value().lower() in keys:
            raise ValueError("suppression must be a key of its own: one that signs links may have to be withdrawn")
        if len(set(keys)) < len(keys):
            raise ValueError("a key stands twice: give each one role")
        return self


class When(Section):
    """A day of the month and an hour of that day."""

    day: int | str
    hour: int = Field(ge=0, le=23)

    @field_validator("day")
    @classmethod
    def _some_day(cls, day: int | str) -> int | str:
        if isinstance(day, int) and 1 <= day <= 31:  # noqa: PLR2004
            return day
        if isinstance(day, str) and _NTH_DAY.fullmatch(day.lower()):
            return day.lower()
        raise ValueError('write a day from 1 to 31, or for example "first tuesday" or "last friday"')


class ScheduleSection(Section):
    timezone: str = "America/Toronto"
    month: Literal["previous", "current", "next"] = "current"
    assemble: When = When(day=1, hour=6)
    send: When = When(day="second tuesday", hour=9)
    grace_hours: int = Field(default=48, ge=1, le=24 * 28)
    require_approval: bool = True

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone: write one like America/Toronto") from error
        return name


class DeliverySection(Section):
    transport: Literal["files", "smtp", "sendgrid"] = "files"
    batch_size: int = Field(default=500, ge=1, le=1000)
    in_flight: int = Field(default=8, ge=1, le=256)
    rate: float = Field(default=0, ge=0)  # recipients a second; 0: no limit
    deadline: float = Field(default=60, gt=0)  # seconds
    lease: int = Field(default=120, ge=5, le=3600)  # seconds
    on_in_doubt: Literal["hold", "resend"] = "hold"
    settle_after: float = Field(default=25, gt=0)  # hours
    soft_bounces: int = Field(default=3, ge=1, le=24)  # issues in a row

    @model_validator(mode="after")
    def _over_before_the_lease(self) -> Self:
        if self.deadline >= self.lease:
            raise ValueError("deadline must be less than lease: a request is over before its worker counts as gone")
        return self


class FilesSection(Section):
    directory: str = "outbox"


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network: write one like 10.0.0.0/8, or one address") from error


class RateSection(Section):
    count: int = Field(ge=1, le=100_000)
    minutes: int = Field(ge=1, le=60 * 24 * 7)


class LimitsSection(Section):
    address: RateSection = RateSection(count=3, minutes=60 * 24)
    network: RateSection = RateSection(count=30, minutes=60)


class WebSection(Section):
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = []
    limits: LimitsSection = LimitsSection()


class RetentionSection(Section):
    signups_days: int = Field(default=14, ge=7, le=365)  # not shorter than the link that confirms one works
    networks_days: int = Field(default=365, ge=1, le=3650)
    deliveries_months: int = Field(default=24, ge=2, le=120)  # the links in a mail must work for 60 days


class ConsentSection(Section):
    record_network: bool = False


_PORTS = {"none": 25, "starttls": 587, "tls": 465}


def _ascii(text: str) -> str:
    if not text.isascii():
        raise ValueError("no accents: SMTP can't say them in a log-in")
    return text


def _ascii_secret(secret: SecretStr) -> SecretStr:
    _ascii(secret.get_secret_value())
    return secret


class SmtpSection(Section):
    host: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.:-]+$")
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: Annotated[str, AfterValidator(_ascii)] | None = None
    password: Annotated[SecretStr, AfterValidator(_ascii_secret)] | None = None

    @model_validator(mode="after")
    def _guarded_password(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("write both username and password, or neither")
        if self.password is not None and self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("a password goes over starttls or tls only")
        return self

    @property
    def effective_port(self) -> int:
        """The port, or the usual one of the kind of security."""
        return self.port or _PORTS[self.security]


def _api_key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value().strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ValueError("write the key alone: no spaces, line breaks or accents")
    return SecretStr(key)


class SendgridSection(Section):
    api_key: Annotated[SecretStr, AfterValidator(_api_key)] | None = None
    host: str = "https://api.sendgrid.com"
    timeout: float = Field(default=30, gt=0)  # seconds
    webhook_public_key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9+/]+=*$")
    sandbox: bool = False

    @field_validator("host")
    @classmethod
    def _origin(cls, url: str) -> str:
        parts = urlsplit(url)
        try:
            reachable = parts.port != 0
        except ValueError:  # a port that no machine has
            reachable = False
        if not reachable or not url.isascii():
            raise ValueError("write a name without accents, and a port from 1 to 65535 or none")
        if parts.username or parts.path not in {"", "/"} or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("write the address alone, such as https://api.sendgrid.com")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("the address must start with https:// (http:// only on this machine)")
        return url.rstrip("/")


class Config(Section):
    """The whole configuration, checked. Paths in it are relative to the file's folder."""

    newsletter: NewsletterSection
    content: ContentSection = ContentSection()
    topic_groups: list[NamedSection] = []
    topics: list[TopicSection] = Field(min_length=1)
    research_types: list[NamedSection] = []
    database: DatabaseSection = DatabaseSection()
    keys: KeysSection
    schedule: ScheduleSection = ScheduleSection()
    delivery: DeliverySection = DeliverySection()
    files: FilesSection = FilesSection()
    web: WebSection = WebSection()
    retention: RetentionSection = RetentionSection()
    consent: ConsentSection = ConsentSection()
    smtp: SmtpSection = SmtpSection()
    sendgrid: SendgridSection = SendgridSection()

    @model_validator(mode="after")
    def _chosen_transport(self) -> Self:
        if self.delivery.transport == "smtp" and self.smtp.host is None:
            raise ValueError("delivery.transport is smtp: write smtp.host")
        if self.delivery.transport == "sendgrid":
            if self.sendgrid.api_key is None:
                raise ValueError("delivery.transport is sendgrid: write sendgrid.api_key, or DIGEST_SENDGRID__API_KEY")
            if not self.newsletter.sender.name.isascii():
                raise ValueError("newsletter.from.name: SendGrid takes no accents in the name of the sender")
        return self

    @model_validator(mode="after")
    def _secure_links(self) -> Self:
        insecure = self.newsletter.base_url.startswith("http://")
        if insecure and not (self.newsletter.loopback and self.delivery.transport == "files"):
            raise ValueError("newsletter.base_url must start with https:// (http:// only on this machine, with files)")
        return self

    @model_validator(mode="after")
    def _topics_once(self) -> Self:
        seen: dict[str, str] = {}
        groups = {group.slug for group in self.topic_groups}
        for topic in self.topics:
            if topic.group not in groups:
                raise ValueError(f"topic {topic.slug}: no such group {topic.group!r} in topic_groups")
            for word in {word.casefold() for word in (topic.slug, *topic.name.values(), *topic.aliases)}:
                if seen.setdefault(word, topic.slug) != topic.slug:
                    raise ValueError(f"{word!r} names two topics: {seen[word]} and {topic.slug}")
        return self
