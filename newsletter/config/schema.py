"""The sections of `newsletter.toml`: their keys, types and defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from newsletter.config import rules

SECTIONS = (
    "site",
    "sender",
    "interests",
    "attributes",
    "audiences",
    "theme",
    "dispatch",
    "notify",
    "smtp",
)

COLOURS = {
    "background": "#f4f4f2",
    "surface": "#ffffff",
    "text": "#222222",
    "muted": "#5f5f5f",
    "accent": "#1f5f8b",
    "accent_text": "#ffffff",
    "line": "#dddddd",
    "background_dark": "#141414",
    "surface_dark": "#1f1f1f",
    "text_dark": "#eeeeee",
    "muted_dark": "#b0b0b0",
    "accent_dark": "#8ec7ee",
    "accent_text_dark": "#14202a",
    "line_dark": "#3a3a3a",
}
FONTS = {
    "heading": "Georgia, 'Times New Roman', serif",
    "body": "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
}
INTERESTS = {
    "resources": ("Resources", "Guides worth keeping."),
    "tips": ("Tips", "Small things to do at home."),
    "news": ("News", "What is new."),
}

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Table(BaseModel):
    """A section; a key it does not have is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteTable(Table):
    """`[site]`."""

    name: rules.Line
    public_url: rules.BaseUrl
    images_url: rules.BaseUrl | None = None


class SenderTable(Table):
    """`[sender]`; the address must be there: CAN-SPAM 5(a)(5) wants it in every mail."""

    name: rules.Line
    email: rules.Email
    reply_to: rules.Email | None = None
    postal_address: rules.Text


class InterestTable(Table):
    """`[interests.NAME]`."""

    label: rules.Line
    line: rules.Line | None = None


class AttributeTable(Table):
    """`[attributes.NAME]`."""

    label: rules.Line
    choices: rules.Choices = ()
    ask: bool = False


class ThemeTable(Table):
    """`[theme]`."""

    colours: dict[str, rules.Colour] = Field(default_factory=dict)
    fonts: dict[str, rules.Fonts] = Field(default_factory=dict)
    logo: rules.Line | None = None
    logo_dark: rules.Line | None = None
    social: dict[str, rules.Link] = Field(default_factory=dict)


class DispatchTable(Table):
    """`[dispatch]`: readers and hours."""

    timezone: rules.Zone = "UTC"
    canary: Count = 0
    readers_per_hour: Count = 0
    late_limit: Annotated[float, Field(gt=0, le=8760)] = 6.0


class NotifyTable(Table):
    """`[notify]`."""

    emails: rules.Emails = ()


class SmtpTable(Table):
    """`[smtp]`; the password comes from `NEWSLETTER_SMTP__PASSWORD`."""

    host: rules.Host | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    username: rules.Line | None = None
    starttls: bool = True
