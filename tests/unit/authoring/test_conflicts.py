"""Two people, one file: nobody's words are lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsletter.authoring import (
    change,
    change_letter,
    insert,
    open_issue,
    remember,
    remove,
    save,
    sections,
)
from newsletter.errors import Conflict, NewsletterError
from newsletter.model.site import Site
from tests.factories import ISSUE, make_site

ADDING = """
import sys
from pathlib import Path
from newsletter.authoring import change, insert, open_issue
from newsletter.config import load_settings
from newsletter.errors import Conflict

site = load_settings(Path(sys.argv[1]), {}).site
sys.stdin.readline()
done = 0
while done < int(sys.argv[2]):
    document = open_issue(site, "first")
    try:
        change(site, document, lambda text: insert(text, "divider", 0))
        done += 1
    except Conflict:
        continue
"""


def test_a_changed_file_is_not_overwritten(tmp_path: Path) -> None:
    """The second of two who saw the same gets both texts; the first one's stays."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    theirs = save(site, seen, ISSUE.replace("Hello {{", "Dear {{"))
    with pytest.raises(Conflict, match="Nothing was overwritten") as told:
        save(site, seen, ISSUE.replace("Hello {{", "Hi {{"))
    assert told.value.mine == ISSUE.replace("Hello {{", "Hi {{")
    assert (told.value.theirs, told.value.version) == (theirs.text, theirs.version)
    assert told.value.merged is None
    assert open_issue(site, "first").text == theirs.text


def test_changes_of_different_settings_can_be_had_both(tmp_path: Path) -> None:
    """A file changed on disk and a move in the outline fit together; accepting saves both."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    remember(site, seen.text, seen.version)
    seen.path.write_text(ISSUE.replace("subject: Hello", "subject: Hello, you  # better"))
    with pytest.raises(Conflict) as told:
        change(site, seen, lambda text: insert(text, "divider", 0))
    assert told.value.merged is not None
    saved = save(site, seen, told.value.merged, told.value.version)
    assert "subject: Hello, you  # better\n" in saved.text
    assert sections(saved.text)[0].ref == "divider"


def test_changes_of_the_same_setting_are_not_mixed(tmp_path: Path) -> None:
    """Two subjects, or two outlines, are a person's choice."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    change(site, seen, lambda text: change_letter(text, {"subject": "One"}))
    with pytest.raises(Conflict) as told:
        change(site, seen, lambda text: change_letter(text, {"subject": "Two", "layout": "x"}))
    assert told.value.merged is None
    assert told.value.mine is not None
    assert "Two" in told.value.mine


def test_the_same_change_made_twice_is_no_quarrel(tmp_path: Path) -> None:
    """Who wanted what the file says by now gets it, and the rest of the change with it."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    change(site, seen, lambda text: change_letter(text, {"subject": "Same"}))
    with pytest.raises(Conflict) as told:
        change(site, seen, lambda text: change_letter(text, {"subject": "Same", "body": "More"}))
    assert told.value.merged is not None
    assert told.value.merged.endswith("More\n")


def test_a_version_nobody_knows_gets_no_guess(tmp_path: Path) -> None:
    """An edit is never applied to a text its editor did not see."""
    site = make_site(tmp_path)
    document = open_issue(site, "first")
    for version in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(Conflict) as told:
            change(site, document, lambda text: remove(text, "0:skin/collagen"), version)
        assert (told.value.mine, told.value.merged) == (None, None)


def test_a_removed_file_is_not_made_anew(tmp_path: Path) -> None:
    """Saving over a file that somebody deleted gives the words back to their author."""
    site = make_site(tmp_path)
    document = open_issue(site, "first")
    document.path.unlink()
    with pytest.raises(Conflict, match="was removed") as told:
        save(site, document, "---\nnumber: 1\n---\nmine\n")
    assert told.value.theirs is None
    assert told.value.mine == "---\nnumber: 1\n---\nmine\n"
    assert not document.path.exists()


def test_threads_that_save_at_once_take_turns(tmp_path: Path) -> None:
    """Of eight who saw the same version one wins; every other one is told."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    results: list[str] = []

    def edit(name: str) -> None:
        try:
            results.append(change(site, seen, lambda t: change_letter(t, {"body": name})).text)
        except NewsletterError as problem:
            results.append(type(problem).__name__)

    threads = [threading.Thread(target=edit, args=(f"Words {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("Conflict") == 7
    assert open_issue(site, "first").text in results


def test_processes_lose_no_change(tmp_path: Path) -> None:
    """Two processes that add sections at once: every one is there in the end."""
    site = make_site(tmp_path)
    count = 4
    writers = [_writer(site, count) for _ in range(2)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(sections(open_issue(site, "first").text)) == 1 + 2 * count


def _writer(site: Site, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", ADDING, str(site.root), str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[3])
