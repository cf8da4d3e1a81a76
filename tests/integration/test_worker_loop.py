"""What a worker that never ends says of the campaigns that it takes up."""

import logging
from pathlib import Path

import pytest
from projects import MONTH, make_project, make_ready

from digest.bootstrap import Digest
from digest.pipeline.campaign.control import hold
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker_loop import run_once


@pytest.fixture
def digest(tmp_path: Path) -> Digest:
    digest = make_ready(make_project(tmp_path), 8)
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    return digest


def rounds_of(digest: Digest, caplog: pytest.LogCaptureFixture, times: int = 2) -> list[str]:
    with caplog.at_level(logging.INFO, "digest.worker"):
        for _ in range(times):
            run_once(digest.database, digest.sending)
    return caplog.messages


def test_campaign_that_is_taken_up_is_told_and_how_it_ended(digest: Digest, caplog: pytest.LogCaptureFixture):
    assert rounds_of(digest, caplog) == [
        f"{MONTH}: handing over, 8 waiting",
        f"{MONTH}: sent: 8 accepted, 0 waiting, 0 in doubt",
    ]


def test_campaign_that_came_to_be_held_is_told_with_its_reason(digest: Digest, caplog: pytest.LogCaptureFixture):
    (digest.folder / "outbox").write_text("a file where the folder should be")

    told = rounds_of(digest, caplog)

    assert told[0] == f"{MONTH}: handing over, 8 waiting"
    assert told[1].startswith(f"{MONTH}: held: ")
    assert told[1].endswith("; 0 accepted, 8 waiting, 0 in doubt")
    assert len(told) == 2


def test_nothing_is_said_of_what_was_held_before(digest: Digest, caplog: pytest.LogCaptureFixture):
    hold(digest.database, MONTH, "a typing error")

    assert rounds_of(digest, caplog) == []
