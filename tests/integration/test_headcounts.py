from projects import MONTH, add_people, make_project, people, write_articles

from digest.issue.edition import EditionKey
from digest.pipeline.campaign.plan import audience
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble, gather
from digest.pipeline.issue.headcount import headcounts
from digest.storage.db.database import Database


def test_draft_counts_the_readers_that_the_frozen_issue_will_have(tmp_path, database_url):
    digest = make_project(tmp_path, database_url)
    add_people(digest, people(17))

    counted = headcounts(digest.database, gather(digest.workshop, MONTH).issue)

    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)
    assert counted == audience(digest.database, digest.workshop, MONTH, digest.sending).editions
    assert counted[EditionKey("en", 0b111)] == 2
    assert sum(counted.values()) == 17


def test_draft_without_articles_or_topics_has_no_readers(tmp_path, sqlite_url):
    digest = make_project(tmp_path, sqlite_url, topics=[])
    add_people(digest, people(4))
    assert headcounts(digest.database, gather(digest.workshop, MONTH).issue) == {}

    write_articles(tmp_path, ["empathy"])
    path = tmp_path / "articles" / str(MONTH) / "about-empathy.md"
    path.write_text(path.read_text().replace("topics: [empathy]\n", ""))

    assert headcounts(Database(sqlite_url), gather(digest.workshop, MONTH).issue) == {}
