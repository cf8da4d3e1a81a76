"""Any request at all, to every route: never a fault, and no change by reading."""

import datetime as dt
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services.site import ANN, KEY, OLDEST_KEY
from sqlalchemy import MetaData, create_engine, select
from starlette.testclient import TestClient

from digest.pipeline.people.limits import Limits, Rate
from digest.tokens import UNSUBSCRIBE, Purpose, dated_signer, signer
from digest.web.app import create_site
from digest.web.site import Site

READING = ("GET", "GET", "HEAD", "OPTIONS", "TRACE")
METHODS = ("POST", "POST", "POST", "GET", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
DATED = {
    "preferences": Purpose.PREFERENCES,
    "confirm": Purpose.CONFIRM,
    "new-address": Purpose.NEW_ADDRESS,
    "address": Purpose.CHANGE_ADDRESS,
    "undo": Purpose.UNDO_ADDRESS,
    "data": Purpose.EXPORT,
    "erase": Purpose.ERASE,
    "return": Purpose.RETURN,
    "your-issues": Purpose.YOUR_ISSUES,
}
PLAIN = (
    "/",
    "/subscribe",
    "/link",
    "/2026-11/",
    "/2026-11/alliance/",
    "/2026-11",
    "/search",
    "/search.ris",
    "/search.csv",
    "/doi/10.1/x",
    "/robots.txt",
    "/healthz",
    "/assets/topics.js",
)
KINDS = ("page", "nonsense", "unsubscribe", *DATED)
ACTIONS = ("", "", "/leave", "/address", "/data", "/erase", "/nothing")
SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.one_of(
    st.text(max_size=40), st.sampled_from([ANN, "a@b", "x" * 5000, "\x00", "\r\nX: y", "'; --", "%", "{{7*7}}"])
)
# what HTTP lets into a header at all: the server refuses the rest before the application sees it
headers = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)


def paths_of(kind: str) -> st.SearchStrategy[str]:
    """Addresses of one kind; a personal link is mostly genuine."""
    if kind == "page":
        return st.sampled_from(PLAIN)
    if kind == "nonsense":
        parts = st.lists(st.text(max_size=20).map(lambda part: quote(part, safe="")), max_size=4)
        # after two slashes the client would read a host, and send nothing to the site
        return parts.filter(lambda found: found[:1] != [""]).map(lambda found: "/" + "/".join(found))
    tokens = st.one_of(genuine(kind), genuine(kind), st.text(max_size=50).map(lambda text: quote(text, safe="")))
    actions = st.sampled_from(ACTIONS) if kind == "preferences" else st.just("")
    return st.builds("/{}/{}{}".format, st.just(kind), tokens, actions)


def genuine(kind: str) -> st.SearchStrategy[str]:
    """Tokens for subjects that are there, that are not, and that are the largest there can be."""
    subjects = st.sampled_from([1, 1, 2, 999, 2**31, 2**63 - 1])
    if kind == "unsubscribe":
        return st.builds(
            lambda subject, key: signer(key, UNSUBSCRIBE)(subject), subjects, st.sampled_from([KEY, OLDEST_KEY])
        )
    ends = st.sampled_from([2**33, 2**33, 2**33, 1_700_000_000, 0, 2**48 - 1])
    return st.builds(dated_signer(KEY, DATED[kind]), subjects, ends)


names = st.one_of(
    st.sampled_from(
        [
            "address",
            "name",
            "which",
            "topic",
            "language",
            "no_match",
            "pause",
            "website",
            "confirm",
            "List-Unsubscribe",
            "lang",
            "q",
            "type",
            "author",
            "from",
            "to",
            "order",
            "page",
        ]
    ),
    st.text(max_size=10),
)
values = st.one_of(
    texts,
    st.sampled_from(
        [
            "every",
            "some",
            "empathy",
            "fr",
            "en",
            "whole",
            "2027-01",
            "9999-12",
            "yes",
            "One-Click",
            "new@example.org",
            "study",
            "therapists since 2020",
            '"the alliance" -patients',
            "NEAR(a b) OR *",
            "99",
        ]
    ),
)
forms = st.lists(st.tuples(names, values), max_size=12)
bodies = st.one_of(
    forms.map(lambda fields: urlencode(fields, errors="surrogatepass").encode()), st.binary(max_size=300)
)
content_types = st.one_of(
    st.just("application/x-www-form-urlencoded"),
    st.sampled_from(
        [
            "application/json",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/x-www-form-urlencoded; charset=x",
            "",
        ]
    ),
    headers,
)
asked = st.fixed_dictionaries(
    {
        "content-type": content_types,
        "sec-fetch-site": st.sampled_from(["same-origin", "same-origin", "same-origin", "cross-site", "none", "x"]),
    },
    optional={
        "origin": headers,
        "accept-language": headers,
        "x-forwarded-for": headers,
        "if-none-match": headers,
        "accept": headers,
        "host": st.sampled_from(["evil.example", "digest.example.org:99", "x"]),
    },
)


@pytest.fixture
def fuzzed(site: Site, reader: int) -> TestClient:
    plenty = Rate(1_000_000, dt.timedelta(hours=1))
    open_site = replace(site, limits=Limits(plenty, plenty, plenty, plenty))
    return TestClient(
        create_site(open_site), base_url="https://digest.example.org", follow_redirects=False, client=("192.0.2.7", 5)
    )


def send(client: TestClient, method: str, path: str, query: list, given_headers: dict, body: bytes):
    encoded = {name: value.encode("latin-1") for name, value in given_headers.items()}
    question = f"?{urlencode(query, errors='surrogatepass')}" if query else ""
    return client.request(method, path + question, headers=encoded, content=body)


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_ends_in_a_fault(fuzzed: TestClient, kind: str):
    @SETTINGS
    @given(st.sampled_from(METHODS), paths_of(kind), forms, asked, bodies)
    def check(method, path, query, given_headers, body):
        answer = send(fuzzed, method, path, query, given_headers, body)

        assert answer.status_code < 500
        assert "set-cookie" not in answer.headers
        assert "evil.example" not in str(answer.headers)
        assert "x-content-type-options" in answer.headers

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_no_reading_changes_anything(fuzzed: TestClient, sqlite_url: str, kind: str):
    before = contents(sqlite_url)

    @SETTINGS
    @given(st.sampled_from(READING), paths_of(kind), forms, asked, bodies)
    def check(method, path, query, given_headers, body):
        send(fuzzed, method, path, query, given_headers, body)

        assert contents(sqlite_url) == before

    check()


def contents(url: str) -> dict[str, list]:
    """Every row of every table."""
    engine = create_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {table.name: connection.execute(select(table)).all() for table in tables.sorted_tables}
    engine.dispose()
    return rows
