"""Reads every setting once and tells all that is wrong at once."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import SecretStr

from newsletter.config import rules, schema
from newsletter.config.overrides import METRICS_TOKEN, SECRET, apply_overrides
from newsletter.config.secret_keys import RULE, read_secret_keys, split_secret_keys
from newsletter.config.settings import (
    SENDGRID_URL,
    FeedbackSettings,
    LogSettings,
    NotifySettings,
    Settings,
    SmtpSettings,
    StudioSettings,
    WebSettings,
)
from newsletter.config.site import SiteReader
from newsletter.config.sources import Sources, read_sources
from newsletter.errors import ContentError, Problem
from newsletter.model.brake import BrakeLimits

_DRIVERS = {
    "postgres://": "postgresql+psycopg://",
    "postgresql://": "postgresql+psycopg://",
    "postgresql+psycopg://": "postgresql+psycopg://",
    "sqlite://": "sqlite://",
}


def load_settings(
    root: Path, environ: Mapping[str, str], settings: bytes | None = None
) -> Settings:
    """Read `newsletter.toml`, `.env` and the environment; write nothing.

    Args:
        root: the site's folder, as `find_site` gives it.
        environ: the environment's variables; they beat `.env`, which beats the file.
        settings: what `newsletter.toml` would say, to try it before it is written.

    Raises:
        ContentError: every problem at once, each with its line or its variable's name;
            no variable's value is ever shown.
    """
    sources = read_sources(root, environ, settings)
    problems = list(apply_overrides(sources))
    reader = SiteReader(root.resolve(), sources)
    reader.problems = problems
    site, smtp, log = reader.read(), _smtp(reader), _log(reader)
    notify = reader.table("notify", schema.NotifyTable)
    web = reader.table("web", schema.WebTable)
    studio = reader.table("studio", schema.StudioTable)
    brakes = reader.table("brakes", schema.BrakesTable)
    feedback = reader.table("feedback", schema.FeedbackTable)
    outside = _Outside(root, sources, problems)
    keys, api_key = outside.secret_keys(), outside.sendgrid_api_key()
    webhook_keys, url = outside.webhook_keys(), outside.sendgrid_url()
    database_url = outside.database_url()
    if problems or site is None or smtp is None:
        raise ContentError(problems)
    if notify is None or web is None or studio is None or brakes is None or feedback is None:
        raise ContentError(problems)
    return Settings(
        site=site,
        database_url=database_url,
        sendgrid_api_key=api_key,
        sendgrid_url=url,
        webhook_keys=webhook_keys,
        secret_keys=keys,
        smtp=smtp,
        notify=NotifySettings(notify.emails, notify.urls),
        web=WebSettings(web.origins, web.proxies),
        studio=_studio(studio, site.public_url),
        brakes=BrakeLimits(**brakes.model_dump()),
        feedback=FeedbackSettings(**feedback.model_dump()),
        metrics_token=SecretStr(sources.variable(METRICS_TOKEN)),
        log=log,
    )


def _studio(table: schema.StudioTable, public_url: str) -> StudioSettings:
    return StudioSettings(table.url or public_url, table.two_people, table.type_count_above)


def _log(reader: SiteReader) -> LogSettings:
    """What `[log]` says; its problems are told with all others."""
    table = reader.table("log", schema.LogTable)
    return LogSettings(**table.model_dump()) if table else LogSettings()


def _smtp(reader: SiteReader) -> SmtpSettings | None:
    section = reader.sources.tree.get("smtp")
    if isinstance(section, dict) and "password" in section:
        section.pop("password")
        reader.problems.append(
            reader.sources.problem(("smtp", "password"), "is a secret.", f"Set {SECRET} instead.")
        )
    table = reader.table("smtp", schema.SmtpTable)
    if table is None:
        return None
    password = SecretStr(reader.sources.variable(SECRET))
    return SmtpSettings(
        table.host or "", table.port, table.username or "", password, table.starttls
    )


class _Outside:
    """The settings that come from variables only."""

    def __init__(self, root: Path, sources: Sources, problems: list[Problem]) -> None:
        self._root = root
        self._sources = sources
        self._problems = problems

    def _checked(self, name: str, rule: Callable[[str], str]) -> str:
        try:
            return rule(self._sources.variable(name))
        except ValueError as error:
            self._problems.append(self._sources.variable_problem(name, str(error)))
            return ""

    def sendgrid_api_key(self) -> SecretStr:
        key = self._sources.variable("SENDGRID_API_KEY")
        if not re.fullmatch(r"[!-~]{0,512}", key):
            message = "must be one word of ASCII, as SendGrid showed it."
            self._problems.append(self._sources.variable_problem("SENDGRID_API_KEY", message))
        return SecretStr(key)

    def sendgrid_url(self) -> str:
        if not self._sources.variable("SENDGRID_URL"):
            return SENDGRID_URL
        return self._checked("SENDGRID_URL", rules.guarded_url)

    def database_url(self) -> str:
        if not self._sources.variable("DATABASE_URL"):
            return f"sqlite:///{(self._root / 'var' / 'newsletter.db').resolve().as_posix()}"
        return self._checked("DATABASE_URL", _database_url)

    def webhook_keys(self) -> tuple[str, ...]:
        keys = rules.split_commas(self._sources.variable("SENDGRID_WEBHOOK_KEYS"))
        for place, key in enumerate(keys, start=1):
            if not _is_public_key(key):
                message = f"key {place} is no public key as SendGrid shows it: one line of base64."
                self._problems.append(
                    self._sources.variable_problem("SENDGRID_WEBHOOK_KEYS", message)
                )
        return tuple(keys)

    def secret_keys(self) -> tuple[SecretStr, ...]:
        name = "NEWSLETTER_SECRET_KEYS"
        if not self._sources.variable(name):
            return self._made_keys()
        keys = split_secret_keys(self._sources.variable(name))
        if not keys:
            self._problems.append(self._sources.variable_problem(name, RULE))
        return keys or ()

    def _made_keys(self) -> tuple[SecretStr, ...]:
        try:
            return read_secret_keys(self._root)
        except ContentError as error:
            self._problems.extend(error.problems)
            return ()


def _database_url(url: str) -> str:
    for prefix, driver in _DRIVERS.items():
        if url.startswith(prefix):
            return driver + url.removeprefix(prefix)
    raise ValueError("must begin with sqlite:/// or postgresql://.")


def _is_public_key(text: str) -> bool:
    """Whether it is base64 of the DER of a P-256 key, with which the vendor signs."""
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):  # binascii.Error is a ValueError
        return False
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
