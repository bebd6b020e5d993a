"""Settings: `newsletter.toml`, `.env` and the environment, read once, secrets masked."""

from newsletter.config.finding import find_site
from newsletter.config.loading import load_settings
from newsletter.config.overrides import fixed_by_variables
from newsletter.config.secret_keys import make_secret_key, secret_key_file
from newsletter.config.settings import NotifySettings, Settings, SmtpSettings, WebSettings
from newsletter.config.starter import starter_folder

__all__ = [
    "NotifySettings",
    "Settings",
    "SmtpSettings",
    "WebSettings",
    "find_site",
    "fixed_by_variables",
    "load_settings",
    "make_secret_key",
    "secret_key_file",
    "starter_folder",
]
