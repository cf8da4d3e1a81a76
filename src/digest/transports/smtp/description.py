"""What the `smtp` transport says about itself."""

from digest.delivery.description import EventSource, TransportDescription


def describe(host: str) -> TransportDescription:
    """Describe the transport to the relay *host*."""
    return TransportDescription(
        name="smtp",
        destination=f"through {host}",
        leaves_machine=True,
        one_by_one=True,
        has_evidence=False,
        events=EventSource.NONE,
        no_events="SMTP has no events",
    )
