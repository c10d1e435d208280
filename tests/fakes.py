"""In-memory fakes: one store for every store port, a clock that stands still, chance that is no chance.

The contract tests (`tests/contracts`) hold the fake store to the same promises as the real one, so that what passes
on it passes on SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot import ports
from bot.core.apps import is_own
from bot.core.choices import FOR_EVER, Aside, Choices, within
from bot.core.frozen import handed_over
from bot.core.histories import Tally
from bot.core.identity import Alias, Verdict, derive, regrouped
from bot.core.model import (
    Gap,
    Group,
    GroupId,
    Heard,
    Identity,
    Link,
    LinkId,
    LinkPlays,
    LinkState,
    Member,
    MemberId,
    NewPlay,
    PeriodKind,
    Play,
    RawTrack,
    Room,
    RoomRef,
    SongId,
    Source,
    Span,
    Track,
    TrackId,
)
from bot.core.precedence import union
from bot.core.songfacts import SongFacts
from bot.errors import NotAllowed, NotFound, Stale
from bot.integrations.store.deleting import asking_for
from bot.ports import (
    Deleted,
    Delivery,
    Document,
    DueLink,
    FrozenRecap,
    Lifetime,
    MadeAlias,
    Membership,
    Message,
    NewDelivery,
    OneTimeCode,
    PendingLogin,
    Planned,
    Polled,
    Post,
    Redact,
    SavedPlaylist,
    Sealed,
    SealedKind,
    Settled,
    Stage,
    Weekly,
    Whereabouts,
)
from bot.text import t
from tests.fake_awards import FakeAwards
from tests.fake_stories import FakeStories

K = TypeVar("K")
V = TypeVar("V")


class EveryStore(
    ports.MemberStore,
    ports.GroupStore,
    ports.LinkStore,
    ports.LifetimeStore,
    ports.TallyStore,
    ports.SongStore,
    ports.IdentityStore,
    ports.PlayStore,
    ports.BudgetStore,
    ports.RecapStore,
    ports.PostStore,
    ports.DraftStore,
    ports.PlaylistStore,
    ports.MessageStore,
    ports.WhisperStore,
    ports.MemoStore,
    ports.InstallationStore,
    ports.CodeStore,
    ports.OfferStore,
    ports.ChoiceStore,
    ports.DeletionStore,
    ports.SealStore,
    ports.PresenceStore,
    ports.StoryStore,
    ports.PreviewStore,
    ports.WeeklyStore,
    ports.CostStore,
    Protocol,
):
    """All store ports at once: what the fake and the real store have in common."""


class FakeClock:
    """Time that passes only when told. `now` is ms UTC."""

    def __init__(self, now: int = 1_760_000_000_000) -> None:
        self.now = now

    def now_ms(self) -> int:
        return self.now

    def advance(self, ms: int) -> None:
        self.now += ms


class FakeChance:
    """Tokens `token-1`, `token-2`, … and seeds 1, 2, …"""

    def __init__(self) -> None:
        self._tokens = count(1)
        self._seeds = count(1)

    def token(self) -> str:
        return f"token-{next(self._tokens)}"

    def seed(self) -> int:
        return next(self._seeds)


class FakeMeter:
    """Writes down what was answered: platform, name, outcome."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str, str]] = []

    def answered(self, platform: str, name: str, outcome: str, seconds: float) -> None:
        self.answers.append((platform, name, outcome))


class FakeStore(FakeAwards, FakeStories):
    """Every store port, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[str, count[int]] = defaultdict(lambda: count(1))
        self._members: dict[MemberId, Member] = {}
        self._identities: dict[Identity, MemberId] = {}
        self._groups: dict[GroupId, Group] = {}
        self._rooms: dict[RoomRef, tuple[GroupId, str]] = {}
        self._memberships: dict[tuple[GroupId, MemberId], Membership] = {}
        self._logins: dict[str, PendingLogin] = {}
        self._looked: dict[Whereabouts, int] = {}
        self._departures: dict[MemberId, tuple[int, int]] = {}
        self._weekly: dict[GroupId, Weekly] = {}
        self._weekly_admins: dict[tuple[GroupId, MemberId], int] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._links: dict[LinkId, Link] = {}
        self._grants: dict[LinkId, bytes] = {}
        self._turns: dict[LinkId, int] = {}
        self._lifetimes: dict[LinkId, tuple[int, str, int]] = {}
        self._polls: dict[LinkId, tuple[int, int, int]] = {}
        self._tracks: dict[str, Track] = {}
        self._filed: dict[TrackId, Track] = {}
        self._reopened: dict[TrackId, Track] = {}
        self._songs: dict[TrackId, SongId] = {}
        self._aliases: dict[int, tuple[GroupId, MemberId, Alias, int]] = {}
        self._plays: dict[LinkId, set[tuple[int, TrackId, int, int]]] = defaultdict(set)
        self._covered: dict[LinkId, list[Span]] = defaultdict(list)
        self._gaps: dict[LinkId, set[Gap]] = defaultdict(set)
        self._tallies: dict[LinkId, Tally] = {}
        self._costs: list[ports.Cost] = []
        self._song_facts: dict[TrackId, tuple[SongFacts, int]] = {}
        self._asides: dict[MemberId, list[Aside]] = defaultdict(list)
        self._unread: dict[MemberId, list[Span]] = defaultdict(list)
        self._spent: dict[str, Counter[int]] = defaultdict(Counter)
        self._blocked: dict[str, int] = {}
        self._recaps: dict[int, FrozenRecap] = {}
        self._posts: dict[int, Post] = {}
        self._posts_due: dict[int, int] = {}
        self._drafts: dict[int, Document] = {}
        self._playlists: dict[int, SavedPlaylist] = {}
        self._resolved: dict[str, RawTrack | None] = {}
        self._messages: dict[int, Message] = {}
        self._memos: dict[str, str] = {}
        self._installations: dict[tuple[str, str], bytes] = {}
        self._whispers: dict[MemberId, list[str]] = defaultdict(list)
        self._codes: dict[str, OneTimeCode] = {}
        self._wrong_codes: dict[Identity, list[int]] = defaultdict(list)
        self._offers: dict[str, tuple[Identity, int, str]] = {}

    async def close(self) -> None:
        """Nothing to let go of."""

    # --- costs

    async def note_cost(self, cost: ports.Cost) -> None:
        self._costs.append(cost)

    async def costs(self, group_id: GroupId, since_ms: int) -> Sequence[ports.Cost]:
        own = [it for it in reversed(self._costs) if it.group_id == group_id and it.at_ms >= since_ms]
        return sorted(own, key=lambda it: -it.at_ms)

    # --- people

    async def add_member(self, name: str, zone: str, identity: Identity | None, now_ms: int) -> Member:
        if identity is not None and (known := await self.member_of(identity)) is not None:
            return known
        member = Member(MemberId(next(self._ids["member"])), _storable(name), _storable(zone))
        self._members[member.id] = member
        if identity is not None:
            self._identities[Identity(*map(_storable, identity))] = member.id
        return member

    async def member(self, member_id: MemberId) -> Member | None:
        return self._members.get(member_id)

    async def member_of(self, identity: Identity) -> Member | None:
        known = self._identities.get(Identity(*map(_storable, identity)))
        return None if known is None else self._members[known]

    async def members_named(self, name: str) -> Sequence[Member]:
        return [member for member in self._members.values() if member.name == _storable(name)]

    async def all_members(self) -> Sequence[Member]:
        return list(self._members.values())

    async def identities(self, platform: str) -> Sequence[tuple[Identity, Member]]:
        found = [
            (it, self._members[member_id])
            for it, member_id in self._identities.items()
            if it.platform == platform
        ]
        return sorted(found, key=lambda it: (it[1].id, it[0].user))

    async def identities_of(self, member_id: MemberId) -> Sequence[Identity]:
        return sorted(it for it, owner in self._identities.items() if owner == member_id)

    async def merge_members(self, keep: MemberId, gone: MemberId) -> None:
        self._require(keep in self._members and gone in self._members)
        self._merge_stories(keep, gone)
        mine = {it.source: it.id for it in await self.links(keep) if not it.account}
        for link in await self.links(gone):
            into = None if link.account else mine.get(link.source)
            if into is None:
                self._links[link.id] = replace(link, member_id=keep)
                continue
            self._plays[into] |= self._plays.get(link.id, set())
            self._gaps[into] |= self._gaps.get(link.id, set())
            await self.cover(into, self._covered.get(link.id, ()))
            await self.unlink(link.id)
        for group_id, member_id in list(self._memberships):
            if member_id == gone:
                theirs = self._memberships.pop((group_id, gone))
                own = self._memberships.get((group_id, keep), theirs)
                self._memberships[group_id, keep] = Membership(
                    self._members[keep],
                    group_id,
                    own.features & theirs.features,
                    own.rooms | theirs.rooms,
                    min(own.joined_ms, theirs.joined_ms),
                )
        self._rewrite(gone, lambda facts: handed_over(facts, gone, keep))
        for number, (group, by, alias, made_ms) in self._aliases.items():
            self._aliases[number] = (group, keep if by == gone else by, alias, made_ms)
        for post in self._posts.values():
            if gone in post.members:
                members = post.members - {gone} | {keep}
                self._posts[post.id] = replace(post, members=members)
        own_hashes = {it.sha256 for it in self._recaps.values() if it.member_id == keep}
        for recap in [it for it in self._recaps.values() if it.member_id == gone]:
            if recap.sha256 in own_hashes:
                del self._recaps[recap.id]
            else:
                self._recaps[recap.id] = replace(recap, member_id=keep)
        for documents in (self._drafts, self._playlists):
            for key, document in documents.items():
                if document.member_id == gone:
                    documents[key] = replace(document, member_id=keep)
        for identity, owner in self._identities.items():
            if owner == gone:
                self._identities[identity] = keep
        for where in [it for it in self._looked if it.member_id == gone]:
            looked_ms = self._looked.pop(where)
            self._looked.setdefault(where._replace(member_id=keep), looked_ms)
        for one in (keep, gone):
            self._departures.pop(one, None)
        for group_id, admin in [it for it in self._weekly_admins if it[1] == gone]:
            at_ms = self._weekly_admins.pop((group_id, admin))
            self._weekly_admins.setdefault((group_id, keep), at_ms)
        self._whispers[keep] += self._whispers.pop(gone, [])
        self._asides[keep] += self._asides.pop(gone, [])
        self._merge_awards(keep, gone)
        self._unread[keep] += self._unread.pop(gone, [])
        self._logins = {state: it for state, it in self._logins.items() if it.member_id != gone}
        del self._members[gone]

    # --- choices

    async def choices(self, member_ids: Collection[MemberId]) -> Mapping[MemberId, Choices]:
        return {
            it: Choices(
                tuple(self._asides.get(it, ())),
                tuple(union(self._unread.get(it, ()))),
                self._declined_by(it),
            )
            for it in member_ids
        }

    async def set_aside(self, member_id: MemberId, aside: Aside, now_ms: int) -> Aside:
        self._require(member_id in self._members)
        for known in self._asides[member_id]:
            if replace(known, id=0, name="") == replace(aside, id=0, name=""):
                return known
        kept = replace(aside, id=next(self._ids["aside"]))
        self._asides[member_id].append(kept)
        return kept

    async def take_back(self, member_id: MemberId, aside_id: int) -> bool:
        mine = self._asides[member_id]
        self._asides[member_id] = [it for it in mine if it.id != aside_id]
        return len(self._asides[member_id]) < len(mine)

    async def pause(self, member_id: MemberId, now_ms: int) -> bool:
        self._require(member_id in self._members)
        if await self.paused(member_id):
            return False
        self._unread[member_id].append(Span(now_ms, FOR_EVER))
        return True

    async def resume(self, member_id: MemberId, now_ms: int) -> bool:
        if not await self.paused(member_id):
            return False
        self._unread[member_id] = [
            Span(it.start_ms, now_ms) if it.end_ms == FOR_EVER else it for it in self._unread[member_id]
        ]
        return True

    async def paused(self, member_id: MemberId) -> bool:
        return any(it.end_ms == FOR_EVER for it in self._unread.get(member_id, ()))

    async def forget_time(self, member_id: MemberId, span: Span) -> int:
        self._require(member_id in self._members)
        self._unread[member_id].append(span)
        gone = 0
        for link in await self.links(member_id):
            stored = self._plays[link.id]
            self._plays[link.id] = {it for it in stored if not span.start_ms <= it[0] < span.end_ms}
            gone += len(stored) - len(self._plays[link.id])
        await self._stories_of_what_is_left(member_id)
        return gone

    async def unread(self, link_id: LinkId) -> tuple[Span, ...]:
        link = self._links.get(link_id)
        return () if link is None else tuple(union(self._unread.get(link.member_id, ())))

    # --- groups

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        room = RoomRef(*map(_storable, room))
        if room in self._rooms:
            group_id, known = self._rooms[room]
            self._rooms[room] = group_id, _storable(name) or known
            return self._groups[group_id]
        group = self._new_group(_storable(name) or room.channel, _storable(zone))
        self._rooms[room] = group.id, group.name
        return group

    def _new_group(self, name: str, zone: str) -> Group:
        group = Group(GroupId(next(self._ids["group"])), name, zone)
        self._groups[group.id] = group
        return group

    async def group_of(self, room: RoomRef) -> Group | None:
        known = self._rooms.get(RoomRef(*map(_storable, room)))
        return None if known is None else self._groups[known[0]]

    async def group(self, group_id: GroupId) -> Group | None:
        return self._groups.get(group_id)

    async def rooms(self, group_id: GroupId) -> Sequence[Room]:
        return [Room(ref, name) for ref, (owner, name) in sorted(self._rooms.items()) if owner == group_id]

    async def move_room(self, room: RoomRef, group_id: GroupId) -> None:
        self._require(room in self._rooms and group_id in self._groups)
        before, name = self._rooms[room]
        if before == group_id:
            return
        if await self.memberships(before):
            raise NotAllowed(t("Somebody has joined {group} in this room.", group=self._groups[before].name))
        self._rooms[room] = group_id, name

    async def part_room(self, room: RoomRef) -> Group:
        self._require(room in self._rooms)
        before, name = self._rooms[room]
        if len(await self.rooms(before)) == 1:
            raise NotAllowed(t("It is the only room of {group}.", group=self._groups[before].name))
        group = self._new_group(name, self._groups[before].zone)
        for key, it in self._memberships.items():
            self._memberships[key] = replace(it, rooms=it.rooms - {room})
        self._rooms[room] = group.id, name
        return group

    async def join(
        self,
        group_id: GroupId,
        member_id: MemberId,
        features: Collection[str],
        rooms: Collection[RoomRef],
        now_ms: int,
    ) -> None:
        self._require(group_id in self._groups and member_id in self._members)
        of_group = {it.ref for it in await self.rooms(group_id)}
        before = self._memberships.get((group_id, member_id))
        self._departures.pop(member_id, None)
        self._memberships[group_id, member_id] = Membership(
            member=self._members[member_id],
            group_id=group_id,
            features=frozenset(features),
            rooms=frozenset(of_group.intersection(rooms)),
            joined_ms=now_ms if before is None else before.joined_ms,
        )

    async def show_in(self, room: RoomRef, member_id: MemberId) -> bool:
        group_id = self._rooms[room][0] if room in self._rooms else GroupId(0)
        before = self._memberships.get((group_id, member_id))
        if before is None:
            return False
        self._memberships[group_id, member_id] = replace(before, rooms=before.rooms | {room})
        return True

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        return self._memberships.pop((group_id, member_id), None) is not None

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        found = [
            replace(it, paused=await self.paused(it.member.id))
            for it in self._memberships.values()
            if it.group_id == group_id
        ]
        return sorted(found, key=lambda it: (it.joined_ms, it.member.id))

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]:
        found = [it for it in self._memberships.values() if it.member.id == member_id]
        return [self._groups[it.group_id] for it in sorted(found, key=lambda it: (it.joined_ms, it.group_id))]

    # --- links

    async def begin_login(self, login: PendingLogin) -> None:
        self._require(login.member_id in self._members)
        older = [state for state, it in self._logins.items() if it.member_id == login.member_id]
        for state in older:
            del self._logins[state]
        self._logins[login.state] = login

    async def login(self, state: str, now_ms: int) -> PendingLogin | None:
        login = self._logins.get(state)
        return login if login is not None and login.expires_ms > now_ms else None

    async def take_login(self, state: str, now_ms: int) -> PendingLogin | None:
        login = self._logins.pop(state, None)
        return login if login is not None and login.expires_ms > now_ms else None

    async def link_account(self, link: Link, sealed_grant: bytes | None, next_poll_ms: int) -> Link:
        self._require(link.member_id in self._members)
        same = [it for it in self._links.values() if (it.source, it.account) == (link.source, link.account)]
        if same and same[0].member_id != link.member_id:
            raise NotAllowed(t("This account is linked to another member already."))
        link_id = same[0].id if same else LinkId(next(self._ids["link"]))
        self._links[link_id] = replace(link, id=link_id)
        if sealed_grant is not None:
            self._grants[link_id] = sealed_grant
            self._lifetimes[link_id] = (0, "", link.authorized_at_ms)
        self._polls[link_id] = (next_poll_ms, self._polls.get(link_id, (0, 0, 0))[1], 0)
        return self._links[link_id]

    async def export_link(self, member_id: MemberId, source: Source) -> Link:
        self._require(member_id in self._members)
        for link in self._links.values():
            if (link.member_id, link.source, link.account) == (member_id, source, ""):
                return link
        link = Link(LinkId(next(self._ids["link"])), member_id, source)
        self._links[link.id] = link
        return link

    async def links(self, member_id: MemberId) -> Sequence[Link]:
        return [link for link in self._links.values() if link.member_id == member_id]

    async def link(self, link_id: LinkId) -> Link | None:
        return self._links.get(link_id)

    async def sealed_grant(self, link_id: LinkId) -> bytes | None:
        return self._grants.get(link_id)

    async def renew_grant(self, link_id: LinkId, before: bytes, sealed_grant: bytes) -> bool:
        if self._grants.get(link_id) != before:
            return False
        self._grants[link_id] = sealed_grant
        return True

    async def take_turn(self, link_id: LinkId, now_ms: int, until_ms: int) -> bool:
        self._require(link_id in self._links)
        if self._turns.get(link_id, now_ms) > now_ms:
            return False
        self._turns[link_id] = until_ms
        return True

    async def end_turn(self, link_id: LinkId, until_ms: int) -> None:
        if self._turns.get(link_id) == until_ms:
            del self._turns[link_id]

    async def end_link(self, link_id: LinkId, refused: bytes, now_ms: int) -> bool:
        self._require(link_id in self._links)
        if self._grants.get(link_id) != refused:
            return False
        await self.set_state(link_id, LinkState.EXPIRED)
        ended_ms, said, _ = self._lifetimes[link_id]
        if not ended_ms:
            self._lifetimes[link_id] = (now_ms, said, now_ms)
        return True

    async def due_lifetimes(self, now_ms: int, limit: int) -> Sequence[Lifetime]:
        due = sorted((due_ms, link_id) for link_id, (_, _, due_ms) in self._lifetimes.items())
        return [self._lifetime(link_id) for due_ms, link_id in due if due_ms <= now_ms][:limit]

    async def lifetime(self, link_id: LinkId) -> Lifetime | None:
        return self._lifetime(link_id) if link_id in self._lifetimes else None

    async def note_lifetime(self, seen: Lifetime, said: str, due_ms: int) -> bool:
        if seen.link.id not in self._lifetimes or self._lifetime(seen.link.id) != seen:
            return False
        self._lifetimes[seen.link.id] = (seen.ended_ms, said, due_ms)
        return True

    async def drop_link(self, seen: Lifetime) -> bool:
        if seen.link.id not in self._lifetimes or self._lifetime(seen.link.id) != seen:
            return False
        await self.unlink(seen.link.id)
        return True

    def _lifetime(self, link_id: LinkId) -> Lifetime:
        ended_ms, said, _ = self._lifetimes[link_id]
        return Lifetime(self._links[link_id], ended_ms, said)

    async def set_state(self, link_id: LinkId, state: LinkState) -> None:
        self._require(link_id in self._links)
        self._links[link_id] = replace(self._links[link_id], state=state)

    async def unlink(self, link_id: LinkId) -> int:
        plays = len(self._plays.pop(link_id, ()))
        link = self._links.get(link_id)
        for kept in (
            self._links, self._grants, self._turns, self._lifetimes, self._polls, self._covered, self._gaps,
            self._tallies,
        ):  # fmt: skip
            kept.pop(link_id, None)
        if link is not None:
            await self._stories_of_what_is_left(link.member_id)
            if is_own(link.developer):
                await self.forget_developer(link.developer)
        return plays

    async def _stories_of_what_is_left(self, member_id: MemberId) -> None:
        mine = await self.links(member_id)
        self._forget_stories(member_id, [play[0] for link in mine for play in self._plays.get(link.id, ())])

    async def forget_developer(self, developer: str) -> None:
        if all(it.developer != developer for it in self._links.values()):
            self._spent.pop(developer, None)
            self._blocked.pop(developer, None)

    async def seats(self, client_id: str) -> int:
        return len({it.account for it in self._links.values() if it.client_id == client_id and it.account})

    async def states(self) -> Mapping[LinkState, int]:
        return Counter(link.state for link in self._links.values() if link.account)

    async def developers(self, source: Source) -> Sequence[str]:
        return sorted({it.developer for it in self._links.values() if it.source is source and it.account})

    async def due_developers(self, now_ms: int) -> Sequence[str]:
        return sorted({look.link.developer for look in self._looks() if look.next_ms <= now_ms})

    async def claim_due(self, developer: str, now_ms: int, until_ms: int, limit: int) -> Sequence[DueLink]:
        due = [it for it in self._looks() if it.link.developer == developer and it.next_ms <= now_ms]
        claimed = sorted(due, key=lambda look: look.next_ms)[:limit]
        for it in claimed:
            self._polls[it.link.id] = (until_ms, it.last_ms, it.fails)
        return claimed

    async def give_back(self, claimed: Sequence[DueLink], until_ms: int) -> None:
        for it in claimed:
            if self._polls.get(it.link.id, (0, 0, 0))[0] == until_ms:
                self._polls[it.link.id] = (it.next_ms, it.last_ms, it.fails)

    async def looks(self, member_ids: Collection[MemberId]) -> Sequence[DueLink]:
        return [look for look in self._looks() if look.link.member_id in member_ids]

    def _looks(self) -> list[DueLink]:
        return [
            DueLink(link, *self._polls[link.id])
            for link in self._links.values()
            if link.id in self._polls and link.state is LinkState.ACTIVE
        ]

    # --- plays

    async def record(self, link_id: LinkId, plays: Sequence[NewPlay]) -> int:
        self._require(link_id in self._links)
        stored = self._plays[link_id]
        before = len(stored)
        unread = await self.unread(link_id)
        stored.update(
            (play.at_ms, self._track(play.track), play.ms_played, play.nth)
            for play in plays
            if not within(play.at_ms, unread)
        )
        return len(stored) - before

    async def cover(self, link_id: LinkId, spans: Iterable[Span]) -> None:
        self._require(link_id in self._links)
        stored = self._covered[link_id]
        for new in spans:
            if new.start_ms >= new.end_ms:
                continue
            touching = [it for it in stored if it.start_ms <= new.end_ms and new.start_ms <= it.end_ms]
            for it in touching:
                stored.remove(it)
            starts, ends = zip(new, *touching, strict=True)
            stored.append(Span(min(starts), max(ends)))
        stored.sort()

    async def expire(self, source: Source, before_ms: int, limit: int) -> int:
        deleted = 0
        for link in [it for it in self._links.values() if it.source is source]:
            old = sorted(it for it in self._plays[link.id] if it[0] < before_ms)[: limit - deleted]
            self._plays[link.id].difference_update(old)
            deleted += len(old)
            self._covered[link.id] = [
                Span(max(it.start_ms, before_ms), it.end_ms)
                for it in self._covered[link.id]
                if it.end_ms > before_ms
            ]
            self._gaps[link.id] = {it for it in self._gaps[link.id] if it.end_ms > before_ms}
        return deleted

    async def record_poll(self, polled: Polled) -> int:
        self._require(polled.link_id in self._links)
        keys = self._keys()
        self._plays[polled.link_id] = {
            it for it in self._plays[polled.link_id] if (it[0], keys[it[1]]) not in polled.gone
        }
        new = await self.record(polled.link_id, polled.plays)
        if polled.certified is not None:
            await self.cover(polled.link_id, [polled.certified])
        if polled.gap is not None:
            self._gaps[polled.link_id].add(polled.gap)
        if polled.link_id in self._polls:
            self._polls[polled.link_id] = (polled.next_ms, polled.at_ms, polled.fails)
        return new

    async def note_tally(self, link_id: LinkId, tally: Tally) -> None:
        self._require(link_id in self._links)
        self._tallies[link_id] = tally

    async def tallies(self, link_ids: Collection[LinkId]) -> Mapping[LinkId, Tally]:
        return {it: self._tallies[it] for it in link_ids if it in self._tallies}

    async def songs_to_look_up(self, before_ms: int, limit: int) -> Sequence[Track]:
        told = {
            track_id
            for link_id, plays in self._plays.items()
            if self._links[link_id].source is not Source.SPOTIFY
            for _, track_id, _, _ in plays
        }
        known = {it for it, (_, looked_ms) in self._song_facts.items() if looked_ms >= before_ms}
        return sorted((it for it in self._tracks.values() if it.id in told - known), key=lambda it: it.id)[
            :limit
        ]

    async def keep_facts(self, found: Mapping[TrackId, SongFacts], now_ms: int) -> None:
        there = {it.id for it in self._tracks.values()}
        self._song_facts.update((it, (facts, now_ms)) for it, facts in found.items() if it in there)

    async def song_facts(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, SongFacts]:
        return {it: self._song_facts[it][0] for it in track_ids if it in self._song_facts}

    async def recent_keys(self, link_id: LinkId, limit: int) -> Sequence[tuple[int, str]]:
        keys = self._keys()
        newest = sorted(self._plays.get(link_id, ()), reverse=True)[:limit]
        return [(at_ms, keys[track_id]) for at_ms, track_id, _, _ in newest]

    async def keys_between(self, link_id: LinkId, start_ms: int, end_ms: int) -> Sequence[tuple[int, str]]:
        keys = self._keys()
        plays = sorted(it for it in self._plays.get(link_id, ()) if start_ms <= it[0] < end_ms)
        return [(at_ms, keys[track_id]) for at_ms, track_id, _, _ in plays]

    async def count_plays(self, link_id: LinkId) -> int:
        return len(self._plays.get(link_id, ()))

    def _keys(self) -> dict[TrackId, str]:
        return {track.id: track.key for track in self._tracks.values()}

    async def plays_between(
        self, member_ids: Collection[MemberId], start_ms: int, end_ms: int
    ) -> Sequence[LinkPlays]:
        return [
            LinkPlays(
                link=link,
                plays=[
                    Play(at_ms, track_id, ms_played)
                    for at_ms, track_id, ms_played, _ in sorted(self._plays.get(link.id, ()))
                    if start_ms <= at_ms < end_ms
                ],
                covered=list(self._covered.get(link.id, ())),
                gaps=sorted(
                    gap
                    for gap in self._gaps.get(link.id, ())
                    if gap.start_ms < end_ms and gap.end_ms > start_ms
                ),
            )
            for link in self._links.values()
            if link.member_id in member_ids
        ]

    async def tracks(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, Track]:
        if any(
            self._filed.get(track.id) != track for track in self._tracks.values() if track.id in track_ids
        ):
            self._file(self._urgent())
        return {track.id: self._as_filed(track) for track in self._tracks.values() if track.id in track_ids}

    async def in_group(self, tracks: Mapping[TrackId, Track], group_id: GroupId) -> Mapping[TrackId, Track]:
        return regrouped(tracks, [it.alias for it in await self.aliases(group_id)])

    # --- songs

    async def file_songs(self, most: int) -> int:
        due = {it.id: it for it in (*self._urgent(), *self._reopened.values())}
        some = [due[number] for number in sorted(due)[:most]]
        self._file(some)
        return len(some)

    async def reopen_songs(self) -> int:
        self._reopened = {it.id: it for it in self._tracks.values() if self._filed.get(it.id) == it}
        return len(self._reopened)

    def _urgent(self) -> list[Track]:
        return [it for it in self._tracks.values() if self._filed.get(it.id) != it]

    def _file(self, tracks: Iterable[Track]) -> None:
        for track in tracks:
            self._filed[track.id] = track
            self._reopened.pop(track.id, None)
        self._songs = derive(self._filed.values())

    def _as_filed(self, track: Track) -> Track:
        return replace(track, song=self._songs.get(track.id, SongId(track.id)))

    async def aliases(self, group_id: GroupId) -> Sequence[MadeAlias]:
        return [
            MadeAlias(
                replace(alias, track=self._as_filed(alias.track), other=self._as_filed(alias.other)),
                self._members[by].name,
                made_ms,
            )
            for group, by, alias, made_ms in self._aliases.values()
            if group == group_id
        ]

    async def add_alias(
        self,
        group_id: GroupId,
        by: MemberId,
        verdict: Verdict,
        track: TrackId,
        other: TrackId,
        now_ms: int,
    ) -> None:
        tracks = {it.id: it for it in self._tracks.values()}
        if track not in tracks or other not in tracks:
            raise NotFound(t("One of these songs is not here any more."))
        said = (group_id, verdict, track, other)
        if said not in [
            (group, it.verdict, it.track.id, it.other.id) for group, _, it, _ in self._aliases.values()
        ]:
            number = next(self._ids["alias"])
            alias = Alias(number, verdict, tracks[track], tracks[other])
            self._aliases[number] = (group_id, by, alias, now_ms)

    async def remove_alias(self, group_id: GroupId, alias_id: int) -> bool:
        there = alias_id in self._aliases and self._aliases[alias_id][0] == group_id
        if there:
            del self._aliases[alias_id]
        return there

    async def artists(self) -> Sequence[tuple[str, int]]:
        tracks = Counter(track.artist for track in self._tracks.values() if track.artist)
        return sorted(tracks.items(), key=lambda it: (-it[1], it[0]))

    async def heard_before(
        self, member_ids: Collection[MemberId], before_ms: int
    ) -> Mapping[MemberId, Mapping[TrackId, Heard]]:
        found: dict[MemberId, dict[TrackId, Heard]] = {member_id: {} for member_id in member_ids}
        for link in self._links.values():
            for at_ms, track_id, _, _ in self._plays.get(link.id, ()) if link.member_id in found else ():
                if at_ms < before_ms:
                    known = found[link.member_id].get(track_id, Heard(at_ms, at_ms))
                    found[link.member_id][track_id] = Heard(
                        min(known.first_ms, at_ms), max(known.last_ms, at_ms)
                    )
        return found

    def _track(self, raw: RawTrack) -> TrackId:
        key, title, artist, album, isrc = map(
            _storable, (raw.key, raw.title, raw.artist, raw.album, raw.isrc)
        )
        known = self._tracks.get(key) or Track(TrackId(next(self._ids["track"])), key, "", "", "")
        self._tracks[key] = Track(
            id=known.id,
            key=key,
            title=known.title or title,
            artist=known.artist or artist,
            album=known.album or album,
            duration_ms=known.duration_ms or raw.duration_ms,
            isrc=known.isrc or isrc,
        )
        return known.id

    # --- budget

    async def spend(self, developer: str, now_ms: int, calls: int = 1) -> None:
        self._spent[developer][now_ms] += calls

    async def spent(self, developer: str, since_ms: int) -> int:
        return sum(calls for at_ms, calls in self._spent[developer].items() if at_ms >= since_ms)

    async def block(self, developer: str, until_ms: int) -> None:
        self._blocked[developer] = until_ms

    async def blocked_until(self, developer: str) -> int:
        return self._blocked.get(developer, 0)

    # --- recaps

    async def freeze(
        self,
        group_id: GroupId | None,
        member_id: MemberId | None,
        made_ms: int,
        facts: str,
        sha256: str,
        members: Collection[MemberId] = (),
    ) -> FrozenRecap:
        self._require(self._members.keys() >= set(members))
        self._require(group_id is None or group_id in self._groups)
        self._require(member_id is None or member_id in self._members)
        for kept in self._recaps.values():
            if (kept.group_id, kept.member_id, kept.sha256) == (group_id, member_id, sha256):
                return kept
        recap = FrozenRecap(next(self._ids["recap"]), group_id, member_id, made_ms, facts, sha256)
        self._recaps[recap.id] = recap
        return recap

    async def frozen(self, recap_id: int) -> FrozenRecap | None:
        return self._recaps.get(recap_id)

    async def frozen_as(self, sha256: str) -> FrozenRecap | None:
        found = [it for it in self._recaps.values() if it.sha256.startswith(sha256)]
        return found[0] if len(found) == 1 else None

    async def newest(self, group_id: GroupId | None, member_id: MemberId | None) -> FrozenRecap | None:
        kept = [it for it in self._recaps.values() if (it.group_id, it.member_id) == (group_id, member_id)]
        return max(kept, key=lambda it: it.id, default=None)

    # --- posts

    async def posted(
        self,
        recap_id: int,
        view: str,
        room: RoomRef,
        thread: str,
        message: str,
        members: Collection[MemberId],
        now_ms: int,
        until_ms: int,
    ) -> None:
        self._require(recap_id in self._recaps)
        left = frozenset(members) & self._members.keys()
        withdrawn = len(set(members) - left)
        before = [it for it in self._posts.values() if message and (it.room, it.message) == (room, message)]
        post_id = before[0].id if before else next(self._ids["post"])
        since_ms = before[0].posted_ms if before else now_ms
        self._posts[post_id] = Post(
            post_id, recap_id, view, room, thread, message, since_ms, until_ms, withdrawn, left
        )
        self._posts_due.pop(post_id, None)
        if withdrawn and message:
            self._posts_due[post_id] = now_ms

    async def strike_out(
        self,
        member_id: MemberId,
        group_id: GroupId | None,
        redact: Redact,
        now_ms: int,
        until_ms: int,
        *,
        stays: bool,
    ) -> Sequence[Post]:
        self._rewrite(member_id, lambda facts: redact(facts, member_id), group_id)
        struck = []
        for post in list(self._posts.values()):
            if member_id not in post.members:
                continue
            if group_id not in (None, self._recaps[post.recap_id].group_id):
                continue
            members = post.members if stays else post.members - {member_id}
            withdrawn = post.withdrawn + (not stays)
            self._posts[post.id] = replace(post, members=members, until_ms=until_ms, withdrawn=withdrawn)
            if post.message:
                self._posts_due[post.id] = now_ms
            struck.append(self._posts[post.id])
        return sorted(struck, key=lambda it: (-it.posted_ms, -it.id))

    async def draw_anew(
        self, member_id: MemberId, group_id: GroupId, since_ms: int, now_ms: int, until_ms: int
    ) -> Sequence[Post]:
        found = [
            it
            for it in self._posts.values()
            if member_id in it.members
            and self._recaps[it.recap_id].group_id == group_id
            and it.posted_ms >= since_ms
        ]
        for post in found:
            self._posts[post.id] = replace(post, until_ms=until_ms)
            if post.message:
                self._posts_due[post.id] = now_ms
        return [self._posts[it.id] for it in sorted(found, key=lambda it: (-it.posted_ms, -it.id))]

    def _rewrite(
        self, member_id: MemberId, change: Callable[[str], str], group_id: GroupId | None = None
    ) -> None:
        for kept in list(self._recaps.values()):
            known = kept.group_id is not None and group_id in (None, kept.group_id)
            if known and str(member_id) in kept.facts:
                self._recaps[kept.id] = replace(kept, facts=change(kept.facts))

    async def posts_due(self, now_ms: int, limit: int) -> Sequence[Post]:
        due = sorted((due_ms, post_id) for post_id, due_ms in self._posts_due.items() if due_ms <= now_ms)
        return [self._posts[post_id] for _, post_id in due[:limit]]

    async def put_off(self, post_id: int, due_ms: int) -> None:
        if post_id in self._posts_due:
            self._posts_due[post_id] = due_ms

    async def changed(self, post_id: int, recap_id: int, members: Collection[MemberId]) -> None:
        if post_id in self._posts:
            self._posts[post_id] = replace(
                self._posts[post_id], recap_id=recap_id, members=frozenset(members)
            )
        self._posts_due.pop(post_id, None)

    async def given_up(self, post_id: int) -> None:
        self._posts_due.pop(post_id, None)

    # --- playlists

    async def new_draft(self, group_id: GroupId, member_id: MemberId, body: str, now_ms: int) -> Document:
        self._require(group_id in self._groups and member_id in self._members)
        draft = Document(next(self._ids["draft"]), group_id, member_id, 1, _storable(body))
        self._drafts[draft.id] = draft
        return draft

    async def draft(self, draft_id: int) -> Document | None:
        return self._drafts.get(draft_id)

    async def change_draft(self, draft_id: int, version: int, body: str) -> Document:
        self._require(draft_id in self._drafts)
        draft = self._drafts[draft_id]
        if draft.version != version:
            raise Stale(t("Somebody else changed this list in the same moment."))
        self._drafts[draft_id] = replace(draft, version=version + 1, body=_storable(body))
        return self._drafts[draft_id]

    async def saved(self, playlist: SavedPlaylist) -> SavedPlaylist:
        self._require(playlist.draft_id in self._drafts)
        if playlist.draft_id not in self._playlists:
            kept = replace(playlist, id=next(self._ids["playlist"]))
            self._playlists[playlist.draft_id] = kept
        return self._playlists[playlist.draft_id]

    async def playlists(self, group_id: GroupId, limit: int) -> Sequence[SavedPlaylist]:
        found = [it for it in self._playlists.values() if it.group_id == group_id]
        return sorted(found, key=lambda it: (-it.saved_ms, -it.id))[:limit]

    async def resolved(self, wanted: Collection[str]) -> Mapping[str, RawTrack | None]:
        return {key: self._resolved[key] for key in wanted if key in self._resolved}

    async def remember_resolved(self, wanted: str, found: RawTrack | None, now_ms: int) -> None:
        self._resolved[wanted] = found

    # --- messages

    async def append(self, room: str, author: str, private_to: str, body: str, now_ms: int) -> Message:
        message = Message(next(self._ids["message"]), room, author, private_to, now_ms, _storable(body))
        self._messages[message.id] = message
        return message

    async def rewrite(self, message_id: int, body: str) -> Message | None:
        if message_id not in self._messages:
            return None
        self._messages[message_id] = replace(self._messages[message_id], body=_storable(body))
        return self._messages[message_id]

    async def message(self, message_id: int) -> Message | None:
        return self._messages.get(message_id)

    async def holds(self, word: str) -> bool:
        return any(word in it.body for it in self._messages.values())

    async def messages(self, room: str, viewer: str, after_id: int, limit: int) -> Sequence[Message]:
        seen = [
            it
            for it in self._messages.values()
            if it.room == room and it.id > after_id and it.private_to in {"", viewer}
        ]
        return seen[-limit:] if limit else []

    # --- whispers

    async def keep_whisper(self, identity: Identity, body: str, now_ms: int) -> None:
        member = await self.member_of(identity)
        if member is not None:
            self._whispers[member.id].append(_storable(body))

    async def take_whispers(self, identity: Identity) -> Sequence[str]:
        member = await self.member_of(identity)
        return [] if member is None else self._whispers.pop(member.id, [])

    # --- codes and offers

    async def keep_code(self, code: OneTimeCode, now_ms: int) -> None:
        self._require(code.maker in self._identities)
        self._codes = {
            key: it
            for key, it in self._codes.items()
            if (it.kind, it.maker) != (code.kind, code.maker) and it.expires_ms > now_ms - 86_400_000
        }
        self._codes[code.hash] = code

    async def find_code(
        self, hash_: str, identity: Identity, *, now_ms: int, since_ms: int, most_wrong: int
    ) -> OneTimeCode | None:
        wrong = [at_ms for at_ms in self._wrong_codes[identity] if at_ms >= since_ms]
        if len(wrong) >= most_wrong:
            raise NotAllowed(t("Those were too many wrong codes. Try again in an hour."))
        if hash_ not in self._codes:
            self._require(identity in self._identities)
            self._wrong_codes[identity] = [*wrong, now_ms]
        return self._codes.get(hash_)

    async def use_code(self, hash_: str) -> bool:
        code = self._codes.get(hash_)
        if code is None or code.used:
            return False
        self._codes[hash_] = replace(code, used=True)
        return True

    async def offer_page(self, kind: str, hash_: str, identity: Identity, expires_ms: int) -> None:
        self._require(identity in self._identities)
        self._offers = {key: it for key, it in self._offers.items() if (it[0], it[2]) != (identity, kind)}
        self._offers[hash_] = identity, expires_ms, kind

    async def page_offer(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        identity, expires_ms, of_kind = self._offers.get(hash_, (None, 0, kind))
        return identity if of_kind == kind and expires_ms > now_ms else None

    async def take_page(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        offered = await self.page_offer(kind, hash_, now_ms)
        if offered is not None:
            del self._offers[hash_]
        return offered

    # --- platforms

    async def memo(self, key: str) -> str | None:
        return self._memos.get(key)

    async def remember(self, key: str, value: str) -> None:
        self._memos[key] = _storable(value)

    async def forget(self, key: str) -> bool:
        return self._memos.pop(key, None) is not None

    async def keep_installation(self, platform: str, place: str, sealed: bytes) -> None:
        self._installations[platform, place] = sealed

    async def installation(self, platform: str, place: str) -> bytes | None:
        return self._installations.get((platform, place))

    async def installations(self, platform: str) -> Sequence[str]:
        return sorted(place for name, place in self._installations if name == platform)

    async def forget_installation(self, platform: str, place: str) -> None:
        self._installations.pop((platform, place), None)

    # --- weekly

    async def weekly(self, group_id: GroupId) -> Weekly | None:
        kept = self._weekly.get(group_id)
        if kept is None:
            return None
        return replace(kept, schedule=replace(kept.schedule, zone=self._groups[group_id].zone))

    async def begin_weekly(self, weekly: Weekly) -> Weekly:
        self._weekly.setdefault(weekly.group_id, weekly)
        return await self.weekly(weekly.group_id) or weekly

    async def weekly_due(self, now_ms: int, limit: int) -> Sequence[Weekly]:
        due = [it for it in self._weekly.values() if 1 <= it.next_ms <= now_ms]
        found = [
            await self.weekly(it.group_id) for it in sorted(due, key=lambda it: (it.next_ms, it.group_id))
        ]
        return [it for it in found if it is not None][:limit]

    async def plan(self, plans: Sequence[Planned], now_ms: int) -> Sequence[bool]:
        return [self._plan(it, now_ms) for it in plans]

    def _plan(self, planned: Planned, now_ms: int) -> bool:
        group_id = planned.now.group_id
        kept = self._weekly.get(group_id)
        if kept is None or kept.version != planned.before.version:
            return False
        self._weekly[group_id] = replace(planned.now, version=kept.version + 1)
        self._groups[group_id] = replace(self._groups[group_id], zone=planned.now.schedule.zone)
        for it in planned.deliveries:
            self._deliver(group_id, it, again=planned.again)
        if planned.admin in self._members and planned.admin is not None:
            self._weekly_admins[group_id, planned.admin] = now_ms
        return True

    def _deliver(self, group_id: GroupId, new: NewDelivery, *, again: bool) -> None:
        slot = new.slot
        there = [it for it in self._deliveries.values()
                 if (it.group_id, it.room, it.key) == (group_id, new.room, slot.key)]  # fmt: skip
        stage, next_ms = (Stage.SKIPPED, 0) if new.why else (Stage.DUE, slot.at_ms)
        if not there:
            number = next(self._ids["delivery"])
            self._deliveries[number] = Delivery(
                number, group_id, new.room, slot.key, slot.period.kind, slot.period.first, slot.period.zone, stage,
                new.why, slot.at_ms, next_ms, 0, 0, "", 0, 0,
            )  # fmt: skip
        elif again and there[0].stage in (Stage.SKIPPED, Stage.GIVEN_UP):
            self._deliveries[there[0].id] = replace(
                there[0], stage=stage, why=new.why, due_ms=slot.at_ms, next_ms=next_ms
            )

    async def weekly_admins(self, group_id: GroupId) -> Sequence[MemberId]:
        asked = sorted(
            (-at_ms, who) for (group, who), at_ms in self._weekly_admins.items() if group == group_id
        )
        return [who for _, who in asked]

    async def deliveries(self, group_id: GroupId, key: str) -> Sequence[Delivery]:
        found = [it for it in self._deliveries.values() if (it.group_id, it.key) == (group_id, key)]
        return sorted(found, key=lambda it: it.room)

    async def deliveries_in(
        self, room: RoomRef, group_id: GroupId, kind: PeriodKind, limit: int
    ) -> Sequence[Delivery]:
        found = [it for it in self._deliveries.values()
                 if (it.room, it.group_id, it.kind) == (room, group_id, kind)]  # fmt: skip
        return sorted(found, key=lambda it: it.first, reverse=True)[:limit]

    async def due_platforms(self, now_ms: int) -> Sequence[str]:
        return sorted({it.room.platform for it in self._deliveries.values() if 1 <= it.next_ms <= now_ms})

    async def claim_deliveries(
        self, platform: str, now_ms: int, until_ms: int, limit: int
    ) -> Sequence[Delivery]:
        due = [it for it in self._deliveries.values()
               if it.room.platform == platform and 1 <= it.next_ms <= now_ms]  # fmt: skip
        taken = []
        for it in sorted(due, key=lambda it: (it.next_ms, it.id))[:limit]:
            unsure = it.stage is Stage.SENDING
            self._deliveries[it.id] = replace(
                it, stage=Stage.SENDING, attempt=it.attempt + 1, next_ms=until_ms,
                started_ms=it.started_ms if unsure else now_ms,
            )  # fmt: skip
            taken.append(replace(self._deliveries[it.id], unsure=unsure))
        return taken

    async def say(self, delivery: Delivery, recap_id: int) -> bool:
        return self._change(delivery, recap_id=recap_id)

    async def settle(self, delivery: Delivery, settled: Settled) -> bool:
        return self._change(
            delivery, stage=settled.stage, why=settled.why, next_ms=settled.next_ms, message=settled.message,
            posted_ms=settled.posted_ms,
        )  # fmt: skip

    def _change(self, delivery: Delivery, **values: Any) -> bool:
        kept = self._deliveries[delivery.id]
        if (kept.attempt, kept.stage) != (delivery.attempt, Stage.SENDING):
            return False
        self._deliveries[delivery.id] = replace(kept, **values)
        return True

    # --- presence

    async def to_look_for(
        self, before_ms: int, limit: int, group_id: GroupId | None = None
    ) -> Sequence[Whereabouts]:
        known = {(member_id, it.platform) for it, member_id in self._identities.items()}
        wanted = {
            Whereabouts(member_id, room.platform, room.place)
            for (of_group, member_id), it in self._memberships.items()
            if group_id in (None, of_group)
            for room in it.rooms
            if (member_id, room.platform) in known
        }
        if group_id is None:
            wanted |= {it for it in self._looked if it.member_id in self._departures}
        due = [it for it in wanted if self._looked.get(it, 0) < before_ms]
        return sorted(due, key=lambda it: (self._looked.get(it, 0), it))[:limit]

    async def looked_for(self, where: Whereabouts, now_ms: int) -> None:
        self._require(where.member_id in self._members)
        self._looked[where] = now_ms

    async def still_there(self, where: Whereabouts, now_ms: int) -> None:
        await self.looked_for(where, now_ms)
        await self.stays(where.member_id)

    async def gone_from(self, where: Whereabouts, now_ms: int) -> Sequence[Group]:
        await self.looked_for(where, now_ms)
        platforms = {it.platform for it in await self.identities_of(where.member_id)}
        ended = []
        for (group_id, member_id), it in sorted(self._memberships.items()):
            here = {room for room in it.rooms if room[:2] == where[1:]}
            if member_id == where.member_id and here:
                rest = replace(it, rooms=it.rooms - here)
                self._memberships[group_id, member_id] = rest
                if platforms.isdisjoint(room.platform for room in rest.rooms):
                    del self._memberships[group_id, member_id]
                    ended.append(self._groups[group_id])
        if where.member_id in self._departures:
            self._departures[where.member_id] = self._departures[where.member_id][0], now_ms
        elif ended and not await self.groups_of(where.member_id):
            self._departures[where.member_id] = now_ms, now_ms
        return ended

    async def long_gone(self, before_ms: int, confirmed_ms: int, limit: int) -> Sequence[MemberId]:
        due = sorted(
            (since_ms, it)
            for it, (since_ms, last_ms) in self._departures.items()
            if since_ms <= before_ms and last_ms >= confirmed_ms
        )
        return [it for _, it in due][:limit]

    async def departing(self, member_id: MemberId) -> int | None:
        return self._departures[member_id][0] if member_id in self._departures else None

    async def stays(self, member_id: MemberId) -> bool:
        return self._departures.pop(member_id, None) is not None

    # --- seals

    async def all_sealed(self) -> Sequence[Sealed]:
        grants = [
            Sealed(SealedKind.GRANT, (it.source.value, it.account, str(it.member_id)), self._grants[it.id])
            for it in self._links.values()
            if it.id in self._grants
        ]
        logins = [Sealed(SealedKind.LOGIN, (it.state,), it.verifier) for it in self._logins.values()]
        installed = [Sealed(SealedKind.INSTALLATION, *it) for it in self._installations.items()]
        return [*grants, *logins, *installed]

    async def reseal(self, before: Sealed, sealed: bytes) -> bool:
        if before not in await self.all_sealed():
            return False
        if before.kind is SealedKind.INSTALLATION:
            platform, place = before.words
            self._installations[platform, place] = sealed
        elif before.kind is SealedKind.LOGIN:
            (state,) = before.words
            self._logins[state] = replace(self._logins[state], verifier=sealed)
        else:
            (link_id,) = (
                it.id for it in self._links.values() if (it.source.value, it.account) == before.words[:2]
            )
            self._grants[link_id] = sealed
        return True

    # --- deletion

    async def delete_member(self, member_id: MemberId, *, recap: Redact, draft: Redact) -> Deleted:
        self._require(member_id in self._members)
        name = self._members[member_id].name
        who = set(await self.identities_of(member_id))
        links = await self.links(member_id)
        plays = [await self.unlink(link.id) for link in links]
        memberships = self._drop(self._memberships, lambda key, _: key[1] == member_id)
        drafts = self._drop(self._drafts, lambda _, it: it.member_id == member_id)
        playlists = self._drop(
            self._playlists, lambda _, it: it.member_id == member_id or it.draft_id not in self._drafts
        )
        recaps = self._drop(self._recaps, lambda _, it: it.member_id == member_id)
        codes = self._drop(self._codes, lambda _, it: it.maker in who)
        uploads = self._drop(self._offers, lambda _, it: it[0] in who)
        self._drop(self._wrong_codes, lambda it, _: it in who)
        self._drop(self._looked, lambda it, _: it.member_id == member_id)
        self._departures.pop(member_id, None)
        self._drop(self._logins, lambda _, it: it.member_id == member_id)
        whispers = len(self._whispers.pop(member_id, ()))
        for owner, waiting in self._whispers.items():
            self._whispers[owner] = [it for it in waiting if json.dumps(name) not in it]
        users = {it.user for it in who if it.platform == "lounge"}
        about = [f'"value": {json.dumps(name)}', *(f'"for": {{"user": {json.dumps(it)}' for it in users)]
        shown = [it.body for it in self._messages.values()]
        messages = self._drop(
            self._messages,
            lambda _, it: (
                it.author in users
                or it.private_to in users
                or any(said in it.body for said in about)
                or asking_for(name)(it.body)
            ),
        )
        left = [it.body for it in self._messages.values()]
        pictures = {it for body in shown for it in re.findall(r"/pictures/([0-9a-f]{64}\.\w+)", body)}
        redacted = 0
        for recap_id, kept in list(self._recaps.items()):
            after = recap(kept.facts, member_id) if str(member_id) in kept.facts else kept.facts
            redacted += after != kept.facts
            self._recaps[recap_id] = replace(kept, facts=after)
        for draft_id, document in list(self._drafts.items()):
            after = draft(document.body, member_id)
            redacted += after != document.body
            self._drafts[draft_id] = replace(document, body=after)
        self._drop(self._recaps, lambda _, it: not it.facts)
        self._drop(self._posts, lambda _, it: it.recap_id not in self._recaps)
        for post in self._posts.values():
            self._posts[post.id] = replace(post, members=post.members - {member_id})
        self._posts_due = {it: due for it, due in self._posts_due.items() if it in self._posts}
        self._drop(self._drafts, lambda _, it: not it.body)
        self._drop(self._playlists, lambda _, it: it.draft_id not in self._drafts)
        settings = self._drop(self._aliases, lambda _, it: it[1] == member_id)
        settings += self._drop(self._weekly_admins, lambda it, _: it[1] == member_id)
        tracks = self._sweep_tracks()
        self._drop(self._identities, lambda it, _: it in who)
        settings += sum(len(kept.pop(member_id, ())) for kept in (self._asides, self._unread))
        settings += self._delete_stories(member_id)
        settings += self._delete_awards(member_id)
        del self._members[member_id]
        return Deleted(
            links=sum(1 for link in links if link.account), imports=sum(1 for link in links if not link.account),
            plays=sum(plays), tracks=tracks, memberships=memberships, drafts=drafts, playlists=playlists,
            recaps=recaps, whispers=whispers, codes=codes, uploads=uploads, messages=messages, settings=settings,
            redacted=redacted, pictures=tuple(sorted(it for it in pictures if not any(it in body for body in left))),
        )  # fmt: skip

    async def shred(self) -> None:
        self._sweep_tracks()

    def _sweep_tracks(self) -> int:
        played = {play[1] for plays in self._plays.values() for play in plays}
        swept = self._drop(self._tracks, lambda _, it: it.id not in played)
        self._drop(self._aliases, lambda _, it: not {it[2].track.id, it[2].other.id} <= played)
        of_tracks: tuple[dict[TrackId, Any], ...] = (self._filed, self._reopened, self._song_facts)
        for known in of_tracks:
            self._drop(known, lambda number, _: number not in played)
        self._file(())
        return swept

    def _drop(self, kept: dict[K, V], gone: Callable[[K, V], bool]) -> int:
        keys = [key for key, value in kept.items() if gone(key, value)]
        for key in keys:
            del kept[key]
        return len(keys)

    def _require(self, there: bool) -> None:
        if not there:
            raise NotFound(t("That is not there any more."))


def _storable(text: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)


if TYPE_CHECKING:

    def _is_every_store(store: FakeStore) -> EveryStore:
        return store

    def _is_a_meter(meter: FakeMeter) -> ports.Meter:
        return meter

    def _is_a_clock(clock: FakeClock) -> ports.Clock:
        return clock

    def _is_chance(chance: FakeChance) -> ports.Chance:
        return chance
