"""The verbs about subscribers with everything they need: a clock that stands, mails that stay in memory."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from factories import NOON, make_description, make_newsletter

from digest.bootstrap.resources import load_catalogues, load_templates
from digest.delivery.description import TransportDescription
from digest.delivery.handover import Answer, Note
from digest.errors import NotAccepted
from digest.pipeline.people import notify
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.notify import Courier
from digest.pipeline.people.subscribe import confirm_sign_up, request_sign_up
from digest.rendering.environment import Renderer
from digest.storage.db.database import Database
from digest.storage.people import subscribers
from digest.subscribers.address import AddressHash
from digest.subscribers.consent import ConsentOrigin
from digest.subscribers.signup import SignUp
from digest.subscribers.subscriber import Preferences, Subscriber
from digest.tokens import Keys, Purpose, read_dated

KEY, OLD_KEY, OLDEST_KEY = b"k" * 32, b"o" * 32, b"u" * 32
RENDERER = Renderer(load_templates(None), load_catalogues())
PAGE = ConsentOrigin("/subscribe", "en", "192.0.2.7")
PATHS = {"confirm": Purpose.CONFIRM, "preferences": Purpose.PREFERENCES, "address": Purpose.CHANGE_ADDRESS,
         "new-address": Purpose.NEW_ADDRESS, "undo": Purpose.UNDO_ADDRESS, "data": Purpose.EXPORT,
         "erase": Purpose.ERASE}  # fmt: skip


def make_people(**changes: Any) -> PeopleContext:
    people = PeopleContext(AddressHash(b"s" * 32), make_newsletter(), RENDERER, Keys(KEY, (OLD_KEY,), (OLDEST_KEY,)))
    return replace(people, **changes)


@dataclass
class Postbox:
    """A transport for notifications that keeps them; refuses as long as it is told to."""

    notes: list[Note] = field(default_factory=list)
    refuses: str | None = None
    description: TransportDescription = field(default_factory=lambda: make_description("postbox"))

    def hand_over_note(self, note: Note) -> Answer:
        if self.refuses:
            raise NotAccepted(self.refuses)
        self.notes.append(note)
        return Answer()

    def hand_over(self, batch: object) -> Answer:
        raise AssertionError(batch)

    def evidence(self, _deliveries: object) -> None:
        return None

    def finish(self) -> None:
        pass


@dataclass
class Town:
    """A database whose clock stands at `time`, and everybody who can be written to."""

    url: str
    time: dt.datetime = NOON
    people: PeopleContext = field(default_factory=make_people)
    post: Postbox = field(default_factory=Postbox)

    @cached_property
    def database(self) -> Database:
        return Database(self.url, lambda _connection: self.time)

    def courier(self, owner: str = "one") -> Courier:
        return Courier(lambda: self.post, self.people, owner, lambda: 1.0, dt.timedelta(minutes=2))  # type: ignore[return-value, arg-type]

    def deliver(self) -> list[Note]:
        """Hand over what is due; the mails of this pass."""
        before = len(self.post.notes)
        notify.send_due(self.database, self.courier())
        return self.post.notes[before:]

    def subject_of(self, note: Note) -> int:
        """What the link in a mail is about; the text and the HTML hold the same link."""
        (url,) = [line for line in note.text.splitlines() if line.startswith("https://")]
        assert url in note.html
        _, _, _, kind, token = url.partition("?")[0].split("/")
        return read_dated(self.people.keys, PATHS[kind], token, self.time)

    def sign_up(self, address: str = "ann@example.org", *topics: str, **changes: Any) -> None:
        request_sign_up(
            self.database, self.people, SignUp(address, "Ann", Preferences(frozenset(topics))), PAGE, **changes
        )

    def subscribe(self, address: str = "ann@example.org", *topics: str) -> Subscriber:
        """Sign up and confirm."""
        self.sign_up(address, *topics)
        (note,) = self.deliver()
        person = confirm_sign_up(self.database, self.people, self.subject_of(note))
        assert person is not None
        return person

    def find(self, address: str = "ann@example.org") -> Subscriber | None:
        with self.database.read() as connection:
            return subscribers.find(connection, self.people.identify(address))

    def wait(self, **span: float) -> None:
        self.time += dt.timedelta(**span)
