from factories import make_taxonomy


def test_topic_is_found_by_slug_name_or_alias_whatever_the_case():
    taxonomy = make_taxonomy()

    assert {taxonomy.resolve(word) for word in ("adherence", "ADHÉSION", " Adherance ")} == {"adherence"}


def test_unknown_topic_is_not_guessed_but_the_nearest_is_named():
    taxonomy = make_taxonomy()

    assert taxonomy.resolve("empathi") is None
    assert taxonomy.nearest("empathi") == "empathy"


def test_topic_that_left_the_configuration_keeps_its_slug_as_name():
    assert make_taxonomy().name("gone-topic", "fr") == "gone-topic"


def test_topics_are_ordered_as_configured_and_unknown_ones_come_last():
    assert make_taxonomy().in_order(["zzz", "training", "empathy", "empathy"]) == ("empathy", "training", "zzz")


def test_topic_is_found_whether_its_accents_are_composed_or_not():
    assert make_taxonomy().resolve("Adhe\u0301sion") == "adherence"
