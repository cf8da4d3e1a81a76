"""The hash of a frozen issue: what was approved under it stays approved after an upgrade of digest."""

from digest.issue.issue import Document, FrozenIssue, WebArticle, WebNotice
from digest.months import Month

# computed before articles had a study and phrases, and notices a language
FIRST_HASH = "642b51b13e0571f9b1345a03d45d8477d87fb9529cf67cf14f80bdc739b26e21"


def test_fields_added_later_do_not_change_the_hash_of_an_older_issue():
    article = WebArticle("a", "A", "en", "a", "<p>A</p>", None, None, None, None, (), None, None)
    document = Document("2026-11", {"en": "S"}, {"en": "<p>I</p>"}, (article,), (WebNotice("N", "<p>N</p>", ""),))

    assert FrozenIssue(Month(2026, 11), "source", document, ()).hash == FIRST_HASH


def test_phrases_are_part_of_what_is_approved():
    def frozen(phrases: dict[str, str]) -> FrozenIssue:
        article = WebArticle("a", "A", "en", "a", "<p>A</p>", None, None, None, None, (), None, None, phrases=phrases)
        return FrozenIssue(Month(2026, 11), "source", Document("2026-11", {}, {}, (article,), ()), ())

    assert frozen({"en": "trust"}).hash != frozen({"en": "sleep"}).hash
