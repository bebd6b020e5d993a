"""Final bytes of an issue."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from newsletter.model.content import Issue
from newsletter.model.finding import Finding
from newsletter.model.merge import MergeTag

MOST_VARIANTS = 32
ALL = "all"


@dataclass(frozen=True, slots=True)
class Rendition:
    """What readers of one variant get; a reader's values are still merge tags.

    Attributes:
        variant: its name: `all`, or the interests it holds: `resources+tips`;
            `none` holds only sections that go to everyone.
        interests: the interests (of those the issue uses) it was made for, in site order.
        sections: keys of its sections, in order.
        subject, preheader, html, text: final, with merge tags' tokens.
        nonce: the part every token of this rendition shares.
        merge_tags: every token that occurs in it, sorted by token.
    """

    variant: str
    interests: tuple[str, ...]
    sections: tuple[str, ...]
    subject: str
    preheader: str
    html: str
    text: str
    nonce: str
    merge_tags: tuple[MergeTag, ...]

    @property
    def sha256(self) -> str:
        """One hash over subject, HTML and text, hexadecimal."""
        digest = sha256()
        for part in (self.subject, self.html, self.text):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as readers load it.

    Attributes:
        source: the name in `issues/media/` it was made from.
        sha256: of `data`, hexadecimal; with `extension` its address.
        width, height: pixels of this copy.
    """

    source: str
    sha256: str
    extension: str
    width: int
    height: int
    data: bytes

    @property
    def filename(self) -> str:
        """`<sha256>.<extension>`."""
        return f"{self.sha256}.{self.extension}"


@dataclass(frozen=True, slots=True)
class Renditions:
    """Everything `render` makes of an Issue.

    Attributes:
        renditions: one a variant, the fullest first.
        pictures: each file once, sorted by filename.
        findings: what rendering noticed (HTML taken out, a picture too small).
    """

    issue: Issue
    renditions: tuple[Rendition, ...]
    pictures: tuple[PictureFile, ...]
    findings: tuple[Finding, ...]

    def variant(self, name: str) -> Rendition:
        """The rendition of that name; raises KeyError."""
        for rendition in self.renditions:
            if rendition.variant == name:
                return rendition
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Mail:
    """One reader's own mail: every value in its place."""

    subject: str
    html: str
    text: str
