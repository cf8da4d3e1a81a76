"""Every form: from our own page only, bounded in size, fields, time and number, and never a fault."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from services.site import running
from starlette.testclient import TestClient

from digest.pipeline.people.limits import Limits
from digest.storage.db.database import Database
from digest.storage.people import subscribers
from digest.tokens import Purpose
from digest.web.app import create_site
from digest.web.site import Site

OWN = {"Sec-Fetch-Site": "same-origin"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
SIGN_UP = {"address": "new@example.org", "which": "every"}


@pytest.fixture
def forms(reader: int, link) -> dict[str, dict[str, str]]:
    """Every form of the site by its path, with what makes it act; the one-click request is none."""
    own = f"/preferences/{link(Purpose.PREFERENCES, reader)}"
    return {
        "/subscribe": SIGN_UP,
        "/link": {"address": "ann.lee@example.com"},
        own: {"which": "some", "topic": "training", "name": "Changed"},
        f"{own}/address": {},
        f"{own}/leave": {},
        f"{own}/data": {},
        f"{own}/erase": {},
        f"/erase/{link(Purpose.ERASE, reader)}": {},
        f"/new-address/{link(Purpose.NEW_ADDRESS, reader)}": {"address": "other@example.org"},
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://www.example.org"},
        {"Origin": "https://evil.example", "Host": "evil.example"},
    ],
)
def test_form_from_another_page_does_nothing(client: TestClient, forms, mails, database, reader, headers):
    with database.read() as connection:
        before = subscribers.get(connection, reader)

    for path, fields in forms.items():
        answer = client.post(path, data=fields, headers=headers)
        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "no-store"
    with database.read() as connection:
        assert subscribers.get(connection, reader) == before
    assert mails() == []


def test_browser_without_fetch_metadata_is_known_by_its_origin(client: TestClient, mails):
    client.post("/subscribe", data=SIGN_UP, headers={"Origin": "https://digest.example.org"})

    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"a=b", "text/plain", 415),
        (b"a=b", "", 415),
        (b'{"address": "x"}', "application/json", 415),
        (b"a=b", "multipart/form-data", 415),
        (b"a=b", "application/x-www-form-urlencoded; charset=utf-16", 415),
        (b"a=b", "application/x-www-form-urlencoded; charset=no-such", 415),
        (b"a=b", 'application/x-www-form-urlencoded; charset="', 415),
        (b"\xff\xfe=\x00", "application/x-www-form-urlencoded", 400),
        (b"address=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"topic=x" for _ in range(201)), "application/x-www-form-urlencoded", 413),
        (b"&" * 60_000, "application/x-www-form-urlencoded", 413),
        (b"address=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_of_ours_is_refused(client: TestClient, forms, mails, body, content_type, status):
    for path in forms:
        answer = client.post(path, content=body, headers={**OWN, "Content-Type": content_type})
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-store"
    assert mails() == []


def test_charset_may_be_named(client: TestClient, mails):
    content_type = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    client.post("/subscribe", content=b"address=new%40example.org&which=every", headers={**OWN, **content_type})

    assert len(mails()) == 1


def test_long_body_is_refused_also_in_chunks(client: TestClient, mails):
    def chunks() -> Iterator[bytes]:
        yield b"address=new%40example.org&which=every&x="
        for _ in range(70):
            yield b"y" * 1024

    assert client.post("/subscribe", content=chunks(), headers={**OWN, **FORM_TYPE}).status_code == 413
    assert mails() == []


@pytest.mark.parametrize("path", ["/subscribe", "/unsubscribe/TOKEN"])
def test_body_that_never_ends_is_given_up(site: Site, token: str, path: str):
    with running(create_site(replace(site, patience=0.3))) as address:
        parts = urlsplit(address)
        with closing(socket.create_connection((parts.hostname, parts.port), timeout=10)) as connection:
            connection.sendall(
                f"POST {path.replace('TOKEN', token)} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\naddress=".encode()
            )
            answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_one_network_can_send_no_more_than_its_share(visitor: TestClient, site: Site, mails):
    share = site.limits.network.count
    answers = [
        visitor.post("/subscribe", data=SIGN_UP | {"address": f"p{number}@example.org"}) for number in range(share + 3)
    ]

    assert [answer.status_code for answer in answers] == [200] * share + [429] * 3
    assert "Try again in 2 minutes." in answers[-1].text
    assert answers[-1].headers["retry-after"] == "120"
    assert len(mails()) == share


@pytest.mark.parametrize(("trusted", "taken"), [((), 30), ((ip_network("192.0.2.0/24"),), 40)])
def test_header_of_a_proxy_counts_only_if_the_proxy_is_ours(site: Site, mails, trusted, taken):
    application = create_site(replace(site, trusted_proxies=trusted))
    client = TestClient(application, base_url="https://digest.example.org", client=("192.0.2.7", 5000), headers=OWN)
    for number in range(40):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        client.post("/subscribe", data=SIGN_UP | {"address": f"p{number}@example.org"}, headers=headers)

    assert len(mails()) == taken


def test_list_bombing_from_many_networks_gives_the_victim_few_mails(site: Site, mails, clock):
    application = create_site(replace(site, trusted_proxies=(ip_network("192.0.2.0/24"),)))
    client = TestClient(application, base_url="https://digest.example.org", client=("192.0.2.7", 5000), headers=OWN)
    for number in range(60):
        clock.forward(minutes=3)
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        path = ("/subscribe", "/link")[number % 2]
        client.post(path, data={"address": "Victim@example.org", "which": "every"}, headers=headers)

    assert 1 <= len(mails()) <= 4


def test_tags_of_one_mailbox_share_a_limit(site: Site, mails, clock):
    application = create_site(replace(site, trusted_proxies=(ip_network("192.0.2.0/24"),)))
    client = TestClient(application, base_url="https://digest.example.org", client=("192.0.2.7", 5000), headers=OWN)
    for number in range(60):
        clock.forward(minutes=3)
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        path = ("/subscribe", "/link")[number % 2]
        client.post(path, data={"address": f"Victim+{number}@example.org", "which": "every"}, headers=headers)

    assert 1 <= len(mails()) <= 7


@pytest.mark.parametrize("path", ["/subscribe", "/link"])
def test_answer_past_the_limit_of_a_mailbox_is_the_same(visitor: TestClient, mails, path):
    addresses = [f"v+{n}@example.org" for n in range(10)]
    answers = [visitor.post(path, data={"address": address, "which": "every"}) for address in addresses]

    assert len(mails()) == 6
    pages = [answer.text.replace(address, "") for answer, address in zip(answers, addresses, strict=True)]
    assert len({(answer.status_code, answer.url.path, page) for answer, page in zip(answers, pages, strict=True)}) == 1


def test_limits_leave_no_address_in_the_database(site: Site, database: Database):
    TestClient(create_site(site), client=("192.0.2.7", 5000), headers=OWN).post("/subscribe", data=SIGN_UP)

    with database.read() as connection:
        keys = connection.exec_driver_sql("SELECT key FROM page_limit").scalars().all()
    assert len(keys) == 4
    assert not [key for key in keys if "new" in key or "example" in key or "192" in key or "." in key]


def test_leaving_is_never_limited(site: Site, token: str):
    application = create_site(replace(site, limits=Limits()))
    client = TestClient(application, base_url="https://digest.example.org")

    answers = {client.post(f"/unsubscribe/{token}", data={"confirm": "yes"}).status_code for _ in range(50)}
    assert answers == {200}
