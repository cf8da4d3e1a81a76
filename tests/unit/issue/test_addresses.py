from digest.issue.addresses import article_url, home_url, issue_url, personal_url, preferences_url, unsubscribe_url
from digest.months import Month

BASE = "https://digest.example.org/"
MONTH = Month(2026, 11)


def test_addresses_are_absolute_and_stable():
    assert home_url(BASE) == "https://digest.example.org/"
    assert issue_url(BASE, MONTH) == "https://digest.example.org/2026-11/"
    assert article_url(BASE, MONTH, "a-b") == "https://digest.example.org/2026-11/a-b/"
    assert unsubscribe_url(BASE, "tok") == "https://digest.example.org/unsubscribe/tok"
    assert preferences_url(BASE, "tok") == "https://digest.example.org/preferences/tok"
    assert personal_url(BASE, "confirm", "tok") == "https://digest.example.org/confirm/tok"


def test_language_is_asked_for_in_the_query():
    assert issue_url(BASE, MONTH, "fr") == "https://digest.example.org/2026-11/?lang=fr"
    assert preferences_url(BASE, "tok", "fr") == "https://digest.example.org/preferences/tok?lang=fr"
    assert personal_url(BASE, "undo", "tok", "fr") == "https://digest.example.org/undo/tok?lang=fr"
    assert unsubscribe_url(BASE, "tok", "fr") == "https://digest.example.org/unsubscribe/tok?lang=fr"
    assert article_url(BASE, MONTH, "a", "fr") == "https://digest.example.org/2026-11/a/?lang=fr"
    assert home_url(BASE, "fr") == "https://digest.example.org/?lang=fr"
