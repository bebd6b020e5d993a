"""The text part of Markdown, as a person would type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import Place
from newsletter.model.merge import Context, MergeField, MergeText
from newsletter.rendering.markdown import read_markdown
from newsletter.rendering.mint import Mint
from newsletter.rendering.plain import to_text

NAME = MergeField("subscriber.first_name", "there")


def text(*pieces: str | MergeField, mint: Mint | None = None) -> str:
    mint = mint or Mint("abcdef0123")
    return to_text(read_markdown(MergeText(pieces, Place("a.md", 1)), mint), mint)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("one\\\ntwo", "one\ntwo"),
        ("# A\n\ntext\n\n## B\n\ntext", "A\n=\n\ntext\n\nB\n-\n\ntext"),
        ("a\n\n- b\n- c\n  - d\n- e\n\nf", "a\n\n- b\n- c\n  - d\n- e\n\nf"),
        ("- a\n\n  b\n\n- c", "- a\n\n  b\n\n- c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("0. a\n1. b", "0. a\n1. b"),
        ("> a\n>\n> b\n\nc", "> a\n>\n> b\n\nc"),
        ("- > a\n  > b", "- > a b"),
        ("a\n\n---\n\nb", "a\n\n--------------------\n\nb"),
        ("    x  y\n    z", "    x  y\n    z"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("**b** *e* `c` ~~s~~ m<sup>2</sup>", "b e c ~~s~~ m^2"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("[label](https://x.test)", "label (https://x.test)"),
        ("[**la** bel](https://x.test)!", "la bel (https://x.test)!"),
        ("<https://x.test>", "https://x.test"),
        ("<me@x.test>", "me@x.test"),
        ("[](https://x.test)", "https://x.test"),
        ('<a href="https://x.test">raw</a> and <br> more', "raw (https://x.test) and\nmore"),
        ("<ul><li>a<li>b</ul>\n\nafter", "- a\n- b\n\nafter"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("a <script>x</script> b", "a  b"),
        ("[bad](javascript:x) ![p](x.png)end", "bad end"),
        ('a <a href="https://x.test">open', "a open (https://x.test)"),
        ('<a href="https://x.test"><p>one</p><p>two</p></a>', "one (https://x.test)\n\ntwo"),
        ("", ""),
    ],
)
def test_each_element_has_its_plain_form(source: str, plain: str) -> None:
    """Headings, lists, links and all the rest, without glued words."""
    assert text(source).replace("  ", " ") == plain.replace("  ", " ")


def test_a_field_in_an_address_is_encoded_and_in_text_it_is_not() -> None:
    """The text part has tokens of its own contexts."""
    mint = Mint("abcdef0123")
    made = text("Hi ", NAME, ", [go](https://x.test/?n=", NAME, ")", mint=mint)
    plain, url = mint.token(NAME, Context.TEXT), mint.token(NAME, Context.URL)
    assert made == f"Hi {plain}, go (https://x.test/?n={url})"


@given(
    st.lists(
        st.sampled_from(
            ["<ul>", "</ul>", "<li>", "</li>", "</blockquote>", "<blockquote>", "</a>", "<p>",
             "</p>", "<a href='https://x.t'>", "\n", "\n\n", "word", " ", "- ", "> ", "<br>", "# "]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_broken_html_still_gives_every_word(source: str) -> None:
    """What was never opened or closed neither fails nor swallows words."""
    assert text(source).count("word") == source.count("word")
