"""The program's own mails, rendered and checked like letters."""

from __future__ import annotations

from newsletter.checks import Evidence, check_mail
from newsletter.errors import Place
from newsletter.model.consent import MailName
from newsletter.model.finding import Finding, Severity
from newsletter.model.site import Site
from newsletter.rendering.system_mail import (
    APPROVAL_REQUEST,
    INVITATION,
    NOTICE,
    print_approval_request,
    print_invitation,
    print_mail,
    print_notice,
)

FOLDER = "templates/mail"
_ASKED = {
    "name": "Ada",
    "by": "Mira",
    "subject": "Why microneedling works",
    "note": "Please have a look at the second tip.",
    "link": "https://news.example.com/studio/review/sample",
    "until": "Tuesday 8 December, 09:00 UTC",
}
_INVITED = {
    "by": "Mira",
    "role": "editor",
    "may": "may write, preview and test issues",
    "link": "https://news.example.com/studio/link/sample",
    "until": "Tuesday 8 December, 09:00 UTC",
}
_NONE = Finding(
    "Y03",
    Severity.WARNING,
    "There are no mails of the program itself, so nobody can confirm a sign-up. "
    "Copy the folder from a site that `newsletter init` made.",
    Place(FOLDER),
)


def check_mails(site: Site, evidence: Evidence) -> tuple[Finding, ...]:
    """What stands against the mails in `templates/mail/`, mail by mail.

    A site without that folder can send issues, but nobody can confirm: one warning.

    Raises:
        TemplateError: a file of them is missing or wrong.
    """
    if not (site.root / FOLDER).is_dir():
        return (_NONE,)
    forms = {name.value: print_mail(site, name) for name in MailName}
    if (site.root / FOLDER / NOTICE).is_dir():  # a site older than notices has none
        forms[NOTICE] = print_notice(site, "Issue 12 is out", "Everybody has it.")
    if (site.root / FOLDER / APPROVAL_REQUEST).is_dir():  # nor that one
        forms[APPROVAL_REQUEST] = print_approval_request(site, _ASKED)
    if (site.root / FOLDER / INVITATION).is_dir():
        forms[INVITATION] = print_invitation(site, _INVITED)
    return tuple(
        found
        for name, form in forms.items()
        for found in check_mail(form.rendition, site, evidence, Place(f"{FOLDER}/{name}"))
    )
