"""What comes next for a month: the rule that `status`, `send`, `approve` and `resume` follow."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.delivery.states import CampaignState
from digest.issue.issue import IssueState
from digest.months import Month


class Step(StrEnum):
    """What can be done with a month now."""

    FIX = "fix"  # something must be corrected before anything can be sent
    ASSEMBLE = "assemble"
    APPROVE = "approve"
    SEND = "send"
    WITHDRAW = "withdraw"  # approving needs --withdraw, or the articles back
    RESUME = "resume"
    WORK = "work"  # the campaign is sending: workers hand it over
    NOTHING = "nothing"  # the campaign is over, and the web shows what is approved


@dataclass(frozen=True)
class Facts:
    """
    What the rule depends on.

    Attributes:
        issue: `collecting` if nothing is assembled.
        campaign: None if it has not begun.
        is_only_planned: The campaign is held because nobody has started it yet.
        is_corrected: The assembled bytes differ from those of the campaign or, once it is over, of the web page.
        changes: What has changed since the issue was assembled, each by name: `articles/2026-11/x.md changed`.
        obstacles: What keeps the issue from being sent, each with what to do.
        lost: Slugs of published articles that the assembled issue no longer has, and that are not withdrawn.
        has_other_articles: The correction has other articles or languages than the campaign.
        published_on: When an issue without a campaign was put on the web, in UTC; None: it was not, or it was mailed.
        has_editions: Whether the issue can be mailed; one that was only published has none.
        is_intact: The stored bytes are those that were frozen.
        require_approval: Whether only an approved issue is sent.
    """

    month: Month
    issue: IssueState
    campaign: CampaignState | None = None
    is_only_planned: bool = False
    is_corrected: bool = False
    changes: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    has_other_articles: bool = False
    published_on: dt.date | None = None
    has_editions: bool = True
    is_intact: bool = True
    require_approval: bool = True

    @property
    def is_over(self) -> bool:
        """Whether the campaign is sent or cancelled."""
        return self.campaign in {CampaignState.SENT, CampaignState.CANCELLED}

    @property
    def with_approved_version(self) -> "Facts":
        """The same facts for continuing with the approved version, whatever the files contain."""
        return replace(self, changes=())


@dataclass(frozen=True)
class Next:
    """The next step, and a sentence for a person: what to do, and why. Empty: there is nothing to do."""

    step: Step
    advice: str = ""


def next_step(facts: Facts) -> Next:
    """
    Decide what comes next.

    Only `SEND`, `RESUME` and `WORK` let mail go out. `advice` serves as a hint, and as the message of a refusal.
    """
    if facts.campaign is CampaignState.SENDING:
        return Next(Step.WORK)
    if facts.is_over:
        return _correct_page(facts)
    if facts.issue is IssueState.COLLECTING:
        month = facts.month
        advice = f"`digest check {month}` lists what is missing, then run `digest assemble {month}`"
        return Next(Step.ASSEMBLE, f"the issue of {month} is not assembled: {advice}")
    if not facts.has_editions:
        return Next(Step.ASSEMBLE, only_published_advice(facts))
    return _before_sending(facts) or _sending(facts)


def _correct_page(facts: Facts) -> Next:
    month = facts.month
    if facts.changes:
        return Next(Step.ASSEMBLE, changed_advice(facts))
    if facts.lost:
        return Next(Step.WITHDRAW, lost_advice(month, facts.lost))
    if facts.is_corrected and facts.issue is IssueState.ASSEMBLED:
        then = f"look at it with `digest preview {month}`, then run `digest approve {month}`"
        return Next(Step.APPROVE, f"a correction of the page waits for approval: {then}")
    return Next(Step.NOTHING)


def _before_sending(facts: Facts) -> Next | None:
    month, to_go_on = facts.month, _to_go_on(facts)
    if facts.obstacles:
        then = f"then run `digest assemble {month}`"
        return Next(Step.FIX, f"the issue of {month} can't be sent: {'; '.join(facts.obstacles)}; {then}")
    if facts.changes:
        return Next(Step.ASSEMBLE, changed_advice(facts))
    if not facts.is_intact:
        then = f"run `digest assemble {month}` and `digest approve {month}`"
        return Next(Step.ASSEMBLE, f"the stored bytes of {month} are not those that were frozen: {then}{to_go_on}")
    if facts.lost:
        return Next(Step.WITHDRAW, lost_advice(month, facts.lost, is_mailed=facts.campaign is not None))
    if facts.require_approval and facts.issue is not IssueState.APPROVED:
        what = f"the correction of {month}" if facts.is_corrected else f"the issue of {month}"
        then = f"look at it with `digest preview {month}`, then run `digest approve {month}`"
        return Next(Step.APPROVE, f"{what} is not approved: {then}{to_go_on}")
    return None


def _sending(facts: Facts) -> Next:
    month = facts.month
    if facts.has_other_articles:
        return Next(
            Step.FIX,
            f"the issue of {month} has other articles or languages than its campaign: who gets what is decided "
            f"already, so only their text may change; put the articles back, then run `digest assemble {month}` and "
            f"`digest approve {month}`; or run `digest cancel {month}`",
        )
    if facts.published_on is not None and facts.campaign is None:
        return Next(Step.SEND, f"{_published(facts)}: `digest send {month}` asks, then hands it over")
    if facts.campaign is None:
        return Next(Step.SEND, f"`digest send {month}` hands it over")
    if facts.is_only_planned:
        return Next(Step.SEND, f"nothing goes out yet: `digest send {month}` starts it, or `digest resume {month}`")
    if facts.is_corrected:
        return Next(Step.RESUME, f"held: the corrected issue is approved{_to_go_on(facts)}")
    return Next(
        Step.RESUME,
        f"held: fix the cause{_to_go_on(facts)}; to correct an article, change its file and run "
        f"`digest assemble {month}` and `digest approve {month}` first",
    )


def changed_advice(facts: Facts) -> str:
    """What to do about `changes`, named one by one."""
    month = facts.month
    changed = f"{month} has changed since it was assembled ({'; '.join(facts.changes)})"
    if facts.is_over:
        return f"{changed}: to correct the page, run `digest assemble {month}` and `digest approve {month}`"
    then = f"run `digest assemble {month}`, look at it with `digest preview {month}`, run `digest approve {month}`"
    as_approved = f"; or `digest resume {month} --as-approved` to continue with the approved version"
    return f"{changed}: {then}{_to_go_on(facts)}{as_approved if facts.campaign is CampaignState.HELD else ''}"


def only_published_advice(facts: Facts) -> str:
    """How to correct the page of an issue that was only published, and how to mail it after all."""
    month = facts.month
    to_correct = f"; it has changed since ({'; '.join(facts.changes)}): `digest publish {month}` corrects the page"
    return f"{_published(facts)}{to_correct if facts.changes else ''}; to mail it, run `digest assemble {month}` first"


def _published(facts: Facts) -> str:
    return f"{facts.month} was published on the web on {facts.published_on} without mailing"


def lost_advice(month: Month, lost: Sequence[str], *, is_mailed: bool = True) -> str:
    """What to do about `Facts.lost`."""
    files = " and ".join(f"articles/{month}/{slug}.md" for slug in lost)
    options = " ".join(f"--withdraw {slug}" for slug in lost)
    if not is_mailed:
        return (
            f"{month} no longer has {' and '.join(lost)}, which readers may have a link to: put {files} back (also if "
            f"you renamed or moved it) and run `digest assemble {month}` or `digest publish {month}`; or run "
            f"`digest publish {month} {options}` to publish a page that says when and why it was withdrawn"
        )
    return (
        f"{month} no longer has {' and '.join(lost)}, and the mails that were sent link to it: put {files} back "
        f"(also if you renamed or moved it) and run `digest assemble {month}`; or run "
        f"`digest approve {month} {options}` to publish a page that says when and why it was withdrawn"
    )


def _to_go_on(facts: Facts) -> str:
    """The rest of a sentence about a held campaign."""
    month = facts.month
    if facts.campaign is None:
        return ""
    if facts.is_only_planned:
        return f", then `digest send {month}`"
    return f", then `digest resume {month}` and `digest send {month}`"
