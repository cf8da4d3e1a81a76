"""The editions of an issue."""

import pytest

from digest.issue.edition import EditionKey, every_key


@pytest.mark.parametrize(("articles", "count"), [(1, 1), (2, 3), (3, 7), (5, 31)])
def test_issue_has_an_edition_for_every_choice_of_its_articles_in_each_language(articles, count):
    keys = list(every_key(articles, ("en", "fr")))

    assert keys == [EditionKey(language, mask) for language in ("en", "fr") for mask in range(1, count + 1)]
