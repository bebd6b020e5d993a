"""The body of `POST /v3/mail/send` as bytes, for a thousand readers at a time.

Byte for byte what orjson makes of `sendgrid_body.body`, without a handful of dicts a reader: the
readers' strings are escaped a column at a time and woven into what is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

import orjson

from newsletter.model.transport import Batch
from newsletter.transports.sendgrid_body import ONE_CLICK, body, shared
from newsletter.transports.wording import ascii_domain, recipient_name

Piece = bytes | list[bytes]


def ready_body(batch: Batch, *, followed: bool = True) -> bytes:
    """The request, ready to be sent; `followed` as for `sendgrid_body.body`.

    Raises:
        orjson.JSONEncodeError: a value is not valid Unicode.
    """
    if not batch.recipients or not all(reader.unsubscribe for reader in batch.recipients):
        return orjson.dumps(body(batch, followed=followed))  # a test mail: it need not be quick
    rest = orjson.dumps(shared(batch.letter, followed=followed))[1:]
    return b"".join(chain((b'{"personalizations":[',), _woven(_pieces(batch)), (b"],", rest)))


def _pieces(batch: Batch) -> list[Piece]:
    """A personalization in pieces, each the same for all readers or one for each."""
    marks, emails, names, values, links = zip(*batch.recipients, strict=True)
    tokens = [orjson.dumps(tag.token) for tag in batch.letter.merge_tags]
    begin = [b'{"to":[{"email":"', *repeat(b',{"to":[{"email":"', len(emails) - 1)]
    pieces: list[Piece] = [begin, _strings(_emails(emails))]
    pieces += [_names(names), b'"}],"substitutions":{']
    for place, (token, column) in enumerate(zip(tokens, zip(*values, strict=True), strict=True)):
        pieces += [b'%b%b:"' % (b"," if place else b"", token), _strings(column), b'"']
    pieces += [b'},"custom_args":{"nl_delivery":"', _strings(marks)]
    pieces += [b'","nl_attempt":%b},"headers":' % orjson.dumps(batch.attempt)]
    pieces += [b'{"List-Unsubscribe":"<', _strings(links)]
    pieces += [b'>","List-Unsubscribe-Post":%b}}' % orjson.dumps(ONE_CLICK)]
    return pieces


def _names(names: Sequence[str]) -> list[bytes]:
    """What follows the address: nothing for a reader without a name."""
    escaped = _strings(map(recipient_name, names))
    return [b'","name":"' + name if name else b"" for name in escaped]


def _emails(emails: Sequence[str]) -> Iterable[str]:
    """As DNS knows them; one look tells that all are, as nearly always."""
    return emails if "".join(emails).isascii() else map(ascii_domain, emails)


def _strings(column: Iterable[str]) -> list[bytes]:
    """Each string as JSON, without its quotation marks.

    One array is made of all and cut at `","`. Inside a string every quotation mark has a
    backslash before it (RFC 8259, 7), so a comma and then a bare one is never part of it.
    """
    return orjson.dumps(list(column))[2:-2].split(b'","')


def _woven(pieces: Sequence[Piece]) -> Iterable[bytes]:
    """Reader by reader; neighbours that are the same for all are one piece, so there are fewer."""
    columns: list[Iterable[bytes]] = []
    same = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            same += piece
        else:
            columns += [repeat(same), piece]
            same = b""
    columns.append(repeat(same))
    return chain.from_iterable(zip(*columns, strict=False))
