"""The provider of the tests keeps the rules that SendGrid documents: otherwise tests against it would prove little."""

import contextlib
import http.client
import itertools
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from provider.events import SIGNATURE, TIMESTAMP, Signer, Telling
from provider.ledger import Ledger
from provider.rules import BYPASSES, MOST_BYTES, OWN_HEADERS, breaches
from provider.running import in_process, in_thread
from provider.server import KEY, Behaviour
from sendgrid.helpers.eventwebhook import EventWebhook

from digest.errors import NotAccepted
from digest.transports.sendgrid.http import Reply, SendgridApi

Change = Callable[[dict[str, Any]], object]


def make_document(people: int = 2) -> dict[str, Any]:
    return {
        "personalizations": [
            {
                "to": [{"email": f"p{number}@example.org"}],
                "custom_args": {"delivery_id": str(number), "attempt_id": "7", "installation": "here"},
            }
            for number in range(people)
        ],
        "from": {"email": "digest@example.org", "name": "Network"},
        "subject": "November",
        "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
    }


def person(**changes: Any) -> Change:
    return lambda document: document["personalizations"][1].update(changes)


def root(**changes: Any) -> Change:
    return lambda document: document.update(changes)


def both(*changes: Change) -> Change:
    return lambda document: [change(document) for change in changes]


def bypassing(names: Iterable[str]) -> Change:
    return root(mail_settings={name: {"enable": True} for name in names})


RESERVED = ["To", "From", "Subject", "Reply-To", "CC", "BCC", "Received", "DKIM-Signature", "Content-Type"]
RESERVED += ["Content-Transfer-Encoding", "X-SG-ID", "x-sg-eid"]
BYPASS_SETS = [names for size in range(1, 5) for names in itertools.combinations(BYPASSES, size)]

# What is wrong, and the field that the answer names.
CASES: list[tuple[str, Change, str]] = [
    ("no personalization", root(personalizations=[]), "personalizations"),
    ("1001 personalizations", root(personalizations=make_document(1001)["personalizations"]), "personalizations"),
    ("1001 recipients", person(bcc=[{"email": f"b{n}@example.org"} for n in range(999)]), "personalizations"),
    ("nobody to send to", person(to=[]), "personalizations.1.to"),
    ("malformed address", person(to=[{"email": "p1@example"}]), "personalizations.1.to.0.email"),
    ("space in an address", person(to=[{"email": "p 1@example.org"}]), "personalizations.1.to.0.email"),
    ("address twice", person(to=[{"email": "a@example.org"}, {"email": "A@example.org"}]), "personalizations.1"),
    ("comma in a name", person(to=[{"email": "a@example.org", "name": "A, B"}]), "personalizations.1.to.0.name"),
    ("semicolon in a name", person(to=[{"email": "a@example.org", "name": "A; B"}]), "personalizations.1.to.0.name"),
    ("no sender", root(**{"from": {}}), "from.email"),
    ("accents in the sender", root(**{"from": {"email": "d@example.org", "name": "Réseau"}}), "from.name"),
    ("accents in the sender's address", root(**{"from": {"email": "dé@example.org"}}), "from.email"),
    ("accents in an address", person(to=[{"email": "é@example.org"}]), "personalizations.1.to.0.email"),
    ("personalization as text", lambda document: document["personalizations"].append("x"), "personalizations.2"),
    ("no subject", root(subject=""), "subject"),
    ("subject as number", root(subject=5), "subject"),
    ("own subject as number", person(subject=5), "personalizations.1.subject"),
    ("subject of only one", lambda document: (document.pop("subject"), person(subject="a")(document)), "subject"),
    ("no content", root(content=[]), "content"),
    ("empty content", root(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
    ("type with a parameter", root(content=[{"type": "text/html; a=b", "value": "x"}]), "content.0.type"),
    ("HTML before text", lambda document: document["content"].reverse(), "content"),
    ("text twice", root(content=[{"type": "text/plain", "value": "x"}] * 2), "content"),
    ("HTML twice", root(content=[{"type": "text/html", "value": "x"}] * 2), "content"),
    *((f"reserved header {name}", root(headers={name: "x"}), f"headers.{name}") for name in sorted(OWN_HEADERS)),
    *((f"own {name}", person(headers={name: "x"}), f"personalizations.1.headers.{name}") for name in RESERVED),
    ("header of two lines", root(headers={"X-A": "a\r\nBcc: b@example.org"}), "headers.X-A"),
    ("own header of two lines", person(headers={"X-A": "a\nb"}), "personalizations.1.headers.X-A"),
    ("header that is no string", person(headers={"X-A": 1}), "personalizations.1.headers.X-A"),
    ("substitution that is no string", person(substitutions={"-a-": 1}), "personalizations.1.substitutions"),
    ("too large substitutions", person(substitutions={"-a-": "x" * 9998}), "personalizations.1.substitutions"),
    ("substitutions and a dynamic template", both(root(template_id="d-1"), person(substitutions={"-a-": "b"})),
        "personalizations.1.substitutions"),
    ("custom_args as text", root(custom_args="a=b"), "custom_args"),
    ("number in custom_args", person(custom_args={"a": 1}), "personalizations.1.custom_args"),
    ("too large custom_args", person(custom_args={"a": "x" * 9999}), "personalizations.1.custom_args"),
    ("too large custom_args together", both(root(custom_args={"a": "x" * 6000}), person(custom_args={"b": "x" * 6000})),
        "personalizations.1.custom_args"),
    ("eleven categories", root(categories=[str(number) for number in range(11)]), "categories"),
    ("category twice", root(categories=["a", "a"]), "categories"),
    ("long category", root(categories=["x" * 256]), "categories"),
    ("category as number", root(categories=[7]), "categories"),
    ("send_at too far", root(send_at=int(time.time()) + 73 * 3600), "send_at"),
    ("own send_at too far", person(send_at=9_999_999_999), "personalizations.1.send_at"),
    ("send_at as text", root(send_at="soon"), "send_at"),
    ("send_at with a fraction", person(send_at=1.5), "personalizations.1.send_at"),
    ("malformed reply_to", root(reply_to={"email": "nobody"}), "reply_to.email"),
    ("reply_to twice", root(reply_to={"email": "a@example.org"}, reply_to_list=[]), "reply_to_list"),
    ("reply_to_list with a repetition", root(reply_to_list=[{"email": "a@example.org"}, {"email": "A@example.org"}]),
        "reply_to_list"),
    ("malformed reply_to_list", root(reply_to_list=[{"email": "nobody"}]), "reply_to_list"),
    ("asm without a number", root(asm={"group_id": "1"}), "asm"),
    ("asm with 26 groups", root(asm={"group_id": 1, "groups_to_display": list(range(26))}), "asm"),
    ("short pool", root(ip_pool_name="x"), "ip_pool_name"),
    ("switch as text", root(tracking_settings={"ganalytics": {"enable": ""}}), "tracking_settings.ganalytics.enable"),
    ("sandbox as text", root(mail_settings={"sandbox_mode": {"enable": "yes"}}), "mail_settings.sandbox_mode.enable"),
    ("enable_text as text", root(tracking_settings={"click_tracking": {"enable": False, "enable_text": "no"}}),
        "tracking_settings.click_tracking.enable_text"),
    *((f"bypasses {names}", bypassing(names), f"mail_settings.{BYPASSES[0]}")
        for names in BYPASS_SETS if BYPASSES[0] in names and len(names) > 1),
]  # fmt: skip


def post(url: str, document: Any, key: str = KEY) -> Reply:
    api = SendgridApi(url, lambda: key, tls=ssl.create_default_context(), patience=5)
    try:
        return api.exchange("POST", "/v3/mail/send", json.dumps(document).encode(), until=time.monotonic() + 5)
    finally:
        api.close()


def test_document_that_keeps_the_rules_is_accepted(tmp_path: Path):
    with in_thread(tmp_path / "ledger.db") as provider:
        reply = post(provider.url, make_document())

        assert (reply.status, reply.body) == (202, b"")
        assert reply.headers["x-message-id"]
        assert provider.ledger.addresses() == {"p0@example.org": 1, "p1@example.org": 1}


@pytest.mark.parametrize(("change", "field"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_breach_is_answered_with_its_field(change: Change, field: str):
    document = make_document()
    change(document)

    assert {error["field"] for error in breaches(document)} == {field}


@pytest.mark.parametrize(
    "change",
    [
        root(send_at=int(time.time()) + 71 * 3600),
        root(custom_args={"a": "x" * 9000, "delivery_id": "0"}),
        root(reply_to_list=[{"email": "a@example.org"}, {"email": "b@example.org"}]),
        root(template_id="d-1", content=[], subject=""),
        root(categories=[str(number) for number in range(10)]),
        person(substitutions={"-a-": "x" * 9997}),
        *(bypassing(names) for names in BYPASS_SETS if BYPASSES[0] not in names),
        root(mail_settings={name: {"enable": name == BYPASSES[0]} for name in BYPASSES}),
    ],
)
def test_what_is_just_allowed_is_no_breach(change: Change):
    document = make_document()
    change(document)

    assert breaches(document) == []


def test_all_twelve_reserved_headers_are_tried():
    assert len(OWN_HEADERS) == 12
    assert {name.lower() for name in RESERVED} == OWN_HEADERS


FIELDS = ["personalizations", "from", "subject", "content", "headers", "custom_args", "categories", "send_at", "asm"]
FIELDS += ["reply_to", "reply_to_list", "ip_pool_name", "template_id", "tracking_settings", "mail_settings"]


@pytest.mark.parametrize("junk", [None, 7, "x", "", [], [7], {}, {"x": 7}, [[]], [None], True])
def test_no_junk_stops_the_server(tmp_path: Path, junk: Any):
    own = ["to", "cc", "bcc", "subject", "headers", "substitutions", "custom_args", "send_at"]
    with in_thread(tmp_path / "ledger.db") as provider:
        changed = [root(**{name: junk}) for name in FIELDS] + [person(**{name: junk}) for name in own]
        for change in changed:
            document = make_document()
            change(document)

            assert post(provider.url, document).status == (400 if breaches(document) else 202)


def post_raw(url: str, body: bytes, kind: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(url.rpartition(":")[2]), timeout=30)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": kind}
    connection.request("POST", "/v3/mail/send", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_body_that_does_not_say_that_it_is_json_is_unsupported(tmp_path: Path, kind: str):
    with in_thread(tmp_path / "ledger.db") as provider:
        assert post_raw(provider.url, json.dumps(make_document()).encode(), kind) == 415
        assert provider.ledger.deliveries() == {}


@pytest.mark.parametrize(("size", "status"), [(MOST_BYTES, 413), (MOST_BYTES - 1, 202)])
def test_body_of_thirty_megabytes_is_too_large(tmp_path: Path, size: int, status: int):
    body = json.dumps(make_document()).encode()
    with in_thread(tmp_path / "ledger.db") as provider:
        assert post_raw(provider.url, body + b" " * (size - len(body)), "application/json") == status


def test_one_malformed_address_keeps_everybody_from_being_accepted(tmp_path: Path):
    document = make_document()
    document["personalizations"][1]["to"] = [{"email": "nobody"}]
    with in_thread(tmp_path / "ledger.db") as provider:
        reply = post(provider.url, document)

        assert reply.status == 400
        assert json.loads(reply.body)["errors"][0]["field"] == "personalizations.1.to.0.email"
        assert provider.ledger.deliveries() == {}


@pytest.mark.parametrize("body", ["[]", "3", "{}"])
def test_anything_else_is_a_bad_request(tmp_path: Path, body: str):
    with in_thread(tmp_path / "ledger.db") as provider:
        assert post(provider.url, json.loads(body)).status == 400


def test_other_key_is_unauthorized(tmp_path: Path):
    with in_thread(tmp_path / "ledger.db") as provider:
        assert post(provider.url, make_document(), "SG.other").status == 401


def test_process_of_its_own_keeps_a_ledger_that_outlives_it(tmp_path: Path):
    with in_process(tmp_path / "ledger.db", first=("500-after-accept", "500")) as url:
        statuses = [post(url, make_document()).status for _ in range(3)]

    ledger = Ledger(tmp_path / "ledger.db")
    counts, faults = ledger.deliveries(), ledger.faults()
    ledger.close()
    assert statuses == [500, 500, 202]
    assert counts == {0: 2, 1: 2}, "what was answered with 500 was accepted all the same"
    assert faults == {"500-after-accept": 1, "500": 1, "none": 1}


class Hook:
    """A webhook: refuses its first posts, then checks signatures."""

    def __init__(self, public_key: str, refusals: int = 0) -> None:
        self.verifier = EventWebhook(public_key)
        self.refusals = refusals
        self.posts: list[list[dict[str, Any]]] = []

    def take(self, body: bytes, headers: Any) -> int:
        if self.refusals:
            self.refusals -= 1
            return 503
        if not self.verifier.verify_signature(body.decode(), headers[SIGNATURE], headers[TIMESTAMP]):
            return 403
        self.posts.append(json.loads(body))
        return 200

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for post in self.posts for event in post]


@contextlib.contextmanager
def listening(hook: Hook) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = hook.take(self.rfile.read(int(self.headers["Content-Length"])), self.headers)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/sendgrid"
        server.shutdown()
        thread.join()


def told(tmp_path: Path, people: int = 20, refusals: int = 0, **telling: Any) -> list[dict[str, Any]]:
    signer = Signer()
    hook = Hook(signer.public_key, refusals)
    with listening(hook) as url:
        options = {"lost": 0.0, "delay": 0.05, "copies": 0.0, "early": 0.0, **telling}
        behaviour = Behaviour(telling=Telling(url=url, pem=signer.pem, **options))
        with in_thread(tmp_path / "ledger.db", behaviour) as provider:
            post(provider.url, make_document(people))
            if options["early"] == 1:
                assert hook.events, "told before the answer"
            provider.drain()
    return hook.events


def test_events_are_signed_and_carry_the_custom_args(tmp_path: Path):
    events = told(tmp_path)

    assert Counter(event["event"] for event in events) == {"processed": 20, "delivered": 20}
    assert {event["delivery_id"] for event in events} == {str(number) for number in range(20)}
    assert {(event["attempt_id"], event["installation"]) for event in events} == {("7", "here")}


def test_events_are_shuffled(tmp_path: Path):
    order = [int(event["delivery_id"]) for event in told(tmp_path)]

    assert order != sorted(order)


def test_events_come_again(tmp_path: Path):
    assert len(told(tmp_path, copies=1.0)) == 80


def test_events_may_come_before_the_answer(tmp_path: Path):
    assert len(told(tmp_path, early=1.0)) == 40


def test_events_may_never_come(tmp_path: Path):
    assert told(tmp_path, lost=1.0) == []


def test_refused_events_come_again(tmp_path: Path):
    assert len(told(tmp_path, refusals=3)) == 40


def test_dropped_are_never_processed(tmp_path: Path):
    assert {event["event"] for event in told(tmp_path, endings={"dropped": 1.0})} == {"dropped"}


def test_suppressions_are_listed_in_pages(tmp_path: Path):
    entries = [{"email": f"b{number}@example.org", "created": 1} for number in range(5)]
    with in_thread(tmp_path / "ledger.db", Behaviour(suppressions={"bounces": entries})) as provider:
        api = SendgridApi(provider.url, lambda: KEY, tls=ssl.create_default_context(), patience=5)
        path = "/v3/suppression/bounces?limit=2&offset=4"
        reply = api.exchange("GET", path, b"", until=time.monotonic() + 5)
        api.close()

    assert json.loads(reply.body) == entries[4:]


def test_unreachable_provider_is_certain():
    with pytest.raises(NotAccepted):
        post("http://127.0.0.1:9", make_document())
