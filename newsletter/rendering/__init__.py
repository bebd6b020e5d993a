"""Issue -> Renditions: Jinja, MJML, inlined CSS, text, merge tags. Pure.

`render` is the whole path; `compile_mjml` and `inline_css` are stages of it that are worth
having alone; `prepare`, `values_for` and `fill` put a reader's values in.
"""

from newsletter.rendering.eml import list_headers, list_id, to_eml
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.merge import (
    ColumnFiller,
    column_filler,
    escape,
    fill,
    prepare,
    values_for,
)
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.press import Press, prepare_press, render
from newsletter.rendering.tracing import trace, trace_rendition
from newsletter.rendering.variants import variant_for, variants

__all__ = [
    "ColumnFiller",
    "Press",
    "column_filler",
    "compile_mjml",
    "escape",
    "fill",
    "inline_css",
    "list_headers",
    "list_id",
    "prepare",
    "prepare_press",
    "render",
    "to_eml",
    "trace",
    "trace_rendition",
    "values_for",
    "variant_for",
    "variants",
]
