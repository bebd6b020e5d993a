"""What people decide about a letter before it goes out: personal links, answers, comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.model.ledger import Step, Steps


class LinkFor(StrEnum):
    """What a personal link opens; 16 characters at most."""

    APPROVAL = "approval"  # one named person reads the letter and decides
    PREVIEW = "preview"  # whoever has it reads the draft and may comment
    REPORT = "report"  # whoever has it reads figures without personal data


class Answer(StrEnum):
    """What the person asked for approval said."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"


class Post(StrEnum):
    """Where the mail with a personal link stands."""

    NONE = "none"  # no mail was asked for
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # it was clearly not taken; a person may have it mailed again
    UNKNOWN = "unknown"  # perhaps it left; it is not mailed again by itself


POST_STEPS: Steps[Post] = Steps(
    "Mail of a personal link",
    (
        Step(Post.WAITING, Post.SENDING),
        Step(Post.SENDING, Post.SENT),
        Step(Post.SENDING, Post.FAILED),
        Step(Post.SENDING, Post.UNKNOWN),
        Step(Post.FAILED, Post.WAITING, "a person asks for another try"),
    ),
)


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """A link that lets somebody without an account see one letter, for a while.

    Attributes:
        nonce: 56 bits at random, signed with the id: after a restore another link of the same id
            has another address.
        issue_number: 0 when it is about no single issue.
        name, email: for whom; the address may be empty where nothing is mailed.
        note: what the person who made it wrote to them.
        seen: the mark of what was there when it was made; see `reviewing.seeing`.
        by: the name of who made it.
        post: where its mail stands; `post_reason` says why it failed.
        answer, comment, answered_at: what was decided, for approvals.
        approval_id: the approval that came of it; 0 without.
    """

    id: int
    kind: LinkFor
    nonce: int
    issue_number: int
    slug: str
    name: str
    email: str
    note: str
    seen: str
    by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    post: Post = Post.NONE
    post_reason: str = ""
    answer: Answer | None = None
    answered_at: datetime | None = None
    comment: str = ""
    approval_id: int = 0

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens what it is for."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader of a shared preview wrote: plain text, as typed."""

    id: int
    link_id: int
    issue_number: int
    name: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approver:
    """A person without an account who may be asked for approval.

    Attributes:
        by: the publisher who vouched for the address.
    """

    id: int
    name: str
    email: str
    by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TestGroup:
    """Addresses that get test mails together."""

    __test__ = False  # a noun, no class of tests

    id: int
    name: str
    addresses: tuple[str, ...]
    by: str
    changed_at: datetime
