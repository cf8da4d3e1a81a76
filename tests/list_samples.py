"""A database that lists are imported into, and what became of their rows."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from factories import make_taxonomy
from sqlalchemy import delete, func, select

from digest.pipeline.people.import_list import ListImportReport, RowReport, import_list
from digest.pipeline.people.lists import export_list
from digest.storage.db.database import Database
from digest.storage.people import consents, subscribers, suppressions
from digest.storage.tables.people import consent, subscriber, suppression
from digest.subscribers.address import AddressHash
from digest.subscribers.consent import Consent, ConsentKind, ConsentMethod
from digest.subscribers.lists.rows import RowRules
from digest.subscribers.suppression import Reason

RULES = RowRules(make_taxonomy(), ("en", "fr"), AddressHash(b"k" * 32), "a form", dt.date(2026, 1, 31))


@dataclass
class Lists:
    """A database, and what became of each row of the last import."""

    database: Database
    told: list[RowReport] = field(default_factory=list)

    def take(
        self, text: str, rules: RowRules = RULES, *, update: bool = False, dry_run: bool = False
    ) -> ListImportReport:
        self.told.clear()
        lines = io.StringIO(text, newline="")
        return import_list(self.database, lines, rules, update=update, dry_run=dry_run, each=self.told.append)

    def export(self, *, everybody: bool = False) -> str:
        out = io.StringIO(newline="")
        export_list(self.database, out, everybody=everybody)
        return out.getvalue()

    def exported(self) -> list[str]:
        """The addresses of the people who are mailed."""
        return [row["email"] for row in csv.DictReader(io.StringIO(self.export(), newline=""))]

    def empty(self) -> None:
        with self.database.write() as connection:
            for table in (consent, subscriber, suppression):
                connection.execute(delete(table))

    def suppress(self, address: str, reason: Reason = Reason.MANUAL) -> None:
        with self.database.write() as connection:
            now = self.database.now(connection)
            suppressions.add(connection, RULES.identify(address), address, reason, now)

    def consent_on_a_page(self, address: str) -> None:
        """Record that the person has signed up here themselves."""
        number = self.id_of(address)
        with self.database.write() as connection:
            now = self.database.now(connection)
            proof = Consent(ConsentKind.EXPRESS, ConsentMethod.PAGE, "/subscribe", now.date(), now)
            consents.add(connection, number, RULES.identify(address), proof)

    def count(self, table: Any) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def id_of(self, address: str) -> int:
        with self.database.read() as connection:
            found = subscribers.find(connection, RULES.identify(address))
        assert found
        return found.id

    def leave(self, address: str) -> None:
        number = self.id_of(address)
        with self.database.write() as connection:
            subscribers.leave(connection, number, now=self.database.now(connection))

    def reason(self, address: str) -> str | None:
        with self.database.read() as connection:
            found = suppressions.find(connection, RULES.identify(address))
        return found.reason if found else None
