"""`embed`: a sign-up form for any page of any site."""

from __future__ import annotations

import sys

import typer

from newsletter.bootstrap import App
from newsletter.web.public.embed import embed_form


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("embed")(embed)


def embed(context: typer.Context) -> None:
    """Print a sign-up form to paste into any page.

    Its post is answered with a signed page of one button; nothing is sent before that.
    """
    app: App = context.obj()
    sys.stdout.write(embed_form(app.site))
