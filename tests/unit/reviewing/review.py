"""A letter under review: files that may change, readers, a mailbox at the other end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from newsletter.checks import Evidence
from newsletter.config import load_settings
from newsletter.model.finding import Finding, Severity
from newsletter.model.notice import Notice
from newsletter.model.review import PersonalLink
from newsletter.publishing import Composition, compose
from newsletter.reviewing.asking import Asked, ask_for_approval, vouch
from newsletter.reviewing.deciding import Decision
from newsletter.reviewing.links import Reviewing
from newsletter.reviewing.seeing import seen_mark, warnings_of
from newsletter.store import Store
from newsletter.store.notices import latest_notices
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.tokens import Signer
from tests.factories import write_site
from tests.peers_ledger import SettableClock

LAYOUT = (
    "<mjml lang='en' dir='ltr'><mj-head><mj-title>{{ subject }}</mj-title>"
    "<mj-attributes><mj-all font-family='Arial, sans-serif' /></mj-attributes></mj-head><mj-body>"
    "<mj-section><mj-column><mj-text>{{ opening }}<a href='https://example.com/book'>Book a visit"
    "</a></mj-text></mj-column></mj-section>{% for section in sections %}"
    "{% include section.template %}{% endfor %}<mj-section><mj-column><mj-text>"
    "<a href='{{ links.unsubscribe }}'>Unsubscribe</a> {{ site.sender.postal_address }}"
    "</mj-text></mj-column></mj-section></mj-body></mjml>"
)
SECRET = "a secret of the site under test"


@dataclass
class Review:
    """Everything a test of reviewing needs."""

    room: Reviewing
    root: Path
    clock: SettableClock

    @property
    def store(self) -> Store:
        """The test's database."""
        return self.room.store

    def compose(self) -> Composition:
        """The letter as its files make it now; never with errors, whatever the rules say."""
        made = compose(load_settings(self.root, {}).site, "first", Evidence())
        kept = tuple(each for each in made.findings if each.severity is not Severity.ERROR)
        return replace(made, findings=kept)

    def rewrite(self, old: str = "Hello", new: str = "Good morning") -> None:
        """Somebody edits the issue's file."""
        file = self.root / "issues" / "first.md"
        file.write_text(file.read_text().replace(old, new))

    def decision(self, composition: Composition, by: str = "Ada", **more: object) -> Decision:
        """Yes to what this is, every warning accepted."""
        accepted = frozenset(warnings_of(composition))
        told = Decision(by, seen_mark(composition), accepted)
        return replace(told, **more)  # type: ignore[arg-type]

    def ask(self, name: str = "Ada", email: str = "ada@example.com", **more: object) -> Asked:
        """Mira asks somebody to approve the letter as it is."""
        person = vouch(self.room, name, email, "Mira")
        return ask_for_approval(
            self.room,
            self.compose(),
            person.id,
            by="Mira",
            **more,  # type: ignore[arg-type]
        )

    def link(self, **more: object) -> PersonalLink:
        """The link of a request."""
        return self.ask(**more).link  # type: ignore[arg-type]

    def notices(self) -> tuple[Notice, ...]:
        """What people of the site were told, newest first."""
        with self.store.read() as connection:
            return latest_notices(connection, 50)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.clock.move(timedelta(**span))

    def readers(self, *names: str, **values: object) -> None:
        """Confirmed readers with these names."""
        rows = [
            NewReader(f"{at}-{name}@reader.test", first_name=name, **values)  # type: ignore[arg-type]
            for at, name in enumerate(names)
        ]
        import_readers(self.store, rows, self.clock.now())


def make_review(
    store: Store, clock: SettableClock, root: Path, *, two_people: bool = False
) -> Review:
    """A site with one issue in a folder."""
    write_site(root, {"templates/layouts/classic.mjml": LAYOUT})
    room = Reviewing(store, Signer([SECRET]), clock, "https://studio.test", two_people)
    return Review(room, root, clock)


def warned(composition: Composition, *messages: str) -> Composition:
    """The same with these warnings and no others."""
    found = tuple(Finding("W01", Severity.WARNING, message) for message in messages)
    return replace(composition, findings=found)
