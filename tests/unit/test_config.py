"""Settings: where they come from, which one wins, what is kept secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.config import (
    Settings,
    find_site,
    load_settings,
    make_secret_key,
    secret_key_file,
)
from newsletter.errors import ContentError, NotFound
from newsletter.model.audience import Audience
from newsletter.model.brake import BrakeLimits
from tests.factories import TOML, make_site, write_site

SECRET = "x7" * 20
FULL = """
[interests.tips]
label = "Tips"
line = "Small things."

[attributes.visits]
label = "Visits"

[theme]
logo = "drop.png"

[theme.colours]
accent = "#AABBCC"

[theme.social]
YouTube = "https://example.com/y"

[dispatch]
timezone = "Europe/Berlin"
canary = 10
readers_per_hour = 5000
warm_up = [500, 1000]
late_limit = 2.5

[notify]
emails = ["a@news.test"]
urls = ["https://hooks.test/T0/s3cr3t?x=1", "http://127.0.0.1:8080/hook"]

[brakes]
bounced = 0.04
from = 500
canary_wait_minutes = 5

[smtp]
host = "smtp.news.test"
username = "letters"
"""


def read(root: Path, **environ: str) -> Settings:
    return load_settings(write_site(root), environ)


def problems(root: Path, toml: str = TOML, **environ: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_settings(write_site(root, {"newsletter.toml": toml}), environ)
    return [str(problem) for problem in caught.value.problems]


def test_every_setting_of_the_file_arrives(tmp_path: Path) -> None:
    """What the file says is what the program gets, as values."""
    found = load_settings(write_site(tmp_path, {"newsletter.toml": TOML + FULL}), {})
    site = found.site
    assert site.root == tmp_path.resolve()
    assert (site.name, site.sender.email) == ("Test Letter", "letters@news.test")
    assert site.subscriber_fields == ("email", "first_name", "clinic", "visits")
    assert [interest.slug for interest in site.interests] == ["tips"]
    assert site.audiences["berlin"] == Audience("", attributes=(("clinic", ("berlin",)),))
    assert (site.theme.logo, site.theme.social) == (
        "drop.png",
        (("YouTube", "https://example.com/y"),),
    )
    assert (site.dispatch.timezone, site.dispatch.canary) == ("Europe/Berlin", 10)
    assert (site.dispatch.readers_per_hour, site.dispatch.late_limit) == (5000, 2.5)
    assert site.dispatch.warm_up == (500, 1000)
    assert found.notify.emails == ("a@news.test",)
    assert found.notify.urls[0] == "https://hooks.test/T0/s3cr3t?x=1"
    assert "s3cr3t" not in repr(found)
    assert found.brakes == BrakeLimits(bounced=0.04, start=500, canary_wait_minutes=5)
    assert (found.smtp.host, found.smtp.port, found.smtp.starttls) == ("smtp.news.test", 587, True)


def test_what_is_left_out_has_a_good_default(tmp_path: Path) -> None:
    """A file with [site] and [sender] is enough."""
    found = read(tmp_path)
    assert [interest.slug for interest in found.site.interests] == ["resources", "tips", "news"]
    assert found.site.images_url == "https://news.test/media"
    assert found.database_url == f"sqlite:///{tmp_path.resolve()}/var/newsletter.db"
    assert found.sendgrid_url == "https://api.sendgrid.com"
    assert found.sendgrid_api_key.get_secret_value() == ""
    assert (found.secret_keys, found.webhook_keys, found.smtp.host) == ((), (), "")
    assert found.site.dispatch.timezone == "UTC"


def test_a_colour_of_the_file_stands_beside_the_other_defaults(tmp_path: Path) -> None:
    """A site may name one colour; templates find all of them."""
    ours = load_settings(write_site(tmp_path / "a", {"newsletter.toml": TOML + FULL}), {})
    default = read(tmp_path / "b").site.theme.colours
    assert ours.site.theme.colours["accent"] == "#aabbcc"
    assert dict(ours.site.theme.colours) | {"accent": ""} == dict(default) | {"accent": ""}


def test_the_repository_names_no_colour_that_has_no_default() -> None:
    """The starter's palette and the defaults have the same names."""
    root = Path(__file__).parents[2]
    named = load_settings(root, {}).site.theme
    assert named.colours.keys() == _default_names()


def _default_names() -> set[str]:
    from newsletter.config.schema import COLOURS

    return set(COLOURS)


def test_variables_beat_the_env_file_which_beats_the_file(tmp_path: Path) -> None:
    """The nearest to the running program wins."""
    root = write_site(
        tmp_path, {".env": "NEWSLETTER_SENDER__NAME=Env\nNEWSLETTER_SITE__NAME='Env too'\n"}
    )
    found = load_settings(root, {"NEWSLETTER_SENDER__NAME": "Variable"}).site
    assert (found.sender.name, found.name) == ("Variable", "Env too")
    assert found.sender.email == "letters@news.test"


@pytest.mark.parametrize(
    ("name", "value", "where", "expected"),
    [
        ("NEWSLETTER_PUBLIC_URL", "https://a.test/news/", "public_url", "https://a.test/news"),
        ("NEWSLETTER_PUBLIC_URL", "https://a.test", "images_url", "https://a.test/media"),
        ("NEWSLETTER_SITE__IMAGES_URL", "https://cdn.test/", "images_url", "https://cdn.test"),
        ("NEWSLETTER_DISPATCH__CANARY", "12", "dispatch.canary", 12),
        ("NEWSLETTER_DISPATCH__LATE_LIMIT", "1.5", "dispatch.late_limit", 1.5),
        ("NEWSLETTER_DISPATCH__WARM_UP", "500,1000", "dispatch.warm_up", (500, 1000)),
        ("NEWSLETTER_THEME__FONTS__BODY", "Arial, sans-serif", "theme.fonts", None),
    ],
)
def test_every_setting_can_come_from_a_variable(
    name: str, value: str, where: str, expected: object, tmp_path: Path
) -> None:
    """`NEWSLETTER_<SECTION>__<KEY>` stands in for a line of the file."""
    found: object = read(tmp_path, **{name: value}).site
    for part in where.split("."):
        found = getattr(found, part)
    if expected is None:
        assert dict(found)["body"] == value  # type: ignore[call-overload]
    else:
        assert found == expected


def test_lists_can_come_from_a_variable(tmp_path: Path) -> None:
    """A list is written with commas, or as TOML writes it."""
    found = read(
        tmp_path,
        NEWSLETTER_NOTIFY__EMAILS="a@news.test, b@news.test",
        NEWSLETTER_ATTRIBUTES__CLINIC__CHOICES='["berlin", "bonn"]',
    )
    assert found.notify.emails == ("a@news.test", "b@news.test")
    assert found.site.attributes[0].choices == ("berlin", "bonn")


def test_a_warm_up_has_readers_on_every_day(tmp_path: Path) -> None:
    """A day of nobody would never end: the ramp counts only days on which the site sends."""
    (told,) = problems(tmp_path, TOML + "\n[dispatch]\nwarm_up = [500, 0]\n")
    assert told.endswith("dispatch.warm_up must be at least 1.")


def test_no_secret_shows_in_any_text_of_the_settings(tmp_path: Path) -> None:
    """Settings can be logged: keys and passwords are masked."""
    secret_key = "k" * 40
    found = read(
        tmp_path,
        SENDGRID_API_KEY=SECRET,
        NEWSLETTER_SECRET_KEYS=secret_key,
        NEWSLETTER_SMTP__PASSWORD="p4ssw0rd-p4ss",
        DATABASE_URL="postgresql://me:p4ssw0rd-db@127.0.0.1/x",
    )
    for text in (repr(found), str(found)):
        for secret in (SECRET, secret_key, "p4ssw0rd-p4ss", "p4ssw0rd-db"):
            assert secret not in text
    assert found.sendgrid_api_key.get_secret_value() == SECRET
    assert found.secret_keys[0].get_secret_value() == secret_key
    assert found.smtp.password.get_secret_value() == "p4ssw0rd-p4ss"
    assert found.database_url == "postgresql+psycopg://me:p4ssw0rd-db@127.0.0.1/x"


@pytest.mark.parametrize(
    "name",
    [
        "SENDGRID_URL",
        "SENDGRID_WEBHOOK_KEYS",
        "DATABASE_URL",
        "NEWSLETTER_SECRET_KEYS",
        "NEWSLETTER_PUBLIC_URL",
        "NEWSLETTER_SENDER__EMAIL",
        "NEWSLETTER_DISPATCH__TIMEZONE",
        "NEWSLETTER_DISPATCH__CANARY",
        "NEWSLETTER_DISPATCH__WARM_UP",
        "NEWSLETTER_THEME__COLOURS__ACCENT",
        "NEWSLETTER_SMTP__PORT",
    ],
)
def test_a_bad_variable_is_named_and_its_value_is_not_shown(name: str, tmp_path: Path) -> None:
    """A secret that landed in the wrong variable stays a secret."""
    (told,) = problems(tmp_path, **{name: "s3cr3t value"})
    assert told.startswith(f"environment: {name} ")
    assert "s3cr3t" not in told


def test_a_bad_key_for_sendgrid_is_not_shown(tmp_path: Path) -> None:
    """A key with a line break in it would reach into the request's header."""
    (told,) = problems(tmp_path, SENDGRID_API_KEY="SG.s3cr3t\nX-Header: a")
    assert told.startswith("environment: SENDGRID_API_KEY must be one word")
    assert "s3cr3t" not in told


def test_a_bad_line_of_the_env_file_is_named(tmp_path: Path) -> None:
    """What comes from `.env` is told at its line there."""
    write_site(tmp_path, {".env": "A=1\n\nNEWSLETTER_SENDER__EMAIL=nobody\n"})
    (told,) = problems(tmp_path)
    assert told.startswith(".env:3: NEWSLETTER_SENDER__EMAIL is not an e-mail address")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("NEWSLETTER_SENDR__NAME", 'Did you mean "sender"?'),
        ("NEWSLETTER_SENDER__NMAE", 'Did you mean "name"?'),
        ("NEWSLETTER_SITE__NAME__FIRST", "names no setting"),
        ("NEWSLETTER_PUBLIC_URI", 'Did you mean "NEWSLETTER_PUBLIC_URL"?'),
    ],
)
def test_a_variable_that_names_no_setting_is_told(name: str, says: str, tmp_path: Path) -> None:
    """A slip in a variable's name does not go unnoticed."""
    (told,) = problems(tmp_path, **{name: "x"})
    assert told.startswith(f"environment: {name} ")
    assert says in told


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.eu.sendgrid.com", True),
        ("http://127.0.0.1:8701", True),
        ("http://localhost:8701/", True),
        ("http://[::1]:8701", True),
        ("http://api.sendgrid.com", False),
        ("http://127.0.0.1.evil.test", False),
        ("http://127.0.0.1@evil.test", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_the_key_never_goes_over_plain_http_but_to_loopback(
    url: str, allowed: bool, tmp_path: Path
) -> None:
    """SENDGRID_URL is https, or this very machine."""
    if allowed:
        assert read(tmp_path, SENDGRID_URL=url).sendgrid_url == url.rstrip("/")
    else:
        assert problems(tmp_path, SENDGRID_URL=url)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[notify]\nurls = ["http://hooks.test/s3cr3t"]', ":18: notify.urls must be https."),
        (
            '[notify]\nurl = "https://hooks.test"',
            ':18: notify.url is no setting. Did you mean "urls"',
        ),
        ("[brakes]\nbounced = 0", ":18: brakes.bounced must be more than 0"),
        ("[brakes]\nbounced = 5", ":18: brakes.bounced must be at most 1"),
        ("[brakes]\nfrom = 0", ":18: brakes.from must be at least 1."),
        ("[brakes]\nform = 10", ':18: brakes.form is no setting. Did you mean "from"?'),
        (
            "[brakes]\ncanary_wait_minutes = -1",
            ":18: brakes.canary_wait_minutes must be at least 0",
        ),
    ],
)
def test_brakes_and_notices_are_checked(lines: str, told: str, tmp_path: Path) -> None:
    """What is wrong, at its line; an address that may be a secret is not repeated."""
    [found] = problems(tmp_path, f"{TOML}\n{lines}\n")
    assert found.startswith(f"newsletter.toml{told}")
    assert "s3cr3t" not in found


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Whoever mends the settings sees the whole list, in the order of its lines."""
    toml = TOML.replace("https://news.test", "news").replace("letters@", "").replace("{ cl", "{ kl")
    told = problems(tmp_path, toml + "\n[dispach]\n", NEWSLETTER_SECRET_KEYS="short")
    places = [line.split(": ")[0] for line in told]
    assert places == ["environment", *(f"newsletter.toml:{line}" for line in (3, 7, 15, 17))]


def test_both_sections_without_which_there_is_no_letter_are_asked_for(tmp_path: Path) -> None:
    """An empty file is told what it needs."""
    told = problems(tmp_path, "")
    assert told == [
        "newsletter.toml: sender is missing. Add [sender] with name, email, postal_address.",
        "newsletter.toml: site is missing. Add [site] with name, public_url.",
    ]


@pytest.mark.parametrize("slug", ["tags", "email", "not", "First", "a-b", "everyone"])
def test_an_attribute_can_not_take_a_name_with_a_meaning(slug: str, tmp_path: Path) -> None:
    """Merge fields and audiences must stay unambiguous."""
    (told,) = problems(tmp_path, TOML + f'\n[attributes.{slug}]\nlabel = "A"\n')
    assert f"attributes.{slug} is " in told


def test_several_secret_keys_keep_their_order(tmp_path: Path) -> None:
    """The first key signs; retired ones follow and still verify."""
    new, old = "n" * 32, "o" * 64
    found = read(tmp_path, NEWSLETTER_SECRET_KEYS=f"{new}, {old}")
    assert [key.get_secret_value() for key in found.secret_keys] == [new, old]


def test_a_made_key_is_private_stays_and_is_read(tmp_path: Path) -> None:
    """The site makes its key once; nobody else on the machine can read it."""
    root = write_site(tmp_path)
    made = make_secret_key(root)
    assert stat.S_IMODE(secret_key_file(root).stat().st_mode) == 0o600
    assert make_secret_key(root) == made
    assert load_settings(root, {}).secret_keys == (made,)
    assert [path.name for path in (root / "var").iterdir()] == ["secret.key"]


def test_a_damaged_key_file_is_told_and_not_replaced(tmp_path: Path) -> None:
    """A new key would break every unsubscribe link ever sent."""
    write_site(tmp_path, {"var/secret.key": "\n"})
    (told,) = problems(tmp_path)
    assert told.startswith("var/secret.key: It holds no key. Take it from a backup")
    with pytest.raises(ContentError, match=r"var/secret\.key"):
        make_secret_key(tmp_path)


def test_the_site_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    """Commands work wherever in the site they are run."""
    root = write_site(tmp_path / "site")
    assert find_site(root / "issues" / "media", {}) == root.resolve()


def test_a_chosen_site_beats_the_variable_which_beats_the_folder(tmp_path: Path) -> None:
    """`--site`, then NEWSLETTER_SITE, then upward."""
    one, two, three = (write_site(tmp_path / name) for name in ("one", "two", "three"))
    environ = {"NEWSLETTER_SITE": str(two)}
    assert find_site(one, environ, three) == three
    assert find_site(one, environ) == two
    assert find_site(one, {}) == one


@pytest.mark.parametrize(
    ("environ", "chosen", "says"),
    [
        ({}, None, "newsletter init"),
        ({"NEWSLETTER_SITE": "nowhere"}, None, "NEWSLETTER_SITE names"),
        ({}, Path("nowhere"), "--site names"),
    ],
)
def test_a_site_that_is_not_there_is_told(
    environ: dict[str, str], chosen: Path | None, says: str, tmp_path: Path
) -> None:
    """The message says who named the folder, or how to make one."""
    with pytest.raises(NotFound, match=says):
        find_site(tmp_path, environ, chosen)


LINES = st.sampled_from(
    [
        *("[site]", "[sender]", "[theme]", "[theme.colours]", "[audiences]", "[[site]]", "[a.b"),
        *('name = "x"', "name = 1", 'public_url = "https://["', "public_url = []", "[interests]"),
        *('email = "a@b"', "tips = 1", "x = {clinic = 1}", "x = {not = {}}", 'logo = "/"', "["),
        *('"" = 1', "not = 2020-01-01", "canary = 1e400", "canary = 99999999999999999999", '"""'),
    ]
)


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(lines=st.lists(LINES | st.text(max_size=8), max_size=12))
def test_any_settings_load_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """No file raises anything but ContentError."""
    text = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    root = tmp_path_factory.getbasetemp() / "any"
    try:
        make_site(root, {"newsletter.toml": text})
    except ContentError as refused:
        told = refused.problems
    else:
        told = ()
    assert all(problem.message for problem in told)


def test_the_web_section_is_read(tmp_path: Path) -> None:
    """Origins and proxies are read from the file and from variables, and checked."""
    make_site(tmp_path, {"newsletter.toml": TOML + '\n[web]\norigins = ["https://Shop.test/"]\n'})
    settings = load_settings(tmp_path, {"NEWSLETTER_WEB__PROXIES": "10.0.0.1, 192.168.0.0/16"})
    assert settings.web.origins == ("https://shop.test",)
    assert settings.web.proxies == ("10.0.0.1/32", "192.168.0.0/16")
    for name, value in (("ORIGINS", "https://a.test/path"), ("PROXIES", "everyone")):
        with pytest.raises(ContentError, match=f"NEWSLETTER_WEB__{name}"):
            load_settings(tmp_path, {f"NEWSLETTER_WEB__{name}": value})
