"""The transport that the configuration names. This is the one module that knows transports by their names.

Descriptions are light; SMTP and SendGrid themselves are imported only when they are used.
"""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config import Config
from digest.delivery.description import TransportDescription
from digest.delivery.handover import Transport
from digest.errors import ConfigError
from digest.pipeline.process import is_running
from digest.rendering.environment import Renderer
from digest.transports import files
from digest.transports.sendgrid import description as sendgrid
from digest.transports.smtp import description as smtp

if TYPE_CHECKING:
    from digest.transports.sendgrid.http import SendgridApi


def describe_transport(config: Config) -> TransportDescription:
    """Describe the transport that *config* names, without making it."""
    describers: dict[str, Callable[[], TransportDescription]] = {
        "files": lambda: files.describe(config.files.directory),
        "smtp": lambda: smtp.describe(config.smtp.host or ""),
        "sendgrid": lambda: sendgrid.describe(
            sandbox=config.sendgrid.sandbox, has_webhook=config.sendgrid.webhook_public_key is not None
        ),
    }
    return describers[config.delivery.transport]()


def make_transport(config: Config, outbox: Path, name: str, renderer: Renderer, installation: str) -> Transport:
    """Make the transport. It connects to nothing before the first hand-over.

    Args:
        outbox: Where the `files` transport writes.
        name: The campaign that the files belong to, so that those of another one are never taken for evidence.
        installation: The name of the database, which a provider's events return.
    """
    makers: dict[str, Callable[[], Transport]] = {
        "files": lambda: _files(outbox, name, renderer),
        "smtp": lambda: _smtp(config),
        "sendgrid": lambda: _sendgrid(config, installation),
    }
    return makers[config.delivery.transport]()


def sendgrid_api(config: Config) -> "SendgridApi":
    """Make the client for SendGrid's API. It connects to nothing before the first request.

    Raises:
        ConfigError: The key is missing.
    """
    from digest.transports.sendgrid.http import SendgridApi  # noqa: PLC0415

    section = config.sendgrid
    if section.api_key is None:
        raise ConfigError("sendgrid.api_key is required: write it, or set DIGEST_SENDGRID__API_KEY in the environment")
    context = ssl.create_default_context()
    return SendgridApi(section.host, section.api_key.get_secret_value, tls=context, patience=section.timeout)


def _files(outbox: Path, name: str, renderer: Renderer) -> Transport:
    return files.FilesTransport(outbox, name, renderer, is_running)


def _sendgrid(config: Config, installation: str) -> Transport:
    from digest.transports.sendgrid.transport import SendgridTransport  # noqa: PLC0415

    return SendgridTransport(
        sendgrid_api(config),
        installation=installation,
        deadline=config.delivery.deadline,
        sandbox=config.sendgrid.sandbox,
        has_webhook=config.sendgrid.webhook_public_key is not None,
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
