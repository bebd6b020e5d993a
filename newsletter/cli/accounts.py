"""`people ...`: accounts of the studio, for an operator who helps someone back in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from newsletter.accounts import COMMAND_LINE, Accounts
from newsletter.bootstrap import App
from newsletter.cli.asking import Json, agree
from newsletter.cli.asking import Yes as WithoutAsking
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.errors import UsageError
from newsletter.model.account import Member
from newsletter.model.person import Role
from newsletter.scheduling.spoken import counted
from newsletter.web.studio.inviting import post_invitation

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.")]


def register(program: typer.Typer) -> None:
    """Add this group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Look after who may work in the studio.",
        rich_markup_mode=None,
    )
    group.command("list")(list_people)
    group.command("invite")(invite)
    group.command("link")(link)
    group.command("deactivate")(deactivate)
    group.command("activate")(activate)
    program.add_typer(group, name="people")


def list_people(context: typer.Context, json: Json = False) -> None:
    """List who has an account, with role and when they signed in last."""
    with _accounts(context.obj()) as accounts:
        members, invited = accounts.members(), accounts.invitations()
    if json:
        emit([_record(each) for each in members])
        return
    console = people(json)
    if members:
        console.print(_table(members))
    else:
        plain(console, "Nobody has an account yet: newsletter people link")
    for each in invited:
        plain(console, f"Invited: {each.email}, as {each.role}, by {each.made_by}", "dim")


def invite(
    context: typer.Context,
    email: Email,
    role: Annotated[Role, typer.Option(help="What the person may.")] = Role.EDITOR,
    mail: Annotated[
        bool, typer.Option(help="Mail the invitation, where something is set up to send with.")
    ] = True,
    json: Json = False,
) -> None:
    """Mail and print a one-time link with which someone makes an account; good for seven days."""
    app: App = context.obj()
    with _accounts(app) as accounts:
        token = accounts.invite(email, role, by=COMMAND_LINE)
        told = ""
        if mail and app.outside.can_mail:
            link = _address(app, token)
            told = post_invitation(app, app.site, accounts, token, link, named=False)
    words = f"{email} becomes {role.value} with this link, within seven days:"
    _hand_over(app, token, words, json, told)


def link(
    context: typer.Context,
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="Whose; nobody's for the first admin.")
    ] = "",
    json: Json = False,
) -> None:
    """Print a one-time link: for someone's new password, or for the first admin."""
    app: App = context.obj()
    with _accounts(app) as accounts:
        if email:
            whom = accounts.person_at(email)
            token: str | None = accounts.password_link(whom.id, by=COMMAND_LINE)
            words = f"{whom.name} sets a new password with this link, within a day:"
        else:
            token = accounts.first_link()
            words = "The first admin begins with this link, within an hour:"
    if token is None:
        raise UsageError("There is an admin already. Say whose link: newsletter people link EMAIL")
    _hand_over(app, token, words, json)


def deactivate(
    context: typer.Context, email: Email, yes: WithoutAsking = False, json: Json = False
) -> None:
    """Let someone sign in no longer; their browsers are signed out at once."""
    with _accounts(context.obj()) as accounts:
        whom = accounts.person_at(email)
        agree(
            f"Deactivate {whom.name} ({whom.role.value})?",
            yes=yes,
            json=json,
            otherwise="Add --yes: nobody can be asked here.",
        )
        accounts.deactivate(whom.id, by=COMMAND_LINE)
        _told(accounts, whom.id, f"{whom.name} can not sign in any more.", json)


def activate(context: typer.Context, email: Email, json: Json = False) -> None:
    """Let someone sign in again, with the password they had."""
    with _accounts(context.obj()) as accounts:
        whom = accounts.person_at(email)
        accounts.activate(whom.id, by=COMMAND_LINE)
        _told(accounts, whom.id, f"{whom.name} may sign in again.", json)


@contextmanager
def _accounts(app: App) -> Iterator[Accounts]:
    with opened(app) as store:
        yield app.accounts(store)


def _address(app: App, token: str) -> str:
    return f"{app.settings.studio.url}/studio/link/{token}"


def _hand_over(app: App, token: str, words: str, json: bool, told: str = "") -> None:
    address = _address(app, token)
    if json:
        emit({"link": address} | ({"mail": told} if told else {}))
        return
    console = people(json)
    plain(console, words)
    plain(console, address)
    plain(console, "It works once, is shown only now, and lets in whoever has it.", "dim")
    if told:
        plain(console, told)


def _told(accounts: Accounts, person_id: int, words: str, json: bool) -> None:
    if json:
        emit(next(_record(each) for each in accounts.members() if each.person.id == person_id))
        return
    plain(people(json), words)


def _record(member: Member) -> dict[str, object]:
    person = member.person
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "active": person.is_active,
        "since": member.made_at.isoformat(),
        "signed_in_at": member.signed_in_at.isoformat() if member.signed_in_at else None,
        "sessions": member.sessions,
    }


def _table(members: tuple[Member, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("name", "address", "role", "last signed in", "now"):
        table.add_column(name)
    for each in members:
        person, last = each.person, each.signed_in_at
        role = person.role.value if person.is_active else "deactivated"
        here = counted(each.sessions, "browser") if each.sessions else ""
        when = f"{last:%Y-%m-%d %H:%M} UTC" if last else "never"
        table.add_row(*(Text(cell) for cell in (person.name, person.email, role, when, here)))
    return table
