"""An article taken off the web after it was mailed: its address says so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from digest.months import Month

EVERY = ""  # stands for every language that has no reason of its own


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawn article.

    Attributes:
        title, language: Of the article as it was last published.
        reason: What readers see, by language; under `EVERY` if it is the same in each.
        withdrawn_at: In UTC.
    """

    month: Month
    slug: str
    title: str
    language: str
    reason: Mapping[str, str]
    withdrawn_at: dt.datetime

    def reason_in(self, language: str) -> tuple[str, str | None]:
        """The reason for a page in *language*, and the language of the reason if that is another one."""
        for key in (language, EVERY):
            if key in self.reason:
                return self.reason[key], None
        other = next(iter(self.reason))
        return self.reason[other], other
