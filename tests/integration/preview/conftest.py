"""A project folder with two months of articles, and the preview of it."""

from pathlib import Path

import pytest
from factories import make_newsletter, make_taxonomy
from services.site import make_assets, make_renderer
from starlette.testclient import TestClient

from digest.content.library import Library
from digest.issue.newsletter import IssueRules
from digest.pipeline.issue.assemble import Workshop
from digest.preview.app import create_preview

ARTICLE = """---
title: {title}
month: 2026-11
topics: [empathy]
research_type: survey
citation: "Ant, A. (2020). A study."
author: Dr. B. Bee
---
{body}

## Practice implications
Ask about it.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "2026-10").mkdir(parents=True)
    (folder / "2026-11").mkdir()
    for slug in ("one", "two"):
        text = ARTICLE.format(title=f"Title of {slug}", body=f"Body of {slug}.")
        (folder / "2026-11" / f"{slug}.md").write_text(text)
    return folder


@pytest.fixture
def workshop(articles: Path) -> Workshop:
    taxonomy = make_taxonomy()
    return Workshop(Library(articles, taxonomy), make_newsletter(), IssueRules(), taxonomy, make_renderer())


@pytest.fixture
def app(workshop: Workshop, articles: Path):
    return create_preview(lambda: workshop, [articles], month=None, headcounts=None, assets=make_assets())


@pytest.fixture
def client(app) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1:8001", follow_redirects=False)
