"""Keys of the configuration that are valid on their own and contradict each other."""

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
    """One contradiction.

    Attributes:
        about: The key to fix.
        said: What is wrong and what to write, for use after the key's name.
        others: The keys that it was compared with. If one of them is invalid itself, the clash is not reported.
    """

    about: Location
    said: str
    others: tuple[Location, ...]


def clashes(config: Config) -> Iterator[Clash]:
    """Every contradiction, in the order of the sections."""
    yield from _newsletter(config.newsletter)
    count = config.content.articles_per_issue
    if count.min > count.max:
        path = ("content", "articles_per_issue")
        yield Clash((*path, "min"), f"must be at most max, which is {count.max}", ((*path, "max"),))
    yield from _topics(config)
    yield from _authors(config)
    yield from _keys(config.keys)
    if config.delivery.deadline >= config.delivery.lease:
        lease = config.delivery.lease
        said = f"must be less than lease, which is {lease}: a request has to end before its worker counts as gone"
        yield Clash(("delivery", "deadline"), said, (("delivery", "lease"),))
    yield from _RULES[type(config.transport)](config)


def _newsletter(section: NewsletterSection) -> Iterator[Clash]:
    languages: Location = ("newsletter", "languages")
    if len(set(section.languages)) != len(section.languages):
        yield Clash(languages, "lists a language twice: keep it once", ())
    for key, texts in _texts_of(section):
        missing = set(section.languages) - set(texts) if isinstance(texts, dict) else set()
        if missing:
            said = f"has no text for {', '.join(sorted(missing))}: add it, or write one text for all languages"
            yield Clash(("newsletter", *key), said, (languages,))


def _texts_of(section: NewsletterSection) -> Iterator[tuple[tuple[str, ...], LineOrEach]]:
    """The texts that readers of every language see, each with its key."""
    yield ("title",), section.title
    yield ("from", "name"), section.sender.name
    if isinstance(section.reply_to, Sender):
        yield ("reply_to", "name"), section.reply_to.name


def _topics(config: Config) -> Iterator[Clash]:
    seen: dict[str, str] = {}
    groups = {group.slug for group in config.topic_groups}
    for number, topic in enumerate(config.topics):
        if topic.group not in groups:
            said = f"topic {topic.slug}: topic_groups has no group {topic.group!r}: add it, or use one that is there"
            yield Clash(("topics", number, "group"), said, (("topics",), ("topic_groups",)))
        for word in sorted({word.casefold() for word in (topic.slug, *each(topic.name), *topic.aliases)}):
            if seen.setdefault(word, topic.slug) != topic.slug:
                said = f"{word!r} names two topics, {seen[word]} and {topic.slug}: remove it from one"
                yield Clash(("topics", number), said, (("topics",),))


def _authors(config: Config) -> Iterator[Clash]:
    seen: set[str] = set()
    for number, author in enumerate(config.authors):
        if author.name.casefold() in seen:
            yield Clash(("authors", number), f"lists {author.name} a second time: keep one", (("authors",),))
        seen.add(author.name.casefold())


def _keys(section: KeysSection) -> Iterator[Clash]:
    signing: tuple[Location, ...] = (("keys", "sign"), ("keys", "verify"), ("keys", "unsubscribe_only"))
    keys = [key.get_secret_value().lower() for key in (section.sign, *section.verify, *section.unsubscribe_only)]
    if section.suppression.get_secret_value().lower() in keys:
        said = "must be a different key from those that sign links, because it can never be changed"
        yield Clash(("keys", "suppression"), said, signing)
    if len(set(keys)) < len(keys):
        yield Clash(("keys",), "the same key is used for two roles: use one key per role", signing)


def _files(config: Config) -> Iterator[Clash]:
    if not config.newsletter.loopback:
        yield from _insecure_links(config)


def _smtp(config: Config) -> Iterator[Clash]:
    yield from _insecure_links(config)
    section, username, password = config.smtp, ("smtp", "username"), ("smtp", "password")
    if section.host is None:
        said = "is missing: name your relay, because delivery.transport is smtp"
        yield Clash(("smtp", "host"), said, (_TRANSPORT,))
    if (section.username is None) != (section.password is None):
        absent, given = (username, password) if section.username is None else (password, username)
        yield Clash(absent, "is missing: set both username and password, or neither", (given, _TRANSPORT))
    if section.password is not None and section.security == "none" and section.host not in LOOPBACK:
        others = (password, ("smtp", "host"), _TRANSPORT)
        yield Clash(("smtp", "security"), "must be starttls or tls, because a password is set", others)


def _sendgrid(config: Config) -> Iterator[Clash]:
    yield from _insecure_links(config)
    if config.sendgrid.api_key is None:
        said = "is missing: set it here or as DIGEST_SENDGRID__API_KEY, because delivery.transport is sendgrid"
        yield Clash(("sendgrid", "api_key"), said, (_TRANSPORT,))
    for key, texts in _texts_of(config.newsletter):
        if key[-1] == "name" and not all(text.isascii() for text in each(texts)):
            said = "has accents, which SendGrid does not accept here: write it without"
            yield Clash(("newsletter", *key), said, (_TRANSPORT,))


def _insecure_links(config: Config) -> Iterator[Clash]:
    if config.newsletter.base_url.startswith("http://"):
        said = "must start with https:// (http:// works only on this machine, with the files transport)"
        yield Clash(("newsletter", "base_url"), said, (_TRANSPORT,))


# what each transport requires; only the rules of the chosen one are checked
_RULES: Mapping[type[Section], Callable[[Config], Iterator[Clash]]] = {
    FilesSection: _files,
    SmtpSection: _smtp,
    SendgridSection: _sendgrid,
}
