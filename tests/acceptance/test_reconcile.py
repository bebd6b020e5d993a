"""`newsletter reconcile`: lost answers are looked up, and only what is absent is sent again."""

from __future__ import annotations

from datetime import timedelta

from tests.acceptance.newsroom import Newsroom, back_date


def test_a_lost_answer_is_looked_up(newsroom: Newsroom) -> None:
    """Within minutes the provider's log says who has the mail, and nothing is uncertain."""
    newsroom.bring(100)
    newsroom.faults("reset_after_accept:1")
    newsroom.run("send", "1", "--by", "Ada", code=3)
    assert newsroom.ask("reconcile", "1", code=3)["calls"] == 0  # it waits a little
    assert "newsletter reconcile 1" in newsroom.run("resolve", "1", code=3)

    back_date(newsroom, timedelta(minutes=6))
    assert "Settled by the provider's log: 100 readers" in newsroom.run("reconcile", "1")

    status = newsroom.status()
    assert (status["accepted"], status["unknown"], status["uncertain"]) == (100, 0, False)
    assert set(newsroom.mailed().values()) == {1}


def test_whoever_is_absent_is_sent_again_by_a_persons_word(newsroom: Newsroom) -> None:
    """A day later the readers who are not in the log are proposed, shown, and sent again once."""
    newsroom.bring(100)
    newsroom.faults("reset_before:1")
    newsroom.run("send", "1", "--by", "Ada", code=3)
    back_date(newsroom, timedelta(hours=25))
    done = newsroom.ask("reconcile", code=3)
    assert (done["unknown"], done["absent"], done["settled"]) == (100, 100, 0)

    told = newsroom.run("resolve", "1", code=3)
    assert "100 readers proposed absent" in told
    assert "newsletter resolve 1 --send-again --absent --by NAME" in told
    assert newsroom.ask("resolve", "1", code=3)["unknown"][0]["evidence"] == {"absent": 100}
    assert "--absent goes with" in newsroom.run("resolve", "1", "--absent", code=2)

    newsroom.faults()
    newsroom.run("resolve", "1", "--send-again", "--absent", "--by", "Ada")
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == 100
    assert set(newsroom.mailed().values()) == {1}


def test_a_provider_that_does_not_answer(newsroom: Newsroom) -> None:
    """It says so, exits with 1, and everything is as it was."""
    newsroom.bring(10)
    newsroom.faults("reset_after_accept:1")
    newsroom.run("send", "1", "--by", "Ada", code=3)
    back_date(newsroom, timedelta(minutes=6))
    newsroom.sandbox_says("PUT", "/_sandbox/logs", {"failing": 503})

    assert "HTTP 503" in newsroom.run("reconcile", "1", code=1)
    assert newsroom.status()["unknown"] == 10
    newsroom.sandbox_says("PUT", "/_sandbox/logs", {})


def test_the_sandbox_says_where_its_events_go(newsroom: Newsroom) -> None:
    """Rates without a webhook, unknown kinds and other machines are refused with words."""
    assert "--events URL" in newsroom.run("sandbox", "--event", "open:1", code=2)
    here = ("sandbox", "--port", "0", "--events")
    assert "this machine only" in newsroom.run(*here, "http://example.com/hook", code=2)
    told = newsroom.run(*here, "http://127.0.0.1:9/hook", "--event", "bounc:1", code=2)
    assert 'Did you mean "bounce"' in told
