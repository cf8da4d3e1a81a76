"""The `sendgrid` transport against a server that enforces the provider's rules and has its faults."""

import json
import socket
import ssl
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import NOVEMBER, ORIGIN, make_edition, make_newsletter
from provider.faults import Script
from provider.rules import breaches
from provider.running import Provider, in_thread
from provider.server import KEY, Behaviour
from services.tls import make_certificate

from digest.delivery.handover import Answer, Batch, Note, Recipient
from digest.errors import BatchRefused, InDoubt, NotAccepted, Refused, TooLarge
from digest.issue.edition import Edition
from digest.issue.headers import edition_headers
from digest.issue.placeholders import NAMES, fill, placeholder
from digest.transports.sendgrid.http import SendgridApi
from digest.transports.sendgrid.requests import MOST_BYTES, batch_body
from digest.transports.sendgrid.transport import SendgridTransport

NONCE = "0123456789abcdef"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with in_thread(tmp_path / "ledger.db", Behaviour(keep=True)) as running:
        yield running


def edition(**changes: object) -> Edition:
    newsletter = make_newsletter(from_name="Research, Network")
    headers = edition_headers(newsletter, NOVEMBER, "November: l’œuvre", "en", NONCE)
    return make_edition(**{"headers": headers, **changes})


def batch(count: int = 3, *, until: float = float("inf"), **recipient: object) -> Batch:
    recipients = [
        Recipient(
            **{
                "delivery_id": 100 + number,
                "address": f"p{number}@example.org",
                "name": f"Person {number}",
                "greeting": f"Dear Person {number} & Zoë,",
                "unsubscribe_url": f"https://digest.example.org/u/{number}",
                "preferences_url": f"https://digest.example.org/p/{number}",
                **recipient,
            }
        )
        for number in range(count)
    ]
    return Batch(7, edition(), recipients, ORIGIN, until)


def transport(url: str, key: str = KEY, **options: object) -> SendgridTransport:
    api = SendgridApi(url, lambda: key, tls=ssl.create_default_context(), patience=5)
    return SendgridTransport(api, **{"deadline": 5, "installation": "here", **options})


def hand_over(provider: Provider, sent: Batch | None = None, **options: object) -> Answer:
    carrier = transport(provider.url, **options)
    try:
        return carrier.hand_over(sent or batch(), report=lambda _answers: None)
    finally:
        carrier.finish()


def failure(provider: Provider, fault: str, sent: Batch | None = None, **options: object) -> NotAccepted | InDoubt:
    provider.meet(fault)
    with pytest.raises((NotAccepted, InDoubt)) as caught:
        hand_over(provider, sent, **options)
    return caught.value


def test_whole_batch_is_accepted_in_one_request(provider: Provider):
    answer = hand_over(provider)

    assert answer.message_id is not None
    assert provider.ledger.deliveries() == {100: 1, 101: 1, 102: 1}
    assert provider.ledger.attempts() == {7}
    assert len(provider.seen) == 1


def test_body_is_what_the_rules_ask_for():
    document = json.loads(batch_body(batch(), installation="here", sandbox=False))
    shared = {name: document[name] for name in document if name != "personalizations"}

    assert breaches(document) == []
    assert shared.pop("content")[0]["type"] == "text/plain"
    assert shared == {
        "from": {"email": "digest@example.org", "name": "Research, Network"},
        "reply_to": {"email": "editor@example.org"},
        "subject": "Research Digest, November 2026: l’œuvre",
        "headers": {
            "List-Id": '"Research Digest" <digest.example.org>',
            "List-Archive": "<https://digest.example.org/>",
            "Archived-At": "<https://digest.example.org/2026-11/?lang=en>",
            "Content-Language": "en",
        },
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "mail_settings": {"sandbox_mode": {"enable": False}},
    }


def delivered(body: bytes, place: int) -> list[str]:
    """Text and HTML as SendGrid makes them for one recipient."""
    document = json.loads(body)
    parts = [part["value"] for part in document["content"]]
    for tag, value in document["personalizations"][place]["substitutions"].items():
        parts = [part.replace(tag, value) for part in parts]
    return parts


def test_each_recipient_has_own_links_and_ids():
    person = json.loads(batch_body(batch(), installation="here", sandbox=False))["personalizations"][1]

    assert person.pop("substitutions")
    assert person == {
        "to": [{"email": "p1@example.org"}],
        "headers": {
            "List-Unsubscribe": "<https://digest.example.org/u/1>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "custom_args": {"delivery_id": "101", "attempt_id": "7", "installation": "here"},
    }


@pytest.mark.parametrize(
    "name",
    [
        "Zoë & Ann",
        "<b>",
        '"quotes"',
        "back\\slash",
        "back\\new",
        "100% sure %s %(to)b",
        "line\nbreak",
        "\u2028 \x00",
        "😀",
    ],
)
def test_what_is_delivered_is_the_edition_with_the_readers_own_words(name: str):
    every = batch(3)
    every = Batch(
        7,
        everything(),
        [every.recipients[0], every.recipients[1]._replace(greeting=name), every.recipients[2]],
        ORIGIN,
    )
    body = batch_body(every, installation="here", sandbox=False)

    for place, one in enumerate(every.recipients):
        own = {
            "greeting": one.greeting,
            "unsubscribe_url": one.unsubscribe_url,
            "preferences_url": one.preferences_url,
        }
        whole = [fill(part, NONCE, **own) for part in (every.edition.text, every.edition.html)]
        assert delivered(body, place) == whole


def everything() -> Edition:
    """An edition with every placeholder, each twice."""
    text = " ".join(f"{name}: {placeholder(NONCE, name)}" for name in NAMES)
    return edition(text=f"{text}\n{text}", html=f"<p>{text}</p><p>{text}</p>")


def test_link_that_html_would_escape_is_refused():
    with pytest.raises(Refused, match="base_url"):
        batch_body(batch(1, unsubscribe_url="https://example.org/?a=1&b=2"), installation="here", sandbox=False)


@pytest.mark.parametrize("name", ["one", "100%s", 'a"b'])
def test_requests_of_installations_that_share_an_edition_are_marked_apart(name: str):
    people = [json.loads(batch_body(batch(1), installation=one, sandbox=False)) for one in (name, "other")]

    assert [body["personalizations"][0]["custom_args"]["installation"] for body in people] == [name, "other"]


def test_percent_signs_of_the_edition_stay():
    headers = (*edition().headers, ("List-Unsubscribe-Post", "100%s"), ("X-Rate", "100%(to)b"))
    sent = Batch(7, edition(text="100%s", headers=headers), batch(1).recipients, ORIGIN)

    document = json.loads(batch_body(sent, installation="here", sandbox=False))

    assert document["content"][0]["value"] == "100%s"
    assert document["headers"]["X-Rate"] == "100%(to)b"
    assert document["personalizations"][0]["headers"]["List-Unsubscribe-Post"] == "100%s"


@pytest.mark.parametrize(
    ("fault", "kind", "wait"),
    [
        ("limited-past", NotAccepted, None),
        ("limited-absent", NotAccepted, None),
        ("limited-garbage", NotAccepted, None),
        ("limited-far", NotAccepted, 60.0),
        ("400-body", Refused, None),
        ("400-unnamed", BatchRefused, None),
        ("400-html", BatchRefused, None),
        ("400-empty", BatchRefused, None),
        ("401", Refused, None),
        ("403", Refused, None),
        ("413", TooLarge, None),
        ("redirect", Refused, None),
        ("200-unasked", Refused, None),
    ],
)
def test_refusal_is_certain(provider: Provider, fault: str, kind: type[NotAccepted], wait: float | None):
    error = failure(provider, fault)

    assert type(error) is kind
    assert (error.retry_after, dict(error.rejected)) == (wait, {})
    assert provider.ledger.deliveries() == {}


@pytest.mark.parametrize(
    "fault",
    [
        "500",
        "503",
        "500-after-accept",
        "accept-then-reset",
        "accept-then-hang",
        "reset",
        "hang",
        "truncated-202",
        "truncated-head",
        "truncated-in-field",
        "truncated-after-field",
        "truncated-before-end",
        "103-then-500",
        "101",
        "408",
    ],
)
def test_unclear_answer_leaves_the_batch_in_doubt(provider: Provider, fault: str):
    error = failure(provider, fault, deadline=2 if "hang" in fault else 30)

    assert type(error) is InDoubt
    assert error.doubtful is None
    assert provider.ledger.faults() == {fault: 1}, "asked once, and not again"


def test_wait_until_a_near_reset_is_short(provider: Provider):
    error = failure(provider, "limited-soon")

    assert error.retry_after is None or 0 < error.retry_after <= 1


def test_one_bad_address_is_isolated(provider: Provider):
    sent = Batch(
        7,
        edition(),
        [*batch(2).recipients, Recipient(555, "p@example", "", "Hello,", "https://example.org", "https://example.org")],
        ORIGIN,
    )
    with pytest.raises(NotAccepted) as caught:
        hand_over(provider, sent)

    assert type(caught.value) is NotAccepted
    assert dict(caught.value.rejected) == {555: "Does not contain a valid address."}
    assert provider.ledger.deliveries() == {}


def test_sandbox_never_counts_as_sent(provider: Provider):
    with pytest.raises(Refused, match="sandbox"):
        hand_over(provider, sandbox=True)

    assert provider.ledger.statuses() == {200: 1}


def test_redirect_is_not_followed(provider: Provider):
    failure(provider, "redirect")

    assert [seen.path for seen in provider.seen] == ["/v3/mail/send"]


def test_slow_answer_is_waited_for(provider: Provider):
    provider.meet("slow")

    assert hand_over(provider).message_id


def test_nothing_goes_out_after_the_time(provider: Provider):
    with pytest.raises(NotAccepted, match="timed out"):
        hand_over(provider, batch(until=time.monotonic() - 1))

    assert provider.seen == []


def test_nobody_there_is_certain():
    with pytest.raises(NotAccepted, match=r"can't be reached at 127\.0\.0\.1:9: Connection refused"):
        hand_over_to("http://127.0.0.1:9")


def hand_over_to(url: str) -> Answer:
    return transport(url).hand_over(batch(), report=lambda _answers: None)


def test_one_connection_carries_many_requests(provider: Provider):
    carrier = transport(provider.url)
    for _ in range(5):
        carrier.hand_over(batch(), report=lambda _answers: None)
    carrier.finish()

    assert provider.connections == 1


@pytest.mark.parametrize("fault", ["102-then-202", "103-then-202"])
def test_answer_of_one_request_is_never_taken_for_that_of_the_next(provider: Provider, fault: str):
    carrier = transport(provider.url)
    provider.meet(fault, "400-html", fault)
    first = carrier.hand_over(batch(), report=lambda _answers: None)
    with pytest.raises(BatchRefused):
        carrier.hand_over(batch(), report=lambda _answers: None)
    last = carrier.hand_over(batch(), report=lambda _answers: None)
    carrier.finish()

    assert None not in {first.message_id, last.message_id}
    assert first.message_id != last.message_id
    assert provider.connections == 1


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://127.0.0.1", "127.0.0.1"),
        ("https://127.0.0.1:443", "127.0.0.1"),
        ("https://127.0.0.1:80", "127.0.0.1:80"),
        ("http://127.0.0.1", "127.0.0.1"),
        ("http://127.0.0.1:443", "127.0.0.1:443"),
    ],
)
def test_port_that_goes_without_saying_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str, host: str
):
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    behaviour = Behaviour(tls=context if origin.startswith("https") else None, keep=True)
    with in_thread(tmp_path / "ledger.db", behaviour) as provider:
        there = ("127.0.0.1", int(provider.url.rpartition(":")[2]))
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", there)]
        )
        api = SendgridApi(origin, lambda: KEY, tls=ssl.create_default_context(cafile=str(certificate)), patience=5)
        api.exchange("GET", "/", b"", until=time.monotonic() + 5)
        api.close()

        assert [seen.headers["host"] for seen in provider.seen] == [host]


def test_connection_that_the_other_side_closed_is_not_used_again(provider: Provider):
    carrier = transport(provider.url)
    provider.meet("none", "truncated-202")
    carrier.hand_over(batch(), report=lambda _answers: None)
    with pytest.raises(InDoubt):
        carrier.hand_over(batch(), report=lambda _answers: None)
    carrier.hand_over(batch(), report=lambda _answers: None)
    carrier.finish()

    assert provider.connections == 2


@pytest.mark.parametrize("fault", ["401", "500", "accept-then-reset", "redirect", "400-html", "none"])
def test_key_shows_in_no_error_and_no_representation(provider: Provider, fault: str):
    carrier = transport(provider.url)
    provider.meet(fault)
    try:
        carrier.hand_over(batch(), report=lambda _answers: None)
        told = ""
    except (NotAccepted, InDoubt) as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    finally:
        carrier.finish()

    assert KEY not in told + repr(carrier) + repr(vars(carrier))
    assert [seen.headers["authorization"] for seen in provider.seen] == [f"Bearer {KEY}"]


def test_environments_proxy_is_not_used(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert hand_over(provider).message_id


def test_wrong_key_holds(provider: Provider):
    with pytest.raises(Refused, match=r"sendgrid\.api_key"):
        hand_over(provider, key="SG.another")


def test_more_than_a_thousand_recipients_are_too_large(provider: Provider):
    with pytest.raises(TooLarge):
        hand_over(provider, batch(1001))

    assert provider.seen == []


def test_thousand_recipients_are_one_request(provider: Provider):
    hand_over(provider, batch(1000))

    assert len(provider.ledger.deliveries()) == 1000


def test_more_bytes_than_a_request_may_have_are_too_large(provider: Provider):
    with pytest.raises(TooLarge):
        hand_over(provider, Batch(7, edition(text="x" * MOST_BYTES), batch(1).recipients, ORIGIN))

    assert provider.seen == []


@pytest.mark.parametrize("letter", ["x", "é", '"', "😀"])
def test_somebodys_own_part_that_is_too_large_is_isolated(provider: Provider, letter: str):
    large = Recipient(555, "p@example.org", "", letter * 6000, "https://example.org/u", "https://example.org/p")
    with pytest.raises(NotAccepted) as caught:
        hand_over(provider, Batch(7, edition(), [*batch(2).recipients, large], ORIGIN))

    assert list(caught.value.rejected) == [555]
    assert provider.seen == []


@pytest.mark.parametrize("length", [1, 400, 800, 4500])
def test_what_is_sent_is_never_more_than_the_provider_takes(provider: Provider, length: int):
    hand_over(provider, batch(1, greeting="x" * length))

    assert provider.ledger.statuses() == {202: 1}


def test_sender_with_accents_is_refused_before_anything_goes_out(provider: Provider):
    accented = edition_headers(make_newsletter(from_name="Réseau"), NOVEMBER, "s", "fr", NONCE)
    with pytest.raises(Refused, match=r"newsletter\.from\.name"):
        hand_over(provider, Batch(7, edition(headers=accented), batch(1).recipients, ORIGIN))

    assert provider.seen == []


def test_notification_is_handed_over(provider: Provider):
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    carrier = transport(provider.url)
    answer = carrier.hand_over_note(note)
    carrier.finish()

    sent = json.loads(provider.seen[0].body)
    assert answer.message_id
    assert sent["personalizations"] == [
        {"to": [{"email": "ann@example.org"}], "custom_args": {"notification_id": "12", "installation": "here"}}
    ]
    assert sent["subject"] == "Confirm"
    assert provider.ledger.deliveries() == {}


def test_certificate_of_a_stranger_is_refused(tmp_path: Path):
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with in_thread(tmp_path / "ledger.db", Behaviour(tls=context)) as provider:
        with pytest.raises(Refused, match="is not valid for"):
            hand_over_to(provider.url)

        assert provider.ledger.statuses() == {}


def test_trusted_certificate_is_fine_and_its_connection_is_kept(tmp_path: Path):
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with in_thread(tmp_path / "ledger.db", Behaviour(tls=context)) as provider:
        trusting = ssl.create_default_context(cafile=str(certificate))
        api = SendgridApi(provider.url, lambda: KEY, tls=trusting, patience=5)
        carrier = SendgridTransport(api, installation="here", deadline=5)
        for _ in range(3):
            carrier.hand_over(batch(1000), report=lambda _answers: None)
        carrier.finish()

        assert provider.ledger.statuses() == {202: 3}
        assert provider.connections == 1


def test_script_may_be_random_and_is_the_same_for_the_same_seed():
    one, other = (Script(chances={"500": 0.3, "hang": 0.3}, seed=4) for _ in range(2))

    assert [one.next() for _ in range(50)] == [other.next() for _ in range(50)]
