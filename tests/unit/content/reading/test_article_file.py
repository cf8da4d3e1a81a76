import pytest

from digest.content.article import Article, Study
from digest.content.reading.article_file import parse_article
from digest.content.reading.faults import each
from digest.errors import ContentError, Place
from digest.months import Month
from digest.topics import Taxonomy, Topic

TAXONOMY = Taxonomy(
    topics=(
        Topic("empathy", {"en": "Empathy", "fr": "Empathie"}),
        Topic("adherence", {"en": "Adherence", "fr": "Adhésion"}, aliases=("Adherance",)),
        Topic("therapist-factors", {"en": "Therapist Factors", "fr": "Facteurs du thérapeute"}),
    )
)
FILE = "articles/2026-11/x.md"
HEAD = "title: A title\nmonth: 2026-11\n"


def parse(text: str) -> Article:
    return parse_article(text, slug="x", month=Month(2026, 11), file=FILE, taxonomy=TAXONOMY)


def article(head: str = "", body: str = "The body.\n") -> Article:
    return parse(f"---\n{HEAD}{head}---\n{body}")


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        parse(text)
    return [str(error) for error in each(caught.value)]


def head_faults(head: str) -> list[str]:
    return faults(f"---\n{HEAD}{head}---\nThe body.\n")


def test_title_month_and_text_are_enough():
    text = f"---\n{HEAD}---\nThe body.\n"

    assert parse(text) == Article(
        slug="x",
        month=Month(2026, 11),
        title="A title",
        body="The body.",
        place=Place(FILE),
        source=text,
        lines={"title": 2, "month": 3, "body": 5},
    )


def test_every_key_is_read():
    read = article(
        'topics: [empathy, "Facteurs du thérapeute"]\nresearch_type: meta-analysis\ncitation: "Lee, A. (2021). B."\n'
        "study:\n  doi: https://doi.org/10.1000/xyz\n  authors:\n    - Lee, A.\n    - Roy, B.\n  year: 2021\n"
        "  title: T\n  journal: J\n  volume: 58\n  issue: 03\n  pages: 1–2\n"
        "author: Dr. N. Surname\nlanguage: fr-CA\nabout: a thing\n"
    )

    assert read.topics == ("empathy", "therapist-factors")
    assert read.research_type == "meta-analysis"
    assert read.citation == "Lee, A. (2021). B."
    assert read.study == Study("T", ("Lee, A.", "Roy, B."), 2021, "J", "58", "03", "1–2", doi="10.1000/xyz")
    assert (read.author, read.language, read.about) == ("Dr. N. Surname", "fr-CA", {"fr": "a thing"})


def test_topics_are_slugs_once_whatever_they_were_called():
    assert article("topics: [Empathie, EMPATHY, Adherance]\n").topics == ("empathy", "adherence")


@pytest.mark.parametrize(
    "heading",
    [
        "## Practice implications",
        "# PRACTICE IMPLICATIONS:",
        "### Implications pour la pratique",
        "## Implications cliniques",
    ],
)
def test_section_on_practice_implications_is_parted_from_the_body(heading):
    read = article(body=f"\nOne.\n\n## Method\n\nTwo.\n\n{heading}\n\nDo this.\n\n### Also\n\nThat.\n")

    assert read.body == "One.\n\n## Method\n\nTwo."
    assert read.implications == "Do this.\n\n### Also\n\nThat."
    assert read.lines["body"] == 6
    assert read.lines["implications"] == 14


@pytest.mark.parametrize(
    "body",
    [
        "A.\n\n```\n## Practice implications\n```\n",
        "A.\n\n> Practice implications\n",
        "Here\npractice implications\nare weighed.\n",
        "There are **practice implications** here.\n",
    ],
)
def test_code_a_quotation_or_a_sentence_begins_no_section(body):
    assert article(body=body).implications is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("#### Practice implications", "a level 4 heading cannot start the practice implications"),
        ("**Practice implications**", "'**Practice implications**' is not a heading"),
        ("**Practice implications:**", "'**Practice implications:**' is not a heading"),
        ("__Practice implications__:", "'__Practice implications__:' is not a heading"),
        ("*Practice implications*", "'*Practice implications*' is not a heading"),
        ("##Practice implications", "'##Practice implications' is not a heading"),
        ("Practice implications", "'Practice implications' is not a heading"),
    ],
)
@pytest.mark.parametrize("next_line", ["\n\n", "\n"])
def test_what_nearly_is_the_heading_of_practice_implications_is_told(line, problem, next_line):
    if line == "Practice implications":
        next_line = "\n\n"

    (told,) = faults(f"---\n{HEAD}---\nOne.\n\n{line}{next_line}Do this.\n")

    assert told == f"{FILE}:7: {problem}: write `## Practice implications`, with two # and a space"


def test_nearly_a_heading_is_told_in_the_language_it_was_written_in():
    (told,) = faults(f"---\n{HEAD}---\nUn.\n\n##Implications cliniques\n\nDeux.\n")

    assert "write `## Implications cliniques`" in told


@pytest.mark.parametrize(
    ("body", "line", "fault"),
    [
        (
            "One.\n\n| a | b |\n|---|\n| c | d |\n",
            7,
            "tables are not supported: use a list, with one item for each row",
        ),
        ("One.\n\na | b\n:-- | --:\nc | d\n", 7, "tables are not supported"),
        ("- One\n\n  | a |\n  |---|\n", 7, "tables are not supported"),
        ("One\nand ~~two~~.\n", 6, "~~ is not supported: remove the struck words"),
        ("One\nand two.[^1]\n", 6, "footnotes are not supported: put the note into the text"),
        ("One.\n\n[^1]: A note.\n", 7, "footnotes are not supported"),
        ("One.[^a]\n\n[^a]: https://example.org/\n", 5, "footnotes are not supported"),
    ],
)
def test_markdown_that_would_be_mailed_as_it_is_written_is_told(body, line, fault):
    told, *_ = faults(f"---\n{HEAD}---\n{body}")

    assert told.startswith(f"{FILE}:{line}: {fault}")


def test_unsupported_markdown_in_the_practice_implications_is_told_with_its_line():
    (told,) = faults(f"---\n{HEAD}---\nOne.\n\n## Practice implications\n\nTwo ~~x~~.\n")

    assert told.startswith(f"{FILE}:9: ")


@pytest.mark.parametrize(
    "body",
    [
        "`~~a~~ [^1]`",
        "```\n| a | b |\n|---|---|\n```",
        r"\~\~a\~\~ and \[^1]",
        "about ~20 or ~~ 30",
        "p(a | b) = .5",
        "One | two\nthree - four",
        "x^2 [a]",
    ],
)
def test_code_and_escaped_signs_are_text(body):
    assert article(body=body).body == body


def test_empty_section_is_no_practice_implications():
    assert article(body="A.\n\n## Practice implications\n").implications is None


def test_second_section_on_practice_implications_is_an_error():
    body = "A.\n\n## Practice implications\n\nB.\n\n## Practice implications\n\nC.\n"

    assert faults(f"---\n{HEAD}---\n{body}") == [
        f"{FILE}:11: there are two sections on practice implications: merge them"
    ]


def test_byte_order_mark_and_windows_line_ends_are_accepted():
    text = f"\ufeff---\n{HEAD}---\nOne.\n\nTwo.\n".replace("\n", "\r\n")

    assert parse(text).body == "One.\n\nTwo."
    assert parse(text).source == text
    assert parse(text).lines["body"] == 5


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Just text.\n", "1: the front matter is missing"),
        ("", "1: the front matter is missing"),
        ("---\ntitle: A\nmonth: 2026-11\nText.\n", "1: the front matter is not closed"),
        ("---\n---\nText.\n", "1: the front matter is empty"),
        ("---\n- a\n- b\n---\nText.\n", "2: the front matter is not a mapping"),
        ("---\njust words\n---\nText.\n", "2: the front matter is not a mapping"),
        ("---\ntitle: A: B\n---\nText.\n", "2: a colon here starts a key inside a value: put the value in quotes"),
        ("---\ntitle: [A\nmonth: 2026-11\n---\nText.\n", "2: the list that begins here lacks a comma or its ]"),
        ("---\ntitle: A\n? [x]\n: y\n---\nText.\n", "3: a key must be a single word"),
    ],
)
def test_broken_front_matter_is_told_with_its_line(text, fault):
    (told,) = faults(text)

    assert told.startswith(f"{FILE}:")
    assert fault in told


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("\tauthor: A\n", 4),
        ("author:\tA\n", 4),
        ("author: A\tB\n", 4),
        ("study:\n\ttitle: T\n", 5),
        ("topics:\n-\tempathy\n", 5),
    ],
)
def test_tab_is_told_with_its_line(head, line):
    (told,) = head_faults(head)

    assert told == f"{FILE}:{line}: this line contains a tab: use spaces"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("The text.\n", 4),
        ("\nThe text\ngoes on: like this.\n", 5),
        ("\n## Findings\n\nThe text.\n", 5),
        ("\n**Aim.** The text.\n\nMore.\n", 5),
        ("[A link](https://example.org) first.\n", 4),
        ("> A quotation.\n", 4),
    ],
)
def test_missing_closing_line_is_told_where_the_text_begins(body, line):
    (told,) = faults(f"---\n{HEAD}{body}\n---\n\nBelow a rule.\n")

    problem = "the article text begins here, inside the front matter: add the missing --- above it"
    assert told == f"{FILE}:{line}: {problem}"


def test_sentence_with_a_colon_that_passes_for_a_key_is_told_as_text():
    assert head_faults("\nThe study asked: who benefits?\n") == [
        f"{FILE}:5: unknown key 'The study asked': if the article text begins here, put the closing --- above it"
    ]


def test_value_that_goes_on_at_the_left_edge_is_told():
    (told,) = head_faults("about: a phrase that\ngoes on here\nauthor: A\n")

    assert told == f"{FILE}:5: 'goes on here' is not a `key: value` line: if it continues the value above, indent it"


@pytest.mark.parametrize(
    "head", ["author: Group # 1\n", "author: Group #1\n", "author: # 1\n", "topics: [x]\nabout: a # b\n"]
)
def test_words_that_yaml_would_drop_as_a_comment_are_told(head):
    (told,) = head_faults(head)

    assert "would drop '#" in told
    assert "put the whole value in quotes" in told


@pytest.mark.parametrize(
    "author", ["A  # a comment", "A        # a comment", "'A' # a comment", "A\n# a comment", "A\n  # a comment"]
)
def test_comment_set_apart_from_the_value_is_left_out(author):
    assert article(f"author: {author}\n").author == "A"


@pytest.mark.parametrize(
    ("head", "dropped"),
    [
        ('author: "Group"# 1', "# 1"),
        ("author: 'a'#b", "#b"),
        ('author: "Group"#', "#"),
        ("topics: [empathy, adherence]# x", "# x"),
        ("topics: [empathy,# x\n  adherence]", "# x"),
        ('topics: ["empathy"# x\n  ]', "# x"),
        ("topics: [# x\n  empathy]", "# x"),
        ('topics:\n  - "empathy"# x', "# x"),
        ('study: {title: "T"}# x', "# x"),
        ('study: {"title":# x\n  T}', "# x"),
        ('author: "A"#' + "x" * 50, "#" + "x" * 39 + "…"),
    ],
)
def test_comment_that_touches_a_value_is_refused_and_not_dropped(head, dropped):
    (told,) = head_faults(f"{head}\n")

    line = 5 if "- " in head else 4
    advice = "put the whole value in quotes, or a space before #"
    assert told == f"{FILE}:{line}: YAML would drop {dropped!r} as a comment: {advice}"


@pytest.mark.parametrize(
    "head",
    [
        'author: "A" # x',
        "topics: [empathy] # x",
        "topics: [ # x\n  empathy]",
        "about: | # x\n  A",
        "# x\nauthor: A",
        'author: "A"\n# x',
        "about: |\n  A\n# x",
        'author: "A#b"',
        "topics: [empathy,  # x\n  adherence]",
    ],
)
def test_comment_with_space_before_it_is_a_comment(head):
    assert article(f"{head}\n").title == "A title"


def test_number_sign_in_quotes_or_inside_a_word_is_kept():
    assert article('author: "Group # 1"\nabout: C# and F#\n').author == "Group # 1"


@pytest.mark.parametrize(("head", "line"), [('author: "A\nlanguage: en\n', 4), ("author: 'A\nlanguage: en\n", 4)])
def test_quote_that_is_never_closed_is_told_where_it_was_opened(head, line):
    (told,) = head_faults(head)

    assert told == f"{FILE}:{line}: a quote on this line is never closed: close it or remove it"


def test_stray_quote_is_a_possible_reason_for_what_follows():
    (told,) = head_faults('author: "A\nabout: "B"\n')

    assert told.startswith(f"{FILE}:5: ")
    assert "check that every quote above is closed" in told


@pytest.mark.parametrize("key", ["citation", "about", "author"])
@pytest.mark.parametrize("value", ["“A title”", "‘A title’", "”A title”", "„A title“"])
def test_value_in_the_quotes_of_a_word_processor_is_told(key, value):
    (told,) = head_faults(f"{key}: {value}\n")

    assert told.startswith(f"{FILE}:4: the value is wrapped in {value[0]} and {value[-1]}, ")
    assert f'remove both, or write "{value}"' in told


def test_colon_inside_the_quotes_of_a_word_processor_is_told():
    assert head_faults("citation: “Who makes it: A review.”\n") == [
        f"{FILE}:4: the value starts with “, which YAML does not treat as a quote: use straight quotes, \" or '"
    ]


@pytest.mark.parametrize(
    ("head", "phrases"),
    [
        ("about: {en: the alliance, fr: l’alliance}\n", {"en": "the alliance", "fr": "l’alliance"}),
        ("about:\n  fr: l’alliance\n", {"fr": "l’alliance"}),
        ("language: fr-CA\nabout: l’alliance\n", {"fr": "l’alliance"}),
        ("language: de\nabout: die Allianz\n", {"de": "die Allianz"}),
        ("", {}),
    ],
)
def test_phrase_is_in_the_language_of_the_article_unless_it_names_another(head, phrases):
    assert article(head).about == phrases


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("about:\n  en: x\n  de: y\n", 6, "about.de names a language that digest does not have: use en: or fr:"),
        ("about: {fr-CA: y}\n", 4, "about.fr-CA names a language that digest does not have: use en: or fr:"),
        ("about:\n  en: x\n  fr: [y]\n", 6, "about.fr must be text: write one value after the key, in quotes if"),
        ("about: [x]\n", 4, "about must be text: write one value after the key, in quotes if"),
    ],
)
def test_phrase_for_an_unknown_language_is_told_with_its_line(head, line, said):
    (told,) = head_faults(head)

    assert told.startswith(f"{FILE}:{line}: {said}")


@pytest.mark.parametrize("about", ['"“I feel seen”"', "“A” and “B”", "the “alliance”", "“Alliance” and more"])
def test_typographic_quotes_that_the_reader_is_to_see_are_kept(about):
    assert article(f"about: {about}\n").about == {"en": about.strip('"')}


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (
            "author: !!python/object:os.system x\n",
            "4: the tag tag:yaml.org,2002:python/object:os.system is not allowed",
        ),
        ("author: !x y\n", "4: the tag !x is not allowed"),
        ("author: &a x\n", "4: anchors (&) and aliases (*) are not allowed"),
        ("author: *a\n", "4: anchors (&) and aliases (*) are not allowed"),
        ("study: [[[[[x]]]]]\n", "4: nested more than 5 levels deep"),
        ("study: " + "[" * 50_000 + "\n", "4: nested more than 5 levels deep"),
    ],
)
def test_tags_anchors_and_deep_nesting_are_refused(head, fault):
    (told,) = head_faults(head)

    assert f"{FILE}:{fault}" in told


def test_alias_bomb_is_refused_at_its_first_anchor():
    bomb = 'a: &a ["x","x"]\nb: &b [*a,*a]\nc: &c [*b,*b]\n'

    assert "4: anchors" in head_faults(bomb)[0]


def test_duplicate_key_is_refused():
    assert head_faults("author: A\nauthor: B\n") == [
        f"{FILE}:5: duplicate key 'author', already on line 4: keep one of them"
    ]


def test_unknown_key_is_refused_with_the_nearest_one():
    assert head_faults("auther: A\n") == [f"{FILE}:4: unknown key 'auther': did you mean 'author'?"]


def test_facts_of_the_study_are_read():
    study = article(
        "study:\n  title: T\n  design: Randomized controlled trial\n  n: 1025\n  k: 12\n  effect: d = 0.45\n"
        '  ci: "95% CI [0.30, 0.60]"\n  preregistered: yes\n'
    ).study

    assert study == Study(
        "T",
        design="Randomized controlled trial",
        n=1025,
        k=12,
        effect="d = 0.45",
        ci="95% CI [0.30, 0.60]",
        preregistered=True,
    )


@pytest.mark.parametrize("written", ["1,025", "1 025", "0", "-3", "about 40", "1e3", "9999999999"])
def test_count_that_is_not_in_digits_is_refused(written: str):
    assert head_faults(f'study:\n  title: T\n  n: "{written}"\n') == [
        f"{FILE}:6: study.n is {written!r}, which is not a count: write digits alone, such as 1025"
    ]


def test_preregistered_is_yes_or_no():
    assert head_faults("study: {title: T, preregistered: perhaps}\n") == [
        f"{FILE}:4: study.preregistered is 'perhaps': write yes or no"
    ]


def test_place_of_every_key_of_the_study_is_known():
    read = article("study:\n  title: T\n  ci: 1 to 2\n")

    assert read.at("study.ci") == Place(FILE, 6)


def test_unknown_key_of_the_study_is_refused_with_the_nearest_one():
    assert head_faults("study:\n  title: T\n  jurnal: J\n") == [
        f"{FILE}:6: unknown key 'study.jurnal': did you mean 'journal'?"
    ]


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("author: [A, B]\n", "4: author must be text"),
        ("topics: empathy\n", "4: topics must be a list"),
        ("topics:\n  - empathy\n  - a: b\n", "6: topics 2 must be text"),
        ("topics: [empathy, ~]\n", "4: a list item is empty"),
        ("study: text\n", "4: study must be a group of keys"),
        ("study:\n  authors: [Lee]\n", "4: study.title is missing"),
        ("study:\n  title: T\n  authors: Lee, A.\n", "6: study.authors must be a list"),
        ("study:\n  title: T\n  year: soon\n", "6: study.year is 'soon', which is not a year"),
        ("suppress: [no-author]\n", "4: suppress 1 must be a group of keys"),
        ("suppress:\n  - code: no-author\n", "5: suppress 1.reason is missing"),
        ("suppress:\n  - code: no-author\n    reason:\n", "6: suppress 1.reason is missing"),
        ("suppress:\n  - reason: it is anonymous\n", "5: suppress 1.code is missing"),
        ("language: English\n", "4: language is 'English', which is not a language code"),
        ("research_type: a/b\n", "4: research_type is 'a/b'"),
        ("topics: [empaty]\n", "4: there is no topic 'empaty': did you mean 'empathy'?"),
        ("topics:\n  - empathy\n  - zzz\n", "6: there is no topic 'zzz': `digest topics` lists all topics"),
        ('author: "A\\nB"\n', "4: author has a line break"),
    ],
)
def test_wrong_value_is_told_with_its_line(head, fault):
    (told,) = head_faults(head)

    assert told.startswith(f"{FILE}:{fault}")


@pytest.mark.parametrize("month", ["2026-13", "2026-02-30", "2026-2", "November 2026", "2026", "0000-01"])
def test_impossible_month_is_refused(month):
    (told,) = faults(f"---\ntitle: A\nmonth: {month}\n---\nText.\n")

    assert told == f"{FILE}:3: month is {month!r}, which is not a month: write it as YYYY-MM, such as 2026-11"


def test_month_must_be_that_of_the_folder():
    assert faults("---\nmonth: 2026-10\ntitle: A\n---\nText.\n") == [
        f"{FILE}:2: month is 2026-10, but the file is in the folder 2026-11: move the file, or fix the month"
    ]


def test_title_and_month_are_needed():
    assert [fault.split(": ")[1] for fault in faults("---\nauthor: A\ntitle:\n---\nText.\n")] == [
        "month is missing",
        "title is missing",
    ]


def test_all_faults_of_a_file_are_told_in_the_order_of_its_lines():
    text = "---\ntitle: A\nmonth: 2026-11\ntopics: [nope]\nfoo: 1\n---\nSee [x](javascript:y).\n"

    assert [fault.split(": ")[0] for fault in faults(text)] == [f"{FILE}:4", f"{FILE}:5", f"{FILE}:7"]


def test_beyond_twenty_faults_only_the_number_is_told():
    told = head_faults("".join(f"zz{number}: x\n" for number in range(30)))

    assert len(told) == 21
    assert told[-1] == f"{FILE}: and 10 more errors"


@pytest.mark.parametrize("body", ["", "\n \n", "## Practice implications\n\nDo this.\n"])
def test_article_without_a_text_is_refused(body):
    (told,) = faults(f"---\n{HEAD}---\n{body}")

    assert "the article has no text" in told


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example/", "https://me:pw@evil.example/", "page.html", "#top"],
)
def test_unsafe_link_is_told_with_its_line(href):
    (told,) = faults(f"---\n{HEAD}---\nOne.\n\nTwo\n[x]({href}).\n\n## Practice implications\n\nThree.\n")

    assert told == f"{FILE}:8: the link {href!r} is not allowed in mail: use a full address that starts with https://"


def test_unsafe_link_in_the_practice_implications_is_told_with_its_line():
    (told,) = faults(f"---\n{HEAD}---\nOne.\n\n## Practice implications\n\nTwo [x](vbscript:y).\n")

    assert told.startswith(f"{FILE}:9: ")


@pytest.mark.parametrize("href", ["https://example.org/", "http://example.org/", "mailto:a@example.org", "/2026-10/x/"])
def test_safe_link_is_accepted(href):
    assert article(body=f"[x]({href})").body == f"[x]({href})"


@pytest.mark.parametrize(
    ("title", "problem"),
    [
        ('"A\\r\\nBcc: x"', "a line break: write it on one line"),
        ('"A\\eB"', "a control character, U+001B: remove it"),
        ('"A\\x1b[31mB"', "a control character, U+001B: remove it"),
        ('"A\\u2028B"', "a separator, U+2028 LINE SEPARATOR"),
        ('"A\\uFFFE"', "U+FFFE, which is not a character: remove it"),
        ('"\\ud83d\\ude0d A"', "half of a character, U+D83D: write the character itself"),
        ('"A \\u202eB"', "U+202E RIGHT-TO-LEFT OVERRIDE, which changes the direction of the text: remove it"),
        ('"A\\u2066B"', "U+2066 LEFT-TO-RIGHT ISOLATE, which changes the direction of the text: remove it"),
        ("A\u200bB", "an invisible character, U+200B ZERO WIDTH SPACE"),
        ("A\u200dB", "an invisible character, U+200D ZERO WIDTH JOINER"),
        ("A\ufeffB", "an invisible character, U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("=?utf-8?q?=1B?=", "'=?utf-8?q?=1B?=', which mail programs decode"),
        ("x" * 301, "301 characters, more than the limit of 300: shorten it"),
    ],
)
def test_title_that_no_subject_line_can_hold_is_refused(title, problem):
    (told,) = faults(f"---\ntitle: {title}\nmonth: 2026-11\n---\nText.\n")

    assert told.startswith(f"{FILE}:2: title has {problem}")


@pytest.mark.parametrize(
    "title", ["Hope 🙂", "👩‍⚕️ and 👨‍👩‍👧", "עברית ועוד", "می‌خواهم", "Œuvre d’art : l’été ?", "x" * 300]
)
def test_emoji_and_letters_from_right_to_left_are_fine_in_a_title(title):
    assert parse(f'---\ntitle: "{title}"\nmonth: 2026-11\n---\nText.\n').title == title


def test_title_is_composed_and_its_spaces_are_single():
    assert parse('---\ntitle: "Zoe\u0301\\tand  Ann"\nmonth: 2026-11\n---\nText.\n').title == "Zoé and Ann"


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ('topics: ["empathy\\x1b"]', "topics 1"),
        ('language: "en\\x9b"', "language"),
        ('research_type: "survey\\x07"', "research_type"),
        ('citation: "Lee\\x1b[2J (2021)"', "citation"),
        ('study: {title: T, authors: ["Lee", "R\\x00y"]}', "study.authors 2"),
        ('study: {title: T, doi: "10.1000/\\ud800"}', "study.doi"),
        ('suppress: [{code: no-author, reason: "b\\u202ey"}]', "suppress 1.reason"),
    ],
)
def test_no_escape_brings_a_control_character_into_a_value(head, key):
    told = head_faults(f"{head}\n")

    assert any(fault.startswith(f"{FILE}:4: {key} has ") for fault in told)
    assert all(fault.isprintable() for fault in told)


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("One.\n\nTwo \u202egnp.\n", 7, "U+202E RIGHT-TO-LEFT OVERRIDE, which changes the direction of the text"),
        ("One\u2028two.\n", 5, "a separator, U+2028 LINE SEPARATOR"),
        ("One\x0btwo.\n", 5, "a control character, U+000B"),
        ("One\u0378.\n", 5, "U+0378, which is not a character"),
    ],
)
def test_character_that_no_text_may_hold_is_refused_in_the_body(body, line, what):
    (told,) = faults(f"---\n{HEAD}---\n{body}")

    assert told.startswith(f"{FILE}:{line}: there is {what}: ")


def test_control_character_is_told_with_its_line():
    (told,) = faults(f"---\n{HEAD}---\nOne.\nTwo \x1b[31m.\n")

    assert told == f"{FILE}:6: there is a control character, U+001B: remove it"


@pytest.mark.parametrize(
    "body",
    ["One.\n\nTwo\n&#x202E;gnp.\n", "One.\n\nTwo\n[a](https://example.org/ 'b&#8238;')\n", "One.\n\nTwo\n*&#8238;*\n"],
)
def test_entity_brings_no_such_character_into_the_body(body):
    (told,) = faults(f"---\n{HEAD}---\n{body}")

    assert told.startswith(f"{FILE}:8: an entity produces U+202E RIGHT-TO-LEFT OVERRIDE, which changes")


def test_entity_in_code_is_text():
    assert article(body="Write `&#x202E;` so.\n").body == "Write `&#x202E;` so."


@pytest.mark.parametrize("text", ["{{7*7}}", "{% include 'x' %}", "{{ config }}", "-name- %name% [unsubscribe]"])
def test_template_marks_are_kept_as_text(text):
    read = parse(f'---\ntitle: "{text}"\nmonth: 2026-11\n---\n{text}\n')

    assert (read.title, read.body) == (text, text)


ARTICLE_KEYS = [
    "title",
    "month",
    "topics",
    "research_type",
    "citation",
    "study",
    "author",
    "language",
    "about",
    "suppress",
]
STUDY_KEYS = ["title", "authors", "year", "journal", "volume", "doi", "editors", "language"]
ODD_VALUES = [
    "[]",
    "[[1]]",
    "{}",
    "{a: 1}",
    "{en: x}",
    "[{a: 1}]",
    "[{code: [1]}]",
    "[{code: {a: 1}, reason: [x]}]",
    "é",
]


@pytest.mark.parametrize("value", ODD_VALUES)
def test_no_value_of_any_key_is_refused_in_the_words_of_a_library(value):
    keys = [f"{key}: {value}\n" for key in ARTICLE_KEYS if key != "study"]
    study = "study:\n" + "".join(f"  {key}: {value}\n" for key in STUDY_KEYS)

    for head in ("".join(keys) + f"study: {value}\n", "".join(keys) + study):
        for fault in faults(f"---\n{head}---\nThe body.\n"):
            place, _, said = fault.partition(" ")
            assert place.removeprefix(f"{FILE}:").rstrip(":").isdigit()
            assert ": " in said or said.endswith("?")
            assert "nput should" not in said
            assert "can't be read" not in said
