"""The part of a request to SendGrid that differs for each reader, written for a whole batch at once."""

import html
from collections.abc import Callable, Mapping, Sequence

import orjson

from digest.delivery.handover import Batch, Recipient
from digest.errors import NotAccepted, Refused
from digest.issue.edition import Edition
from digest.issue.placeholders import (
    GREETING_HTML,
    GREETING_TEXT,
    PREFERENCES_HTML,
    PREFERENCES_TEXT,
    UNSUBSCRIBE_HTML,
    UNSUBSCRIBE_TEXT,
    placeholder,
    split,
)

MOST_SUBSTITUTION_BYTES = 10_000
PER_READER = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
"""Headers that differ for each reader."""

# What a placeholder becomes: a link is the same in HTML and in text, so it is sent once.
_VALUES: Mapping[str, str] = {
    GREETING_HTML: "greeting_html",
    GREETING_TEXT: "greeting",
    UNSUBSCRIBE_HTML: "unsubscribe",
    UNSUBSCRIBE_TEXT: "unsubscribe",
    PREFERENCES_HTML: "preferences",
    PREFERENCES_TEXT: "preferences",
}
_SLOT = "\ue000"  # around the name of a value in a pattern; no configuration contains it

_Columns = Mapping[str, Sequence[bytes]]  # each value of all recipients


class Personalizations:
    """The personalizations of all requests for one edition."""

    def __init__(self, edition: Edition, *, installation: str) -> None:
        tags = {placeholder(edition.nonce, name): value for name, value in _VALUES.items()}
        # shorter than the edition's placeholders, since they are repeated for every reader; of equal length, so that
        # none is a prefix of another
        numbers = {value: number for number, value in enumerate(dict.fromkeys(tags.values()))}
        self._short = {tag: f"{edition.nonce}-{numbers[value]}" for tag, value in tags.items()}
        used = {self._short[tag]: tags[tag] for tag in tags if tag in edition.html or tag in edition.text}
        self._nonce = edition.nonce
        self._values = tuple(used.values())
        self._tag_bytes = sum(map(len, used))
        person = {
            "to": [{"email": _slot("address")}],
            "substitutions": {tag: _slot(value) for tag, value in used.items()},
            "headers": {
                name: "".join(_slot(tags[piece]) if piece in tags else piece for piece in split(value, edition.nonce))
                for name, value in edition.headers
                if name.lower() in PER_READER
            },
            "custom_args": {
                "delivery_id": _slot("delivery"),
                "attempt_id": _slot("attempt"),
                "installation": installation,
            },
        }
        pieces = orjson.dumps(person).split(_SLOT.encode())
        self._pattern = b"%b".join(piece.replace(b"%", b"%%") for piece in pieces[::2])
        self._slots = [piece.decode() for piece in pieces[1::2]]

    def shortened(self, body: str) -> str:
        """Return *body* with the short tags that `write` substitutes."""
        return "".join(self._short.get(piece, piece) for piece in split(body, self._nonce))

    def write(self, batch: Batch) -> bytes:
        """
        Write one personalization for each recipient, in the batch's order, separated by commas.

        Raises:
            NotAccepted: The personal part of some recipients is too large; `rejected` names them.
            Refused: A link contains a character that HTML escapes.
        """
        columns = _columns(batch.recipients)
        self._check_sizes(batch.recipients, columns)
        everyone = {**columns, "attempt": [b"%d" % batch.attempt_id] * len(batch.recipients)}
        rows = zip(*(everyone[slot] for slot in self._slots), strict=True)
        return b",".join([self._pattern % row for row in rows])

    def _check_sizes(self, recipients: Sequence[Recipient], columns: _Columns) -> None:
        limit = MOST_SUBSTITUTION_BYTES - self._tag_bytes
        own = [columns[value] for value in self._values]
        if sum(max(map(len, column)) for column in own) <= limit:
            return
        sizes = (sum(map(len, row)) for row in zip(*own, strict=True))
        rejected = {
            recipient.delivery_id: f"greeting and links have {size} bytes: SendGrid accepts {limit}"
            for recipient, size in zip(recipients, sizes, strict=True)
            if size > limit
        }
        if rejected:
            raise NotAccepted("greeting and links of some recipients are too large", rejected=rejected)


def _columns(recipients: Sequence[Recipient]) -> _Columns:
    """Return each value of all *recipients*, escaped for a JSON string."""
    deliveries, addresses, _, greetings, leaving, choosing = zip(*recipients, strict=True)
    plain = _inside(greetings)
    if not _same_in_html((*leaving, *choosing)):
        raise Refused("a personal link contains a character that HTML escapes: check newsletter.base_url")
    return {
        "delivery": [b"%d" % delivery for delivery in deliveries],
        "address": _inside(addresses),
        "greeting": plain,
        "greeting_html": plain if _same_in_html(greetings) else _inside(greetings, html.escape),
        "unsubscribe": _inside(leaving),
        "preferences": _inside(choosing),
    }


def _same_in_html(texts: Sequence[str]) -> bool:
    whole = "\n".join(texts)
    return html.escape(whole) == whole


def _inside(texts: Sequence[str], change: Callable[[str], str] = str) -> Sequence[bytes]:
    # all at once; if a text contains a line break, or a backslash before an n, there are more pieces than texts
    pieces = orjson.dumps(change("\n".join(texts)))[1:-1].split(b"\\n")
    return pieces if len(pieces) == len(texts) else [orjson.dumps(change(text))[1:-1] for text in texts]


def _slot(name: str) -> str:
    return f"{_SLOT}{name}{_SLOT}"
