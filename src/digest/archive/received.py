"""What a subscriber received."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from digest.issue.edition import EditionKey
from digest.issue.issue import WebArticle
from digest.months import Month


@dataclass(frozen=True)
class ReceivedIssue:
    """An issue as a person received it.

    Attributes:
        accepted_at: When the provider took the mail.
        subject: By language, as the issue had it.
        articles: Those of the person's edition, as they were mailed.
    """

    month: Month
    key: EditionKey
    accepted_at: dt.datetime
    subject: Mapping[str, str]
    articles: tuple[WebArticle, ...]
