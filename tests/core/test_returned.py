"""The address after Spotify's consent, as people paste it; and the client ID of an own app, as they type it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.apps import client_id_of, is_own, own_developer
from bot.core.returned import READINGS, Returned, is_address, read_address
from bot.errors import BadOption

URL = "http://127.0.0.1:8888/callback?code=AQD-x_9&state=s3cret-State_1"
BACK = Returned("s3cret-State_1", "AQD-x_9", "")


@pytest.mark.parametrize(
    "pasted",
    [
        URL,
        f"  {URL}\n",
        f"<{URL}>",
        f"<{URL}|{URL}>",
        f"`{URL}`",
        f"**{URL}**",
        f"“{URL}”.",
        f"[here]({URL})",
        f"({URL})",
        f"\u200b{URL}\ufeff",
        URL.replace("code=", "code=\n  "),
        URL[:40] + "\r\n" + URL[40:],
        URL.removeprefix("http://"),
        URL.partition("?")[2],
        "?" + URL.partition("?")[2],
        URL.replace("&", "&amp;"),
        URL + "#_=_",
        quote(URL, safe=""),
        "http://127.0.0.1:8888/callback?state=s3cret-State_1&code=AQD-x_9",
        "view-source:" + URL,
        URL + " ok?",
        URL + "\nthat is it, I think",
        f"is this right? {URL} it says that it does not load",
        f"{URL}\n{URL}",
        URL + URL,
        "https://x.example/?u=" + quote(URL, safe=""),
        "https://x.example/?u=" + quote(quote(URL, safe=""), safe="") + "&state=other",
    ],
)
def test_what_chats_and_browsers_make_of_it(pasted: str) -> None:
    assert BACK in read_address(pasted)


def test_a_gap_may_be_the_end_or_not() -> None:
    assert [it.state for it in read_address(URL + " ok? yes")] == [
        "s3cret-State_1", "s3cret-State_1ok"
    ]  # fmt: skip
    assert len(read_address(URL + " so" * 1000)) == READINGS


def test_a_no_is_read_as_one() -> None:
    pasted = "http://127.0.0.1:8888/callback?error=access_denied&state=abc"
    assert read_address(pasted) == [Returned("abc", "", "access_denied")]


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        (" \n\u200b", "Nothing was pasted"),
        ("hello", "not the address"),
        ("https://open.spotify.com/track/1?si=2", "not the address"),
        ("http://127.0.0.1:8888/callback?code=AQD", "part of the address is missing"),
        ("http://127.0.0.1:8888/callback?state=abc", "part of the address is missing"),
        (
            "https://accounts.spotify.com/authorize?client_id=1&response_type=code&state=abc",
            "page on which Spotify asks",
        ),
        ("https://accounts.spotify.com/de/login?continue=x", "page on which Spotify asks"),
    ],
)
def test_each_mistake_has_its_sentence(pasted: str, said: str) -> None:
    with pytest.raises(BadOption, match=said) as refused:
        read_address(pasted)
    assert refused.value.option == "address"


# What Spotify and `secrets.token_urlsafe` make of codes and states.
words = st.text("abcXYZ0189-_", min_size=1, max_size=40)
gaps = st.sampled_from(["", " ", "\n", "\r\n\t", "\u200b", "\u00a0"])


@given(words, words, gaps, gaps, st.sampled_from(["", "<>", "``", "()", '""', "“”"]), st.data())
def test_gaps_anywhere_do_no_harm(
    code: str, state: str, before: str, inside: str, around: str, data: st.DataObject
) -> None:
    url = f"http://127.0.0.1:8888/callback?{urlencode({'code': code, 'state': state})}"
    at = data.draw(st.integers(0, len(url)))
    left, right = (around[0], around[1]) if around else ("", "")
    pasted = f"{before}{left}{url[:at]}{inside}{url[at:]}{right}{before}"
    assert Returned(state, code, "") in read_address(pasted)


@given(st.text())
def test_anything_at_all_is_read_or_refused(pasted: str) -> None:
    try:
        found = read_address(pasted)
    except BadOption:
        return
    assert all(it.state and (it.code or it.error) for it in found)


@pytest.mark.parametrize(
    ("typed", "address"), [(URL, True), (quote(URL, safe=""), True), ("K7QM-2XHD", False)]
)
def test_an_address_is_no_code(typed: str, address: bool) -> None:
    assert is_address(typed) is address


# --- client IDs

CLIENT_ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "typed", [CLIENT_ID, f" {CLIENT_ID}\n", CLIENT_ID.upper(), f"<{CLIENT_ID}>", f"`{CLIENT_ID}`"]
)
def test_a_client_id_is_read(typed: str) -> None:
    assert client_id_of(typed) == CLIENT_ID


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (CLIENT_ID[:-1], "has 32 characters, and that has 31"),
        (CLIENT_ID + "0", "that has 33"),
        (CLIENT_ID[:-1] + "g", "“g” is in no client ID"),
        (f"https://developer.spotify.com/dashboard/{CLIENT_ID}", "That is an address"),
        (f"{CLIENT_ID[:16]} {CLIENT_ID[16:]}", "There is a gap in it"),
        ("", "that has 0"),
    ],
)
def test_what_is_wrong_with_it_is_said(typed: str, said: str) -> None:
    with pytest.raises(BadOption, match=said) as refused:
        client_id_of(typed)
    assert refused.value.option == "app"


def test_an_own_app_is_a_developer_account_of_its_own() -> None:
    assert is_own(own_developer(CLIENT_ID))
    assert not is_own("host")
    assert CLIENT_ID in own_developer(CLIENT_ID)
