"""The sections of `newsletter.toml`: their keys, types and defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from newsletter.config import rules

SECTIONS = (
    "site",
    "sender",
    "interests",
    "attributes",
    "audiences",
    "theme",
    "utm",
    "dispatch",
    "brakes",
    "feedback",
    "web",
    "studio",
    "notify",
    "smtp",
    "log",
)

# Every name that `templates/` may use; quiet values that keep 4.5:1 on their surface.
COLOURS = {
    "background": "#f4f4f2",
    "surface": "#ffffff",
    "text": "#222222",
    "muted": "#5f5f5f",
    "accent": "#1f5f8b",
    "accent_text": "#ffffff",
    "line": "#dddddd",
    "tip_surface": "#eef4f8",
    "tip_ink": "#1f5f8b",
    "resource_surface": "#edf4ee",
    "resource_ink": "#2f5c3f",
    "news_surface": "#f8f2e2",
    "news_ink": "#6b4b0c",
    "panel": "#1c3d55",
    "panel_text": "#f3f8fb",
    "background_dark": "#141414",
    "surface_dark": "#1f1f1f",
    "text_dark": "#eeeeee",
    "muted_dark": "#b0b0b0",
    "accent_dark": "#8ec7ee",
    "accent_text_dark": "#14202a",
    "line_dark": "#3a3a3a",
    "tip_surface_dark": "#1d2a33",
    "tip_ink_dark": "#8ec7ee",
    "resource_surface_dark": "#1f2d23",
    "resource_ink_dark": "#a5d1b0",
    "news_surface_dark": "#2e2818",
    "news_ink_dark": "#e3c37f",
    "panel_dark": "#1d3a50",
    "panel_text_dark": "#eef5fa",
}
FONTS = {
    "heading": "Georgia, 'Noto Serif', 'Times New Roman', serif",
    "body": "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', Helvetica, Arial, sans-serif",
}
INTERESTS = {
    "resources": ("Resources", "Guides worth keeping."),
    "tips": ("Tips", "Small things to do at home."),
    "news": ("News", "What is new."),
}

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
# A day of nobody would never be a day on which the site sends, and so never end.
DayCounts = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1_000_000_000)], ...],
    BeforeValidator(rules.split_commas),
]


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


class UtmTable(Table):
    """`[utm]`: parameters for links of content."""

    source: rules.Line | None = None
    medium: rules.Line | None = None
    campaign: rules.Campaign | None = None


class DispatchTable(Table):
    """`[dispatch]`: readers and hours."""

    timezone: rules.Zone = "UTC"
    canary: Count = 0
    readers_per_hour: Count = 0
    warm_up: DayCounts = ()
    late_limit: Annotated[float, Field(gt=0, le=8760)] = 6.0
    engine: rules.EngineName = "inline"


Share = Annotated[float, Field(gt=0, le=1)]


class BrakesTable(Table):
    """`[brakes]`: shares of the mails at which a dispatch stops itself; 1 is never passed.

    Mails that come back: providers look into senders from 5 % on. Complaints: receivers refuse
    from 0.3 % on and ask for less than 0.1 %; as most come hours later, 0.2 % while sending is
    late enough to stop.
    """

    bounced: Share = 0.05
    complained: Share = 0.002
    rejected: Share = 0.02
    unknown: Share = 0.02
    start: Annotated[int, Field(ge=1, le=1_000_000_000, alias="from")] = 200
    canary_wait_minutes: Annotated[float, Field(ge=0, le=10_080)] = 20.0


class FeedbackTable(Table):
    """`[feedback]`: when an address is given up, what is kept, how the provider's log is asked."""

    soft_bounces: Annotated[int, Field(ge=0, le=1_000)] = 5
    soft_bounce_days: Annotated[int, Field(ge=1, le=365)] = 30
    engagement: rules.Engagement = "totals"
    resend_absent: bool = False
    log_calls_per_minute: Annotated[int, Field(ge=1, le=600)] = 6


class WebTable(Table):
    """`[web]`: whom the public side believes and answers."""

    origins: rules.Origins = ()
    proxies: rules.Networks = ()


class StudioTable(Table):
    """`[studio]`: where people work on letters, and what is asked of them."""

    url: rules.BaseUrl | None = None
    two_people: bool = False
    type_count_above: Count = 1000


class NotifyTable(Table):
    """`[notify]`."""

    emails: rules.Emails = ()
    urls: rules.Hooks = ()


class LogTable(Table):
    """`[log]`: what processes that stay tell, and how."""

    format: rules.LogFormat = "logfmt"
    level: rules.LogLevel = "info"


class SmtpTable(Table):
    """`[smtp]`; the password comes from `NEWSLETTER_SMTP__PASSWORD`."""

    host: rules.Host | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    username: rules.Line | None = None
    starttls: bool = True
