"""One connection to an SMTP relay, and what each of the relay's answers means."""

import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from digest.errors import InDoubt, NotAccepted, Refused
from digest.transports.deadline import TimedSocket, TimedTlsSocket, connect, secure
from digest.transports.redaction import fault_text, redacted

_CLOSING = 421  # RFC 5321, 3.8: the server is about to close the connection
_GO_ON = 354
_OURS = frozenset({421, 500, 501, 502, 503, 504, 530, 534, 535, 538})  # about the session, not about the recipient
_SENDER = re.compile(r"\b[45]\.1\.[78]\b")  # RFC 3463, 3.2; many relays say so only in answer to the recipient
_SYSTEM = re.compile(r"\b[45]\.3\.\d+\b")  # RFC 3463, 3.4: the relay itself
# RFC 3463, 3.2 and 3.3: this address, this mailbox; 4.2.0 is what greylisting says
_PERSONAL = re.compile(r"\b(5\.[12]\.\d+|4\.1\.\d+|4\.2\.[1-9]\d*)\b")
_DOT = re.compile(rb"^\.", re.MULTILINE)


class RecipientRefused(Exception):
    """The relay does not accept mail for this recipient; the message says why."""


class Unclear(Exception):
    """The relay refuses this recipient, and does not say whether it would refuse everybody.

    Attributes:
        is_temporary: Whether the relay may accept this recipient later.
    """

    def __init__(self, words: str, *, is_temporary: bool) -> None:
        self.is_temporary = is_temporary
        super().__init__(words)


class Closing(NotAccepted):
    """The relay closes the connection; it accepted nothing of the current message."""


@dataclass(frozen=True)
class Relay:
    """The server that mail is handed to.

    Attributes:
        security: `starttls` and `tls` verify the certificate and never fall back to anything less.
        password: Returns the password; None: no authentication.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class SmtpConnection:
    """
    An open, authenticated connection.

    Args:
        until: When it must be open, on the clock of `time.monotonic`.

    Raises:
        NotAccepted: The relay can't be reached, or is busy.
        Refused: The relay's certificate is invalid, it offers no TLS or login, or it refuses the password.
    """

    def __init__(self, relay: Relay, tls: ssl.SSLContext, until: float) -> None:
        self.carried = 0
        self._relay = relay
        try:
            self._smtp = _opened(relay, tls, until)
        except ssl.SSLCertVerificationError as fault:
            raise Refused(f"the certificate of {relay} is not valid for {relay.host}: {fault.verify_message}") from None
        except smtplib.SMTPNotSupportedError:
            raise Refused(f"{relay} does not offer TLS or login: check smtp.security and smtp.port") from None
        except smtplib.SMTPAuthenticationError as fault:
            raise _refused(relay, fault, "login", "check smtp.username and password") from None
        except smtplib.SMTPResponseException as fault:
            raise _refused(relay, fault, "connection", "check smtp") from None
        except (OSError, UnicodeError, smtplib.SMTPException) as fault:
            raise NotAccepted(f"the relay {relay} can't be reached: {fault_text(fault)}") from None

    def ask(self, sender: str, recipient: str, until: float) -> None:
        """
        Ask whether the relay accepts a message for *recipient*; nothing goes out yet.

        Args:
            until: When it must have answered, and be ready for the message.

        Raises:
            RecipientRefused: It refuses this recipient; it may accept others.
            Unclear: It refuses this recipient, and may refuse everybody.
            Closing: The connection can no longer be used.
            NotAccepted, Refused: It accepts nothing from this machine.
        """
        self._smtp.until(until)
        with self._unbroken():
            code, said = self._smtp.mail(sender)
            if not 200 <= code < 300:  # noqa: PLR2004
                raise self._refusal(code, said, "the sender")
            code, said = self._smtp.rcpt(recipient)
            if not 200 <= code < 300:  # noqa: PLR2004
                raise self._about_recipient(code, said)

    def deliver(self, message: EmailMessage, until: float) -> None:
        """
        Hand over *message* for the recipient of the last `ask`. It goes out only if `ask` left enough time.

        Args:
            until: When the relay's answer to the message must have arrived.

        Raises:
            RecipientRefused: The relay refuses this recipient; it may accept others.
            Closing: The connection can no longer be used; nothing was accepted.
            NotAccepted, Refused: Nothing was accepted.
            InDoubt: The message went out and no clear answer came.
        """
        content = _DOT.sub(b"..", message.as_bytes())
        with self._unbroken():
            code, said = self._smtp.docmd("DATA")
            if code != _GO_ON:
                raise self._refusal(code, said, "the message")
        self._smtp.until(until)
        self._message(content)
        self.carried += 1

    def close(self) -> None:
        """Close the connection, with QUIT if the relay still answers within a second."""
        try:
            self._smtp.until(time.monotonic() + 1)
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()

    @contextlib.contextmanager
    def _unbroken(self) -> Iterator[None]:
        try:
            yield
        except (OSError, smtplib.SMTPException) as fault:
            raise Closing(f"the connection to the relay {self._relay} ended: {fault_text(fault)}") from None

    def _message(self, content: bytes) -> None:
        try:
            self._smtp.send(content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
            code, said = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self._smtp.close()
            raise InDoubt(f"the relay {self._relay} gave no clear answer: {fault_text(fault)}") from None
        if 400 <= code < 600:  # noqa: PLR2004
            if _is_personal(code, said):  # the message has no other recipient
                raise RecipientRefused(_answer(code, said))
            raise self._refusal(code, said, "the message")
        if not 200 <= code < 300:  # noqa: PLR2004
            self._smtp.close()
            raise InDoubt(f"the relay {self._relay} gave no clear answer: {_answer(code, said)}")

    def _about_recipient(self, code: int, said: bytes) -> Exception:
        if not 400 <= code < 600 or code in _OURS or _ours(said):  # noqa: PLR2004
            return self._refusal(code, said, "a recipient")
        self._smtp.rset()
        words = _answer(code, said)
        if _is_personal(code, said):
            return RecipientRefused(words)
        return Unclear(words, is_temporary=code < 500)  # noqa: PLR2004

    def _refusal(self, code: int, said: bytes, what: str) -> NotAccepted:
        words = f"the relay {self._relay} refused {what}: {_answer(code, said)}"
        if code == _CLOSING:
            self._smtp.close()
            return Closing(words)
        return Refused(words) if code >= 500 else NotAccepted(words)  # noqa: PLR2004


def _answer(code: int, said: bytes | str) -> str:
    return f"{code} {redacted(said)}".strip() if code > 0 else "not an SMTP response"  # smtplib's -1


def _ours(said: bytes) -> bool:
    text = said.decode("utf-8", "replace")
    return bool(_SENDER.search(text) or _SYSTEM.search(text))


def _is_personal(code: int, said: bytes) -> bool:
    """Whether the answer says that the recipient's address or mailbox is the problem."""
    return code not in _OURS and not _ours(said) and bool(_PERSONAL.search(said.decode("utf-8", "replace")))


class _Client(smtplib.SMTP):
    """smtplib's commands over sockets that keep to a deadline."""

    def __init__(self, relay: Relay, tls: ssl.SSLContext, until: float) -> None:
        self._relay = relay
        self._tls = tls
        self._until = until
        super().__init__(relay.host, relay.port)

    def until(self, moment: float) -> None:
        sock = self.sock
        if isinstance(sock, TimedSocket | TimedTlsSocket):
            sock.until = moment

    def starttls(self) -> None:  # type: ignore[override]
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError
        code, said = self.docmd("STARTTLS")
        if code != 220:  # noqa: PLR2004
            raise smtplib.SMTPResponseException(code, said)
        assert isinstance(self.sock, TimedSocket)
        self.sock = secure(self.sock, self._relay.host, self._tls)
        self.file = None
        self.helo_resp = None  # RFC 3207, 4.2: discard what the server said before
        self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        plain = connect(host, port, until=self._until, patience=float("inf"))
        return secure(plain, host, self._tls) if self._relay.security == "tls" else plain


def _opened(relay: Relay, tls: ssl.SSLContext, until: float) -> _Client:
    client = _Client(relay, tls, until)
    try:
        client.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            client.starttls()
            client.ehlo()
        if relay.password is not None:
            _log_in(client, relay.username or "", relay.password())
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: _Client, username: str, password: str) -> None:
    try:
        client.login(username, password)
    except UnicodeError:  # its message contains the password
        raise Refused("an SMTP login is ASCII only: check smtp.username and password") from None


def _refused(relay: Relay, fault: smtplib.SMTPResponseException, what: str, remedy: str) -> NotAccepted:
    code = fault.smtp_code
    words = f"the relay {relay} refused the {what}: {_answer(code, fault.smtp_error)}"
    return Refused(f"{words}: {remedy}") if code >= 500 else NotAccepted(words)  # noqa: PLR2004
