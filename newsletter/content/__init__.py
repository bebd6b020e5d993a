"""Files in, values out: issues, snippets and topics, every error with its path and line."""

from newsletter.content.headlines import Headline, read_headline
from newsletter.content.loading import (
    check_all,
    find_issue,
    issue_files,
    issue_numbers,
    load_issue,
    load_issues,
    load_snippets,
    load_topics,
)
from newsletter.content.merge import parse_merge, write_merge
from newsletter.content.proposing import issue_problems, snippet_problems
from newsletter.content.writing import new_issue_text, next_number, write_new_issue

__all__ = [
    "Headline",
    "check_all",
    "find_issue",
    "issue_files",
    "issue_numbers",
    "issue_problems",
    "load_issue",
    "load_issues",
    "load_snippets",
    "load_topics",
    "new_issue_text",
    "next_number",
    "parse_merge",
    "read_headline",
    "snippet_problems",
    "write_merge",
    "write_new_issue",
]
