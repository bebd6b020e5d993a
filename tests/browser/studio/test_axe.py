"""Everybody can use every page of the studio: axe-core, every address, and the open dialogs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from starlette.routing import compile_path

from newsletter.model.person import Role
from newsletter.web.studio.app import studio_addresses
from tests.browser.studio.conftest import OpenPage
from tests.browser.studio.furnished import Furnished, furnish, write_furnished_site
from tests.browser.studio.test_accounts import RULES
from tests.studio import Studio

pytestmark = pytest.mark.browser

_WIDE, _NARROW = (1280, "light"), (390, "dark")
_OTHERS = [
    pytest.param(1280, "dark", id="1280-dark", marks=pytest.mark.long),
    pytest.param(390, "light", id="390-light", marks=pytest.mark.long),
]
# A look at every page takes a minute: the short form has the dialogs alone, narrow and dark.
LOOKS = [
    pytest.param(*_WIDE, id="1280-light", marks=pytest.mark.long),
    pytest.param(*_NARROW, id="390-dark", marks=pytest.mark.long),
    *_OTHERS,
]
DIALOG_LOOKS = [
    pytest.param(*_NARROW, id="390-dark"),
    pytest.param(*_WIDE, id="1280-light", marks=pytest.mark.long),
    *_OTHERS,
]
# What stands in the frames is a letter, which has rules of its own.
OPTIONS = {**RULES, "iframes": False, "resultTypes": ["violations"]}
# Files, letters in frames, JSON, and what leads elsewhere at once.
NO_PAGES = {
    "/audit.csv",
    "/board/{slug}/figures",
    "/brand/letter/{mark}",
    "/brand/picture/{mark}/{file}",
    "/issues/{slug}/approve/readers/{reader:int}.html",
    "/issues/{slug}/mail/{variant}.eml",
    "/issues/{slug}/mail/{variant}.html",
    "/issues/{slug}/mail/{variant}.txt",
    "/issues/{slug}/marks",
    "/issues/{slug}/parts/{part}",
    "/media/copy/{size}/{name:path}",
    "/media/rows",
    "/readers/import/{name}/progress",
    "/readers/import/{name}/rejected/{number:int}",
    "/readers/{reader:int}/letters/{delivery:int}/mail",
    "/reports/{number}/figures.csv",
    "/reports/{number}/letter",
    "/review/{token}/letter/{variant}.html",
    "/shared-report/{token}/letter",
    "/shared/{token}/letter/{variant}.html",
    # The same page as another address, or as one that is looked at, with other words.
    "/account/name",
    "/account/password",
    "/account/sessions",
    "/dispatches/{id}/correct",
    "/dispatches/{id}/waves/{wave}/cancel",
    "/readers/import/{name}/run",
    "/readers/{reader:int}/letters/{delivery:int}",
    "/readers/{reader:int}/lift",
}


@pytest.fixture(scope="module")
def furnished(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Furnished]:
    """Something of everything, for all tests here; they change nothing."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(empty_database, folder / "newsletter.db")
    root = write_furnished_site(folder / "site")
    with Studio(root, f"sqlite:///{folder}/newsletter.db") as made:
        yield furnish(made)


@pytest.fixture
def studio(furnished: Furnished) -> Studio:
    """The one with everything."""
    return furnished.studio


def pages(made: Furnished) -> list[str]:
    """Every page, as an admin sees it."""
    draft, reader = "issues/draft", f"readers/{made.reader}"
    editor = made.studio.person(Role.EDITOR)
    found = (
        *("", "archive", "board/new", "calendar?month=2099-04", "calendar/planned/move"),
        *("calendar/draft/move", draft, f"{draft}?section=0:skin/collagen", f"{draft}?show=source"),
        *(f"{draft}/{name}" for name in ("add", "write", "difference", "ask", "share", "test")),
        *(f"{draft}/approve", f"{draft}/schedule", f"{draft}/links/{made.asked_id}/revoke"),
        *("issues/planned/approved", "issues/planned/schedule", "issues/planned/send"),
        *("snippets", "snippets/new", "snippets/skin/collagen", "snippets/skin/collagen/delete"),
        *("media", "media/picture/drop.png", "test-groups", "brand", "health", "notices"),
        *(f"dispatches/{of}" for of in (made.sent, made.planned, made.paused)),
        *(f"dispatches/{made.paused}/cancel", f"dispatches/{made.sent}/follow-up"),
        *("reports", "reports/1", "reports/1/links", "reports/compare?issue-1=on&issue-5=on"),
        *("readers", "readers/add", "readers/export", "readers/import", reader),
        *(f"{reader}/{name}" for name in ("edit", "unsubscribe", "erase", "proof")),
        *("uncertain", "uncertain/12", "uncertain/12/decide?what=count_as_sent"),
        *("people", "people/invite", f"people/{editor.id}", f"people/{editor.id}/deactivate"),
        *("account", "audit", "issues/nobody"),
    )
    personal = (made.asked, made.shared, made.ended, made.report, made.listed)
    return [*(f"/studio/{each}" for each in found), *personal]


def doors(made: Furnished) -> list[str]:
    """What nobody has signed in for."""
    return ["/studio/sign-in", made.invited, f"{made.invited}x"]


def faults(page: Page, name: str, axe: Axe) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    violations: list[dict[str, Any]] = axe.run(page, options=OPTIONS).response["violations"]
    found = [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html']}" for each in violations]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("too wide")
    if page.locator("img[src=x]").count():  # what a reader and a guest are called here
        found.append("a name became an element")
    return [f"{name}: {each}" for each in found]


def tab(browser: Browser, studio: Studio, role: Role | None, width: int, scheme: str) -> Page:
    """A browser that may be told that a page is not there."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        base_url=studio.url,
    )
    context.set_default_timeout(30_000)
    if role:
        seat = {"name": "newsletter-seat", "value": studio.token(role)}
        context.add_cookies([{**seat, "url": f"{studio.url}/studio/"}])  # type: ignore[typeddict-item]
    return context.new_page()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_nothing_keeps_anybody_out_of_a_page(
    furnished: Furnished, browser: Browser, width: int, scheme: str
) -> None:
    """Axe finds nothing on any page, also where it says what can not be; none scrolls sideways."""
    found: list[str] = []
    axe = Axe()
    for role, paths in ((Role.ADMIN, pages(furnished)), (None, doors(furnished))):
        page = tab(browser, furnished.studio, role, width, scheme)
        for path in paths:
            page.goto(path, wait_until="domcontentloaded")
            found += faults(page, path, axe)
        page.context.close()
    assert not found, "\n".join(found)


def test_no_page_is_forgotten(furnished: Furnished) -> None:
    """Every address that answers with a page is among those that are looked at."""
    seen = [each.partition("?")[0] for each in (*pages(furnished), *doors(furnished))]
    forgotten = []
    for address in studio_addresses(furnished.studio.side):
        pattern, _, _ = compile_path(f"/studio{address.path}")
        if address.get and not address.stream and not any(map(pattern.match, seen)):
            forgotten.append(address.path)
    left = sorted(set(forgotten) - NO_PAGES)
    assert not left, "\n".join(left)


def begin(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("link", name="New issue").click()


def library(page: Page) -> None:
    written(page, "#pane-outline")
    page.get_by_role("link", name="Add a section").click()
    expect(page.locator("#library-words")).to_be_focused()


def sheet(page: Page) -> None:
    written(page)
    page.get_by_role("link", name="Send test").click()
    expect(page.locator("#sheet")).to_be_visible()


def keep(page: Page) -> None:
    written(page, "?section=0:skin/collagen")
    page.get_by_role("button", name="Keep as a new snippet").click()


def choosing(page: Page) -> None:
    page.goto("/studio/snippets/new")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("button", name="drop.png")).to_be_visible()


def choosing_text(page: Page) -> None:
    choosing(page)
    page.get_by_role("button", name="drop.png").click()
    expect(page.get_by_label("What it shows, in words")).to_be_visible()


def cropping(page: Page) -> None:
    choosing_text(page)
    page.get_by_role("button", name="Crop", exact=True).click()


def inviting(page: Page) -> None:
    page.goto("/studio/people")
    page.get_by_role("link", name="Invite someone").click()


def written(page: Page, more: str = "") -> None:
    page.goto(f"/studio/issues/draft{more}")
    page.locator("#issue[data-ready=yes]").wait_for()


DIALOGS: tuple[Callable[[Page], None], ...] = (
    *(begin, library, sheet, keep, choosing, choosing_text, cropping, inviting),
)


@pytest.mark.parametrize(("width", "scheme"), DIALOG_LOOKS)
def test_nothing_keeps_anybody_out_of_a_dialog(
    furnished: Furnished, studio_page: OpenPage, width: int, scheme: str
) -> None:
    """The same, of dialogs while they stand open."""
    page = studio_page(Role.ADMIN, width, scheme)
    found: list[str] = []
    for arrive in DIALOGS:
        arrive(page)
        expect(page.get_by_role("dialog")).to_be_visible()
        found += faults(page, arrive.__name__, Axe())
    assert not found, "\n".join(found)
