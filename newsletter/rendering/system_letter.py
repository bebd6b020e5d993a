"""A mail of the system as transports take it."""

from __future__ import annotations

from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.model.transport import Letter
from newsletter.rendering.eml import list_id


def system_letter(site: Site, made: Rendition, name: str) -> Letter:
    """A printed mail of the system, which is followed by nobody.

    Args:
        name: of its folder in `templates/mail/`; also its category at the provider.
    """
    return Letter(
        key=f"{name}-{made.sha256}",
        sender=site.sender,
        subject=made.subject,
        html=made.html,
        text=made.text,
        merge_tags=made.merge_tags,
        list_id=list_id(site),
        categories=(name,),
        is_system=True,
    )
