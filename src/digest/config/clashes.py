"""Keys of the configuration that are sound by themselves and do not go together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from digest.config.models import (
    LOOPBACK,
    Config,
    FilesSection,
    KeysSection,
    LineOrEach,
    NewsletterSection,
    Section,
    Sender,
    SendgridSection,
    SmtpSection,
    each,
)

Location: TypeAlias = tuple[str | int, ...]

_TRANSPORT: Location = ("delivery", "transport")


@dataclass(frozen=True)
class Clash:
    """One fault.

    Attributes:
        about: The key to put right.
        said: What to write, to be put after its name.
        others: The keys that it was compared with: if one of these is at fault itself, this says nothing.
    """

    about: Location
    said: str
    others: tuple[Location, ...]


def clashes(config: Config) -> Iterator[Clash]:
    """Everything that does not go together, in the order of the sections."""
    yield from _newsletter(config.newsletter)
    count = config.content.articles_per_issue
    if count.min > count.max:
        path = ("content", "articles_per_issue")
        yield Clash((*path, "min"), f"it must not be more than max, which is {count.max}", ((*path, "max"),))
    yield from _topics(config)
    yield from _keys(config.keys)
    if config.delivery.deadline >= config.delivery.lease:
        lease = config.delivery.lease
        said = f"it must be less than lease, which is {lease}: a request is over before its worker counts as gone"
        yield Clash(("delivery", "deadline"), said, (("delivery", "lease"),))
    yield from _RULES[type(config.transport)](config)


def _newsletter(section: NewsletterSection) -> Iterator[Clash]:
    languages: Location = ("newsletter", "languages")
    if len(set(section.languages)) != len(section.languages):
        yield Clash(languages, "write each language once", ())
    for key, texts in _texts_of(section):
        missing = set(section.languages) - set(texts) if isinstance(texts, dict) else set()
        if missing:
            said = f"write one for {', '.join(sorted(missing))} too, or one text for all"
            yield Clash(("newsletter", *key), said, (languages,))


def _texts_of(section: NewsletterSection) -> Iterator[tuple[tuple[str, ...], LineOrEach]]:
    """What readers of every language see, with its key."""
    yield ("title",), section.title
    yield ("from", "name"), section.sender.name
    if isinstance(section.reply_to, Sender):
        yield ("reply_to", "name"), section.reply_to.name


def _topics(config: Config) -> Iterator[Clash]:
    seen: dict[str, str] = {}
    groups = {group.slug for group in config.topic_groups}
    for number, topic in enumerate(config.topics):
        if topic.group not in groups:
            said = f"topic {topic.slug}: no such group {topic.group!r} in topic_groups"
            yield Clash(("topics", number, "group"), said, (("topics",), ("topic_groups",)))
        for word in sorted({word.casefold() for word in (topic.slug, *each(topic.name), *topic.aliases)}):
            if seen.setdefault(word, topic.slug) != topic.slug:
                said = f"{word!r} names two topics: {seen[word]} and {topic.slug}"
                yield Clash(("topics", number), said, (("topics",),))


def _keys(section: KeysSection) -> Iterator[Clash]:
    signing: tuple[Location, ...] = (("keys", "sign"), ("keys", "verify"), ("keys", "unsubscribe_only"))
    keys = [key.get_secret_value().lower() for key in (section.sign, *section.verify, *section.unsubscribe_only)]
    if section.suppression.get_secret_value().lower() in keys:
        said = "it must be a key of its own: one that signs links may have to be withdrawn"
        yield Clash(("keys", "suppression"), said, signing)
    if len(set(keys)) < len(keys):
        yield Clash(("keys",), "a key stands twice: give each one role", signing)


def _files(config: Config) -> Iterator[Clash]:
    if not config.newsletter.loopback:
        yield from _insecure_links(config)


def _smtp(config: Config) -> Iterator[Clash]:
    yield from _insecure_links(config)
    section, username, password = config.smtp, ("smtp", "username"), ("smtp", "password")
    if section.host is None:
        said = "required: write the host name of the relay, since delivery.transport is smtp"
        yield Clash(("smtp", "host"), said, (_TRANSPORT,))
    if (section.username is None) != (section.password is None):
        absent, given = (username, password) if section.username is None else (password, username)
        yield Clash(absent, "write both username and password, or neither", (given, _TRANSPORT))
    if section.password is not None and section.security == "none" and section.host not in LOOPBACK:
        others = (password, ("smtp", "host"), _TRANSPORT)
        yield Clash(("smtp", "security"), "a password needs starttls or tls", others)


def _sendgrid(config: Config) -> Iterator[Clash]:
    yield from _insecure_links(config)
    if config.sendgrid.api_key is None:
        said = "required: write it here or as DIGEST_SENDGRID__API_KEY, since delivery.transport is sendgrid"
        yield Clash(("sendgrid", "api_key"), said, (_TRANSPORT,))
    for key, texts in _texts_of(config.newsletter):
        if key[-1] == "name" and not all(text.isascii() for text in each(texts)):
            said = "SendGrid does not support accents in the sender's name"
            yield Clash(("newsletter", *key), said, (_TRANSPORT,))


def _insecure_links(config: Config) -> Iterator[Clash]:
    if config.newsletter.base_url.startswith("http://"):
        said = "it must start with https:// (http:// only on this machine, with the files transport)"
        yield Clash(("newsletter", "base_url"), said, (_TRANSPORT,))


# what each transport needs of the configuration: only the rules of the chosen one are checked
_RULES: Mapping[type[Section], Callable[[Config], Iterator[Clash]]] = {
    FilesSection: _files,
    SmtpSection: _smtp,
    SendgridSection: _sendgrid,
}
