"""Lists of readers as people have them, in files: read, with every bad row named, and written.

Knows neither the database nor whose word counts: rows in, values out.
"""

from newsletter.lists.cells import tags_told
from newsletter.lists.columns import Field
from newsletter.lists.dates import DateOrder
from newsletter.lists.distinct import Seen
from newsletter.lists.held import HeldFolder, forget_left
from newsletter.lists.kinds import Kind
from newsletter.lists.reading import Glimpse, ListPlan, glance_at, look_at, read_row
from newsletter.lists.rejected import Rejected, forget_rejected
from newsletter.lists.rows import BadRow, ListedReader, ListRules
from newsletter.lists.sources import Source, find_sources
from newsletter.lists.writing import csv_lines, write_list

__all__ = [
    "BadRow",
    "DateOrder",
    "Field",
    "Glimpse",
    "HeldFolder",
    "Kind",
    "ListPlan",
    "ListRules",
    "ListedReader",
    "Rejected",
    "Seen",
    "Source",
    "csv_lines",
    "find_sources",
    "forget_left",
    "forget_rejected",
    "glance_at",
    "look_at",
    "read_row",
    "tags_told",
    "write_list",
]
