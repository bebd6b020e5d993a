"""Rules for single values. A value that breaks one raises ValueError with what to do.

The messages never repeat the value: it may be a secret that landed in the wrong variable.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator

from newsletter.errors import nearest
from newsletter.model.zone import is_zone, known_zones

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FONTS = re.compile(r"[\w ,'.-]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")
ENGAGEMENT = ("off", "totals", "personal")
ENGINES = ("inline", "procrastinate")
LOG_FORMATS = ("logfmt", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")
SLUG = re.compile(r"[a-z][a-z0-9_]{0,62}")


def text(value: str) -> str:
    """One line or several, not empty, without control characters."""
    value = value.strip()
    if not value:
        raise ValueError("is empty. Give it a value or take the line out.")
    if _CONTROL.search(value):
        raise ValueError("has a control character in it. Type it anew.")
    return value


def line(value: str) -> str:
    """Text without a line break or tab."""
    value = text(value)
    if "\n" in value or "\t" in value:
        raise ValueError("must be one line.")
    return value


def campaign(value: str) -> str:
    """One line in which `{number}` and `{slug}` stand for an issue's."""
    value = line(value)
    if re.search(r"[{}]", re.sub(r"\{(number|slug)\}", "", value)):
        raise ValueError("has braces in it that mean nothing. Write {number} or {slug}.")
    return value


def email(value: str) -> str:
    """An address as RFC 5321 has it; its domain is not asked for."""
    try:
        checked = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("is not an e-mail address. Write it as name@example.com.") from None
    return checked.normalized


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a web address.") from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.hostname or ""):
        raise ValueError("is not a web address. Write it as https://news.example.com.")
    if not value.isascii() or re.search(r"[\s\"'<>\\{}]", value):
        raise ValueError("has a character that a web address can not have.")
    if "@" in parts.netloc:
        raise ValueError("must not hold a name or password.")
    return parts


def base_url(value: str) -> str:
    """An http or https address that others are built from; the slash at its end goes."""
    parts = _split(value)
    if parts.query or parts.fragment:
        raise ValueError("must end with the host or a path: no `?` and no `#`.")
    return value.rstrip("/")


def guarded_url(value: str) -> str:
    """As `base_url`, and https unless it stays on this machine: a key goes there."""
    parts = _split(value)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https: a key is sent there. Plain http is for loopback only.")
    return base_url(value)


def hook(value: str) -> str:
    """An address to post to: https, or http on loopback; the path may be a secret."""
    parts = _split(value)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https. Plain http is for loopback only.")
    if parts.fragment:
        raise ValueError("must not have a `#`.")
    return value


def link(value: str) -> str:
    """A complete https address."""
    if _split(value).scheme != "https":
        raise ValueError("must be an https address.")
    return value


def zone(value: str) -> str:
    """An IANA time zone."""
    if not is_zone(value):
        near = nearest(value, known_zones())
        hint = near if near.startswith("Did") else "Write one like Europe/Berlin."
        raise ValueError(f"is not a time zone. {hint}")
    return value


def colour(value: str) -> str:
    """`#rrggbb`, made lower case."""
    if not _COLOUR.fullmatch(value):
        raise ValueError("is not a colour. Write it as #rrggbb, like #8a3f4d.")
    return value.lower()


def fonts(value: str) -> str:
    """A CSS font stack; it lands in attributes, so no double quotes."""
    if not _FONTS.fullmatch(value):
        raise ValueError("is not a list of fonts. Use letters, commas and single quotes.")
    return value


def host(value: str) -> str:
    """A host's name or address."""
    if not _HOST.fullmatch(value):
        raise ValueError("is not a host's name. Write it as smtp.example.com.")
    return value


def origin(value: str) -> str:
    """Scheme, host and port of another site, as browsers name it (RFC 6454, section 7)."""
    parts = _split(value.rstrip("/"))
    if parts.path or parts.query or parts.fragment:
        raise ValueError("must be a site without a path. Write it as https://shop.example.")
    return f"{parts.scheme}://{parts.netloc}".lower()


def network(value: str) -> str:
    """An address or network of proxies: `10.0.0.0/8`."""
    try:
        return str(ip_network(value.strip(), strict=False))
    except ValueError:
        raise ValueError("is no address or network. Write it as 10.0.0.0/8.") from None


def engagement(value: str) -> str:
    """How much is kept of who opens and clicks."""
    if value not in ENGAGEMENT:
        hint = nearest(value, ENGAGEMENT)
        raise ValueError(f"must be one of {', '.join(ENGAGEMENT)}. {hint}")
    return value


def engine(value: str) -> str:
    """Who sends: this process or workers."""
    if value not in ENGINES:
        hint = nearest(value, ENGINES)
        raise ValueError(f"must be {' or '.join(ENGINES)}. {hint}")
    return value


def log_format(value: str) -> str:
    """How a line of the log is written."""
    if value not in LOG_FORMATS:
        hint = nearest(value, LOG_FORMATS)
        raise ValueError(f"must be {' or '.join(LOG_FORMATS)}. {hint}")
    return value


def log_level(value: str) -> str:
    """From which level on there is a line."""
    if value not in LOG_LEVELS:
        hint = nearest(value, LOG_LEVELS)
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}. {hint}")
    return value


def split_commas(value: Any) -> Any:
    """The environment has no lists: `a, b` is one."""
    return [part.strip() for part in value.split(",") if part.strip()] if _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


Engagement = Annotated[str, AfterValidator(engagement)]
EngineName = Annotated[str, AfterValidator(engine)]
LogFormat = Annotated[str, AfterValidator(log_format)]
LogLevel = Annotated[str, AfterValidator(log_level)]
Text = Annotated[str, AfterValidator(text)]
Campaign = Annotated[str, AfterValidator(campaign)]
Line = Annotated[str, AfterValidator(line)]
Email = Annotated[str, AfterValidator(email)]
Emails = Annotated[tuple[Email, ...], BeforeValidator(split_commas)]
Origin = Annotated[str, AfterValidator(origin)]
Origins = Annotated[tuple[Origin, ...], BeforeValidator(split_commas)]
Network = Annotated[str, AfterValidator(network)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(split_commas)]
BaseUrl = Annotated[str, AfterValidator(base_url)]
Hook = Annotated[str, AfterValidator(hook)]
Hooks = Annotated[tuple[Hook, ...], BeforeValidator(split_commas)]
Link = Annotated[str, AfterValidator(link)]
Zone = Annotated[str, AfterValidator(zone)]
Colour = Annotated[str, AfterValidator(colour)]
Fonts = Annotated[str, AfterValidator(fonts)]
Host = Annotated[str, AfterValidator(host)]
Choices = Annotated[tuple[Line, ...], BeforeValidator(split_commas)]
