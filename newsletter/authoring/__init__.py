"""Changes to the site's files: issues, snippets, pictures and the brand; nothing else is touched.

Issues and snippets: open a document, change its text by the small pure functions below,
and save it over exactly the version that was seen::

    document = open_issue(site, "spring")
    document = change(site, document, lambda text: move(text, "2:skin/pores", 0), version)
"""

from newsletter.authoring.documents import (
    Document,
    IssueDocument,
    SnippetDocument,
    open_issue,
    open_snippet,
)
from newsletter.authoring.letter import (
    LETTER_FIELDS,
    SNIPPET_FIELDS,
    Letter,
    change_letter,
    change_snippet,
    read_letter,
    set_body,
    written,
)
from newsletter.authoring.outline import (
    Piece,
    insert,
    move,
    override,
    remove,
    replace_with,
    sections,
)
from newsletter.authoring.remembering import remember
from newsletter.authoring.saving import change, save

__all__ = [
    "LETTER_FIELDS",
    "SNIPPET_FIELDS",
    "Document",
    "IssueDocument",
    "Letter",
    "Piece",
    "SnippetDocument",
    "change",
    "change_letter",
    "change_snippet",
    "insert",
    "move",
    "open_issue",
    "open_snippet",
    "override",
    "read_letter",
    "remember",
    "remove",
    "replace_with",
    "save",
    "sections",
    "set_body",
    "written",
]
