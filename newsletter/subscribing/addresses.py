"""Addresses of readers: read, compared, hidden and hashed."""

from __future__ import annotations

from hashlib import blake2b

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import UsageError
from newsletter.subscribing.plain_addresses import is_plain
from newsletter.tokens import Signer

_LONGEST = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})
_HASH_BYTES = 16
_USE = "address"


def normalise(email: str) -> str:
    """An address in the one form in which it is stored and compared.

    Lower case throughout: no provider of this century tells `Ann@` from `ann@`, but a list with
    both would mail one person twice. The domain is Unicode (RFC 5891), in NFC. Nothing is looked
    up in DNS. Addresses under `.test` pass (RFC 6761, 6.2): the sandbox's readers live there.

    Raises:
        UsageError: it is no address that mail can be sent to; says why.
    """
    text = email.strip()
    if is_plain(text):
        return text.lower()
    if not text:
        raise UsageError("Type your e-mail address.")
    if len(text) > _LONGEST or not text.isprintable():
        raise UsageError("This is not an e-mail address. Check it for typing mistakes.")
    try:
        checked = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError) as problem:
        raise UsageError(f"This is not an e-mail address: {problem}") from None
    address = checked.normalized.lower()
    if len(address) > _LONGEST or "." not in address.rpartition("@")[2]:
        raise UsageError("This is not an e-mail address. Check it for typing mistakes.")
    return address


def mailbox_of(email: str) -> str:
    """The mailbox that addresses of many spellings lead to; only for counting mails.

    `ann+1@` and `ann+2@` are one person's at most providers, `a.n.n@gmail.com` too. Whoever has
    a mailbox with a plus of its own loses nothing but a few mails a day.
    """
    local, _, domain = email.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def masked(email: str) -> str:
    """`ann.smith@example.com` as `a•••@e•••.com`, for a page that others may look at."""
    local, at, domain = email.rpartition("@")
    if not at:
        return ""
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{(name or ending)[:1]}•••{dot}{ending if name else ''}"


class AddressHashes:
    """Keyed hashes of addresses: they tell nothing to whoever has the database alone.

    Args:
        signer: lends its keys; a retired key still finds what was hashed with it.
    """

    def __init__(self, signer: Signer) -> None:
        self._keys = signer.derived(_USE)

    def of(self, email: str) -> str:
        """The hash to write; 32 hexadecimal characters."""
        return _hash(self._keys[0], email)

    def every(self, email: str) -> tuple[str, ...]:
        """The hashes to look for: one for each key that was ever in use."""
        return tuple(_hash(key, email) for key in self._keys)

    def of_mailbox(self, email: str) -> str:
        """The hash of the mailbox behind an address; see `mailbox_of`."""
        return _hash(self._keys[0], f"mailbox:{mailbox_of(email)}")

    def for_log(self, email: str) -> str:
        """A short name for an address in logs: the same address has the same one."""
        return self.of(email)[:12]


def _hash(key: bytes, text: str) -> str:
    return blake2b(text.encode(), key=key, digest_size=_HASH_BYTES).hexdigest()
