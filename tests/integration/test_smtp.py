"""The `smtp` transport against a relay on loopback."""

import ssl
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from factories import ORIGIN, make_edition
from services import relay as service
from services.relay import HANG, HANG_UP
from services.tls import make_certificate

from digest.delivery.handover import Answer, Batch, Note, Recipient
from digest.errors import InDoubt, NotAccepted, RecipientsDeferred, Refused
from digest.transports.smtp.connection import Relay
from digest.transports.smtp.transport import SmtpTransport


class Sending:
    """A transport with what it reported."""

    def __init__(self, relay: service.Relay, *, trusting: Path | None = None, deadline: float = 30, **options: object):
        wanted = replace(Relay("127.0.0.1", relay.port, "none"), **options)
        tls = ssl.create_default_context(cafile=str(trusting) if trusting else None)
        self.transport = SmtpTransport(wanted, tls=tls, deadline=deadline)
        self.reported: dict[int, str | None] = {}

    def report(self, answers: Mapping[int, str | None]) -> None:
        self.reported |= answers

    def hand_over(self, *names: str, until: float = float("inf")) -> Answer:
        try:
            return self.transport.hand_over(batch(*names, until=until), self.report)
        finally:
            self.transport.finish()


def batch(*names: str, until: float = float("inf")) -> Batch:
    recipients = [
        Recipient(
            number,
            f"{name}@example.org",
            name,
            f"Dear {name},",
            f"https://digest.example.org/u/{name}",
            f"https://digest.example.org/p/{name}",
        )
        for number, name in enumerate(names, start=1)
    ]
    return Batch(7, make_edition(), recipients, ORIGIN, until)


def test_each_recipient_has_a_message_of_their_own_and_is_reported():
    with service.running(service.Relay()) as relay:
        sending = Sending(relay)
        answer = sending.hand_over("ann", "bob", "cy")

    assert answer == Answer()
    assert sending.reported == {1: None, 2: None, 3: None}
    assert [taken.recipient for taken in relay.taken] == ["ann@example.org", "bob@example.org", "cy@example.org"]
    assert [taken.message["To"] for taken in relay.taken] == ["ann@example.org", "bob@example.org", "cy@example.org"]
    assert relay.taken[0].sender == "digest@example.org"
    assert "Dear bob," in relay.taken[1].message.get_body(("plain",)).get_content()


def test_message_says_where_its_issue_is_on_the_web():
    with service.running(service.Relay()) as relay:
        Sending(relay).hand_over("ann")

    assert relay.taken[0].message["Archived-At"] == "<https://digest.example.org/2026-11/?lang=en>"


def test_one_connection_carries_many_messages():
    with service.running(service.Relay()) as relay:
        sending = Sending(relay)
        for _ in range(3):
            sending.transport.hand_over(batch("ann", "bob"), sending.report)
        sending.transport.finish()

    assert (relay.connections, len(relay.taken)) == (1, 6)


def test_dots_at_the_start_of_lines_arrive():
    text = "first\n.\n.. two\n.end\n"
    with service.running(service.Relay()) as relay:
        sending = Sending(relay)
        sent = Batch(7, make_edition(text=text), batch("ann").recipients, ORIGIN)
        sending.transport.hand_over(sent, sending.report)
        sending.transport.finish()

    assert relay.taken[0].message.get_body(("plain",)).get_content().replace("\r\n", "\n") == text


PERSONAL = ["550 5.1.1 no such user", "552 5.2.2 full", "450 4.1.2 no such domain", "452 4.2.2 full"]


@pytest.mark.parametrize("stage", ["at_recipient", "at_message"])
@pytest.mark.parametrize("answer", PERSONAL)
def test_recipient_who_is_refused_by_name_is_rejected_and_the_others_go(stage: str, answer: str):
    with service.running(service.Relay(**{stage: {"bob@example.org": answer}})) as relay:
        sending = Sending(relay)
        result = sending.hand_over("ann", "bob", "cy")

    assert dict(result.rejected) == {2: answer}
    assert sending.reported == {1: None, 2: answer, 3: None}
    assert len(relay.taken) == 2


@pytest.mark.parametrize("answer", PERSONAL)
def test_first_who_is_asked_for_is_rejected_if_refused_by_name(answer: str):
    with service.running(service.Relay(at_recipient={"*": answer})) as relay:
        assert dict(Sending(relay).hand_over("ann").rejected) == {1: answer}


@pytest.mark.parametrize("who", ["ann", "bob", "cy"])
@pytest.mark.parametrize("answer", ["550 unknown", "550 5.7.1 not for you", "554 5.4.4 no route"])
def test_refusal_without_a_name_is_personal_if_the_relay_takes_others(who: str, answer: str):
    with service.running(service.Relay(at_recipient={f"{who}@example.org": answer})) as relay:
        sending = Sending(relay)
        result = sending.hand_over("ann", "bob", "cy")

    assert list(result.rejected.values()) == [answer]
    assert sending.reported == {1: None, 2: None, 3: None} | result.rejected
    assert list(sending.reported) == [1, 2, 3]
    assert len(relay.taken) == 2


@pytest.mark.parametrize("names", [["ann"], ["ann", "bob", "cy"]])
def test_refusal_without_a_name_of_everybody_rejects_nobody(names: list[str]):
    with service.running(service.Relay(at_recipient={"*": "550 relay not permitted"})) as relay:
        sending = Sending(relay)
        with pytest.raises(Refused, match=r"relay not permitted.*smtp\.username"):
            sending.hand_over(*names)

    assert (relay.taken, sending.reported) == ([], {})


def test_relay_that_hangs_up_on_refused_recipients_rejects_nobody():
    answers = {"ann@example.org": "550 relay not permitted", "bob@example.org": HANG_UP}
    with service.running(service.Relay(at_recipient=answers)) as relay, pytest.raises(Refused, match="not permitted"):
        Sending(relay).hand_over("ann", "bob", "cy")


def test_relay_that_has_taken_others_and_hangs_up_on_refused_recipients_is_asked_later():
    answers = {"ann@example.org": "550 unknown", "bob@example.org": HANG_UP}
    with service.running(service.Relay(at_recipient=answers)) as relay:
        sending = Sending(relay)
        sending.hand_over("dee")
        sending.reported.clear()
        with pytest.raises(NotAccepted, match="connection was closed") as caught:
            sending.hand_over("ann", "bob", "cy")

    assert not isinstance(caught.value, Refused)
    assert (len(relay.taken), sending.reported) == (1, {})


def test_relay_that_takes_nobody_any_more_rejects_nobody():
    answers = {f"p{number}@example.org": "550 5.4.5 daily quota exceeded" for number in range(30)}
    with service.running(service.Relay(at_recipient=answers)) as relay:
        sending = Sending(relay)
        with pytest.raises(Refused, match="quota"):
            sending.hand_over("ann", *(f"p{number}" for number in range(30)))

    assert sending.reported == {1: None}
    assert len(relay.asked) < 30


def test_relay_that_has_taken_somebody_before_is_known_to():
    with service.running(service.Relay(at_recipient={"bob@example.org": "550 unknown"})) as relay:
        sending = Sending(relay)
        sending.hand_over("ann")

        assert dict(sending.hand_over("bob").rejected) == {1: "550 unknown"}


@pytest.mark.parametrize("who", ["ann", "bob", "cy"])
@pytest.mark.parametrize("answer", ["450 4.7.1 greylisted", "450 4.2.0 greylisted", "451 later"])
def test_who_has_to_wait_is_named_and_overtaken_by_nobody_of_the_same_request(who: str, answer: str):
    number = ["ann", "bob", "cy"].index(who) + 1
    with service.running(service.Relay(at_recipient={f"{who}@example.org": answer})) as relay:
        sending = Sending(relay)
        with pytest.raises(RecipientsDeferred, match="deferred some recipients: 45") as caught:
            sending.hand_over("ann", "bob", "cy")

    assert (caught.value.deliveries, dict(caught.value.rejected)) == ((number,), {})
    assert sending.reported == dict.fromkeys(range(1, number))
    assert len(relay.taken) == number - 1


def test_everybody_who_has_to_wait_in_a_row_is_named_at_once():
    answers = {"ann@example.org": "450 4.7.1 later", "bob@example.org": "550 unknown", "cy@example.org": "451 later"}
    with service.running(service.Relay(at_recipient=answers)) as relay:
        sending = Sending(relay)
        with pytest.raises(RecipientsDeferred) as caught:
            sending.hand_over("ann", "bob", "cy", "dee")

    assert caught.value.deliveries == (1, 3)
    assert sending.reported == {2: "550 unknown"}
    assert relay.taken == []


def test_address_in_an_answer_is_not_repeated():
    with service.running(service.Relay(at_recipient={"*": "550 5.1.1 <ann@example.org> unknown"})) as relay:
        result = Sending(relay).hand_over("ann")

    assert dict(result.rejected) == {1: "550 5.1.1 <(an address)> unknown"}


@pytest.mark.parametrize(
    ("stage", "answer", "kind"),
    [
        ("at_sender", "550 5.1.8 no such sender", Refused),
        ("at_sender", "451 4.3.0 later", NotAccepted),
        ("at_recipient", "554 5.7.1 relaying denied", Refused),
        ("at_recipient", "530 5.7.0 authentication required", Refused),
        ("at_recipient", "550 5.1.8 sender refused", Refused),
        ("at_recipient", "550 relay not permitted", Refused),
        ("at_recipient", "550 5.4.5 quota exceeded", Refused),
        ("at_recipient", "552 5.3.4 too big", Refused),
        ("at_recipient", "450 4.7.1 slow down", RecipientsDeferred),
        ("at_recipient", "451 4.3.0 later", NotAccepted),
        ("at_recipient", "452 4.3.1 disk full", NotAccepted),
        ("at_message", "554 5.6.0 content refused", Refused),
        ("at_message", "451 4.3.0 later", NotAccepted),
    ],
)
def test_refusal_that_concerns_everybody_rejects_nobody(stage: str, answer: str, kind: type[NotAccepted]):
    answers = {"*": answer, "digest@example.org": answer}
    with service.running(service.Relay(**{stage: answers})) as relay:
        sending = Sending(relay)
        with pytest.raises(NotAccepted) as caught:
            sending.hand_over("ann", "bob")

    assert type(caught.value) is kind
    assert (relay.taken, sending.reported) == ([], {})


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (HANG_UP, "the connection was closed"),
        (HANG, "timed out"),
        ("nonsense", "not an SMTP response"),
        ("354 go on", "354 go on"),
        ("999 what", "999 what"),
    ],
)
def test_lost_answer_leaves_only_that_recipient_in_doubt(ending: str, told: str):
    with service.running(service.Relay(at_message={"bob@example.org": ending})) as relay:
        sending = Sending(relay, deadline=2 if ending == HANG else 30)
        with pytest.raises(InDoubt) as caught:
            sending.hand_over("ann", "bob", "cy")

    assert caught.value.doubtful == frozenset({2})
    assert str(caught.value) == f"the relay 127.0.0.1:{relay.port} gave no clear answer: {told}"
    assert sending.reported == {1: None}
    assert [taken.recipient for taken in relay.taken] == ["ann@example.org", "bob@example.org"]


def test_relay_that_hangs_up_before_the_message_is_asked_once_more():
    with service.running(service.Relay(at_recipient={"bob@example.org": HANG_UP})) as relay:
        sending = Sending(relay)
        with pytest.raises(NotAccepted):
            sending.hand_over("ann", "bob", "cy")

    assert sending.reported == {1: None}
    assert relay.asked.count("bob@example.org") == 2


def test_relay_that_has_enough_of_a_connection_gets_another():
    with service.running(service.Relay(most=2)) as relay:
        result = Sending(relay).hand_over("ann", "bob", "cy", "dee", "eve")

    assert result == Answer()
    assert [taken.recipient[:3] for taken in relay.taken] == ["ann", "bob", "cy@", "dee", "eve"]
    assert relay.connections == 3


def test_nothing_goes_out_once_the_worker_has_lost_its_lease():
    def lost(answers: Mapping[int, str | None]) -> None:
        raise NotAccepted("the lease was lost")

    with service.running(service.Relay()) as relay:
        sending = Sending(relay)
        with pytest.raises(NotAccepted, match="lease"):
            sending.transport.hand_over(batch("ann", "bob"), lost)

    assert len(relay.taken) == 1


def test_nothing_goes_out_after_the_time():
    with service.running(service.Relay()) as relay, pytest.raises(NotAccepted, match="too little time was left"):
        Sending(relay).hand_over("ann", until=time.monotonic() - 1)

    assert relay.asked == []


def test_message_does_not_begin_with_too_little_of_its_deadline_left():
    slow = {"slow_at_recipient": {"bob@example.org": 1.5}, "slow_at_message": {"bob@example.org": 1.5}}
    with service.running(service.Relay(**slow)) as relay:
        sending = Sending(relay, deadline=2)
        with pytest.raises(NotAccepted, match="too little time was left"):
            sending.hand_over("ann", "bob", "cy")

    assert sending.reported == {1: None}
    assert [taken.recipient for taken in relay.taken] == ["ann@example.org"]


def test_notification_does_not_begin_with_too_little_of_its_deadline_left():
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    slow = {"slow_at_recipient": {"ann@example.org": 1.5}, "slow_at_message": {"ann@example.org": 1.5}}
    with service.running(service.Relay(**slow)) as relay:
        sending = Sending(relay, deadline=2)
        with pytest.raises(NotAccepted):
            sending.transport.hand_over_note(note)
        sending.transport.finish()

    assert relay.taken == []


def test_nobody_there_is_certain():
    with pytest.raises(NotAccepted, match=r"the relay 127\.0\.0\.1:9 can't be reached: Connection refused"):
        Sending(service.Relay(port=9)).hand_over("ann")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    paths = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return paths[0], context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_trusted_certificate_is_verified_and_mail_goes_encrypted(certificate, security: str):
    with service.running(service.Relay(), certificate[1], tls=security == "tls") as relay:
        Sending(relay, trusting=certificate[0], security=security).hand_over("ann", "bob")

    assert [taken.secure for taken in relay.taken] == [True, True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_of_a_stranger_is_refused(certificate, security: str):
    relay = service.Relay()
    with service.running(relay, certificate[1], tls=security == "tls"), pytest.raises(Refused, match="not valid for"):
        Sending(relay, security=security).hand_over("ann")

    assert relay.asked == []


def test_certificate_for_another_name_is_refused(tmp_path: Path):
    paths = make_certificate(tmp_path, "127.0.0.2")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    with service.running(service.Relay(), context) as relay, pytest.raises(Refused, match="not valid for"):
        Sending(relay, trusting=paths[0], security="starttls").hand_over("ann")


def test_relay_without_tls_is_refused():
    with service.running(service.Relay()) as relay, pytest.raises(Refused, match=r"smtp\.security"):
        Sending(relay, security="starttls").hand_over("ann")

    assert relay.asked == []


@pytest.mark.parametrize(("password", "fits"), [("right", True), ("wrong", False)])
def test_password_is_asked_for(certificate, password: str, fits: bool):
    options = {"security": "starttls", "username": "digest", "password": lambda: password}
    with service.running(service.Relay(password=b"right"), certificate[1]) as relay:
        sending = Sending(relay, trusting=certificate[0], **options)
        if fits:
            sending.hand_over("ann")
        else:
            with pytest.raises(Refused, match="password") as caught:
                sending.hand_over("ann")
            assert "wrong" not in str(caught.value)

    assert len(relay.taken) == fits


@pytest.mark.parametrize("name", ["username", "password"])
def test_log_in_with_accents_is_refused_and_not_shown(certificate, name: str):
    options = {"username": "digest", "password": "right", name: "s\u00e9cret"}
    with service.running(service.Relay(password=b"right"), certificate[1]) as relay:
        sending = Sending(
            relay,
            trusting=certificate[0],
            security="starttls",
            username=options["username"],
            password=lambda: options["password"],
        )
        with pytest.raises(Refused, match=r"smtp\.username") as caught:
            sending.hand_over("ann")

    assert caught.value.__cause__ is None
    assert "cret" not in "".join(traceback.format_exception(caught.value))


def test_notification_is_handed_over():
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    with service.running(service.Relay()) as relay:
        sending = Sending(relay)
        answer = sending.transport.hand_over_note(note)
        sending.transport.finish()

    assert answer == Answer()
    assert relay.taken[0].message["Subject"] == "Confirm"
    assert relay.taken[0].message["Message-ID"] == f"<notification-12.{ORIGIN.installation}@example.org>"


@pytest.mark.parametrize("answer", ["550 relay not permitted", "450 4.7.1 greylisted"])
def test_notification_that_the_relay_refuses_for_no_known_reason_may_go_later(answer: str):
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    with service.running(service.Relay(at_recipient={"*": answer})) as relay:
        sending = Sending(relay)
        with pytest.raises(NotAccepted) as caught:
            sending.transport.hand_over_note(note)
        sending.transport.finish()

    assert (type(caught.value), dict(caught.value.rejected)) == (NotAccepted, {})


def test_refused_notification_says_so():
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    with service.running(service.Relay(at_recipient={"*": "550 5.1.1 no such user"})) as relay:
        sending = Sending(relay)
        with pytest.raises(NotAccepted) as caught:
            sending.transport.hand_over_note(note)
        sending.transport.finish()

    assert dict(caught.value.rejected) == {12: "550 5.1.1 no such user"}
