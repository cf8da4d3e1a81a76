import pytest

from digest.subscribers.lists.exports import EXPORTS
from digest.subscribers.lists.formats import OnUnclear, read_header
from digest.subscribers.lists.leaving import UNCLEAR, Departed, suspected

LEFT, BOUNCED, SPAM, BLOCKED, ABSENT = (
    Departed.UNSUBSCRIBED,
    Departed.CLEANED,
    Departed.COMPLAINED,
    Departed.BLOCKED,
    Departed.ABSENT,
)
HEADERS = {  # as the programs write them
    "Mailchimp": "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LEID,EUID,TAGS",
    "Ghost": "id,email,name,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels",
    "SendGrid": "EMAIL,FIRST_NAME,LAST_NAME,ALTERNATE_EMAILS,CREATED_AT,CONTACT_ID",
    "Substack": "email,active_subscription,expiry,email_disabled,prefer_digests,created_at",
    "beehiiv": "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,Free Tier,unsubscribed_at",
    "phpList": "id,email,confirmed,blacklisted,optedin,bouncecount,entered,uniqid,htmlemail,disabled,foreignkey",
    "Buttondown": "email_address,notes,metadata,tags,creation_date,secondary_id,type,source,unsubscription_date",
    "Curated": "Email Address,Subscribed at,UTM Source,UTM Medium,UTM Term,UTM Content,UTM Last Path,UTM Referrer",
    "tinynews": "Channel id,Status,Tier,Tier title,Tags,Created at,Deleted at,Engagement OptIn,Email,Id,Name,Surname",
    "Keila": "Email,First name,Last name,Data,Status,External ID",
    "Mailtrain": "cid,status,HASH_EMAIL,EMAIL,MERGE_FIRST_NAME",
    "Mautic": "id,firstname,lastname,email,doNotEmail",
    "Sendy": "name,email,unsubscribed,bounced,bounce_soft,complaint,confirmed",
    "MailerLite": "email,name,status,subscribed_at,ip_address,opted_in_at,optin_ip,unsubscribed_at",
    "Campaign Monitor": "EmailAddress,Name,Date,State,ReadsEmailWith",
    "Constant Contact": "Email address,First name,Email status,Email permission status,Confirmed Opt-Out Date,Tags",
    "listmonk": "uuid,email,name,attributes,status,created_at,updated_at",
}


def test_every_program_of_the_table_has_a_sample_header():
    assert set(HEADERS) == {export.name for export in EXPORTS}


@pytest.mark.parametrize("program", HEADERS)
def test_export_is_recognised_and_its_columns_never_stop_an_import(program):
    layout = read_header(HEADERS[program].split(","))

    assert layout.format == program
    assert {column.on_unclear for column in layout.leaving} <= {OnUnclear.REFUSE}


@pytest.mark.parametrize(
    ("program", "column", "verdicts"),
    [
        ("Mailchimp", "unsub time", {"": None, "2024-02-03 04:05:06": LEFT}),
        ("Mailchimp", "clean campaign title", {"": None, "May": BOUNCED}),
        ("Ghost", "subscribed", {"": None, "true": None, "false": LEFT, "maybe": UNCLEAR}),
        ("Ghost", "email disabled", {"0": None, "1": BOUNCED}),
        ("Substack", "email disabled", {"false": None, "true": LEFT}),
        ("beehiiv", "status", {"active": None, "inactive": LEFT, "pending": ABSENT, "": UNCLEAR, "vip": UNCLEAR}),
        ("beehiiv", "unsubscribed at", {"": None, "2024-03-13 11:33:53 UTC": LEFT}),
        ("phpList", "confirmed", {"1": None, "0": ABSENT, "": UNCLEAR}),
        ("phpList", "blacklisted", {"0": None, "1": LEFT}),
        ("phpList", "is this account disabled?", {"0": None, "1": BLOCKED}),
        (
            "Buttondown",
            "subscriber type",
            {
                **dict.fromkeys(("regular", "premium", "gifted", "churned", "past_due", "paused", "upcoming")),
                "unsubscribed": LEFT,
                "unactivated": ABSENT,
                "complained": SPAM,
                "undeliverable": BOUNCED,
                "removed": BLOCKED,
                "spammy": UNCLEAR,
            },
        ),
        ("Curated", "status", {"Active": None, "Spam": SPAM, "Bounced": BOUNCED, "Pending Confirmation": ABSENT}),
        ("tinynews", "status", {"1": None, "2": None, "0": ABSENT, "4": ABSENT, "Unsubscribed": LEFT}),
        ("Keila", "status", {"active": None, "unsubscribed": LEFT, "unreachable": BOUNCED}),
        ("Mailtrain", "status", {"subscribed": None, "bounced": BOUNCED, "complained": SPAM}),
        ("Mautic", "donotemail", {"": None, "0": None, "1": LEFT, "yes": LEFT, "2": BOUNCED, "3": BLOCKED}),
        ("Sendy", "complaint", {"0": None, "1": SPAM}),
        ("MailerLite", "status", {"active": None, "junk": SPAM, "unconfirmed": ABSENT}),
        ("Campaign Monitor", "state", {"Active": None, "Deleted": ABSENT, "Unconfirmed": ABSENT}),
        (
            "Constant Contact",
            "email status",
            {"Active": None, "No Permissions Set": ABSENT, "Awaiting Confirmation": ABSENT, "": ABSENT},
        ),
        ("listmonk", "status", {"enabled": None, "disabled": ABSENT, "blocklisted": LEFT}),
    ],
)  # fmt: skip
def test_values_mean_what_the_program_means_by_them(program, column, verdicts):
    meaning = next(export for export in EXPORTS if export.name == program).leaving[column]

    assert {value: meaning.verdict(value) for value in verdicts} == verdicts


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("unsub date", {"": None, "no": None, "3 mars 2024": LEFT, "1700000000": LEFT, "monthly": UNCLEAR}),
        ("unsubscribe reason", {"": None, "too many mails": LEFT}),
        ("is subscribed", {"yes": None, "2024-01-01": None, "non": LEFT, "": UNCLEAR, "отписан": UNCLEAR}),
        ("email status", {"Active": None, "Hard-Bounced": BOUNCED, "suppressed (bounced)": BOUNCED, "3": UNCLEAR}),
        ("disabled", {"false": None, "TRUE": ABSENT}),
        ("email confirmed at", {"2024-01-01": None, "": UNCLEAR}),
    ],
)  # fmt: skip
def test_column_of_no_known_program_is_read_where_its_values_are_clear(name, verdicts):
    meaning = suspected(name)

    assert {value: meaning.verdict(value) for value in verdicts} == verdicts


@pytest.mark.parametrize("name", ["name", "phone", "unsubscribe url", "sms status", "plan", "subscribed at"])
def test_column_about_something_else_is_not_suspected(name):
    assert suspected(name) is None
