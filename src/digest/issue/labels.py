"""What an issue is about: one label for each article, in the words of one language, joined into a list."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.rendering.words import join_words

ENDS = ("?", "!", "…")  # a text that ends with one can't be part of a sentence
_BETWEEN = " · "  # titles, as in the preheader


class Labelled(NamedTuple):
    """An article by its title and by what completes "This month: ..." in the language wanted, empty if nothing does."""

    about: str
    title: str
    language: str


@dataclass(frozen=True)
class Labels:
    """One label for each article: all phrases, which can form a sentence, or all titles, which can't."""

    words: tuple[str, ...] = ()
    are_phrases: bool = False

    def listed(self, language: str) -> str:
        """All of them: `A, B, and C`, or `Title? · Title`; empty if there are none."""
        return join_words(self.words, language) if self.are_phrases else _BETWEEN.join(self.words)

    def shorter(self, language: str, ngettext: Callable[[str, str, int], str]) -> Iterator[str]:
        """Lists of them, the fullest first: all articles, the first phrase and a count, nothing."""
        yield self.listed(language)
        if self.are_phrases and (others := len(self.words) - 1):
            counted = ngettext("%(num)d other study", "%(num)d other studies", others) % {"num": others}
            yield Labels((self.words[0], counted), are_phrases=True).listed(language)
        yield ""


def labels_of(articles: Sequence[Labelled], language: str) -> Labels:
    """Phrases in *language*, else titles in it; none if either would leave an article out or mix two languages."""
    have_phrases = all(article.about for article in articles)
    if not have_phrases and any(article.language.partition("-")[0] != language for article in articles):
        return Labels()
    texts = [article.about if have_phrases else article.title for article in articles]
    words = tuple(text.rstrip(" .") or text for text in texts)  # the sentence adds its own full stop
    return Labels(words, have_phrases and not any(word.endswith(ENDS) for word in words))
