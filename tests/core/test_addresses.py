"""Pages for URIs: known kinds only, nothing that a title could smuggle in."""

from __future__ import annotations

import pytest

from bot.core.addresses import Addresses


@pytest.mark.parametrize(
    ("uri", "page"),
    [
        ("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"),
        ("spotify:album:abc", "https://open.spotify.com/album/abc"),
        ("spotify:local:Ana:Tape:Song:120", ""),
        ("spotify:track:../../evil", ""),
        ("spotify:track:", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_uri_has_a_page_or_none(uri: str, page: str) -> None:
    assert Addresses().of(uri) == page


def test_words_are_quoted_into_a_search() -> None:
    assert (
        Addresses("http://127.0.0.1:1").search("AC/DC T.N.T.?")
        == "http://127.0.0.1:1/search/AC%2FDC%20T.N.T.%3F"
    )
