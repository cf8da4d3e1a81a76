from digest.issue.addresses import article_url, home_url, issue_url, unsubscribe_url
from digest.months import Month

BASE = "https://digest.example.org/"
MONTH = Month(2026, 11)


def test_addresses_are_absolute_and_stable():
    assert home_url(BASE) == "https://digest.example.org/"
    assert issue_url(BASE, MONTH) == "https://digest.example.org/2026-11/"
    assert article_url(BASE, MONTH, "a-b") == "https://digest.example.org/2026-11/a-b/"
    assert unsubscribe_url(BASE, "tok") == "https://digest.example.org/unsubscribe/tok"


def test_language_is_asked_for_in_the_query():
    assert issue_url(BASE, MONTH, "fr") == "https://digest.example.org/2026-11/?lang=fr"
