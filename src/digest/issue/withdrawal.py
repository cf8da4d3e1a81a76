"""An article that was withdrawn from the web after it was mailed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from digest.months import Month

EVERY = ""  # the key for every language that has no reason of its own


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawn article.

    Attributes:
        title, language: Those of the article when it was last published.
        reason: The reason that readers see, by language; under `EVERY` if it is the same in every language.
        withdrawn_at: In UTC.
    """

    month: Month
    slug: str
    title: str
    language: str
    reason: Mapping[str, str]
    withdrawn_at: dt.datetime

    def reason_in(self, language: str) -> tuple[str, str | None]:
        """The reason to show on a page in *language*, and the language of the reason if it differs."""
        for key in (language, EVERY):
            if key in self.reason:
                return self.reason[key], None
        other = next(iter(self.reason))
        return self.reason[other], other
