"""What every transport promises, whichever it is: one suite for all three."""

import contextlib
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path
from typing import get_args

import pytest
from factories import NOVEMBER, ORIGIN, make_edition, make_newsletter
from provider.running import in_thread
from provider.server import KEY
from services import relay as service

from digest.bootstrap.project import start_project
from digest.bootstrap.resources import load_catalogues, load_templates
from digest.config import load_config
from digest.config.models import DeliverySection
from digest.delivery.description import EventSource
from digest.delivery.handover import Answer, Batch, Note, Recipient, Transport
from digest.errors import ConfigError, NotAccepted
from digest.issue.headers import edition_headers
from digest.pipeline.process import is_running
from digest.rendering.environment import Renderer
from digest.transports.barred import BarredTransport
from digest.transports.files import FilesTransport
from digest.transports.sendgrid.http import SendgridApi
from digest.transports.sendgrid.transport import SendgridTransport
from digest.transports.smtp.connection import Relay
from digest.transports.smtp.transport import SmtpTransport

NONCE = "0123456789abcdef"
EDITION = make_edition(headers=edition_headers(make_newsletter(from_name="Network"), NOVEMBER, "November", "en", NONCE))


class Bench:
    """A transport, where it leads, and what it reported."""

    def __init__(self, transport: Transport, arrived: Callable[[], list[str]]) -> None:
        self.transport = transport
        self.arrived = arrived
        self.reported: dict[int, str | None] = {}

    def report(self, answers: Mapping[int, str | None]) -> None:
        self.reported |= answers

    def hand_over(self, batch: Batch) -> Answer:
        return self.transport.hand_over(batch, self.report)


@contextlib.contextmanager
def files(folder: Path, *, broken: bool) -> Iterator[Bench]:
    outbox = folder / "outbox"
    if broken:
        outbox.write_text("in the way")

    def arrived() -> list[str]:
        mails = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in outbox.glob("*.eml"))
        return [str(mail["To"]) for mail in mails]

    renderer = Renderer(load_templates(None), load_catalogues())
    yield Bench(FilesTransport(outbox, "a campaign", renderer, is_running), arrived)


@contextlib.contextmanager
def smtp(folder: Path, *, broken: bool) -> Iterator[Bench]:
    with service.running(service.Relay()) as relay:
        wanted = Relay("127.0.0.1", 9 if broken else relay.port, "none")
        transport = SmtpTransport(wanted, tls=ssl.create_default_context(), deadline=5)
        yield Bench(transport, lambda: [taken.recipient for taken in relay.taken])


@contextlib.contextmanager
def sendgrid(folder: Path, *, broken: bool) -> Iterator[Bench]:
    with in_thread(folder / "ledger.db") as provider:
        url = "http://127.0.0.1:9" if broken else provider.url
        api = SendgridApi(url, lambda: KEY, tls=ssl.create_default_context(), patience=5)
        transport = SendgridTransport(api, installation="here", deadline=5, has_webhook=True)
        yield Bench(transport, lambda: list(provider.ledger.everybody().elements()))


KINDS = {"files": files, "smtp": smtp, "sendgrid": sendgrid}
# name, leaves_machine, one_by_one, has_evidence, events
DESCRIPTIONS = {
    "files": ("files", False, False, True, EventSource.NONE),
    "smtp": ("smtp", True, True, False, EventSource.NONE),
    "sendgrid": ("sendgrid", True, False, False, EventSource.WEBHOOK),
}
DESTINATIONS = {"files": "outbox", "smtp": "127.0.0.1", "sendgrid": "SendGrid"}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = start_project(tmp_path / "project")
    path.write_text(re.sub(r"base_url: \S+", "base_url: http://127.0.0.1:8000", path.read_text()), encoding="utf-8")
    return path


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with KINDS[request.param](tmp_path, broken=False) as made:
        yield made
        made.transport.finish()


@pytest.fixture(params=KINDS)
def broken_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with KINDS[request.param](tmp_path, broken=True) as made:
        yield made
        made.transport.finish()


def batch(count: int = 3, first: int = 1, until: float = float("inf")) -> Batch:
    recipients = [
        Recipient(
            number,
            f"p{number}@example.org",
            "",
            "Hello,",
            f"https://digest.example.org/u/{number}",
            f"https://digest.example.org/p/{number}",
        )
        for number in range(first, first + count)
    ]
    return Batch(first, EDITION, recipients, ORIGIN, until)


def test_everybody_of_a_batch_is_handed_over_once(bench: Bench):
    answer = bench.hand_over(batch())

    assert dict(answer.rejected) == {}
    assert sorted(bench.arrived()) == ["p1@example.org", "p2@example.org", "p3@example.org"]


def test_transport_describes_itself(bench: Bench):
    said = bench.transport.description

    assert (
        said.name,
        said.leaves_machine,
        said.one_by_one,
        said.has_evidence,
        said.events,
    ) == DESCRIPTIONS[said.name]


def test_transport_without_events_says_why(bench: Bench):
    said = bench.transport.description

    assert bool(said.no_events) is (said.events is EventSource.NONE)


def test_destination_names_where_mail_goes(bench: Bench):
    assert DESTINATIONS[bench.transport.description.name] in bench.transport.description.destination


def test_barred_transport_keeps_the_description_of_the_one_behind(bench: Bench):
    assert BarredTransport(bench.transport, "not yet").description is bench.transport.description


def test_recipients_are_reported_in_order_or_not_at_all_as_described(bench: Bench):
    bench.hand_over(batch())

    assert list(bench.reported) == ([1, 2, 3] if bench.transport.description.one_by_one else [])


def test_evidence_knows_exactly_who_was_taken_if_the_description_promises_any(bench: Bench):
    bench.hand_over(batch())
    evidence = bench.transport.evidence([1, 2, 3, 4])

    assert evidence == (frozenset({1, 2, 3}) if bench.transport.description.has_evidence else None)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_http_links_are_refused_exactly_where_mail_leaves_the_machine(name: str, config_file: Path):
    text = config_file.read_text(encoding="utf-8").replace("transport: files", f"transport: {name}")
    config_file.write_text(text, encoding="utf-8")
    leaves = DESCRIPTIONS[name][1]

    with pytest.raises(ConfigError, match="must start with https") if leaves else contextlib.nullcontext():
        load_config(config_file)


def test_configuration_and_contract_know_the_same_transports():
    known = get_args(DeliverySection.model_fields["transport"].annotation)

    assert set(known) == set(KINDS) == set(DESCRIPTIONS)


def test_several_threads_may_use_it_at_once(bench: Bench):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda first: bench.hand_over(batch(5, first)), range(1, 41, 5)))

    assert len(answers) == 8
    assert sorted(bench.arrived()) == sorted(f"p{number}@example.org" for number in range(1, 41))


def test_it_works_on_after_it_was_finished(bench: Bench):
    bench.hand_over(batch(1, 1))
    bench.transport.finish()
    bench.transport.finish()
    bench.hand_over(batch(1, 2))

    assert sorted(bench.arrived()) == ["p1@example.org", "p2@example.org"]


def test_finishing_before_anything_went_out_is_fine(bench: Bench):
    bench.transport.finish()

    assert bench.arrived() == []


def test_nothing_goes_out_when_the_time_is_over(bench: Bench):
    with pytest.raises(NotAccepted):
        bench.hand_over(batch(until=time.monotonic() - 1))

    assert (bench.arrived(), bench.reported) == ([], {})


def test_notification_arrives(bench: Bench):
    note = Note(12, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    bench.transport.hand_over_note(note)

    assert bench.arrived() == ["ann@example.org"]


def test_notification_is_no_delivery(bench: Bench):
    note = Note(1, "ann@example.org", "Confirm", "<p>Hello</p>", "Hello", (("From", "digest@example.org"),), ORIGIN)
    bench.transport.hand_over_note(note)

    assert bench.transport.evidence([1]) in (None, frozenset())


def test_nobody_there_means_certainly_not_taken(broken_bench: Bench):
    with pytest.raises(NotAccepted) as caught:
        broken_bench.hand_over(batch())

    assert dict(caught.value.rejected) == {}
    assert broken_bench.reported == {}


def test_errors_tell_no_address(broken_bench: Bench):
    with pytest.raises(NotAccepted) as caught:
        broken_bench.hand_over(batch())

    assert "@" not in str(caught.value)
