"""A canary that waits, a person who does not, and what people of the site are told of it."""

from __future__ import annotations

from collections import Counter

from newsletter.store.notices import latest_notices
from tests.acceptance.newsroom import Newsroom, until
from tests.peers.http_peer import answering, http_peer


def test_the_canary_waits_and_a_person_goes_on(newsroom: Newsroom) -> None:
    """It is said that nothing can be heard, what is waited for, and each thing happens once."""
    newsroom.bring(30)
    newsroom.environ["NEWSLETTER_DISPATCH__CANARY"] = "10"
    newsroom.environ["NEWSLETTER_NOTIFY__EMAILS"] = "ada@news.test"
    with http_peer(answering(200)) as hook:
        newsroom.environ["NEWSLETTER_NOTIFY__URLS"] = f"{hook.url}/T0/s3cr3t"
        with newsroom.scheduler():
            sending = newsroom.begin("send", "1", "--yes", "--by", "Ada")
            until(lambda: newsroom.sandbox.stats()["recipients"] >= 10)
            until(lambda: newsroom.status()["waits_for"])
            [waiting] = newsroom.status()["waits_for"]
            assert waiting["what"] == "word of the canary's mails"
            assert "newsletter resume 1" in newsroom.run("status", "1")
            told = newsroom.run("resume", "1", "--by", "Ada")
            assert "The canary of issue 1 is let pass; 20 readers are next." in told
            ended = sending.wait().require(0)
            until(lambda: len(hook.requests) == 2)
            until(lambda: "ada@news.test" in newsroom.mailed())
            until(lambda: len(newsroom.subjects_of("ada@news.test")) == 2)
        heard = [request.json for request in hook.requests]
    assert "The canary can hear nothing: SENDGRID_WEBHOOK_KEYS is not set" in (
        ended.out + ended.err
    )
    assert Counter(each["kind"] for each in heard) == {"started": 1, "finished": 1}
    assert heard[-1]["title"] == "Issue 1 is out"
    assert "accepted 30" in heard[-1]["words"]
    listed = newsroom.ask("notices")
    assert [each["kind"] for each in listed] == ["finished", "started"]
    assert "Issue 1 is out" in newsroom.run("notices")


def test_a_notice_that_can_not_be_told_hurts_nothing(newsroom: Newsroom) -> None:
    """Nobody listens at the webhook; the issue goes out, and the log does not hold its address."""
    newsroom.bring(3)
    with http_peer() as gone:
        newsroom.environ["NEWSLETTER_NOTIFY__URLS"] = f"{gone.url}/T0/s3cr3t"
    with newsroom.scheduler():
        ended = newsroom.begin("send", "1", "--yes", "--by", "Ada").wait().require(0)
    assert "s3cr3t" not in ended.out + ended.err
    with newsroom.store() as store, store.read() as connection:
        assert len(latest_notices(connection, 10)) == 2
