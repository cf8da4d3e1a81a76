"""Suppressing and erasing people from the command line."""

from pathlib import Path

from projects import make_project, run, run_json
from town_samples import ANN


def test_operator_suppresses_lifts_and_erases(tmp_path: Path):
    digest = make_project(tmp_path)
    run(tmp_path, "subscribers", "add", ANN, "--topic", "empathy")
    assert run_json(tmp_path, "topics")[13]["chosen_by"] == 1

    assert run(tmp_path, "suppressions", "add", "Bo@Example.org") == "suppressed\n"
    (row,) = run_json(tmp_path, "suppressions", "list")
    assert (row["address"], row["reason"]) == ("Bo@example.org", "manual")
    run(tmp_path, "suppressions", "remove", "bo@example.org")
    run(tmp_path, "suppressions", "remove", "bo@example.org", code=1)
    assert run(tmp_path, "subscribers", "erase", ANN, "--yes") == "erased\n"
    run(tmp_path, "subscribers", "erase", "nobody@example.org", "--yes", code=1)
    run(tmp_path, "subscribers", "show", ANN, code=1)
    assert [digest.identify(ANN)] == [hashed for hashed, _ in digest.erasures]
    (row,) = run_json(tmp_path, "suppressions", "list")
    assert (row["address"], row["reason"]) == (None, "erased")
    run(tmp_path, "db", "restored")


def test_erasing_without_a_terminal_needs_yes(tmp_path: Path):
    make_project(tmp_path)
    run(tmp_path, "subscribers", "add", ANN)

    run(tmp_path, "subscribers", "erase", ANN, code=2)

    run(tmp_path, "subscribers", "show", ANN)
