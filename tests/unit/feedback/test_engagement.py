"""Opens and clicks, as far as a site keeps them, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.feedback.agents import family_of
from newsletter.feedback.rules import Engagement, FeedbackRules
from newsletter.model.event import EventKind
from newsletter.model.site import Site
from newsletter.store.tables import delivery_event, engagement, link
from tests.factories import make_site
from tests.peers_ledger import World
from tests.unit.feedback.posting import Provider

ANN, BEN = "r00000@reader.test", "r00001@reader.test"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
MARK = "A" * 44


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose pages are at https://news.test."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def provider(world: World, site: Site) -> Provider:
    """Tells about two mails that were taken."""
    world.begin(2)
    world.run()
    return Provider.of(world, site)


def click(provider: Provider, url: str, email: str = ANN, agent: str = CHROME) -> dict[str, object]:
    return provider.event(email, "click", url=url, useragent=agent)


def test_totals_are_kept_under_a_pseudonym(provider: Provider) -> None:
    """Two opens of one reader are told from those of two, and no row says whose they are."""
    provider.tell(provider.event(ANN, "open"), provider.event(ANN, "open"))
    provider.tell(provider.event(BEN, "open"))
    kept = provider.rows(engagement)
    assert [row.is_pseudonym for row in kept] == [True] * 3
    assert len({row.who for row in kept}) == 2
    assert {row.who for row in kept}.isdisjoint({provider.row(ANN).id, provider.row(BEN).id})
    assert all(0 <= row.who < 2**63 for row in kept)
    assert provider.rows(delivery_event) == []


def test_a_site_may_keep_who_it_was(provider: Provider) -> None:
    """`personal` keeps the delivery."""
    provider.rules = FeedbackRules(engagement=Engagement.PERSONAL)
    provider.tell(provider.event(ANN, "open"))
    [row] = provider.rows(engagement)
    assert (row.who, row.is_pseudonym) == (provider.row(ANN).id, False)
    assert (row.issue_number, row.kind) == (12, EventKind.OPENED)


def test_a_site_may_keep_nothing(provider: Provider) -> None:
    """`off` writes no open, no click and no link."""
    provider.rules = FeedbackRules(engagement=Engagement.OFF)
    done = provider.tell(provider.event(ANN, "open"), click(provider, "https://example.com/a"))
    assert done.events == 2
    assert provider.rows(engagement) == provider.rows(link) == []


def test_an_open_told_twice_is_one(provider: Provider) -> None:
    """The provider's id tells, whenever it comes again."""
    event = provider.event(ANN, "open")
    provider.tell(event, event)
    provider.world.clock.move(timedelta(hours=3))
    provider.tell(event)
    assert len(provider.rows(engagement)) == 1


def test_a_link_is_counted_without_what_is_personal_in_it(provider: Provider) -> None:
    """Queries and addresses in it are dropped; pages of ours for one reader are no link at all."""
    provider.tell(
        click(provider, "https://example.com/book?mail=ann@example.com&utm_source=x"),
        click(provider, "https://EXAMPLE.com:443/book", BEN),
        click(provider, f"https://news.test/unsubscribe/{MARK}"),
        click(provider, f"https://news.test/preferences/{MARK}"),
        click(provider, f"https://news.test/view/{MARK}"),
        click(provider, "javascript:alert(1)"),
    )
    kept = provider.rows(engagement)
    assert [row.url for row in provider.rows(link)] == ["https://example.com/book"]
    assert [row.link_id is not None for row in kept] == [True, True, False, False, False, False]
    assert {row.agent for row in kept} == {"chrome"}


def test_machines_are_marked(provider: Provider) -> None:
    """What the provider calls a machine, and agents that are known to be one."""
    provider.tell(
        provider.event(ANN, "open", sg_machine_open=True),
        click(provider, "https://example.com/a", agent="Barracuda Sentinel (EE)"),
        provider.event(ANN, "open", useragent=CHROME, sg_machine_open=False),
    )
    assert [row.by_machine for row in provider.rows(engagement)] == [True, True, False]


def test_opens_of_others_are_kept_without_an_address(provider: Provider) -> None:
    """A foreign open is counted; whose it was is none of our business."""
    provider.tell(provider.event(ANN, "open", nl_delivery="ffffffff-1"))
    [row] = provider.rows(delivery_event)
    assert (row.address, row.kind) == ("", EventKind.OPENED)
    assert provider.rows(engagement) == []


AGENTS = {
    "": "",
    CHROME: "chrome",
    CHROME + " Edg/130.0": "edge",
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko)": "apple_mail",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0": "firefox",
    "Mozilla/5.0 (via ggpht.com GoogleImageProxy)": "gmail",
    "YahooMailProxy; https://help.yahoo.com": "yahoo",
    "Mozilla/4.0 (compatible; MSIE 7.0; Microsoft Outlook 16.0; ms-office; MSOffice 16)": "outlook",
    "curl/8.5": "machine",
    "Slackbot-LinkExpanding 1.0": "machine",
    "something of its own": "other",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_agents_have_families(agent: str) -> None:
    """The table knows the mail programs of most readers, and scanners that say who they are."""
    assert family_of(agent) == AGENTS[agent]
    assert len(family_of(agent)) <= 16
