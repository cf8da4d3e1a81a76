"""The configuration, key by key; keys that contradict each other are in `clashes`.

An unknown key is an error, so that a misspelled one is never silently ignored.
"""

import re
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, SecretStr, Tag, field_validator

from digest.archive.credits import bare_orcid
from digest.characters import line_fault, tidy_line
from digest.errors import InvalidAddress
from digest.subscribers.address import parse_address

Language = Literal["en", "fr"]  # the languages with a catalogue in digest/locales
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]

_KEY_BYTES = 32
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
DAY = 'must be a day from 1 to 31, or a weekday such as "first tuesday" or "last friday"'
_NTH_DAY = re.compile(rf"(first|second|third|fourth|last) ({_WEEKDAYS})")


def _address(text: str) -> str:
    try:
        return parse_address(text)
    except InvalidAddress as error:
        raise ValueError(str(error)) from error


Address = Annotated[str, AfterValidator(_address)]


def _line(text: str) -> str:
    line = tidy_line(text)
    _require_line(line)
    return line


def _lines(text: str) -> str:
    lines = [line for each in text.split("\n") if (line := tidy_line(each))]
    for line in lines or [""]:
        _require_line(line)
    return "\n".join(lines)


def _path(text: str) -> str:
    _require_line(text.strip())
    return text  # not normalised: a file system finds a file only under its exact name


def _require_line(line: str) -> None:
    if not line:
        raise ValueError("must not be empty")
    if fault := line_fault(line):
        raise ValueError(f"has {fault.what}: {fault.remedy}")


Line = Annotated[str, AfterValidator(_line)]  # readers see it in mails and on pages
LineInEachLanguage = Annotated[dict[Language, Line], Field(min_length=1)]
FilePath = Annotated[str, AfterValidator(_path)]


def site_address(url: str) -> str:
    """The address of a site, without a slash at its end.

    Raises:
        ValueError: *url* is not an address that links can begin with.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # not a valid port, or half an IPv6 address
        sound = False
    if not sound or any(letter.isspace() for letter in url):
        raise ValueError("must be the address of the site, such as https://digest.example.org")
    if parts.query or parts.fragment or parts.username or not url.isascii():
        raise ValueError("must not contain a query, a fragment, a user name or accents")
    if not frozenset("&<>\"'").isdisjoint(url):
        raise ValueError("must not contain any of & < > \" '")
    return url.rstrip("/")


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("must start with https://")
    return url


def _kind(value: object) -> str:
    return "str" if value is None or isinstance(value, str | int | float) else "dict[...]"


# one text for all languages, or one for each
LineOrEach = Annotated[
    Annotated[Line, Tag("str")] | Annotated[LineInEachLanguage, Tag("dict[...]")], Discriminator(_kind)
]


def each(texts: LineOrEach) -> tuple[str, ...]:
    """The one text, or every one of them."""
    return (texts,) if isinstance(texts, str) else tuple(texts.values())


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Sender(Section):
    name: LineOrEach
    address: Address


ReplyTo = Annotated[Annotated[Address, Tag("str")] | Annotated[Sender, Tag("dict[...]")], Discriminator(_kind)]


class NewsletterSection(Section):
    title: LineOrEach
    base_url: Annotated[str, AfterValidator(site_address)]
    list_id: str = Field(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=200)
    sender: Sender = Field(alias="from")
    reply_to: ReplyTo | None = None
    postal_address: Annotated[str, AfterValidator(_lines)]
    contact: Line
    languages: list[Language] = Field(default=["en", "fr"], min_length=1)
    accent: str = Field(default="#2a5d67", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: Line | None = None
    licence: Line | None = None

    @field_validator("logo", "licence")
    @classmethod
    def _https_only(cls, url: str | None) -> str | None:
        return None if url is None else _https(url)

    @property
    def loopback(self) -> bool:
        """Whether the site answers only on this machine."""
        return urlsplit(self.base_url).hostname in LOOPBACK


class Count(Section):
    min: int = Field(default=2, ge=1, le=4)
    max: int = Field(default=3, ge=1, le=4)


class ContentSection(Section):
    articles: FilePath = "articles"
    articles_per_issue: Count = Count()
    templates: FilePath | None = None
    pages: FilePath = "pages"


class NamedSection(Section):
    slug: Slug
    name: LineOrEach


class TopicSection(NamedSection):
    group: Slug
    aliases: list[Line] = []


class ResearchTypeSection(NamedSection):
    aliases: list[Line] = []
    correlational: bool = False


class AuthorSection(Section):
    name: Line
    orcid: Annotated[Line, AfterValidator(bare_orcid)] | None = None
    url: Annotated[Line, AfterValidator(_https)] | None = None


class DatabaseSection(Section):
    url: str = "sqlite:///subscribers/digest.db"

    @field_validator("url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url


def _key(secret: SecretStr) -> SecretStr:
    try:
        long_enough = len(bytes.fromhex(secret.get_secret_value())) >= _KEY_BYTES
    except ValueError:
        long_enough = False
    if not long_enough:
        raise ValueError(f"must be at least {_KEY_BYTES} random bytes in hexadecimal: `digest init` generates new keys")
    return secret


Key = Annotated[SecretStr, AfterValidator(_key)]


class KeysSection(Section):
    sign: Key
    verify: list[Key] = []
    unsubscribe_only: list[Key] = []
    suppression: Key


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
        raise ValueError(DAY)


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
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "America" is a folder
            raise ValueError("must be a time zone such as America/Toronto") from error
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


class FilesSection(Section):
    directory: FilePath = "outbox"


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a network: write one such as 10.0.0.0/8, or a single address") from error


class RateSection(Section):
    count: int = Field(ge=1, le=100_000)
    minutes: int = Field(ge=1, le=60 * 24 * 7)


class LimitsSection(Section):
    address: RateSection = RateSection(count=3, minutes=60 * 24)
    mailbox: RateSection = RateSection(count=6, minutes=60 * 24)
    own: RateSection = RateSection(count=3, minutes=60 * 24)
    network: RateSection = RateSection(count=30, minutes=60)


class WebSection(Section):
    index: str = "subscribers/archive.db"
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = []
    limits: LimitsSection = LimitsSection()


class RetentionSection(Section):
    signups_days: int = Field(default=14, ge=7, le=365)  # at least as long as the confirmation link works
    networks_days: int = Field(default=365, ge=1, le=3650)
    deliveries_months: int = Field(default=24, ge=2, le=120)  # the links in a mail must work for 60 days


class ConsentSection(Section):
    record_network: bool = False


_PORTS = {"none": 25, "starttls": 587, "tls": 465}


def _ascii(text: str) -> str:
    if not text.isascii():
        raise ValueError("must not contain accents, which SMTP can't use to log in")
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

    @property
    def effective_port(self) -> int:
        """The port, or the default of the security setting."""
        return self.port or _PORTS[self.security]


def _api_key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value().strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ValueError("must be the key alone, without spaces, line breaks or accents")
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
        except ValueError:  # not a valid port
            reachable = False
        if not reachable or not url.isascii():
            raise ValueError("must be a host name without accents, with no port or one from 1 to 65535")
        if parts.username or parts.path not in {"", "/"} or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("must be an address without a path, such as https://api.sendgrid.com")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must start with https:// (http:// works only on this machine)")
        return url.rstrip("/")


class Config(Section):
    """The whole configuration. Its paths are relative to the folder of the file."""

    newsletter: NewsletterSection
    content: ContentSection = ContentSection()
    topic_groups: list[NamedSection] = []
    topics: list[TopicSection] = Field(min_length=1)
    research_types: list[ResearchTypeSection] = []
    authors: list[AuthorSection] = []
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

    @property
    def transport(self) -> FilesSection | SmtpSection | SendgridSection:
        """The section of the transport that `delivery.transport` names: they have the same name."""
        section: FilesSection | SmtpSection | SendgridSection = getattr(self, self.delivery.transport)
        return section
