"""Lists of readers as people have them, in files: read, with every bad row named.

Knows neither the database nor consent: rows in, values out.
"""

from newsletter.lists.reading import BadRow, ListedReader, ListRules, read_list, read_row
from newsletter.lists.rejected import write_rejected

__all__ = ["BadRow", "ListRules", "ListedReader", "read_list", "read_row", "write_rejected"]
