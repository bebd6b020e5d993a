"""What a screen reader says: order, levels, names, and what it passes over."""

from __future__ import annotations

import pytest

from newsletter.checks.speaking import transcript

MAIL = '<html lang="en"><head><title>Hello</title>{head}</head><body>{body}</body></html>'


def said(body: str, head: str = "") -> list[str]:
    """The lines of a mail's body."""
    return transcript(MAIL.format(head=head, body=body)).splitlines()[3:]


def test_title_and_language_come_first() -> None:
    """And are missed aloud where there are none."""
    assert transcript(MAIL.format(head="", body="<p>x</p>")) == "Title: Hello\nLanguage: en\n\nx\n"
    assert transcript("<p>x</p>").startswith("Title: (none)\nLanguage: (not said)\n")


def test_headings_links_and_images_are_named() -> None:
    """With level, as link, by alternative text."""
    body = '<h2>News <b>today</b></h2><p>Read <a href="#">the guide</a> now</p><img alt="A drop">'
    assert said(body) == ["Heading 2: News today", "Read [link: the guide] now", "[image: A drop]"]


def test_a_linked_image_is_a_link_that_is_an_image() -> None:
    """One inside the other."""
    assert said('<a href="#"><img alt="Book"></a>') == ["[link: [image: Book]]"]


def test_decoration_is_passed_over_and_a_missing_alt_is_not() -> None:
    """An empty alt is a decision; none makes screen readers spell the file."""
    assert said('<img alt="" src="a.png"><img role="presentation" alt="x">') == []
    assert said('<img src="https://e.com/IMG_2031.png">') == ["[image: IMG_2031.png]"]


@pytest.mark.parametrize(
    "hiding",
    [
        'style="display:none"',
        'style="visibility:hidden"',
        "hidden",
        'aria-hidden="true"',
        'class="off"',
    ],
)
def test_what_is_hidden_is_not_said(hiding: str) -> None:
    """By a style attribute, by HTML, for screen readers alone, or by a style block."""
    head = "<style>.off{display:none}</style>"
    assert said(f"<div {hiding}>Preheader <p>and more</p></div><p>Text</p>", head) == ["Text"]


@pytest.mark.parametrize("style", ["opacity:0", "font-size:0", "color:#fff", "max-height:0"])
def test_what_only_cannot_be_seen_is_said(style: str) -> None:
    """A preheader hidden by size or colour is read out, every time."""
    assert said(f'<div style="{style}">Preheader</div><p>Text</p>') == ["Preheader", "Text"]


def test_layout_tables_are_not_there_and_data_tables_are() -> None:
    """`role="presentation"` makes the difference."""
    table = "<table{}><tr><th>Day<td>Open</tr><tr><td>Monday<td>9 to 5</tr></table>"
    assert said(table.format(' role="presentation"')) == ["Day", "Open", "Monday", "9 to 5"]
    assert said(table.format("")) == [
        "(table of 2 rows and 2 columns)",
        "Row: Day | Open",
        "Row: Monday | 9 to 5",
    ]


def test_a_layout_table_inside_a_data_table_is_judged_by_its_own_role() -> None:
    """And the other way round."""
    inner = "<table><tr><td>1<td>2</tr></table>"
    outer = f'<table role="none"><tr><td>{inner}</td></tr></table>'
    assert said(outer) == ["(table of 1 rows and 2 columns)", "Row: 1 | 2"]


def test_lists_say_their_length_and_ordered_ones_their_numbers() -> None:
    """From where they start; a second paragraph of an item has no bullet of its own."""
    assert said("<ul><li>a<li><p>b</p><p>c</p></ul>") == ["(list of 2 items)", "• a", "• b", "c"]
    assert said('<ol start="3"><li>a<li>b</ol>') == ["(list of 2 items)", "3. a", "4. b"]


def test_changes_of_language_are_told() -> None:
    """For a block before it and after it, within a sentence around the words."""
    assert said('<div lang="fr">Salut</div><p>x</p>') == ["[fr]", "Salut", "[en]", "x"]
    assert said('<p>Say <span lang="de">Guten Tag</span> to her</p>') == [
        "Say [de: Guten Tag] to her"
    ]


def test_words_are_not_glued_and_blanks_not_doubled() -> None:
    """A line break separates, a soft hyphen and a joiner do not."""
    assert said("<p>12 Linden Row<br>10115  Berlin</p>") == ["12 Linden Row 10115 Berlin"]
    assert said("<p>co\u00adop\u200cer&#847;ate</p>") == ["cooperate"]


def test_labels_replace_the_words_of_links_and_name_regions() -> None:
    """`aria-label` is the name (Accessible Name and Description Computation)."""
    assert said('<a href="#" aria-label="Read about pores">More</a>') == [
        "[link: Read about pores]"
    ]
    body = '<div role="article" aria-roledescription="email" aria-label="Hello">x</div>'
    assert said(body) == ["(email: Hello)", "x"]
