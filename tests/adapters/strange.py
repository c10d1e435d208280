"""Cards and words as strange as anybody can make them, for every platform to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.chat.cards import Bars, Block, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.text import Moment, Text, t
from tests.adapters.sample import png

HOSTILE = (
    "@everyone", "@here", "<!channel>", "<!everyone>", "<@123456789012345678>", "<@&123456789012345678>",
    "<@U0123456>", "<#123456789012345678>", "<t:1:R>", "</top:123456789012345678>", "<:smile:123456789012345678>",
    "<a:x:1>", "<id:customize>", "[press me](https://evil.example)", "[a](<https://evil.example>)",
    "https://evil.example/a_b", "http://evil.example", "<https://evil.example|Sign in>",
    "**bold** _it_ ~~no~~ ||spoiler||",
    "```\ncode\n```", "`", "``", "# heading", "-# small", "> quote", ">>> all", "- item", "* item", "1. first", "12. ",
    "\\", "\\\\*", "a\nb\r\nc", "\u2028line\u2029par", "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\u200d", "\0",
    "\ud800", "\x1b[31m", "", " ", "…", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙", "👩‍👩‍👧‍👦", "日本語", "{n}", "%s", "&lt;&amp;",
    "A" * 10_000, "@everyone " * 400,
)  # fmt: skip

words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.text(st.characters(), max_size=400))
moments = st.integers(0, 4_000_000_000_000).map(Moment)


def _said(value: object) -> Text:
    return t("{x}", x=value)  # type: ignore[arg-type]


_flat: st.SearchStrategy[Text] = st.one_of(
    words.map(_said),
    st.integers(-(10**12), 10**12).map(_said),
    moments.map(_said),
    st.builds(lambda a, b: t("{a} — {b} plays, /top", a=a, b=b), words, words),
    st.just(t("")),
)
texts = st.one_of(_flat, st.builds(lambda a, b: t("{a} · {b}", a=a, b=b), _flat, _flat))
headings = st.one_of(st.none(), texts)
urls = st.one_of(
    st.sampled_from(
        ["", "https://example.org/a", "https://example.org/ö?q=a b)(", "javascript:alert(1)", "ftp://x", "https://",
         "http://[bad", "https://x.example/" + "y" * 600, "HTTPS://X.example", "https://x.example:99999999/"]
    ),
    words,
)  # fmt: skip
buttons = st.builds(
    Button,
    texts,
    st.sampled_from(["top.vote", "draft.swap", "/play", "nobody.knows"]),
    st.dictionaries(st.sampled_from(["n", "words", "draft"]), words, max_size=2),
    st.booleans(),
)
links = st.builds(Link, texts, urls)
rows = st.builds(Row, texts, headings, urls, st.lists(buttons, max_size=3).map(tuple))
_PICTURES = (png(2, 2), png(3, 1, 9), b"\xff\xd8\xff\xe0 a jpeg", b"no picture", b"")
pictures = st.builds(
    Picture, st.sampled_from(_PICTURES), words.filter(str.strip).map(lambda it: t("{x}", x=it))
)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Lines, st.lists(texts, max_size=12).map(tuple), headings),
    st.builds(Listing, st.lists(rows, max_size=30).map(tuple), headings, st.booleans()),
    st.builds(Fields, st.lists(st.tuples(texts, texts), max_size=12).map(tuple), headings),
    st.builds(Bars, st.lists(st.tuples(texts, st.integers(0, 10**9)), max_size=12).map(tuple), texts),
    pictures,
)
cards = st.builds(
    Card,
    texts,
    st.lists(blocks, max_size=8).map(tuple),
    st.lists(st.one_of(buttons, links), max_size=14).map(tuple),
    headings,
    st.booleans(),
)
