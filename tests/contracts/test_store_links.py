"""Accounts, grants, logins and looks, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.apps import own_developer
from bot.core.model import (
    Gap,
    Link,
    LinkId,
    LinkState,
    Member,
    MemberId,
    NewPlay,
    RawTrack,
    Source,
    Span,
)
from bot.errors import NotAllowed, NotFound
from bot.ports import PendingLogin, Polled
from tests.fakes import EveryStore

SONG = RawTrack("spotify:track:1", "Song", "Artist")


def _login(member: Member, state: str = "s1", expires_ms: int = 1_000) -> PendingLogin:
    return PendingLogin(
        state=state,
        member_id=member.id,
        verifier=b"\x00sealed\xff",
        client_id="app",
        redirect_uri="http://127.0.0.1/callback",
        scopes=frozenset({"user-read-recently-played", "user-top-read"}),
        expires_ms=expires_ms,
        note="for the club",
    )


def _spotify(member: Member, account: str = "31abc", **told: object) -> Link:
    link = Link(
        id=LinkId(0),
        member_id=member.id,
        source=Source.SPOTIFY,
        account=account,
        client_id="app",
        developer="dev",
        scopes=frozenset({"user-read-recently-played"}),
        authorized_at_ms=500,
    )
    return replace(link, **told)  # type: ignore[arg-type]


# --- logins


async def test_a_login_is_looked_at_freely_and_taken_once(store: EveryStore, ana: Member) -> None:
    login = _login(ana)
    await store.begin_login(login)
    assert await store.login("s1", 10) == login
    assert await store.login("s1", 10) == login
    assert await store.take_login("s1", 10) == login
    assert await store.take_login("s1", 10) is None
    assert await store.login("s1", 10) is None


async def test_an_unknown_state_is_no_login(store: EveryStore, ana: Member) -> None:
    await store.begin_login(_login(ana))
    assert await store.login("s2", 10) is None
    assert await store.take_login("s2", 10) is None
    assert await store.take_login("s1", 10) is not None


@pytest.mark.parametrize(("now_ms", "good"), [(999, True), (1_000, False), (1_001, False)])
async def test_a_login_expires(store: EveryStore, ana: Member, now_ms: int, good: bool) -> None:
    await store.begin_login(_login(ana, expires_ms=1_000))
    assert (await store.login("s1", now_ms) is not None) is good
    assert (await store.take_login("s1", now_ms) is not None) is good


async def test_beginning_anew_drops_only_ones_own_logins(store: EveryStore, ana: Member, ben: Member) -> None:
    await store.begin_login(_login(ana, "first"))
    await store.begin_login(_login(ben, "bens"))
    await store.begin_login(_login(ana, "second"))
    assert await store.take_login("first", 10) is None
    assert await store.take_login("second", 10) is not None
    assert await store.take_login("bens", 10) is not None


async def test_a_login_needs_its_member(store: EveryStore, ana: Member) -> None:
    with pytest.raises(NotFound):
        await store.begin_login(replace(_login(ana), member_id=MemberId(99)))


# --- links


async def test_a_linked_account_is_stored_whole(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"\x00grant\xff", 700)
    assert link == replace(_spotify(ana), id=link.id)
    assert await store.link(link.id) == link
    assert await store.links(ana.id) == [link]
    assert await store.sealed_grant(link.id) == b"\x00grant\xff"


async def test_a_source_without_grants_leaves_none(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), None, 700)
    assert await store.sealed_grant(link.id) is None
    assert [it.link for it in await store.looks([ana.id])] == [link]


async def test_linking_again_renews_the_same_link(store: EveryStore, ana: Member) -> None:
    first = await store.link_account(_spotify(ana), b"old", 700)
    await store.record(first.id, [NewPlay(1, SONG)])
    await store.set_state(first.id, LinkState.EXPIRED)
    again = _spotify(ana, client_id="own-app", developer="ana", authorized_at_ms=900)
    second = await store.link_account(again, b"new", 800)
    assert second == replace(again, id=first.id)
    assert await store.links(ana.id) == [second]
    assert await store.sealed_grant(first.id) == b"new"
    assert await store.recent_keys(first.id, 5) == [(1, SONG.key)]


async def test_somebody_elses_account_is_refused_and_stays_theirs(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    link = await store.link_account(_spotify(ana), b"hers", 700)
    with pytest.raises(NotAllowed):
        await store.link_account(_spotify(ben), b"his", 700)
    assert await store.link(link.id) == link
    assert await store.sealed_grant(link.id) == b"hers"
    assert await store.links(ben.id) == []


async def test_one_member_can_link_two_accounts(store: EveryStore, ana: Member) -> None:
    first = await store.link_account(_spotify(ana, "one"), b"1", 700)
    second = await store.link_account(_spotify(ana, "two"), b"2", 700)
    assert await store.links(ana.id) == [first, second]


async def test_each_export_has_one_link_of_each_kind(store: EveryStore, ana: Member, ben: Member) -> None:
    extended = await store.export_link(ana.id, Source.EXTENDED)
    assert extended == Link(extended.id, ana.id, Source.EXTENDED)
    assert await store.export_link(ana.id, Source.EXTENDED) == extended
    account = await store.export_link(ana.id, Source.ACCOUNT)
    bens = await store.export_link(ben.id, Source.EXTENDED)
    assert len({extended.id, account.id, bens.id}) == 3
    assert await store.links(ana.id) == [extended, account]


async def test_links_need_their_member(store: EveryStore, ana: Member) -> None:
    with pytest.raises(NotFound):
        await store.export_link(MemberId(99), Source.EXTENDED)
    with pytest.raises(NotFound):
        await store.link_account(_spotify(replace(ana, id=MemberId(99))), b"", 1)


async def test_renewing_a_grant_and_a_state(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"old", 700)
    assert await store.renew_grant(link.id, b"old", b"new")
    assert not await store.renew_grant(link.id, b"old", b"newer")
    await store.set_state(link.id, LinkState.NOT_ALLOWLISTED)
    assert await store.sealed_grant(link.id) == b"new"
    assert await store.link(link.id) == replace(link, state=LinkState.NOT_ALLOWLISTED)


async def test_what_is_unlinked_is_not_found(store: EveryStore, link: Link) -> None:
    assert await store.unlink(link.id) == 0
    assert await store.link(link.id) is None
    assert await store.sealed_grant(link.id) is None
    assert not await store.renew_grant(link.id, b"", b"")
    with pytest.raises(NotFound):
        await store.take_turn(link.id, 1, 2)
    with pytest.raises(NotFound):
        await store.end_link(link.id, b"", 1)
    with pytest.raises(NotFound):
        await store.set_state(link.id, LinkState.EXPIRED)
    with pytest.raises(NotFound):
        await store.record(link.id, [NewPlay(1, SONG)])
    with pytest.raises(NotFound):
        await store.cover(link.id, [Span(1, 2)])
    with pytest.raises(NotFound):
        await store.record_poll(Polled(link.id, 1, [], None, None, 2))
    assert await store.unlink(link.id) == 0


async def test_unlinking_deletes_everything_of_this_link_and_nothing_else(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    hers = await store.link_account(_spotify(ana), b"hers", 10)
    his = await store.link_account(_spotify(ben, "his"), b"his", 10)
    for link in (hers, his):
        plays = [NewPlay(1, SONG), NewPlay(2, SONG)]
        await store.record_poll(Polled(link.id, 5, plays, Span(0, 5), Gap(5, 6, "outage"), 10))
    assert await store.unlink(hers.id) == 2
    assert await store.plays_between([ana.id], 0, 10) == []
    assert await store.sealed_grant(hers.id) is None
    assert [look.link for look in await store.looks([ana.id, ben.id])] == [his]
    [kept] = await store.plays_between([ben.id], 0, 10)
    assert (len(kept.plays), kept.covered, kept.gaps) == (2, [Span(0, 5)], [Gap(5, 6, "outage")])


async def test_the_number_of_an_unlinked_link_is_never_given_again(store: EveryStore, ana: Member) -> None:
    old = await store.link_account(_spotify(ana), b"old", 10)
    await store.unlink(old.id)
    new = await store.link_account(_spotify(ana), b"new", 10)
    assert new.id > old.id


async def test_what_an_own_app_spent_is_forgotten_with_the_last_link_through_it(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    own, others = own_developer("a" * 32), own_developer("b" * 32)
    hers = await store.link_account(_spotify(ana, developer=own), b"", 1)
    his = await store.link_account(_spotify(ben, "his", developer=own), b"", 1)
    hosts = await store.link_account(_spotify(ben, "second"), b"", 1)
    for developer in (own, others, "dev"):
        await store.spend(developer, 10, 3)
        await store.block(developer, 50)
    await store.unlink(hers.id)
    assert (await store.spent(own, 0), await store.blocked_until(own)) == (3, 50)
    await store.unlink(his.id)
    assert (await store.spent(own, 0), await store.blocked_until(own)) == (0, 0)
    await store.forget_developer("dev")
    assert await store.spent("dev", 0) == 3
    await store.unlink(hosts.id)
    for developer in (others, "dev"):
        assert (await store.spent(developer, 0), await store.blocked_until(developer)) == (3, 50)
    await store.forget_developer("dev")
    assert (await store.spent("dev", 0), await store.blocked_until("dev")) == (0, 0)


async def test_seats_count_accounts_not_exports(store: EveryStore, ana: Member, ben: Member) -> None:
    await store.link_account(_spotify(ana, "one"), b"", 1)
    await store.link_account(_spotify(ana, "one"), b"", 1)
    await store.link_account(_spotify(ben, "two"), b"", 1)
    await store.link_account(_spotify(ben, "three", client_id="own"), b"", 1)
    await store.export_link(ana.id, Source.EXTENDED)
    assert [await store.seats(it) for it in ("app", "own", "", "unknown")] == [2, 1, 0, 0]


async def test_states_count_api_links(store: EveryStore, ana: Member, ben: Member) -> None:
    assert await store.states() == {}
    for account in ("one", "two"):
        await store.link_account(_spotify(ana, account), b"", 1)
    dead = await store.link_account(_spotify(ben, "three"), b"", 1)
    await store.set_state(dead.id, LinkState.EXPIRED)
    await store.export_link(ana.id, Source.EXTENDED)
    assert await store.states() == {LinkState.ACTIVE: 2, LinkState.EXPIRED: 1}


# --- looks


async def test_looks_are_all_active_ones_of_these_members(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    first = await store.link_account(_spotify(ana, "one"), b"", 900)
    await store.link_account(_spotify(ben, "bens"), b"", 100)
    second = await store.link_account(_spotify(ana, "two"), b"", 100)
    dead = await store.link_account(_spotify(ana, "dead"), b"", 50)
    await store.set_state(dead.id, LinkState.NOT_ALLOWLISTED)
    await store.export_link(ana.id, Source.EXTENDED)
    assert [(it.link, it.next_ms) for it in await store.looks([ana.id])] == [(first, 900), (second, 100)]
    assert await store.looks([]) == []


async def test_a_look_sets_the_next_one_and_renewing_forgives_fails(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"", 100)
    await store.record_poll(Polled(link.id, 120, [], None, None, next_ms=400, fails=3))
    [look] = await store.looks([ana.id])
    assert (look.next_ms, look.last_ms, look.fails) == (400, 120, 3)
    await store.link_account(_spotify(ana), b"", 200)
    [look] = await store.looks([ana.id])
    assert (look.next_ms, look.last_ms, look.fails) == (200, 120, 0)
