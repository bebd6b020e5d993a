"""Changes to the site's files: issues, snippets, pictures and the brand; nothing else is touched.

Issues and snippets: open a document, change its text by the small pure functions below,
and save it over exactly the version that was seen::

    document = open_issue(site, "spring")
    document = change(site, document, lambda text: move(text, "2:skin/pores", 0), version)
"""

from newsletter.authoring.committing import Worktree, worktree
from newsletter.authoring.documents import (
    Document,
    IssueDocument,
    SnippetDocument,
    open_issue,
    open_snippet,
)
from newsletter.authoring.issues import duplicate_issue, new_issue, rename_issue
from newsletter.authoring.journal import can_redo, can_undo
from newsletter.authoring.judging import problems_of
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
from newsletter.authoring.names import is_name, name_from
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
from newsletter.authoring.saving import change, redo, save, undo
from newsletter.authoring.snippet_library import Entry, library, search
from newsletter.authoring.snippets import delete_snippet, new_snippet, save_as_snippet, snippet_text
from newsletter.authoring.uses import User, users_of

__all__ = [
    "LETTER_FIELDS",
    "SNIPPET_FIELDS",
    "Document",
    "Entry",
    "IssueDocument",
    "Letter",
    "Piece",
    "SnippetDocument",
    "User",
    "Worktree",
    "can_redo",
    "can_undo",
    "change",
    "change_letter",
    "change_snippet",
    "delete_snippet",
    "duplicate_issue",
    "insert",
    "is_name",
    "library",
    "move",
    "name_from",
    "new_issue",
    "new_snippet",
    "open_issue",
    "open_snippet",
    "override",
    "problems_of",
    "read_letter",
    "redo",
    "remember",
    "remove",
    "rename_issue",
    "replace_with",
    "save",
    "save_as_snippet",
    "search",
    "sections",
    "set_body",
    "snippet_text",
    "undo",
    "users_of",
    "worktree",
    "written",
]
