"""Everything the program is told from outside, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from newsletter.model.brake import BrakeLimits
from newsletter.model.site import Site

SENDGRID_URL = "https://api.sendgrid.com"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server that takes issues instead of SendGrid.

    Attributes:
        host: name or address; empty means SMTP is not set up.
        port: 1 to 65535.
        username: empty means no login.
        password: from the environment only; masked.
        starttls: whether the connection must be upgraded before anything is said (RFC 3207).
    """

    host: str = ""
    port: int = 587
    username: str = ""
    password: SecretStr = field(default=SecretStr(""))
    starttls: bool = True


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """Who hears when a dispatch ends or needs a person.

    Attributes:
        emails: addresses.
        urls: what takes a POST of JSON; not in `repr`, for such an address is often a secret.
    """

    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Whom the public side believes and answers.

    Attributes:
        origins: other sites whose pages may sign readers up by the JSON API.
        proxies: addresses and networks whose `X-Forwarded-For` is believed.
    """

    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """Where people work on letters, and what is asked of them.

    Attributes:
        url: how browsers reach it, without a slash at the end; as the public pages when the
            file does not say.
        two_people: whoever wrote a letter may not be the one who approves it.
        type_count_above: from so many readers on, the number is typed before a letter goes out.
    """

    url: str = ""
    two_people: bool = False
    type_count_above: int = 1000


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """When an address is given up, and what is kept of opens and clicks.

    Attributes:
        soft_bounces: letters of one reader refused within `soft_bounce_days`; 0 means never.
        engagement: `off`, `totals` or `personal`.
        resend_absent: mail unknown readers again by itself once the provider's log has had no
            trace of them for a day.
        log_calls_per_minute: how often the provider's log is asked at most.
    """

    soft_bounces: int = 5
    soft_bounce_days: int = 30
    engagement: str = "totals"
    resend_absent: bool = False
    log_calls_per_minute: int = 6


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What processes that stay tell of their work, and how.

    Attributes:
        format: `logfmt` or `json`.
        level: from which on there is a line: `debug`, `info`, `warning` or `error`.
    """

    format: str = "logfmt"
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Settings:
    """`newsletter.toml`, `.env` and the environment, read once.

    Attributes:
        site: the letter's own settings.
        database_url: for SQLAlchemy; may hold a password, so it is not in `repr`.
        sendgrid_api_key: masked; empty means nothing goes to SendGrid.
        sendgrid_url: https, or http on loopback; no slash at the end.
        webhook_keys: SendGrid's public keys (base64 of DER), any of which may have signed.
        secret_keys: masked; the first signs, all verify. Empty when neither the environment
            nor `var/secret.key` has one yet: see `make_secret_key`.
        smtp: the other way out.
        notify: who hears of it.
        web: whom the public side believes and answers.
        studio: where people work on letters.
        brakes: from where on a dispatch stops itself.
        feedback: what events of the provider lead to.
        metrics_token: masked; who gives it may read `/metrics`. Empty: there is no such page.
        log: what processes that stay tell.
    """

    site: Site
    database_url: str = field(repr=False)
    sendgrid_api_key: SecretStr
    sendgrid_url: str
    webhook_keys: tuple[str, ...]
    secret_keys: tuple[SecretStr, ...]
    smtp: SmtpSettings
    notify: NotifySettings
    web: WebSettings = field(default_factory=WebSettings)
    studio: StudioSettings = field(default_factory=StudioSettings)
    brakes: BrakeLimits = field(default_factory=BrakeLimits)
    feedback: FeedbackSettings = field(default_factory=FeedbackSettings)
    metrics_token: SecretStr = field(default=SecretStr(""))
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must never be shown, as far as it is set."""
        named = (self.sendgrid_api_key, self.smtp.password, self.metrics_token, *self.secret_keys)
        password = urlsplit(self.database_url).password
        return tuple(filter(None, (*(each.get_secret_value() for each in named), password)))

    @property
    def var(self) -> Path:
        """The site's folder for what the program makes: database, key, builds."""
        return self.site.root / "var"
