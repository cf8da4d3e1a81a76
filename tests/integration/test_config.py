from pathlib import Path

import pytest
import yaml

from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.config import load_config
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
    assert config.newsletter.sender.name == "Practice Research Network"
    assert config.delivery.batch_size == 7
    assert config.newsletter.languages == ["fr"]


def test_misspelt_key_in_the_environment_is_refused(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_DELIVERY__BATCHSIZE", "7")

    with pytest.raises(ConfigError, match=r"delivery\.batchsize"):
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


@pytest.mark.parametrize("text", ["newsletter: [", "- a\n- b\n", "\x00"])
def test_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "config.yaml"
    path.write_text(text)

    with pytest.raises(ConfigError):
        load_config(path)


def test_missing_file_names_the_remedy(tmp_path: Path):
    with pytest.raises(ConfigError, match="digest init"):
        load_config(tmp_path / "config.yaml")


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
        load_config(change(config_file, smtp=smtp))


@pytest.mark.parametrize(("deadline", "lease"), [(120, 120), (121, 120), (0, 120)])
def test_request_must_be_over_before_the_lease(config_file: Path, deadline: int, lease: int):
    with pytest.raises(ConfigError, match="deadline"):
        load_config(change(config_file, delivery={"deadline": deadline, "lease": lease}))
