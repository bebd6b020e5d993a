"""Everything the studio asks of accounts, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from newsletter.accounts import links, members, sessions, signing_in
from newsletter.accounts.links import Accepted
from newsletter.accounts.marks import Marks
from newsletter.accounts.office import Caller, Office
from newsletter.accounts.passwords import Passwords
from newsletter.model.account import Entry, Member, OneTimeLink, Session, Sought
from newsletter.model.person import Person, Role, Seat
from newsletter.model.ports import Clock
from newsletter.store import Store
from newsletter.store.audit import names_and_actions, read_entries
from newsletter.tokens import Signer

_CHUNK = 500


class Accounts:
    """People, their sessions and links, and the log of who did what; safe from many threads.

    Whoever does something (`by`, `who`) is a Person, or the name of someone without an account,
    such as the command line. `ip` is where the request came from, empty when unknown.

    Args:
        store: open.
        signer: lends its keys.
        site_name: nobody's password is made of it.
        passwords: how they are hashed; Argon2id as pwdlib recommends.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signer: Signer,
        *,
        site_name: str = "",
        passwords: Passwords | None = None,
    ) -> None:
        self._office = Office(store, clock, Marks(signer), passwords or Passwords(), site_name)

    # --- a browser

    def sign_in(self, email: str, password: str, *, ip: str = "", user_agent: str = "") -> str:
        """Begin a session; returns the token for the cookie.

        Raises:
            UsageError: they do not go together; it never says what is wrong.
            TooManyRequests: too many tries.
        """
        return signing_in.sign_in(self._office, email, password, Caller(ip, user_agent))

    def seat(self, token: str, *, is_asking: bool = True) -> Seat | None:
        """Who sits at the browser with that cookie; None when nobody does (any more).

        Args:
            is_asking: False for a page that only lies open: whoever rests too long is signed out.
        """
        return sessions.take_seat(self._office, token, is_asking=is_asking)

    def sign_out(self, seat: Seat, *, ip: str = "") -> None:
        """End that session."""
        sessions.leave_seat(self._office, seat, ip)

    def change_password(
        self, seat: Seat, current: str, new: str, *, ip: str = "", user_agent: str = ""
    ) -> str:
        """Take another password; other browsers are signed out. Returns this one's new token.

        Raises:
            Mistakes: the current password is wrong, or the new one would be guessed.
            TooManyRequests: too many tries at the current one.
        """
        caller = Caller(ip, user_agent)
        return signing_in.change_password(self._office, seat, current, new, caller)

    def rename(self, person: Person, name: str, *, ip: str = "") -> Person:
        """A person is called something else; raises Mistakes when that is no name."""
        return members.rename(self._office, person, name, ip)

    def sessions(self, person: Person) -> tuple[Session, ...]:
        """Where a person is signed in, the latest seen first."""
        return sessions.sessions_of(self._office, person)

    def end_session(self, person: Person, session: int, *, ip: str = "") -> None:
        """A person signs out one of their own browsers; raises NotFound for another's."""
        sessions.revoke(self._office, person, session, ip)

    def end_other_sessions(self, seat: Seat, *, ip: str = "") -> int:
        """A person signs out all other browsers; returns how many."""
        return sessions.revoke_others(self._office, seat, ip)

    # --- people, for admins and the command line

    def people(self) -> tuple[Person, ...]:
        """Everyone with an account, by name, the deactivated last."""
        return members.people(self._office)

    def members(self) -> tuple[Member, ...]:
        """The same, with when and where they were last here."""
        return members.members(self._office)

    def person(self, person_id: int) -> Person:
        """One of them; raises NotFound."""
        return members.person_by_id(self._office, person_id)

    def person_at(self, email: str) -> Person:
        """Whose address that is; raises NotFound with the nearest."""
        return members.person_at(self._office, email)

    def change_role(self, person_id: int, role: Role, *, by: Person | str, ip: str = "") -> Person:
        """Let someone do more or less; their sessions end. Raises BlockedError: the last admin."""
        return members.change_role(self._office, person_id, role, by, ip)

    def deactivate(self, person_id: int, *, by: Person | str, ip: str = "") -> Person:
        """Let someone sign in no longer. Raises BlockedError: the last admin."""
        return members.deactivate(self._office, person_id, by, ip)

    def activate(self, person_id: int, *, by: Person | str, ip: str = "") -> Person:
        """Let someone sign in again."""
        return members.activate(self._office, person_id, by, ip)

    def end_sessions(self, person_id: int, *, by: Person | str, ip: str = "") -> int:
        """Sign someone out everywhere; returns in how many browsers."""
        return members.sign_out_everywhere(self._office, person_id, by, ip)

    # --- one-time links; what is returned is the token, which is kept nowhere

    def first_link(self) -> str | None:
        """For the first admin, good for an hour; None when there is an active admin.

        One made earlier is void.
        """
        return links.first_link(self._office)

    def invite(self, email: str, role: Role, *, by: Person | str, ip: str = "") -> str:
        """For someone new, good for seven days; raises Mistakes when they have an account."""
        return links.invite(self._office, email, role, by, ip)

    def invitations(self) -> tuple[OneTimeLink, ...]:
        """Those that may still be accepted, the newest first."""
        return links.invitations(self._office)

    def uninvite(self, link: int, *, by: Person, ip: str = "") -> None:
        """Take an invitation back; raises NotFound when it has ended."""
        links.uninvite(self._office, link, by, ip)

    def password_link(self, person_id: int, *, by: Person | str, ip: str = "") -> str:
        """For someone who forgot the password, good for a day; raises BlockedError."""
        return links.password_link(self._office, person_id, by, ip)

    def link_for(self, token: str) -> OneTimeLink | None:
        """What a link is good for; None when it is none, or has ended. Changes nothing."""
        return links.link_for(self._office, token)

    def accept(
        self,
        token: str,
        name: str,
        password: str,
        *,
        email: str = "",
        ip: str = "",
        user_agent: str = "",
    ) -> str:
        """Use a link and sign in; returns the token for the cookie.

        Args:
            token: the link's.
            name: of who makes an account; a link for a new password needs none.
            email: typed by the first admin only.

        Raises:
            NotFound: the link has ended.
            Mistakes: what was typed will not do, field by field; the link stays good.
        """
        typed = Accepted(name, password, email)
        return links.accept(self._office, token, typed, Caller(ip, user_agent))

    # --- the audit log

    def record(
        self,
        who: Person | str,
        action: str,
        on: str = "",
        details: Mapping[str, object] | None = None,
        *,
        ip: str = "",
    ) -> None:
        """Add a line.

        Args:
            action: a few words in the past tense, such as `approved`; 48 characters.
            on: what it was done to, such as `issue 12`.
        """
        with self._office.store.write() as connection:
            self._office.note(connection, who, action, on, details, ip)

    def entries(
        self, sought: Sought | None = None, *, before: int | None = None, most: int = 100
    ) -> tuple[Entry, ...]:
        """Lines, the newest first; `before` is the last id of the page before."""
        with self._office.store.read() as connection:
            return read_entries(connection, sought or Sought(), before, most)

    def all_entries(self, sought: Sought | None = None) -> Iterator[Entry]:
        """Every line that fits, the newest first, a few hundred at a time."""
        before: int | None = None
        while chunk := self.entries(sought, before=before, most=_CHUNK):
            yield from chunk
            before = chunk[-1].id

    def names_and_actions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who did something and what was done: what can be sought."""
        with self._office.store.read() as connection:
            return names_and_actions(connection)
