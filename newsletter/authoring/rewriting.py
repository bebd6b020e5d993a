"""Settings written in an unusual way, brought into the usual one: a line for each key."""

from __future__ import annotations

import io

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from newsletter.authoring.spans import layout

_WIDE = 4096


def rewritten(text: str, path: str) -> str:
    """The same file with its settings in lines; comments and quotes are kept.

    Raises:
        LookupError: ruamel.yaml can not take these settings apart.
    """
    found = layout(text, path)
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        settings = yaml.load(text[found.start : found.end])
    except YAMLError as error:
        raise LookupError from error
    if not isinstance(settings, CommentedMap):
        raise LookupError
    settings.fa.set_block_style()
    out = io.StringIO()
    yaml.dump(settings, out)
    return text[: found.start] + out.getvalue() + text[found.end :]
