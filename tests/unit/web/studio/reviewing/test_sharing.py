"""A shared preview, and test mails."""

from __future__ import annotations

from newsletter.model.person import Role
from newsletter.model.review import LinkFor, PersonalLink
from newsletter.reviewing.groups import save_group
from newsletter.reviewing.links import take_back
from newsletter.store.notices import latest_notices
from newsletter.store.personal_links import links_of
from newsletter.store.reviews import all_groups
from newsletter.web.studio.letter_views import room_of
from tests.studio import Studio
from tests.unit.web.studio.reviewing.reviewed import (
    PAGE,
    field,
    let_end,
    number,
    outsider,
    path_of,
    publisher,
    rewrite,
)

SHARE = f"{PAGE}/share"
GROUPS = "/studio/test-groups"


def shared(studio: Studio) -> PersonalLink:
    """A link an editor made."""
    made = studio.client(Role.EDITOR).post(SHARE, {"name": "The lawyers", "days": "3"})
    assert made.status_code == 303
    with studio.store.read() as connection:
        return links_of(connection, number(studio), LinkFor.PREVIEW)[0]


def test_an_editor_shares_the_draft_as_it_is_at_each_moment(studio: Studio) -> None:
    """Whoever has the link sees the newest words, with readers who do not exist."""
    link = shared(studio)
    browser, path = outsider(studio), path_of(studio, link)
    assert "Why microneedling works" in browser.get(path).text
    rewrite(studio)
    page = browser.get(path).text
    assert "How microneedling works" in page
    assert "Approve" not in page
    frame = browser.get(f"{path}/letter/all.html")
    assert "sandbox allow-same-origin" in frame.headers["content-security-policy"]


def test_a_comment_is_text_and_reaches_the_author(studio: Studio) -> None:
    """It stands on the page, on the author's page and in the bell; markup is only letters."""
    link = shared(studio)
    browser, path = outsider(studio), path_of(studio, link)
    mark = field(browser.get(path), "mark")[0]
    words = "<img src=x onerror=alert(1)> & more"
    told = {"mark": mark, "name": "Lea <b>", "words": words}
    done = browser.post(path, told)
    assert done.status_code == 303
    for page in (browser.get(path).text, studio.client(Role.EDITOR).get(SHARE).text):
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page
        assert "Lea &lt;b&gt;" in page
    with studio.store.read() as connection:
        (notice,) = latest_notices(connection, 5)
    assert notice.words == words


def test_too_many_comments_wait(studio: Studio) -> None:
    """What was typed stays on the page."""
    link = shared(studio)
    browser, path = outsider(studio), path_of(studio, link)
    mark = field(browser.get(path), "mark")[0]
    for at in range(10):
        said = browser.post(path, {"mark": mark, "name": "Bo", "words": f"Thought {at}"})
        assert said.status_code == 303
    refused = browser.post(path, {"mark": mark, "name": "Bo", "words": "The eleventh"})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "600"
    assert "The eleventh" in refused.text


def test_a_shared_link_that_ended_or_was_taken_back_takes_no_comment(studio: Studio) -> None:
    """And shows nothing of the draft."""
    link = shared(studio)
    browser, path = outsider(studio), path_of(studio, link)
    told = {"mark": field(browser.get(path), "mark")[0], "name": "Bo", "words": "Hello"}
    assert browser.post(path, {**told, "mark": ""}).status_code == 409
    take_back(room_of(studio.side), link.id, "Ada")
    assert browser.get(path).status_code == 410
    assert browser.post(path, told).status_code == 410
    other = shared(studio)
    let_end(studio, other)
    assert "has ended" in browser.get(path_of(studio, other)).text
    with studio.store.read() as connection:
        assert latest_notices(connection, 5) == ()


def test_a_letter_that_can_not_be_made_is_told_without_its_insides(studio: Studio) -> None:
    """Somebody outside reads no names of files."""
    browser, path = outsider(studio), path_of(studio, shared(studio))
    rewrite(studio, "layout: classic", "layout: none-such")
    page = browser.get(path)
    assert page.status_code in (409, 410)
    assert "none-such" not in page.text
    assert "issues/" not in page.text


def test_publishers_keep_groups_and_editors_see_their_names(studio: Studio) -> None:
    """An editor sends to a group without seeing who is in it."""
    browser = publisher(studio)
    office = {"name": "Office", "addresses": "ann@example.com\nbo@example.com"}
    assert browser.post(GROUPS, office).status_code == 303
    refused = browser.post(GROUPS, {"name": "Wrong", "addresses": "ann"})
    assert (refused.status_code, "Not an e-mail address: ann" in refused.text) == (400, True)
    editor = studio.client(Role.EDITOR)
    assert editor.get(GROUPS).status_code == 403
    assert editor.post(GROUPS, office).status_code == 403
    page = editor.get(f"{PAGE}/test").text
    assert "Office" in page
    assert "2 addresses" in page
    assert "ann@example.com" not in page
    with studio.store.read() as connection:
        (group,) = all_groups(connection)
    assert browser.post(GROUPS, {"group": str(group.id), "drop": "yes"}).status_code == 303
    with studio.store.read() as connection:
        assert all_groups(connection) == ()


def test_a_test_needs_a_way_to_send_and_somebody_to_get_it(studio: Studio) -> None:
    """Otherwise the page says what is missing, and nothing is sent."""
    save_group(room_of(studio.side), "Office", "ann@example.com", by="Paul Press")
    editor = studio.client(Role.EDITOR)
    silent = editor.post(f"{PAGE}/test", {"to": "me", "persona": "sample", "variant": ""})
    assert (silent.status_code, "Nothing is set up to send with" in silent.text) == (400, True)
    assert editor.post(f"{PAGE}/test", {"to": "99", "variant": ""}).status_code == 400
    assert editor.post(f"{PAGE}/test", {"to": "x@y.test", "variant": ""}).status_code == 400
