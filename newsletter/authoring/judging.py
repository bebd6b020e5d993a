"""What stands against a document, in the words of `newsletter check`."""

from __future__ import annotations

from newsletter.authoring.documents import Document, SnippetDocument
from newsletter.content import issue_problems, snippet_problems
from newsletter.content.files import one_line_end
from newsletter.errors import ContentError, Problem
from newsletter.model.site import Site


def problems_of(site: Site, document: Document, text: str | None = None) -> tuple[Problem, ...]:
    """Every problem of a document, or of what it would be with another text.

    They do not keep a draft from being saved; what can not be read at all does.

    Args:
        text: instead of the document's own.
    """
    said = document.text if text is None else one_line_end(text)
    judge = snippet_problems if isinstance(document, SnippetDocument) else issue_problems
    try:
        return judge(site, document.path, said)
    except ContentError as error:
        return error.problems
