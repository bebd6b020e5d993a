"""Merge tags: escaped for where they land, put in once."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.merge import Context, MergeField, MergeTag, MergeText
from newsletter.model.rendition import Rendition
from newsletter.rendering import column_filler, escape, fill, prepare, values_for
from newsletter.rendering.merge import MOST_CHARACTERS
from newsletter.rendering.mint import Mint, choose_nonce

NAME = MergeField("subscriber.first_name", "there")
UNSUBSCRIBE = MergeField("link.unsubscribe", "https://news.test/unsubscribe/sample")

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="<>&\"'\r\n\t\0%{}/?#=+ aé\u202e\u2028\ud800", max_size=40),
    st.sampled_from(
        ["</p><script>x</script>", "\r\nBcc: x@y.test", "a&b=c#d", "' onload='x", "%00"]
    ),
)


def rendition(subject: str, html: str, text: str, mint: Mint) -> Rendition:
    tags = mint.tags_in(subject, html, text)
    return Rendition("all", (), (), subject, "", html, text, mint.nonce, tags)


class Seen(HTMLParser):
    """The elements, attributes and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, list[str]]] = []
        self.values: list[str | None] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [name for name, _ in attrs]))
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def as_shown(value: str) -> str:
    """What of a value a reader may see: cut, on one line, without controls."""
    plain = escape(value[:MOST_CHARACTERS], Context.TEXT).strip()
    return plain or "there"


@given(HOSTILE)
def test_a_value_can_not_change_the_page_around_it(value: str) -> None:
    """Elements and attributes stay as they were, and the value is read as it is."""
    mint = Mint("abcdef0123")
    html = (
        f'<p title="{mint.token(NAME, Context.ATTRIBUTE)}">'
        f'{mint.token(NAME, Context.HTML)}</p><a href="https://x.test/?n='
        f'{mint.token(NAME, Context.URL)}&amp;m=1#f">x</a>'
    )
    made = Seen(fill(rendition("", html, "", mint), {NAME.source: value}).html)

    assert made.elements == [("p", ["title"]), ("a", ["href"])]
    assert made.words == as_shown(value) + "x"
    assert made.values[0] == as_shown(value)
    address = urlsplit(made.values[1] or "")
    assert (address.netloc, address.path, address.fragment) == ("x.test", "/", "f")
    assert parse_qs(address.query) == {"n": [as_shown(value)], "m": ["1"]}


@given(HOSTILE)
def test_a_subject_stays_one_line(value: str) -> None:
    """No value can end the Subject header and begin another."""
    mint = Mint("abcdef0123")
    made = fill(rendition(mint.token(NAME, Context.SUBJECT), "", "", mint), {NAME.source: value})
    assert made.subject == as_shown(value)
    assert len(made.subject.splitlines()) == 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in made.subject)


@pytest.mark.parametrize(
    ("context", "escaped"),
    [
        (Context.HTML, "a &lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;"),
        (Context.ATTRIBUTE, "a &lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;"),
        (Context.PREHEADER, "a &lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;"),
        (Context.URL, "a%20%3Cb%3E%20%26%20%22c%22%20%27d%27"),
        (Context.TEXT, "a <b> & \"c\" 'd'"),
        (Context.SUBJECT, "a <b> & \"c\" 'd'"),
    ],
)
def test_each_context_escapes_what_it_must(context: Context, escaped: str) -> None:
    """One value, six places."""
    assert escape("a <b> & \"c\" 'd'", context) == escaped


def test_joined_emoji_and_right_to_left_names_stay_whole() -> None:
    """Only marks that would turn what follows are taken; joiners are part of a name."""
    for name in ("👩‍⚕️", "می‌خواهم", "שרה", "Zoë"):
        assert escape(name, Context.TEXT) == name
    assert escape("a\u202eb", Context.TEXT) == "a b"


@pytest.mark.parametrize("value", [None, "", "   ", "\r\n", "xabcdef0123y"])
def test_a_value_that_is_missing_empty_or_suspicious_gives_the_default(value: str | None) -> None:
    """A value that holds the nonce could pass for a token, so it is not used."""
    tag = MergeTag("nlabcdef01230x", NAME.source, "there & then", Context.HTML)
    reader = {} if value is None else {NAME.source: value}
    assert values_for([tag], reader) == ("there &amp; then",)


@given(st.sampled_from([NAME.source, UNSUBSCRIBE.source]), st.sampled_from(Context), st.data())
def test_a_column_is_filled_as_each_reader_alone(
    source: str, context: Context, data: st.DataObject
) -> None:
    """Whoever the others of a batch are, a reader's value is the same."""
    tag = MergeTag("nlabcdef01230x", source, "there & then", context)
    value = st.one_of(
        HOSTILE,
        st.sampled_from(["https://n.test/u/aB-_9", "Zoë", "", "abcdef0123", "x" * 500]),
    )
    column = data.draw(st.lists(value, min_size=1, max_size=6))
    assert list(column_filler(tag)(column)) == [
        values_for([tag], {source: each})[0] for each in column
    ]


def test_a_long_value_is_cut_and_an_address_is_not() -> None:
    """SendGrid takes 10,000 bytes of substitutions a reader; half an address leads nowhere."""
    address = "https://news.test/u/" + "a" * 500
    mint = Mint("abcdef0123")
    text = mint.token(NAME, Context.TEXT) + mint.token(UNSUBSCRIBE, Context.TEXT)
    reader = {NAME.source: "x" * 500, UNSUBSCRIBE.source: address}
    assert prepare(mint.tags_in(text))(reader) == ("x" * MOST_CHARACTERS, address)


def test_a_whole_address_is_not_encoded_anew() -> None:
    """A link of ours is already an address: only its `&` is escaped for the attribute."""
    mint = Mint("abcdef0123")
    html = f'<a href="{mint.token(UNSUBSCRIBE, Context.URL)}">x</a>'
    made = fill(rendition("", html, "", mint), {UNSUBSCRIBE.source: "https://n.test/u?a=1&b=%20"})
    assert made.html == '<a href="https://n.test/u?a=1&amp;b=%20">x</a>'


def test_values_are_put_in_once() -> None:
    """A value that looks like another token is text, and ten tokens do not eat the first."""
    mint = Mint("abcdef0123")
    fields = [MergeField(f"subscriber.f{number}", "-") for number in range(12)]
    tokens = [mint.token(field, Context.TEXT) for field in fields]
    reader = {field.source: f"v{number}" for number, field in enumerate(fields)}
    made = fill(rendition("", "", " ".join(tokens), mint), reader)
    assert made.text == " ".join(f"v{number}" for number in range(12))


def test_values_follow_the_tags_in_their_order() -> None:
    """A transport pairs values with tags by position, so `prepare` must keep it."""
    mint = Mint("abcdef0123")
    text = mint.token(NAME, Context.URL) + mint.token(NAME, Context.HTML)
    tags = mint.tags_in(text)
    by_context = dict(
        zip((tag.context for tag in tags), prepare(tags)({NAME.source: "a&b"}), strict=True)
    )
    assert by_context == {Context.URL: "a%26b", Context.HTML: "a&amp;b"}
    assert [tag.token for tag in tags] == sorted(tag.token for tag in tags)


def test_a_nonce_occurs_nowhere_in_the_content() -> None:
    """When an author's text holds it, another is taken, and the same one every time."""
    first = choose_nonce(b"seed", "")
    second = choose_nonce(b"seed", f"see {first} here")
    assert len(first) >= 8
    assert int(first, 16) >= 0
    assert second != first
    assert choose_nonce(b"seed", f"see {first} here") == second
    assert choose_nonce(b"other", "") != first


def test_one_token_for_each_source_default_and_context() -> None:
    """The same field twice in one context is one substitution."""
    mint = Mint("abcdef0123")
    twice = MergeText((NAME, " and ", NAME))
    other = mint.token(MergeField(NAME.source, "friend"), Context.HTML)
    written = mint.write(twice, Context.HTML)
    assert written == f"{mint.token(NAME, Context.HTML)} and {mint.token(NAME, Context.HTML)}"
    assert mint.token(NAME, Context.TEXT) not in written
    assert other not in written


def test_a_damaged_token_is_noticed() -> None:
    """What is left of the nonce outside a whole token counts as a stray."""
    mint = Mint("abcdef0123")
    token = mint.token(NAME, Context.HTML)
    assert mint.strays_in(f"Hello {token}") == 0
    assert mint.strays_in(f"Hello {token[:-1]}") == 1
    assert mint.strays_in(f"Hello {token[:9]}...") == 1
    assert mint.strays_in(f"Hello {token.upper()} {token}") == 1
    assert mint.strays_in(f"Hello {mint.mark(NAME)}") == 1
