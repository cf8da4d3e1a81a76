"""The tables of the index. They hold nothing that is not published, and can be thrown away at any time."""

VERSION = "2"
"""Changes with the tables and with what is put into them: an index of another version is built again."""

COLUMNS = ("title", "body", "implications", "citation", "authors", "names")
"""What is searched, in the order of the columns of `words`; `names` are those of topics and types, in all languages."""

WEIGHTS = (8.0, 1.0, 2.0, 1.5, 3.0, 4.0)
"""How much a word counts in each column. Source: SQLite, "FTS5 Extension", 5.1.1."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE issue (
    month TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    published_at TEXT NOT NULL,
    document TEXT NOT NULL,
    withdrawals TEXT NOT NULL,
    corrections TEXT NOT NULL,
    versions INTEGER NOT NULL,
    mailed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE article (
    id INTEGER PRIMARY KEY,
    month TEXT NOT NULL,
    position INTEGER NOT NULL,
    slug TEXT NOT NULL,
    language TEXT NOT NULL,
    author_slug TEXT NOT NULL,
    research_type TEXT NOT NULL,
    year INTEGER,
    doi TEXT NOT NULL,
    entry TEXT NOT NULL,
    implications TEXT NOT NULL,
    UNIQUE (month, slug)
);
CREATE INDEX article_by_issue ON article (month DESC, position);
CREATE INDEX article_by_study ON article (year DESC, month DESC);
CREATE INDEX article_by_type ON article (research_type, month DESC);
CREATE INDEX article_by_author ON article (author_slug, month DESC);
CREATE INDEX article_by_doi ON article (doi);
CREATE TABLE article_topic (
    topic TEXT NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (topic, article)
) WITHOUT ROWID;
CREATE INDEX topic_by_article ON article_topic (article);
CREATE TABLE spelling (word TEXT PRIMARY KEY, articles INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    title, body, implications, citation, authors, names,
    tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3 4'
);
"""
