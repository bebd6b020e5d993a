"""Issue files written as people write them: each in another way, all of them readable."""

from __future__ import annotations

import json

from hypothesis import strategies as st

WORDS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"),
        exclude_characters="{}\ufeff",
    ),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() == text and text != "---")
NOTES = st.sampled_from(["", "  # a note", " # why: because {x}"])
ABOVE = st.sampled_from(["", "# above\n", "\n", "\n# one\n# two\n", "# - topic/not-now\n"])
REFS = st.sampled_from(["skin/collagen", "skin/pores", "hair/roots", "hair/ends"])
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def one_line(draw: st.DrawFn) -> str:
    """A text as YAML, in any of its quotes."""
    text = draw(WORDS)
    double, single = json.dumps(text, ensure_ascii=False), "'" + text.replace("'", "''") + "'"
    plain = "Plain words, nothing odd"
    return draw(st.sampled_from([double, single, plain]))


@st.composite
def item(draw: st.DrawFn, margin: str) -> str:
    """A section, in one of the forms the grammar knows, with what stands above it."""
    ref = draw(REFS)
    said, note = draw(one_line()), draw(NOTES)
    braced = json.dumps(draw(WORDS), ensure_ascii=False)
    forms = (
        f"- {ref}{note}",
        f'- "{ref}"',
        f"- {ref}: {{heading: {braced}, link_text: 'x, y'}}{note}",
        f"- {ref}:\n{margin}    heading: {said}{note}\n{margin}    # inside\n{margin}    alt: x",
        f"- {ref}:\n{margin}    body: |\n{margin}      one\n\n{margin}      two # no note",
        f"- cta: {{text: Go, link: https://example.com/}}{note}",
        "- divider: {}",
    )
    above = "".join(f"{margin}{line}\n" if line else "\n" for line in draw(ABOVE).split("\n")[:-1])
    return f"{above}{margin}{draw(st.sampled_from(forms))}\n"


@st.composite
def outlines(draw: st.DrawFn) -> str:
    """The `snippets:` lines."""
    if draw(st.integers(0, 9)) == 0:
        refs = ", ".join(draw(st.lists(REFS, max_size=4)))
        return f"snippets: [{refs}]{draw(NOTES)}\n"
    margin = draw(st.sampled_from(["", "  ", "    "]))
    items = draw(st.lists(item(margin), max_size=5))
    return f"snippets:{draw(NOTES)}\n" + "".join(items)


@st.composite
def issues(draw: st.DrawFn) -> str:
    """A whole issue; lines end in a line feed."""
    parts = [
        f"number: {draw(st.integers(1, 999))}{draw(NOTES)}\n",
        f"subject: {draw(one_line())}{draw(NOTES)}\n",
        *draw(
            st.lists(
                st.sampled_from(
                    [
                        "preheader: >-\n  folded\n  words\n",
                        "layout: classic # the usual\n",
                        "timezone: 'Europe/Berlin'\n",
                        "audience:\n  clinic: [berlin]   # one\n",
                        "send_at: 2026-12-01 09:00\n",
                        "allow:\n- {rule: H04, because: 'known'}\n",
                    ]
                ),
                unique_by=lambda part: part.partition(":")[0],
            )
        ),
        draw(outlines()),
    ]
    settings = "".join(draw(ABOVE) + part for part in draw(st.permutations(parts)))
    body = draw(st.sampled_from(["", "\n", "Hello,\n\n- one\n---\n  two  \n", "\n\nNo end"]))
    return f"---\n{settings}{draw(ABOVE)}---\n{body}"
