"""Every code has a seeded fault that is found, a place in the documentation, and a severity."""

import re
from functools import cache

import pytest
from check_samples import SEEDS, rendered, written
from mail_samples import ROOT

from digest.issue.checks.codes import ERRORS, SUPPRESSIBLE, WARNINGS
from digest.issue.checks.mail.clients import ACCEPTED

CODES = ERRORS | WARNINGS


@cache
def seeded(code):
    return SEEDS[code]()


def test_sound_issue_has_no_finding():
    assert written() == ()
    assert rendered() == ()


def test_every_code_has_a_seeded_fault():
    assert set(SEEDS) == CODES
    assert not ERRORS & WARNINGS


@pytest.mark.parametrize("code", sorted(CODES))
def test_seeded_fault_is_found_with_its_severity(code):
    found = {finding.code: finding for finding in seeded(code)}

    assert code in found
    assert found[code].severity == ("error" if code in ERRORS else "warning")
    assert found[code].problem
    assert found[code].remedy


# What the seed of a fault changes in one part alone is out of step as well.
COMPANIONS = {"text-out-of-step", "leftover-placeholder"}


@pytest.mark.parametrize("code", sorted(CODES - {"not-rendered"}))
def test_seeded_fault_is_not_taken_for_another(code):
    assert {finding.code for finding in seeded(code)} - {code} <= COMPANIONS


def test_every_code_is_documented_below_its_severity():
    errors, warnings = re.split(r"^## Warnings$", (ROOT / "docs/checks.md").read_text(), flags=re.MULTILINE)

    assert set(re.findall(r"^### (\S+)$", errors, re.MULTILINE)) == ERRORS
    assert set(re.findall(r"^### (\S+)$", warnings, re.MULTILINE)) == WARNINGS


def test_every_accepted_feature_is_documented_with_its_reason():
    documented = (ROOT / "docs/checks.md").read_text()

    assert {
        (slug, reason) for slug, reason in ACCEPTED.items() if f"| `{slug}` | {reason} |" not in documented
    } == set()


def test_suppressible_codes_are_the_warnings_and_one_error():
    assert SUPPRESSIBLE.symmetric_difference(WARNINGS) == {"leftover-placeholder"}
