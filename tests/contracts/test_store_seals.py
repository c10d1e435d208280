"""Everything sealed is found with the words that say which, and replaced only as it was (`SealStore`)."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model import Link, LinkId, Member, Source
from bot.ports import PendingLogin, Sealed, SealedKind
from tests.fakes import EveryStore


async def test_every_sealed_thing_is_found_and_put_back_sealed_anew(store: EveryStore, ana: Member) -> None:
    for account in ("a", "b"):
        link = Link(LinkId(0), ana.id, Source.SPOTIFY, account)
        await store.link_account(link, account.encode(), 1)
    await store.begin_login(PendingLogin("s", ana.id, b"v", "app", "", frozenset(), 10))
    await store.keep_installation("slack", "T1", b"t1")
    await store.keep_installation("slack", "T2", b"t2")
    found = await store.all_sealed()
    assert set(found) == {
        Sealed(SealedKind.GRANT, ("spotify", "a", str(ana.id)), b"a"),
        Sealed(SealedKind.GRANT, ("spotify", "b", str(ana.id)), b"b"),
        Sealed(SealedKind.LOGIN, ("s",), b"v"),
        Sealed(SealedKind.INSTALLATION, ("slack", "T1"), b"t1"),
        Sealed(SealedKind.INSTALLATION, ("slack", "T2"), b"t2"),
    }
    for thing in found:
        assert await store.reseal(thing, thing.sealed + b"!")
        assert not await store.reseal(thing, b"too late")
    assert set(await store.all_sealed()) == {replace(it, sealed=it.sealed + b"!") for it in found}
