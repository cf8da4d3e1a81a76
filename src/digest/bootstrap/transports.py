"""The transport that the configuration names. Each kind is imported only when it is chosen."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config import Config
from digest.delivery.handover import Transport
from digest.errors import ConfigError
from digest.rendering.environment import Renderer

if TYPE_CHECKING:
    from digest.transports.sendgrid.http import SendgridApi


def make_transport(config: Config, outbox: Path, name: str, renderer: Renderer, installation: str) -> Transport:
    """Make it; nothing is connected to before the first hand-over.

    Args:
        outbox: Where the `files` transport writes.
        name: Whose files these are, so that another campaign's are never taken for evidence.
        installation: The name of the database, which a provider's events carry.
    """
    makers: dict[str, Callable[[], Transport]] = {
        "files": lambda: _files(outbox, name, renderer),
        "smtp": lambda: _smtp(config),
        "sendgrid": lambda: _sendgrid(config, installation),
    }
    return makers[config.delivery.transport]()


def sendgrid_api(config: Config) -> "SendgridApi":
    """Make the client for SendGrid's API; nothing is connected to before the first request.

    Raises:
        ConfigError: There is no key.
    """
    from digest.transports.sendgrid.http import SendgridApi  # noqa: PLC0415

    section = config.sendgrid
    if section.api_key is None:
        raise ConfigError("SendGrid can't be asked without sendgrid.api_key: write it, or DIGEST_SENDGRID__API_KEY")
    context = ssl.create_default_context()
    return SendgridApi(section.host, section.api_key.get_secret_value, tls=context, patience=section.timeout)


def _files(outbox: Path, name: str, renderer: Renderer) -> Transport:
    from digest.transports.files import FilesTransport  # noqa: PLC0415

    return FilesTransport(outbox, name, renderer)


def _sendgrid(config: Config, installation: str) -> Transport:
    from digest.transports.sendgrid.transport import SendgridTransport  # noqa: PLC0415

    return SendgridTransport(
        sendgrid_api(config),
        installation=installation,
        deadline=config.delivery.deadline,
        sandbox=config.sendgrid.sandbox,
    )


def _smtp(config: Config) -> Transport:
    from digest.transports.smtp.connection import Relay  # noqa: PLC0415
    from digest.transports.smtp.transport import SmtpTransport  # noqa: PLC0415

    section = config.smtp
    relay = Relay(
        host=section.host or "",
        port=section.effective_port,
        security=section.security,
        username=section.username,
        password=section.password.get_secret_value if section.password else None,
    )
    return SmtpTransport(relay, tls=ssl.create_default_context(), deadline=config.delivery.deadline)
