"""`digest publish` as a person runs it: many months at once, again, and one of them mailed later."""

import subprocess
from pathlib import Path

from projects import (
    MONTH,
    add_people,
    command,
    environment,
    mails,
    make_project,
    make_ready,
    people,
    run,
    run_json,
    write_articles,
)

from digest.months import Month
from digest.storage import publications

FIRST = Month(2013, 1)


def test_years_are_published_at_once_and_one_month_is_mailed_later(tmp_path: Path):
    digest = make_project(tmp_path)
    for number in range(36):
        write_articles(tmp_path, ("empathy", "training"), FIRST.shift(number))
    (tmp_path / "articles" / "2014-02" / "about-empathy.md").write_text("---\ntitle: [\n")

    out = run(tmp_path, "publish", "2013-01..2015-12", code=1)
    assert "2013-05  published as of 2013-05-01  2 articles" in out
    assert out.endswith("35 published, 0 unchanged, 0 skipped, 1 refused; 70 articles, no mail sent\n")
    assert "2014-02 can't be published:\n  articles/2014-02/about-empathy.md:1" in run(
        tmp_path, "publish", "2014-02", code=1, errors=True
    )
    assert "0 published, 35 unchanged" in run(tmp_path, "publish", "2013-01..2014-01", "2014-03..2015-12")
    assert "2013-05  published, not mailed: dated 2013-05-01" in run(tmp_path, "status", "2013-05")
    assert run_json(tmp_path, "status", "2013-05")["published_on"] == "2013-05-01"
    assert "2013-05  published, not mailed  about-empathy" in run(tmp_path, "articles", "list", code=1)
    assert not digest.outbox(FIRST).exists()

    add_people(digest, people(8))
    assert "to mail it, run `digest assemble 2013-05` first" in run(
        tmp_path, "send", "2013-05", "--yes", code=1, errors=True
    )
    run(tmp_path, "assemble", "2013-05")
    run(tmp_path, "approve", "2013-05")
    assert "add --published to --yes" in run(tmp_path, "send", "2013-05", "--yes", code=1, errors=True)
    assert "2013-05 was published on the web on 2013-05-01 without mailing. Send 2013-05 to 6 subscribers" in run(
        tmp_path, "send", "2013-05", "--published", code=2, errors=True
    )
    run(tmp_path, "send", "2013-05", "--yes", "--published")

    assert len(mails(digest.outbox(Month(2013, 5)))) == 6
    assert "skipped, since they were mailed: 2013-05" in run(tmp_path, "publish", "2013-04..2013-06", errors=True)
    assert "2013-05 has a campaign" in run(tmp_path, "publish", "2013-05", code=1, errors=True)


def test_publishing_that_was_killed_goes_on_where_it_stopped(tmp_path: Path):
    digest = make_project(tmp_path)
    for number in range(24):
        write_articles(tmp_path, ("empathy", "training"), FIRST.shift(number))

    with subprocess.Popen(
        command(tmp_path, "publish", "--all"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"2013-01  published")
        process.kill()
    again = run_json(tmp_path, "publish", "--all")

    assert len(again["months"]) == 24
    assert not again["months"][0]["changed"]
    with digest.database.read() as connection:
        assert {len(versions) for versions in publications.every(connection).values()} == {1}


def test_all_leaves_out_months_that_are_not_over_or_were_mailed(tmp_path: Path):
    digest = make_ready(make_project(tmp_path))
    run(tmp_path, "send", str(MONTH), "--yes")
    for month in (FIRST, Month(2999, 1)):
        write_articles(digest.folder, ("empathy",), month)

    found = run_json(tmp_path, "publish", "--all")

    assert [one["month"] for one in found["months"]] == ["2013-01"]
    assert found["refused"] == {}
    assert "no-topic" not in str(found)


def test_wrong_use_is_explained(tmp_path: Path):
    make_project(tmp_path)

    for arguments, problem in (
        ((), "name the months, give a range such as 2013-01..2015-12, or add --all"),
        (("2013-01", "--all"), "name the months"),
        (("2013",), "'2013' is not a month"),
        (("2013-01..2013",), "'2013' is not a month"),
        (("2013-01..2013-12",), "no month from 2013-01 to 2013-12 has files"),
        (("2013-01", "2013-02", "--on", "2013-01-05"), "--on and --withdraw go with one month"),
        (("2013-01", "--reason", "x"), "--reason only goes with --withdraw"),
        (("2013-01", "--on", "soon"), "'soon' is not a date"),
    ):
        assert problem in run(tmp_path, "publish", *arguments, code=2, errors=True)
