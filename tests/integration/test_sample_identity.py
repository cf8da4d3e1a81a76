"""A project that still has the sample identity mails nobody for real: neither an issue nor a notification."""

from pathlib import Path

import pytest
from projects import MONTH, add_people, make_project, make_ready, opened, people, with_own_identity

from digest.bootstrap import Digest
from digest.delivery.next_step import Step, next_step
from digest.delivery.notifications import NotificationKind
from digest.errors import Conflict
from digest.pipeline.campaign.control import resume
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import notification_status, status
from digest.pipeline.campaign.worker import work
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.people.notify import send_due as notify
from digest.storage import notifications

SITE = {"base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org"}
SAID = (
    "newsletter.title.en, newsletter.title.fr, newsletter.postal_address, newsletter.from.address, "
    "newsletter.reply_to, newsletter.contact, newsletter.base_url, newsletter.list_id are still the samples: "
    "replace it with your own in the configuration"
)


@pytest.fixture
def project(tmp_path: Path) -> Digest:
    return make_project(tmp_path, replace=SITE)


def over_smtp(digest: Digest, *, own: bool = False) -> Digest:
    """The same project with a relay that nobody runs."""
    path = digest.folder / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("transport: files", "transport: smtp")
    text = text.replace("  host: null  ", "  host: 127.0.0.1  ")
    path.write_text(with_own_identity(text) if own else text, encoding="utf-8")
    return opened(digest.folder)


def test_issue_with_the_sample_identity_is_not_assembled_for_a_real_transport(project: Digest):
    digest = over_smtp(project)

    with pytest.raises(Conflict, match="placeholder-sender"):
        assemble(digest.database, digest.workshop, MONTH)


def test_own_identity_is_assembled(project: Digest):
    digest = over_smtp(project, own=True)

    assert assemble(digest.database, digest.workshop, MONTH).changed


def test_issue_approved_for_the_folder_is_not_sent_for_real(project: Digest):
    make_ready(project)
    digest = over_smtp(project)

    following = next_step(status(digest.database, MONTH, digest.outlook).facts)
    with pytest.raises(Conflict, match="are still the samples") as refused:
        plan(digest.database, digest.workshop, MONTH, digest.sending)

    assert following.step is Step.FIX
    assert SAID in following.advice
    assert str(refused.value) == following.advice, "status says the same"


def test_campaign_that_began_in_the_folder_is_held_before_it_goes_out_for_real(project: Digest):
    make_ready(project)
    plan(project.database, project.workshop, MONTH, project.sending)
    digest = over_smtp(project)

    work(digest.database, MONTH, digest.sending)

    held = status(digest.database, MONTH, digest.outlook)
    assert (held.state, held.balance.waiting, held.balance.accepted) == ("held", 8, 0)
    assert SAID in (held.reason or "")
    with pytest.raises(Conflict, match="are still the samples"):
        resume(digest.database, MONTH, digest.sending, digest.workshop, as_approved=True)


def test_notification_with_the_sample_identity_waits_and_says_why(project: Digest, caplog: pytest.LogCaptureFixture):
    add_people(project, people(1))
    digest = over_smtp(project)
    address = "p0@example.org"
    with digest.database.write() as connection:
        now = digest.database.now(connection)
        hashed = digest.identify(address)
        notifications.add(connection, NotificationKind.LINK, address, hashed, language="en", subject_id=None, now=now)

    notify(digest.database, digest.courier)

    assert notification_status(digest.database).waiting == 1
    assert SAID in caplog.text
