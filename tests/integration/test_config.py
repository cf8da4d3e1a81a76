import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from digest.archive.credits import Author, Credits
from digest.archive.pages.about import SiteFacts
from digest.bootstrap import open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.bootstrap.values import credits_of, facts_of
from digest.config import Config, load_config
from digest.errors import ConfigError, Conflict


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return start_project(tmp_path / "project")


def change(path: Path, **sections: object) -> Path:
    values = yaml.safe_load(path.read_text())
    for name, section in sections.items():
        values[name] = section if not isinstance(section, dict) else {**values.get(name, {}), **section}
    path.write_text(yaml.safe_dump(values, allow_unicode=True))
    return path


def test_fresh_project_has_a_configuration_that_loads(config_file: Path):
    config = load_config(config_file)

    assert len(config.topics) == 36
    assert config.delivery.transport == "files"


def test_fresh_keys_are_random_and_readable_by_the_owner_only(tmp_path: Path):
    one, other = (load_config(start_project(tmp_path / name)).keys for name in ("one", "other"))

    secrets = {key.get_secret_value() for keys in (one, other) for key in (keys.sign, keys.suppression)}
    assert len(secrets) == 4
    assert (tmp_path / "one" / "config.yaml").stat().st_mode & 0o777 == 0o600


def test_existing_project_is_left_as_it_is(config_file: Path):
    before = config_file.read_text()

    with pytest.raises(Conflict):
        start_project(config_file.parent)

    assert config_file.read_text() == before


def test_keys_never_show_in_a_representation(config_file: Path):
    config = load_config(config_file)

    assert config.keys.sign.get_secret_value() not in repr(config)


def test_every_fault_is_named_at_once_with_its_line(config_file: Path):
    text = config_file.read_text().replace("reply_to: editor@example.org", "reply_to: nobody")
    text = text.replace("batch_size: 500", "batch_sice: 500").replace("hour: 9", "hour: 25")
    config_file.write_text(text)
    line = text.splitlines().index("  reply_to: nobody") + 1

    with pytest.raises(ConfigError) as caught:
        load_config(config_file)

    message = str(caught.value)
    assert f"config.yaml:{line}: newsletter.reply_to" in message
    assert "delivery.batch_sice" in message
    assert "schedule.send.hour" in message


def test_example_without_fresh_keys_is_refused():
    with pytest.raises(ConfigError, match=r"keys\.sign.*\n.*keys\.suppression"):
        load_config(shipped("config.example.yaml"))


def test_missing_section_is_named(config_file: Path):
    values = yaml.safe_load(config_file.read_text())
    del values["newsletter"]["from"], values["keys"]["sign"]
    config_file.write_text(yaml.safe_dump(values))

    with pytest.raises(ConfigError) as caught:
        load_config(config_file)

    assert "newsletter.from" in str(caught.value)
    assert "keys.sign" in str(caught.value)


def test_environment_goes_before_the_file(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_NEWSLETTER__FROM__ADDRESS", "news@example.net")
    monkeypatch.setenv("DIGEST_DELIVERY__BATCH_SIZE", "7")
    monkeypatch.setenv("DIGEST_NEWSLETTER__LANGUAGES", '["fr"]')

    config = load_config(config_file)

    assert config.newsletter.sender.address == "news@example.net"
    assert config.newsletter.sender.name["en"] == "Practice Research Network"
    assert config.delivery.batch_size == 7
    assert config.newsletter.languages == ["fr"]


def test_misspelt_key_in_the_environment_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_DELIVERY__BATCHSIZE", "7")

    with pytest.raises(ConfigError, match="DIGEST_DELIVERY__BATCHSIZE in the environment"):
        load_config(config_file)


@pytest.mark.parametrize(
    "url",
    [
        "http://digest.example.org",
        "ftp://digest.example.org",
        "digest.example.org",
        "https://u@example.org",
        "https://example.org/?x=1",
    ],
)
def test_insecure_or_odd_site_address_is_refused(config_file: Path, url: str):
    with pytest.raises(ConfigError, match="base_url"):
        load_config(change(config_file, newsletter={"base_url": url}))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "https://example.org/digest/"])
def test_https_and_this_machine_are_fine(config_file: Path, url: str):
    config = load_config(change(config_file, newsletter={"base_url": url}))

    assert config.newsletter.base_url == url.rstrip("/")


@pytest.mark.parametrize("day", [0, 32, "fifth monday", "tuesday", "first day"])
def test_day_that_no_month_has_is_refused(config_file: Path, day: object):
    with pytest.raises(ConfigError, match=r"schedule\.send\.day"):
        load_config(change(config_file, schedule={"send": {"day": day, "hour": 9}}))


def test_word_that_names_two_topics_is_refused(config_file: Path):
    topics = yaml.safe_load(config_file.read_text())["topics"]
    topics[0]["aliases"] = [topics[1]["name"]["fr"]]

    with pytest.raises(ConfigError, match="names two topics"):
        load_config(change(config_file, topics=topics))


def test_misspelt_section_in_the_environment_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_DELIVRY__LEASE", "9")

    with pytest.raises(ConfigError, match="DIGEST_DELIVRY__LEASE"):
        load_config(config_file)


def test_list_in_the_environment_that_is_no_json_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_TOPICS", "abc")

    with pytest.raises(ConfigError, match="JSON"):
        load_config(config_file)


def test_section_that_is_written_twice_is_refused(config_file: Path):
    config_file.write_text(config_file.read_text() + "\nfiles:\n  directory: elsewhere\n")

    with pytest.raises(ConfigError, match="duplicate key: keep one of them"):
        load_config(config_file)


@pytest.mark.parametrize(
    "changes", [{"languages": ["en", "en"]}, {"title": {"en": "Digest"}}, {"base_url": "https://a b/"}]
)
def test_newsletter_that_could_not_be_rendered_is_refused(config_file: Path, changes: dict[str, object]):
    with pytest.raises(ConfigError, match=next(iter(changes))):
        load_config(change(config_file, newsletter=changes))


def test_names_of_sender_reply_address_and_research_types_are_one_text_or_one_for_each_language(config_file: Path):
    names = {"en": "Network", "fr": "Réseau"}
    sender, reply_to = {"name": names, "address": "a@example.org"}, {"name": names, "address": "b@example.org"}
    kinds = [{"slug": "survey", "name": "Survey"}, {"slug": "trial", "name": {"en": "Trial", "fr": "Essai"}}]
    digest = open_digest(change(config_file, newsletter={"from": sender, "reply_to": reply_to}, research_types=kinds))

    assert [digest.newsletter.from_name_in(one) for one in ("en", "fr", "de")] == ["Network", "Réseau", "Network"]
    assert [digest.newsletter.reply_name_in(one) for one in ("en", "fr")] == ["Network", "Réseau"]
    assert digest.newsletter.reply_to == "b@example.org"
    assert [digest.taxonomy.research_type_name(one, "fr") for one in ("survey", "trial")] == ["Survey", "Essai"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"from": {"name": {"en": "N"}, "address": "a@example.org"}},
            "newsletter.from.name: has no text for fr: add it",
        ),
        (
            {"reply_to": {"name": {"fr": "N"}, "address": "a@example.org"}},
            "newsletter.reply_to.name: has no text for en: add it",
        ),
        ({"reply_to": {"name": "N"}}, "newsletter.reply_to.address: is missing: add it"),
        ({"reply_to": {"name": "N", "address": "a"}}, "newsletter.reply_to.address: "),
        ({"reply_to": {"nme": "N", "address": "a@example.org"}}, "newsletter.reply_to.nme: unknown key: did you mean"),
        ({"from": {"name": 5, "address": "a@example.org"}}, "newsletter.from.name: must be one text, or one for each"),
        ({"from": {"name": {"de": "N"}, "address": "a@example.org"}}, "newsletter.from.name.de: must be en or fr"),
    ],
)
def test_name_that_lacks_a_language_or_address_is_told(config_file: Path, changes: dict[str, object], said: str):
    with pytest.raises(ConfigError) as caught:
        load_config(change(config_file, newsletter=changes))

    assert said in str(caught.value)


def test_environment_sets_a_name_for_all_languages_or_one(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_NEWSLETTER__FROM__NAME", "Everywhere")
    monkeypatch.setenv("DIGEST_NEWSLETTER__REPLY_TO", "c@example.org")
    newsletter = open_digest(config_file).newsletter

    assert (newsletter.from_name_in("fr"), newsletter.reply_to) == ("Everywhere", "c@example.org")


@pytest.mark.parametrize("text", ["newsletter: [", "1: x\n", "newsletter: 2026-02-30\n", "- a\n- b\n", "\x00"])
def test_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "config.yaml"
    path.write_text(text)

    with pytest.raises(ConfigError):
        load_config(path)


def test_missing_file_names_the_remedy(tmp_path: Path):
    with pytest.raises(ConfigError, match="digest init"):
        load_config(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        (
            {"delivery": {"batch_sice": 5}},
            "delivery.batch_sice: unknown key: did you mean delivery.batch_size?",
        ),
        ({"newsletter": {"acent": "x"}}, "newsletter.acent: unknown key: did you mean newsletter.accent?"),
        ({"shedule": {}}, "shedule: unknown key: did you mean schedule?"),
        ({"batch_size": 5}, "batch_size: unknown key: did you mean delivery.batch_size?"),
        ({"content": {"zzz": 5}}, "content.zzz: unknown key: valid keys here are articles, "),
    ],
)
def test_unknown_key_is_told_with_the_nearest_one(config_file: Path, sections: dict[str, object], told: str):
    with pytest.raises(ConfigError) as caught:
        load_config(change(config_file, **sections))

    assert told in str(caught.value)


def test_unknown_key_of_a_topic_is_told_with_the_nearest_one(config_file: Path):
    topics = yaml.safe_load(config_file.read_text())["topics"]
    topics[2]["aliasses"] = []

    with pytest.raises(ConfigError, match=r"topics\.2\.aliasses: .*did you mean topics\.2\.aliases\?"):
        load_config(change(config_file, topics=topics))


@pytest.mark.parametrize(
    ("section", "values", "told"),
    [
        ("newsletter", {"accent": "blue"}, 'newsletter.accent: must be a colour such as "#2a5d67", in quotes'),
        ("newsletter", {"accent": None}, 'newsletter.accent: must be a colour such as "#2a5d67", in quotes'),
        ("newsletter", {"list_id": "x y"}, "newsletter.list_id: must be a name with dots, such as digest.example.org"),
        ("newsletter", {"title": 5}, "newsletter.title: must be one text, or one for each language"),
        ("newsletter", {"postal_address": ""}, "newsletter.postal_address: must not be empty"),
        ("newsletter", {"languages": ["de"]}, "newsletter.languages.0: must be en or fr"),
        ("newsletter", {"languages": "en"}, "newsletter.languages: must be a list: "),
        ("schedule", {"month": "prev"}, "schedule.month: must be previous, current or next"),
        ("schedule", {"send": "x"}, "schedule.send: must have keys of its own: write them below it, indented"),
        ("schedule", {"require_approval": "perhaps"}, "schedule.require_approval: must be true or false"),
        ("delivery", {"batch_size": "many"}, "delivery.batch_size: must be a whole number"),
        ("delivery", {"lease": 1}, "delivery.lease: must be at least 5"),
        ("delivery", {"rate": "fast"}, "delivery.rate: must be a number"),
        ("delivery", {"rate": None}, "delivery.rate: must be a number"),
        ("delivery", {"rate": -1}, "delivery.rate: must be at least 0"),
        ("sendgrid", {"timeout": 0}, "sendgrid.timeout: must be more than 0"),
        ("retention", {"networks_days": 99999}, "retention.networks_days: must be at most 3650"),
        ("delivery", {"lease": 9999}, "delivery.lease: must be at most 3600"),
    ],
)
def test_wrong_value_is_told_in_plain_words(config_file: Path, section: str, values: dict[str, object], told: str):
    with pytest.raises(ConfigError) as caught:
        load_config(change(config_file, **{section: values}))

    message = str(caught.value)
    assert told in message
    assert message.count("\n") == 1
    assert "pattern" not in message


@pytest.mark.parametrize(
    ("author", "told"),
    [
        ({"name": ""}, "authors.0.name: must not be empty"),
        ({"name": "A", "orcid": "0000-0002-1825-009"}, "authors.0.orcid: must be an ORCID such as 0000-0002-1825-0097"),
        ({"name": "A", "orcid": "0000-0002-1825-0098"}, "authors.0.orcid: is not a valid ORCID: "),
        ({"name": "A", "url": "http://example.org"}, "authors.0.url: must start with https://"),
    ],
)
def test_wrong_author_is_told_in_plain_words(config_file: Path, author: dict[str, str], told: str):
    with pytest.raises(ConfigError) as caught:
        load_config(change(config_file, authors=[author]))

    assert told in str(caught.value)


def test_author_listed_twice_is_refused(config_file: Path):
    with pytest.raises(ConfigError, match=r"authors\.1: lists maya okafor a second time: keep one"):
        load_config(change(config_file, authors=[{"name": "Maya Okafor"}, {"name": "maya okafor"}]))


def test_authors_and_licence_are_credited_on_the_site_and_change_no_mail(config_file: Path):
    before = open_digest(config_file).newsletter
    licence = "https://creativecommons.org/licenses/by-nc/4.0/"
    change(config_file, newsletter={"licence": licence})
    change(config_file, authors=[{"name": "Maya Okafor", "orcid": "https://orcid.org/0000-0002-1825-0097"}])

    digest = open_digest(config_file)

    assert credits_of(digest.config) == Credits(licence, (Author("Maya Okafor", "0000-0002-1825-0097"),))
    assert digest.newsletter == before  # which every approval covers


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"slug": "Big One"}, "topics.0.slug: may contain only a-z, 0-9 and single hyphens, such as group-therapy"),
        ({"group": None}, "topics.0.group: may contain only a-z, 0-9 and single hyphens, such as group-therapy"),
        ({"name": {"de": "x"}}, "topics.0.name.de: must be en or fr"),
        ({"name": {}}, "topics.0.name: must not be empty: add at least one"),
    ],
)
def test_wrong_topic_is_told_in_plain_words(config_file: Path, changes: dict[str, object], told: str):
    topics = yaml.safe_load(config_file.read_text())["topics"]
    topics[0] |= changes

    with pytest.raises(ConfigError) as caught:
        load_config(change(config_file, topics=topics))

    assert told in str(caught.value)


def test_unknown_section_in_the_environment_is_told_with_the_nearest_one(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIGEST_DELIVRY__LEASE", "9")

    with pytest.raises(ConfigError, match=r"there is no section delivry: did you mean delivery\?"):
        load_config(config_file)


def test_privacy_page_says_the_periods_and_the_provider_of_the_configuration(config_file: Path):
    assert facts_of(load_config(config_file)) == SiteFacts()

    change(
        config_file,
        content={"articles_per_issue": {"min": 1, "max": 4}},
        schedule={"require_approval": False},
        retention={"signups_days": 7, "networks_days": 30, "deliveries_months": 3},
        consent={"record_network": True},
        web={"limits": {"network": {"count": 9, "minutes": 2881}}},
        delivery={"transport": "sendgrid"},
        sendgrid={"api_key": "SG.key"},
        newsletter={"base_url": "https://digest.example.org"},
    )

    assert facts_of(load_config(config_file)) == SiteFacts(
        fewest=1,
        most=4,
        is_approved=False,
        requests_days=7,
        networks_days=30,
        deliveries_months=3,
        limits_hours=49,
        provider="SendGrid",
    )


def test_retired_keys_are_wired_by_role(config_file: Path):
    old, older = "ab" * 32, "cd" * 32
    digest = open_digest(change(config_file, keys={"verify": [old], "unsubscribe_only": [older]}))

    assert digest.keys.trusted("preferences")[1:] == (bytes.fromhex(old),)
    assert digest.keys.trusted("unsubscribe")[1:] == (bytes.fromhex(old), bytes.fromhex(older))
    assert all(key not in repr(digest.config) + repr(digest.keys) for key in (old, older))


def test_key_in_two_roles_is_refused(config_file: Path):
    with pytest.raises(ConfigError, match="use one key per role"):
        load_config(change(config_file, keys={"verify": ["ab" * 32], "unsubscribe_only": ["AB" * 32]}))


def test_suppression_key_that_also_signs_is_refused(config_file: Path):
    suppression = load_config(config_file).keys.suppression.get_secret_value()

    with pytest.raises(ConfigError, match="must be a different key"):
        load_config(change(config_file, keys={"verify": [suppression]}))


def test_proxy_that_is_no_network_is_refused(config_file: Path):
    with pytest.raises(ConfigError, match="is not a network"):
        load_config(change(config_file, web={"trusted_proxies": ["10.0.0.1/8"]}))


SMTP = {"delivery": {"transport": "smtp"}, "newsletter": {"base_url": "https://digest.example.org"}}
SENDGRID = {"delivery": {"transport": "sendgrid"}, "newsletter": {"base_url": "https://digest.example.org"}}


def test_key_is_asked_for_only_if_its_transport_is_chosen(config_file: Path):
    load_config(config_file)

    with pytest.raises(ConfigError, match=r"sendgrid\.api_key"):
        load_config(change(config_file, **SENDGRID))


def test_api_key_may_stand_in_the_environment_and_never_shows(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_SENDGRID__API_KEY", " SG.secret\n")

    config = load_config(change(config_file, **SENDGRID))

    assert config.sendgrid.api_key is not None
    assert config.sendgrid.api_key.get_secret_value() == "SG.secret"
    assert "SG.secret" not in repr(config)


@pytest.mark.parametrize("key", ["SG.a b", "SG.a\r\nX-Evil: 1", "clé", " "])
def test_api_key_that_no_header_can_hold_is_refused_without_repeating_it(config_file: Path, key: str):
    with pytest.raises(ConfigError, match=r"sendgrid\.api_key") as caught:
        load_config(change(config_file, **SENDGRID, sendgrid={"api_key": key}))

    assert "SG.a" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["http://api.sendgrid.com", "ftp://127.0.0.1", "https://u:p@api.sendgrid.com", "https://api.sendgrid.com/v3", "x"],
)
def test_key_goes_to_no_odd_or_open_address(config_file: Path, host: str):
    with pytest.raises(ConfigError, match=r"sendgrid\.host"):
        load_config(change(config_file, sendgrid={"host": host}))


@pytest.mark.parametrize("host", ["http://127.0.0.1:8025", "https://api.eu.sendgrid.com/"])
def test_other_region_and_this_machine_are_fine(config_file: Path, host: str):
    assert load_config(change(config_file, sendgrid={"host": host})).sendgrid.host == host.rstrip("/")


def test_accents_in_the_sender_are_refused_with_sendgrid_and_only_there(config_file: Path):
    sender = {"name": "Réseau de recherche", "address": "digest@example.org"}
    load_config(change(config_file, newsletter={"from": sender}))

    with pytest.raises(ConfigError, match=r"newsletter\.from\.name"):
        load_config(change(config_file, **SENDGRID, sendgrid={"api_key": "SG.x"}))

    names = {"name": {"en": "Network", "fr": "Réseau"}, "address": "editor@example.org"}
    newsletter = {**SENDGRID["newsletter"], "from": {**sender, "name": "Network"}, "reply_to": names}
    with pytest.raises(
        ConfigError, match=r"newsletter\.reply_to\.name: has accents, which SendGrid does not accept here"
    ) as caught:
        load_config(change(config_file, newsletter=newsletter))
    assert "newsletter.from.name" not in str(caught.value)


def test_relay_is_asked_for_only_if_smtp_is_chosen(config_file: Path):
    chosen = {"delivery": {"transport": "smtp"}, "newsletter": {"base_url": "https://digest.example.org"}}
    with pytest.raises(ConfigError, match=r"smtp\.host"):
        load_config(change(config_file, **chosen))

    assert load_config(change(config_file, smtp={"host": "mail.example.org"})).smtp.host == "mail.example.org"


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_port_of_the_relay_follows_its_security(config_file: Path, security: str, port: int):
    smtp = load_config(change(config_file, smtp={"host": "mail.example.org", "security": security})).smtp

    assert smtp.effective_port == port


@pytest.mark.parametrize(
    "smtp",
    [
        {"host": "mail.example.org", "username": "a"},
        {"host": "mail.example.org", "password": "a"},
        {"host": "mail.example.org", "security": "none", "username": "a", "password": "b"},
        {"host": "mail.example.org/x"},
        {"security": "opportunistic"},
    ],
)
def test_relay_that_would_be_unsafe_is_refused(config_file: Path, smtp: dict[str, str]):
    with pytest.raises(ConfigError, match="smtp"):
        load_config(change(config_file, smtp=smtp, **SMTP))


@pytest.mark.parametrize("transport", ["files", "sendgrid"])
@pytest.mark.parametrize("variable", ["DIGEST_SMTP__PASSWORD", "DIGEST_SMTP__USERNAME"])
def test_half_a_log_in_for_a_relay_stops_nothing_while_mail_goes_another_way(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, transport: str, variable: str
):
    monkeypatch.setenv(variable, "digest")
    sections = SENDGRID | {"sendgrid": {"api_key": "SG.x"}} if transport == "sendgrid" else {}

    assert load_config(change(config_file, **sections)).delivery.transport == transport


def test_half_a_log_in_names_the_variable_that_gave_it(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_SMTP__PASSWORD", "secret")

    [fault] = told(change(config_file, smtp={"host": "mail.example.org"}, **SMTP))

    assert "smtp.username: is missing: set both username and password" in fault
    assert fault.endswith("(DIGEST_SMTP__PASSWORD in the environment)")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DIGEST_DELIVERY__LEASE", "long", "DIGEST_DELIVERY__LEASE in the environment: must be a whole number"),
        ("digest_delivery__lease", "long", "digest_delivery__lease in the environment: must be a whole number"),
        ("DIGEST_TOPICS", '[{"slug": "A b"}]', "DIGEST_TOPICS in the environment: may contain only a-z"),
        ("DIGEST_TOPICS", '[{"slug": "a"}]', "DIGEST_TOPICS in the environment: is missing"),
        ("DIGEST_TOPICS", "abc", "DIGEST_TOPICS in the environment: is not valid JSON"),
        ("DIGEST_NEWSLETTER", '{"title": 5}', "DIGEST_NEWSLETTER in the environment: must be one text"),
        (
            "DIGEST_WEB__LIMITS",
            '{"address": {"count": 0}}',
            "DIGEST_WEB__LIMITS in the environment: must be at least 1",
        ),
        ("DIGEST_WEB__LIMITS", '{"address": {', "DIGEST_WEB__LIMITS in the environment: is not valid JSON"),
        ("DIGEST_DELIVERY__IN_FLIGHT__X", "3", "DIGEST_DELIVERY__IN_FLIGHT__X in the environment: must be a whole"),
        ("DIGEST_DELIVERY__LEASE", "30", "must be less than lease, which is 30"),
        ("DIGEST_DELIVERY__LEASE", "30", "(DIGEST_DELIVERY__LEASE in the environment)"),
        ("DIGEST_DELIVERY__TRANSPORT", "smtp", "is smtp (DIGEST_DELIVERY__TRANSPORT in the environment)"),
    ],
)
def test_fault_names_the_variable_that_the_value_came_from(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
):
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as caught:
        load_config(config_file)

    assert said in str(caught.value)


def test_fault_of_the_file_is_not_blamed_on_a_variable_beside_it(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_NEWSLETTER", '{"title": "Digest"}')

    [fault] = told(change(config_file, newsletter={"accent": "blue"}))

    assert "newsletter.accent" in fault
    assert "environment" not in fault


@pytest.mark.parametrize(("deadline", "lease"), [(120, 120), (121, 120), (0, 120)])
def test_request_must_be_over_before_the_lease(config_file: Path, deadline: int, lease: int):
    with pytest.raises(ConfigError, match="deadline"):
        load_config(change(config_file, delivery={"deadline": deadline, "lease": lease}))


@pytest.mark.parametrize("name", ["username", "password"])
def test_accents_in_the_relays_log_in_are_refused_and_not_shown(config_file: Path, name: str):
    with pytest.raises(ConfigError, match=rf"smtp\.{name}: must not contain accents") as caught:
        load_config(change(config_file, smtp={"username": "digest", "password": "right", name: "s\u00e9cret"}))

    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("port", ["x", "99999", "0"])
def test_port_that_no_machine_has_is_refused(config_file: Path, port: str):
    with pytest.raises(ConfigError, match=r"sendgrid\.host: must be a host name"):
        load_config(change(config_file, sendgrid={"host": f"https://api.sendgrid.com:{port}"}))


@pytest.mark.parametrize("url", ["https://[::1", "https://[x]:443"])
def test_address_that_is_none_is_refused_with_its_path(config_file: Path, url: str):
    with pytest.raises(ConfigError, match=r"sendgrid\.host: "):
        load_config(change(config_file, sendgrid={"host": url}))


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
@pytest.mark.parametrize(
    ("section", "key"), [("delivery", "rate"), ("delivery", "settle_after"), ("sendgrid", "timeout")]
)
def test_number_without_an_end_is_refused(config_file: Path, section: str, key: str, number: float):
    with pytest.raises(ConfigError, match=rf"{section}\.{key}: must be a finite number"):
        load_config(change(config_file, **{section: {key: number}}))


def told(path: Path) -> list[str]:
    """Every fault of the configuration, as `LINE: KEY: WORDS`."""
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return [fault.strip().removeprefix(f"{path}:") for fault in str(caught.value).splitlines()[1:]]


def line_of(path: Path, start: str) -> int:
    return next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith(start))


def test_keys_that_do_not_go_together_are_named_beside_other_faults_with_their_lines(config_file: Path):
    text = (
        config_file.read_text().replace("batch_size: 500", "batch_sice: 500").replace("deadline: 60", "deadline: 200")
    )
    text = text.replace("transport: files", "transport: smtp").replace("reply_to: editor@example.org", "reply_to: x")
    config_file.write_text(text)

    faults = "\n".join(told(config_file))

    assert f"{line_of(config_file, '  batch_sice')}: delivery.batch_sice: unknown key" in faults
    assert f"{line_of(config_file, '  reply_to')}: newsletter.reply_to: " in faults
    assert f"{line_of(config_file, '  deadline')}: delivery.deadline: must be less than lease, which is 120" in faults
    assert f"{line_of(config_file, '  base_url')}: newsletter.base_url: must start with https://" in faults
    assert f"{line_of(config_file, 'smtp:') + 1}: smtp.host: is missing: name your relay" in faults
    assert faults.count("\n") == 4


def test_everything_that_a_transport_asks_for_is_named_at_once(config_file: Path):
    faults = told(change(config_file, delivery={"transport": "sendgrid"}))

    assert [fault.split(": ")[1] for fault in faults] == ["newsletter.base_url", "sendgrid.api_key"]
    assert all(fault.split(":")[0].isdigit() for fault in faults)


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        ({"delivery": {"deadline": 200, "lease": "long"}}, {"delivery.lease"}),
        ({"delivery": {"transport": "pigeon", "deadline": 200}}, {"delivery.transport", "delivery.deadline"}),
        (
            {"newsletter": {"base_url": "ftp://x"}, "delivery": {"transport": "smtp"}},
            {"newsletter.base_url", "smtp.host"},
        ),
        (
            {"schedule": {"send": {"day": 1}}, "smtp": {"host": "a", "username": "a"}, **SMTP},
            {"schedule.send.hour", "smtp.password"},
        ),
        ({"topics": 5, "keys": {"sign": 5, "suppression": "ab" * 32}}, {"topics", "keys.sign"}),
        ({"keys": 5, "smtp": {"host": "a", "username": "a"}, **SMTP}, {"keys", "smtp.password"}),
    ],
)
def test_what_is_compared_with_a_faulty_key_says_nothing(
    config_file: Path, sections: dict[str, object], keys: set[str]
):
    assert {fault.split(": ")[1] for fault in told(change(config_file, **sections))} == keys


def test_key_that_is_absent_is_told_at_the_line_of_the_one_that_asks_for_it(config_file: Path):
    text = config_file.read_text().replace("transport: files", "transport: smtp")
    begin, end = text.index("smtp:   "), text.index("sendgrid:\n")
    config_file.write_text(text[:begin] + text[end:])

    assert any(f.startswith(f"{line_of(config_file, '  transport')}: smtp.host: is missing") for f in told(config_file))


def test_fault_of_the_environment_is_told_beside_those_of_the_file(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_DELIVERY__DEADLINE", "500")
    monkeypatch.setenv("DIGEST_DELIVRY__RATE", "5")

    faults = told(change(config_file, newsletter={"acent": "x"}))

    assert len(faults) == 3
    assert any(f.startswith("DIGEST_DELIVERY__DEADLINE in the environment: must be less than lease") for f in faults)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('"\\ud83d\\ude0d Empathy"', "has half of a character, U+D83D: write the character itself"),
        ('"Empa\\x1b[31mthy"', "has a control character, U+001B: remove it"),
        (
            '"Empa\\u202ethy"',
            "has U+202E RIGHT-TO-LEFT OVERRIDE, which changes the direction of the text: remove it",
        ),
        ('"Empathy\\uFFFE"', "has U+FFFE, which is not a character: remove it"),
        ('"Empathy\\nTraining"', "has a line break: write it on one line"),
        ('"Empa\\u200bthy"', "has an invisible character, U+200B ZERO WIDTH SPACE: remove it"),
        ('""', "must not be empty"),
        ('"   "', "must not be empty"),
        ('"\\u200e"', "has no visible characters: enter some text"),
    ],
)
@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("    en: Psychotherapy Research Digest", "newsletter.title.en"),
        ("      en: Practice Research Network", "newsletter.from.name.en"),
        ("  contact: editor@example.org", "newsletter.contact"),
        ("    name: {en: Cognitive therapy, fr: Thérapie cognitive}", "topics.0.name.en"),
        ("    aliases: [CT]", "topics.0.aliases.0"),
        ("    name: {en: Therapies, fr: Thérapies}", "topic_groups.0.name.en"),
        ("    name: {en: Survey, fr: Enquête}", "research_types.0.name.en"),
    ],
)
def test_name_that_no_page_or_mail_can_hold_is_refused_with_its_line(
    config_file: Path, line: str, key: str, written: str, what: str
):
    path = with_names(config_file)
    old = line.split(": ", 1)[1].replace("{en: ", "").partition(", fr")[0].strip("[]")
    text = path.read_text()
    at = text.index(f"\n{line}") + 1
    path.write_text(text[:at] + text[at:].replace(old, written, 1))

    assert len(faults := told(path)) == 1
    assert faults[0].startswith(f"{text.count(chr(10), 0, at) + 1}: {key}: {what}")


def with_names(path: Path) -> Path:
    """The configuration with one topic, one group and one research type."""
    text = path.read_text()
    begin = text.index("\ntopic_groups:")
    path.write_text(
        text[:begin]
        + "\ntopic_groups:\n  - slug: therapies\n    name: {en: Therapies, fr: Thérapies}\n"
        + "topics:\n  - slug: ct\n    group: therapies\n    name: {en: Cognitive therapy, fr: Thérapie cognitive}\n"
        + "    aliases: [CT]\n"
        + "research_types:\n  - slug: survey\n    name: {en: Survey, fr: Enquête}\n"
    )
    return path


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        ("newsletter", {"title": "A\x1bB"}, "newsletter.title"),
        ("newsletter", {"postal_address": "One\nTwo\x1b\n"}, "newsletter.postal_address"),
        ("newsletter", {"logo": "https://example.org/\x1b"}, "newsletter.logo"),
        ("content", {"articles": "art\x1b"}, "content.articles"),
        ("files", {"directory": "out\x1b"}, "files.directory"),
        ("smtp", {"username": "a", "password": "secret\x1b"}, "smtp.password"),
        ("web", {"trusted_proxies": ["10.0.0.0/8\x1b"]}, "web.trusted_proxies.0"),
    ],
)
def test_no_value_has_a_control_character(config_file: Path, section: str, values: dict[str, object], key: str):
    faults = told(change(config_file, **{section: values}))

    assert [fault.split(": ", 1)[1] for fault in faults] == [f"{key}: has a control character, U+001B: remove it"]


@pytest.mark.parametrize(
    ("section", "key"), [("content", "articles"), ("content", "templates"), ("files", "directory")]
)
@pytest.mark.parametrize("path", ["", "  "])
def test_empty_path_is_refused(config_file: Path, section: str, key: str, path: str):
    (fault,) = told(change(config_file, **{section: {key: path}}))

    assert fault.endswith(f"{section}.{key}: must not be empty")


def test_unfit_names_are_all_reported_at_once(config_file: Path):
    path = with_names(config_file)
    path.write_text(path.read_text().replace("Therapies,", '"",').replace("[CT]", '["C\\x1b", " "]'))

    assert [fault.partition(": ")[2] for fault in told(path)] == [
        "topics.0.aliases.0: has a control character, U+001B: remove it",
        "topic_groups.0.name.en: must not be empty",
        "topics.0.aliases.1: must not be empty",
    ]


def test_control_character_in_a_key_is_never_printed(config_file: Path):
    path = change(config_file, newsletter={"ti\x1b[31mtle": "x"})

    (fault,) = told(path)

    assert "newsletter.'ti\\x1b[31mtle': the key has a control character, U+001B: remove it" in fault


def test_byte_of_the_environment_that_is_no_text_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_NEWSLETTER__FROM__NAME", b"R\xe9seau".decode("utf-8", "surrogateescape"))

    (fault,) = told(config_file)

    assert fault.startswith("DIGEST_NEWSLETTER__FROM__NAME in the environment: has half of a character, U+DCE9")


def test_character_that_yaml_refuses_is_reported_with_its_line(config_file: Path):
    text = config_file.read_text()
    config_file.write_text(text.replace("Practice Research", "Practice \x1bResearch", 1))
    line = text[: text.index("Practice Research")].count("\n") + 1

    with pytest.raises(
        ConfigError, match=rf"config\.yaml:{line}: there is a character that YAML can't hold, U\+001B: "
    ):
        load_config(config_file)


def test_names_are_composed_and_may_be_in_any_script(config_file: Path):
    path = with_names(config_file)
    path.write_text(
        path.read_text()
        .replace("Thérapie cognitive", "درمان\u200cشناختی 👩\u200d⚕\ufe0f")
        .replace("[CT]", "[E\u0301moi]")
    )

    (topic,) = load_config(path).topics

    assert topic.name["fr"] == "درمان\u200cشناختی 👩\u200d⚕\ufe0f"
    assert topic.aliases == ["Émoi"]


@pytest.mark.parametrize(
    ("old", "new", "dropped"),
    [
        ("en: Practice Research Network", 'en: "Network"# 1', "# 1"),
        ("languages: [en, fr]", "languages: [en, fr]# both", "# both"),
        ("articles_per_issue: {min: 2, max: 3}", "articles_per_issue: {min: 2, max: 3}# at most", "# at most"),
    ],
)
def test_comment_that_touches_a_value_is_refused_with_its_line(config_file: Path, old: str, new: str, dropped: str):
    text = config_file.read_text()
    at = text.index(old)
    end = text.index("\n", at)
    config_file.write_text(text[:at] + new + text[end:])

    with pytest.raises(ConfigError) as caught:
        load_config(config_file)

    line = text.count("\n", 0, at) + 1
    said = f"YAML would drop {dropped!r} as a comment: put the whole value in quotes, or a space before #"
    assert str(caught.value) == f"{config_file}:{line}: {said}"


@pytest.mark.parametrize(
    "deep",
    ["[" * 100_000, "[" * 21 + "x" + "]" * 21, "{a: " * 30 + "1" + "}" * 30, "&a [*a]", "\n    " + "- " * 500 + "x"],
    ids=["open", "list", "mapping", "itself", "block"],
)
def test_file_with_too_many_levels_is_refused_with_its_line(config_file: Path, deep: str):
    config_file.write_text(f"newsletter:\n  title: {deep}\n")

    with pytest.raises(
        ConfigError, match=rf"{config_file.name}:[23]: nested more than 20 levels deep: write lists and"
    ):
        load_config(config_file)


@pytest.mark.parametrize("opened", ["[", '{"a": '], ids=["list", "mapping"])
@pytest.mark.parametrize("levels", [21, 500, 100_000])
def test_variable_with_too_many_levels_is_refused_by_its_name(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, opened: str, levels: int
):
    closed = {"[": "]", "{": "}"}[opened[0]]
    monkeypatch.setenv("DIGEST_TOPICS", opened * levels + "1" + closed * levels)

    with pytest.raises(ConfigError, match="DIGEST_TOPICS in the environment: has more than 20 levels"):
        load_config(config_file)


def test_name_of_a_variable_with_too_many_levels_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    name = "DIGEST_WEB" + "__A" * 500
    monkeypatch.setenv(name, "1")

    with pytest.raises(ConfigError, match=f"{name} in the environment: has more than 20 levels"):
        load_config(config_file)


LIBRARY_WORDS = ("Value error", "nput should", "hould be", "hould match", "valid string", "expected", "found ",
                 "while ", "Errno", "codec", "could not", "cannot", "out of range", "<", ".int:", "dict[",
                 "can't be read: write")  # fmt: skip


def paths(section: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the configuration that is not a section."""
    for name, field in section.model_fields.items():
        key = (*above, field.alias or name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from paths(field.annotation, key)
        else:
            yield key


@pytest.mark.parametrize(
    "value",
    [None, True, -1, 1.5, 10**30, float("inf"), "", "é", "a b", "America", "x" * 400, b"ab", dt.date(2026, 1, 1),
     [], {}, [1], [[1]], [None], [{"slug": 1, "name": {"en": None}, "aliases": {}}], {1: 2}, {"str": 1},
     {"en": [1], "de": 5}],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_no_value_of_any_key_is_reported_in_the_words_of_a_library(config_file: Path, value: object):
    values = yaml.safe_load(config_file.read_text())
    for path in paths(Config):
        here = values
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value
    config_file.write_text(yaml.safe_dump(values, allow_unicode=True))

    faults = told(config_file)

    assert len(faults) > 10
    for fault in faults:
        assert fault.split(":")[0].isdigit(), fault
        assert not any(words in fault for words in LIBRARY_WORDS), fault


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title: a: b", "a colon here starts a key inside a value: put the value in quotes"),
        ("title: [a", "the list that begins here lacks a comma or its ]: add it"),
        ("title: {en: a", "the keys that begin here lack a comma or their }: add it"),
        ("title: [a, , b]", "a value is missing here: add it"),
        ('title: "a', "a quote on this line is never closed: close it or remove it"),
        ('title: "a" b', "this does not fit what is above it: fix the indentation"),
        (r'title: "\d"', "YAML does not know this escape: write \\\\ for a backslash"),
        (r'title: "\UFFFFFFFF"', "YAML does not know this escape: write \\\\ for a backslash"),
        ("title: @a", "a value can't start with @: put the value in quotes"),
        ("title: `a", "a value can't start with `: put the value in quotes"),
        ("title: *a", "a value can't start with & or *: put the value in quotes"),
        ("title: !a b", "a value can't start with !: put the value in quotes"),
        ("title: | a", "text can't follow | or > on the same line: start it on the next line, indented"),
        ("title: - a", "a list item can't start here: start the list on the next line"),
        ("title: ? a", "a value can't start with ?: put the value in quotes"),
        ("title: \ta: b", "this line contains a tab: use spaces"),
        ("title:\n\ten: a", "this line contains a tab: use spaces"),
        ("title: 2026-02-30", "this value looks like a date or a number, but is not one: put the value in quotes"),
        ("title: 0b_", "this value looks like a date or a number, but is not one: put the value in quotes"),
        ("title: !!timestamp a", "this value looks like a date or a number, but is not one: put the value in quotes"),
        ("title: !!bool a", "this value looks like a date or a number, but is not one: put the value in quotes"),
        ("title: !!binary é", "this value looks like a date or a number, but is not one: put the value in quotes"),
        ("? [a]\n  : b", "a key must be a single word: write `key: value`"),
    ],
)
def test_broken_yaml_is_reported_in_our_own_words_with_its_line(config_file: Path, line: str, said: str):
    text = f"delivery:\n  lease: 120\nnewsletter:\n  {line}\n  contact: x\n"
    config_file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_config(config_file)

    message = str(caught.value)
    assert message.startswith((f"{config_file}:4: {said}", f"{config_file}:5: {said}"))
    assert not any(words in message for words in LIBRARY_WORDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n---\nb: 2\n", "2: a second document begins here: remove the line ---"),
        ("%TAG a\n---\na: 1\n", "1: a line can't start with %: remove it"),
        ("{a: 1} b\n", "1: this does not fit what is above it: fix the indentation"),
        ("newsletter\nkeys: 1\n", "2: a colon here starts a key inside a value: put the value in quotes, or check"),
        ("a: 1\nnewsletter\nkeys: 1\n", "2: this line is not a `key: value` line: add the colon"),
        ("1: x\n", ": the configuration must consist of sections with keys: write it as in config.example.yaml"),
        ("a: caf\xe9\n".encode("latin-1"), "1: byte 0xe9 is not UTF-8: save the file as UTF-8"),
        ("a: x\n".encode("utf-16"), "1: the file is encoded as UTF-16: save the file as UTF-8"),
    ],
)
def test_file_that_is_not_a_configuration_says_what_to_do(tmp_path: Path, text: str | bytes, said: str):
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)

    with pytest.raises(ConfigError) as caught:
        load_config(path)

    assert str(caught.value).startswith(f"{path}:{said.removeprefix(':')}")


def test_folder_in_place_of_the_file_is_reported_without_its_error_number(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)

    assert (
        str(caught.value) == f"{tmp_path}: the file can't be read (is a directory): check the path and its permissions"
    )
