"""What comes next for a month, in every combination of what is known about it."""

from dataclasses import replace
from itertools import product

import pytest
from factories import NOVEMBER

from digest.delivery.next_step import Facts, Step, next_step
from digest.delivery.states import CampaignState
from digest.issue.issue import IssueState

LETS_MAIL_OUT = {Step.SEND, Step.RESUME, Step.WORK}
CHANGE = "articles/2026-11/x.md changed"
FLAGS = ("is_only_planned", "is_corrected", "has_other_articles", "is_intact", "require_approval")


def every_case():
    texts = ((), (CHANGE,)), ((), ("the sender is a sample",))
    for issue, campaign, changes, obstacles, *flags in product(
        IssueState, (None, *CampaignState), *texts, *([(False, True)] * len(FLAGS))
    ):
        yield Facts(
            NOVEMBER, issue, campaign, changes=changes, obstacles=obstacles, **dict(zip(FLAGS, flags, strict=True))
        )


def approved(**changes):
    return replace(Facts(NOVEMBER, IssueState.APPROVED), **changes)


def held(**changes):
    return approved(campaign=CampaignState.HELD, **changes)


def test_nothing_starts_that_is_not_approved_as_it_is():
    for facts in every_case():
        if next_step(facts).step in {Step.SEND, Step.RESUME}:
            assert not facts.changes
            assert not facts.obstacles
            assert facts.is_intact
            assert facts.issue is IssueState.APPROVED or (
                facts.issue is IssueState.ASSEMBLED and not facts.require_approval
            )
            assert facts.campaign in {None, CampaignState.HELD}


def test_mail_of_a_campaign_that_is_over_never_goes_out():
    steps = {next_step(facts).step for facts in every_case() if facts.is_over}

    assert steps == {Step.ASSEMBLE, Step.APPROVE, Step.NOTHING}


def test_every_step_that_a_person_takes_is_said():
    for facts in every_case():
        following = next_step(facts)
        assert bool(following.advice) == (following.step not in {Step.WORK, Step.NOTHING})


def test_what_has_changed_is_named_whenever_that_is_why():
    for facts in every_case():
        following = next_step(facts)
        if facts.changes and following.step is Step.ASSEMBLE and facts.issue is not IssueState.COLLECTING:
            assert CHANGE in following.advice


@pytest.mark.parametrize(
    ("facts", "step", "said"),
    [
        (Facts(NOVEMBER, IssueState.COLLECTING), Step.ASSEMBLE, "`digest assemble 2026-11`"),
        (Facts(NOVEMBER, IssueState.ASSEMBLED), Step.APPROVE, "`digest approve 2026-11`"),
        (Facts(NOVEMBER, IssueState.ASSEMBLED, require_approval=False), Step.SEND, "`digest send 2026-11`"),
        (approved(), Step.SEND, "`digest send 2026-11`"),
        (approved(changes=(CHANGE,)), Step.ASSEMBLE, "`digest assemble 2026-11`"),
        (approved(is_intact=False), Step.ASSEMBLE, "not those that were frozen"),
        (approved(obstacles=("x is a sample: write your own",)), Step.FIX, "x is a sample: write your own"),
        (held(is_only_planned=True), Step.SEND, "`digest send 2026-11` starts it, or `digest resume 2026-11`"),
        (held(), Step.RESUME, "fix the cause, then `digest resume 2026-11`"),
        (held(is_corrected=True), Step.RESUME, "the corrected issue is approved"),
        (held(is_corrected=True, has_other_articles=True), Step.FIX, "has other articles or languages"),
        (held(changes=(CHANGE,)), Step.ASSEMBLE, "`digest resume 2026-11 --as-approved`"),
        (
            held(issue=IssueState.ASSEMBLED, is_corrected=True),
            Step.APPROVE,
            "the correction of 2026-11 is not approved",
        ),
        (approved(campaign=CampaignState.SENDING, changes=(CHANGE,)), Step.WORK, ""),
        (approved(campaign=CampaignState.SENT), Step.NOTHING, ""),
        (approved(campaign=CampaignState.SENT, changes=(CHANGE,)), Step.ASSEMBLE, "to correct the page"),
        (
            approved(campaign=CampaignState.SENT, issue=IssueState.ASSEMBLED, is_corrected=True),
            Step.APPROVE,
            "a correction of the page waits for approval",
        ),
    ],
)
def test_step_follows_from_the_facts(facts: Facts, step: Step, said: str):
    following = next_step(facts)

    assert following.step is step
    assert said in following.advice


def test_approved_version_goes_on_whatever_the_files_say():
    facts = held(changes=(CHANGE,))

    assert next_step(facts.with_approved_version).step is Step.RESUME


@pytest.mark.parametrize("campaign", [None, CampaignState.HELD, CampaignState.SENT])
def test_articles_that_were_lost_are_to_be_put_back_or_withdrawn(campaign):
    found = next_step(approved(campaign=campaign, lost=("a-study", "another")))

    assert found.step is Step.WITHDRAW
    for said in (
        "2026-11 no longer has a-study and another, ",
        "put articles/2026-11/a-study.md and articles/2026-11/another.md back ",
        "`digest assemble 2026-11`",
        f"`digest {'approve' if campaign else 'publish'} 2026-11 --withdraw a-study --withdraw another`",
    ):
        assert said in found.advice


def test_issue_and_its_correction_are_told_apart_and_obstacles_are_named_one_after_the_other():
    issue = Facts(NOVEMBER, IssueState.ASSEMBLED)
    blocked = approved(obstacles=("write a title", "write an address"))

    assert next_step(issue).advice.startswith("the issue of 2026-11 is not approved: ")
    assert next_step(held(issue=IssueState.ASSEMBLED, is_corrected=True)).advice.startswith(
        "the correction of 2026-11 is not approved: "
    )
    assert "write a title; write an address; then run" in next_step(blocked).advice
