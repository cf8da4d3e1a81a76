"""What the index holds as JSON, and back."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict

from digest.archive.corrections.changes import Correction, Passage
from digest.archive.entries import ArchiveEntry
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage.issues import web_article


def entry_json(entry: ArchiveEntry) -> str:
    """An entry as text."""
    return json.dumps(asdict(entry) | {"month": str(entry.month)}, default=str, ensure_ascii=False)


def read_entry(text: str) -> ArchiveEntry:
    """The entry that `entry_json` wrote."""
    values = json.loads(text)
    month, day = Month.parse(values["month"]), dt.date.fromisoformat(values["published_on"])
    return ArchiveEntry(**values | {"month": month, "published_on": day, "topics": tuple(values["topics"])})


def withdrawals_json(withdrawals: Iterable[Withdrawal]) -> str:
    """Withdrawals as text, the same for the same ones."""
    values = [
        asdict(one) | {"month": str(one.month), "withdrawn_at": one.withdrawn_at.isoformat()} for one in withdrawals
    ]
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def read_withdrawals(text: str) -> tuple[Withdrawal, ...]:
    """The withdrawals that `withdrawals_json` wrote."""
    return tuple(
        Withdrawal(
            **one | {"month": Month.parse(one["month"]), "withdrawn_at": dt.datetime.fromisoformat(one["withdrawn_at"])}
        )
        for one in json.loads(text)
    )


def corrections_json(corrections: Iterable[Correction]) -> str:
    """Corrections as text."""
    values = [asdict(one) | {"corrected_at": one.corrected_at.isoformat()} for one in corrections]
    return json.dumps(values, ensure_ascii=False)


def read_corrections(text: str) -> tuple[Correction, ...]:
    """The corrections that `corrections_json` wrote."""
    return tuple(
        Correction(
            one["slug"],
            dt.datetime.fromisoformat(one["corrected_at"]),
            tuple(Passage(**passage) for passage in one["passages"]),
            web_article(one["mailed"]) if one["mailed"] else None,
        )
        for one in json.loads(text)
    )
