from digest.pipeline.upkeep.clean_up import CleanedUp


def test_what_was_deleted_is_told_in_words():
    assert str(CleanedUp(3, 0, 2, 0, 0, 1)) == "sign-ups 3, notifications 2, ended implied consents 1"


def test_nothing_to_delete_is_told_too():
    assert str(CleanedUp(0, 0, 0, 0, 0, 0)) == "nothing was old enough"
