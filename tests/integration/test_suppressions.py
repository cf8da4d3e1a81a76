"""Which reason for a suppression counts, and what lifting one does."""

from people_samples import Town
from town_samples import ANN

from digest.pipeline.people.subscribe import leave
from digest.pipeline.people.suppressions import every_suppression, suppress, unsuppress
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import Reason


def test_operators_reason_outweighs_the_persons(town: Town):
    leave(town.database, town.subscribe().id)

    assert suppress(town.database, ANN, town.people.identify(ANN), Reason.MANUAL)
    assert not suppress(town.database, ANN, town.people.identify(ANN), Reason.UNSUBSCRIBED)
    assert [one["reason"] for one in every_suppression(town.database)] == ["manual"]


def test_lifting_a_suppression_brings_nobody_back_who_has_left(town: Town):
    leave(town.database, town.subscribe().id)

    assert unsuppress(town.database, town.people.identify(ANN)) is State.LEFT
    assert town.find().state is State.LEFT
