"""What the `sendgrid` transport says about itself."""

from digest.delivery.description import EventSource, TransportDescription


def describe(*, sandbox: bool, has_webhook: bool) -> TransportDescription:
    """
    Describe the transport.

    Args:
        sandbox: SendGrid only checks each request.
        has_webhook: Whether the key that verifies SendGrid's events is known.
    """
    return TransportDescription(
        name="sendgrid",
        destination="through SendGrid (sandbox: nothing is sent)" if sandbox else "through SendGrid",
        leaves_machine=True,
        one_by_one=False,
        has_evidence=False,
        events=EventSource.WEBHOOK if has_webhook else EventSource.NONE,
        no_events="" if has_webhook else "sendgrid.webhook_public_key is not set",
    )
