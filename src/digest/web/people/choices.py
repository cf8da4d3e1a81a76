"""The choices of a reader, as a form shows them and as it returns them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from digest.errors import InvalidAddress
from digest.months import Month
from digest.rendering.typography import typographic
from digest.subscribers.signup import UnfitName, fit_address, parse_name
from digest.subscribers.subscriber import NoMatch, Preferences
from digest.topics import Taxonomy
from digest.web.bodies import Form
from digest.web.people.refusals import address_refusal, name_refusal

EVERY, SOME = "every", "some"  # values of the field `which`
_PAUSE_AHEAD = 12  # months
_LONGEST_SHOWN_AGAIN = 300  # characters of an invalid address


@dataclass(frozen=True)
class TopicLine:
    """A topic with its checkbox. *also* has more words to search by: aliases, and its name in other languages."""

    slug: str
    name: str
    also: str
    chosen: bool


@dataclass(frozen=True)
class TopicGroup:
    slug: str
    name: str
    topics: tuple[TopicLine, ...]

    @property
    def chosen(self) -> int:
        return sum(topic.chosen for topic in self.topics)


@dataclass(frozen=True)
class Problem:
    """Why a form was not accepted: the id of the field, and the message beside it."""

    field: str
    text: str


def topic_groups(taxonomy: Taxonomy, language: str, chosen: Collection[str]) -> tuple[TopicGroup, ...]:
    """Every topic in its group, in the order of the configuration, without empty groups."""

    def lines(group: str) -> Iterable[TopicLine]:
        for topic in taxonomy.topics:
            if topic.group == group:
                name = typographic(topic.in_language(language), language)
                words = [word for word in (*topic.name.values(), *topic.aliases) if word != name]
                yield TopicLine(topic.slug, name, " ".join(words), topic.slug in chosen)

    groups = (
        TopicGroup(group.slug, typographic(group.in_language(language), language), tuple(lines(group.slug)))
        for group in taxonomy.groups
    )
    return tuple(group for group in groups if group.topics)


def pauses(this_month: Month, kept: Month | None) -> tuple[Month, ...]:
    """The months until which a reader can pause: the twelve after *this_month*, and the one already chosen (*kept*)."""
    ahead = {this_month.shift(months) for months in range(1, _PAUSE_AHEAD + 1)}
    return tuple(sorted(ahead | ({kept} if kept and kept > this_month else set())))


class FormReader:
    """Reads the values of a form one by one, and collects the problems for the page, in the order of the fields.

    Args:
        gettext: Translates into the page's language.
    """

    def __init__(self, form: Form, gettext: Callable[[str], str]) -> None:
        self._form = form
        self._ = gettext
        self.problems: list[Problem] = []

    def address(self, field: str = "address") -> str:
        """The address in the form that can be mailed; empty if it is invalid."""
        typed = self._form.get(field)
        try:
            return fit_address(typed)
        except InvalidAddress as error:
            self.problems.append(Problem(field, address_refusal(error, self._)))
            return ""

    def name(self) -> str:
        """The name on one line; empty if it is missing or invalid."""
        try:
            return parse_name(self._form.get("name"))
        except UnfitName as error:
            self.problems.append(Problem("name", name_refusal(error.fault, self._)))
            return ""

    def topics(self, taxonomy: Taxonomy) -> frozenset[str]:
        """The selected topics; empty means every topic. Topics that are no longer configured are ignored."""
        ticked = frozenset(self._form.all("topic")) & taxonomy.slugs
        which = self._form.get("which")
        if which == EVERY:
            return frozenset()
        if not ticked:
            text = self._("Choose every topic, or select at least one.")
            self.problems.append(Problem("which-every", text))
        return ticked

    def language(self, offered: Collection[str], otherwise: str) -> str:
        """The language of the mails."""
        asked = self._form.get("language")
        return asked if asked in offered else otherwise

    def preferences(
        self, taxonomy: Taxonomy, offered: Collection[str], kept: Preferences, this_month: Month
    ) -> Preferences:
        """All choices on the preference page. A value that the page doesn't offer is ignored in favour of *kept*."""
        no_match = self._form.get("no_match")
        return Preferences(
            topics=self.topics(taxonomy),
            language=self.language(offered, kept.language),
            no_match=NoMatch(no_match) if no_match in set(NoMatch) else kept.no_match,
            paused_until=self._pause(kept.paused_until, this_month),
        )

    def _pause(self, kept: Month | None, this_month: Month) -> Month | None:
        asked = self._form.get("pause")
        offered = {str(month): month for month in pauses(this_month, kept)}
        if asked and asked not in offered:
            self.problems.append(Problem("pause", self._("Choose a month from the list.")))
        return offered.get(asked)


def typed_again(form: Form) -> dict[str, str]:
    """What a reader typed, to show it again beside the problem; cut, because it may be very long."""
    return {name: form.get(name)[:_LONGEST_SHOWN_AGAIN] for name in ("address", "name")}
