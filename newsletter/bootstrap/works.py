"""What each other work is: the same, whichever process the engine asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from newsletter.dispatching.desk import Desk
from newsletter.feedback.applying import Applier, apply_posts
from newsletter.feedback.reconciling import Reconciler, reconcile
from newsletter.model.ports import Work
from newsletter.scheduling.clockwork import Job, steady
from newsletter.subscribing import Postroom, Reception
from newsletter.subscribing.taking_over import bring_handed


def works_of(
    desk: Desk,
    reception: Reception,
    applier: Applier,
    reconciler: Reconciler | None,
    uploads: Path,
) -> dict[Work, Callable[[], None]]:
    """What does each work; none raises, and each tells its troubles once.

    Args:
        reconciler: None where there is no provider to ask.
        uploads: where lists lie while they are brought in.
    """
    postroom = Postroom(reception, desk.transport, desk.stopping)
    does: dict[Work, Callable[[], object]] = {
        Work.SYSTEM_MAILS: postroom.deliver,
        Work.EVENTS: partial(apply_posts, applier),
        Work.RECONCILE: partial(reconcile, reconciler) if reconciler else _nobody_to_ask,
        Work.IMPORTS: partial(bring_handed, reception, uploads, desk.stopping),
    }
    return {work: steady(Job(work.value, do)) for work, do in does.items()}


def _nobody_to_ask() -> None:
    """Issues go out by SMTP, which keeps no log."""
