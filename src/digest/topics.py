"""The taxonomy: the subjects of articles, which subscribers can choose."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Term:
    """A slug with a name in each language, such as a topic group."""

    slug: str
    name: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The name in *language*, else in English, else the slug."""
        return self.name.get(language) or self.name.get("en") or self.slug


@dataclass(frozen=True)
class Topic(Term):
    """A subject that a subscriber can choose."""

    group: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResearchType(Term):
    """A kind of study. A correlational one shows associations, and not what causes what."""

    correlational: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """Every topic, group and research type of the configuration, in its order."""

    topics: tuple[Topic, ...] = ()
    groups: tuple[Term, ...] = ()
    research_types: tuple[ResearchType, ...] = ()

    @cached_property
    def _by_word(self) -> dict[str, str]:
        words: dict[str, str] = {}
        for topic in self.topics:
            for word in (topic.slug, *topic.name.values(), *topic.aliases):
                words.setdefault(_key(word), topic.slug)
        return words

    @cached_property
    def slugs(self) -> frozenset[str]:
        return frozenset(topic.slug for topic in self.topics)

    def resolve(self, word: str) -> str | None:
        """The topic that *word* names: a slug, a name or an alias, in any case or normalisation; None if unknown."""
        return self._by_word.get(_key(word))

    def nearest(self, word: str) -> str | None:
        """The topic with the most similar name, or None."""
        close = difflib.get_close_matches(_key(word), self._by_word, n=1, cutoff=0.6)
        return self._by_word[close[0]] if close else None

    def name(self, slug: str, language: str) -> str:
        """The name of the topic in *language*; the slug itself if the topic is no longer configured."""
        return _name(self.topics, slug, language, otherwise=slug)

    def research_type_name(self, slug: str, language: str) -> str:
        """The name of the research type in *language*; the slug with spaces if it is not configured."""
        return _name(self.research_types, slug, language, otherwise=slug.replace("-", " "))

    def words_for(self, topics: Iterable[str], research_type: str | None = None) -> tuple[str, ...]:
        """Every name and alias of *topics* and *research_type*, in all languages: what readers may search for."""
        wanted = set(topics)
        named = [topic for topic in self.topics if topic.slug in wanted]
        kinds = [kind for kind in self.research_types if kind.slug == research_type]
        words = [word for one in (*named, *kinds) for word in (*one.name.values(), *getattr(one, "aliases", ()))]
        return tuple(dict.fromkeys(words))

    def is_correlational(self, slug: str | None) -> bool:
        """Whether the configuration says so of the research type *slug*."""
        return any(one.correlational for one in self.research_types if one.slug == slug)

    def in_order(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """*slugs* in the order of the configuration, each once; unknown ones last, alphabetically."""
        place = {topic.slug: number for number, topic in enumerate(self.topics)}
        return tuple(sorted(set(slugs), key=lambda slug: (place.get(slug, len(place)), slug)))


def _key(word: str) -> str:
    """A key that all spellings of a word share: lists from a Mac write é as e and an accent."""
    return unicodedata.normalize("NFC", word).strip().casefold()


def _name(named: Iterable[Term], slug: str, language: str, *, otherwise: str) -> str:
    for one in named:
        if one.slug == slug:
            return one.in_language(language)
    return otherwise
