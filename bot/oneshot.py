"""What the command line does once and ends: import, recap, plan. The same flows as in chat, without a platform.

Only what a command needs is imported, so that it answers at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import Settings
from bot.core import calendar
from bot.core.model import GroupId, Member
from bot.core.pictures import JCard, Theme
from bot.core.recap import words
from bot.core.recap.model import Ranked, Recap
from bot.errors import ConfigError, NotFound, NothingPlayed
from bot.integrations.store import DATABASE, Store, database_file, open_data, pg_dump_command
from bot.integrations.system import SystemChance, SystemClock
from bot.services.importing import Importing, ImportSummary, Progress
from bot.services.recap import SHORTEST_HASH, Audit, Recaps, facts_json, recap_json
from bot.services.songs import Filing
from bot.text import Text, in_english, plain

if TYPE_CHECKING:
    from bot.core.offline import Planned

SEED = 1
NOBODY = "There is nobody here yet. Start with: earshot import PATH --member NAME"


def _place(settings: Settings, folder: Path | None) -> tuple[Path, str]:
    """The data folder and the database's URL; a folder that was named has its own database."""
    return (Path(settings.data.folder), settings.data.url) if folder is None else (folder, "")


def _anything(settings: Settings, folder: Path | None) -> bool:
    """Whether there is a database to look into; asking a question makes none."""
    data, url = _place(settings, folder)
    return bool(url) or (data / DATABASE).exists()


@asynccontextmanager
async def _store(settings: Settings, folder: Path | None) -> AsyncIterator[Store]:
    store = await open_data(*_place(settings, folder))
    try:
        yield store
    finally:
        await store.close()


async def import_export(
    settings: Settings,
    folder: Path | None,
    name: str,
    paths: Sequence[str],
    zone: str | None,
    progress: Progress | None,
) -> ImportSummary:
    """Read exports for the member of this name, made if new. Raises `BadExport`, `ConfigError`."""
    from bot.integrations.exports import FilesOnDisk

    if zone is not None:
        calendar.zone_of(zone)
    name = " ".join(name.split())
    if not name:
        raise ConfigError(["--member: the name is empty."])
    async with _store(settings, folder) as store:
        member = await _only(store, name)
        if member is None:
            member = await store.add_member(name, zone or settings.zone, None, SystemClock().now_ms())
        summary = await Importing(store, store, FilesOnDisk()).run(member, paths, progress)
        await Filing(store).finish()
        return summary


def import_in_words(name: str, summary: ImportSummary) -> str:
    """The summary for a person."""
    lines = [f"{name}: {summary.plays:,} new plays from {summary.rows:,} rows in {summary.files:,} files."]
    if summary.already_known:
        lines.append(f"  {summary.already_known:,} were known already.")
    lines.extend(
        f"  {count:,} rows skipped: {skip.value.replace('_', ' ')}."
        for skip, count in summary.skipped.items()
        if count
    )
    if summary.first_ms is not None and summary.last_ms is not None:
        lines.append(
            f"  First play {calendar.iso_utc(summary.first_ms)}, last {calendar.iso_utc(summary.last_ms)}."
        )
    if summary.ignored:
        lines.append(f"  Not listening history, left alone: {', '.join(map(plain, summary.ignored))}.")
    lines.extend(
        f"  {plain(file)} is the same as {plain(first)}, and was read once."
        for file, first in summary.repeated
    )
    return "\n".join(lines)


async def recap(
    settings: Settings,
    folder: Path | None,
    names: Sequence[str] | None,
    first: date,
    last: date,
    zone: str | None,
    top: int,
    picture: Path | None,
    facts: bool = False,
) -> tuple[dict[str, object], str]:
    """The recap of these local days as JSON and in words, with all that can be stated if `facts` are wanted.

    Raises `NotFound`, `NothingPlayed`, `ConfigError`.
    """
    zone = zone or settings.zone
    period = calendar.days(first, last, zone)
    if not _anything(settings, folder):
        raise _unknown(names[0], []) if names else NothingPlayed(NOBODY)
    async with _store(settings, folder) as store:
        members = await _members(store, names)
        recaps = _recaps(store)
        told = await recaps.of_members(members, period, zone, top)
        here = [replace(it, zone=zone) for it in members]
        stated = await recaps.facts_of_members(here, period, top) if facts else None
    if picture is not None:
        data, _ = _place(settings, folder)
        await _paint(told, picture, data / "fonts")
    if stated is None:
        return recap_json(told, zone), _in_words(told)
    lines = [_in_words(told), "", *(plain(str(it.words)) for it in stated)]
    return {**recap_json(told, zone), "facts": facts_json(stated, members)}, "\n".join(lines)


def _recaps(store: Store) -> Recaps:
    return Recaps(store, store, store, store, store, SystemClock(), SystemChance())


async def _members(store: Store, names: Sequence[str] | None) -> Sequence[Member]:
    if not names:
        members = await store.all_members()
        if not members:
            raise NothingPlayed(NOBODY)
        return members
    found: dict[int, Member] = {}
    for name in names:
        member = await _only(store, " ".join(name.split()))
        if member is None:
            raise _unknown(name, await store.all_members())
        found[member.id] = member
    return list(found.values())


def _unknown(name: str, members: Sequence[Member]) -> NotFound:
    known = ", ".join(sorted({it.name for it in members})) or "nobody yet"
    return NotFound(f"There is no member “{name}” here. I know: {known}.")


async def _only(store: Store, name: str) -> Member | None:
    """The one member of this name, None if there is none."""
    found = await store.members_named(name)
    if len(found) > 1:
        raise ConfigError(
            [f"--member: {len(found)} members are called “{name}”; I cannot tell which is meant."]
        )
    return found[0] if found else None


async def _paint(told: Recap, picture: Path, fonts: Path) -> None:
    from bot.integrations.painter import TypstPainter

    painter = TypstPainter(fonts)
    try:
        drawn = painter.paint(JCard(told), Theme.LIGHT)
    finally:
        painter.close()
    try:
        picture.write_bytes(drawn)
    except OSError as error:
        raise ConfigError([f"--picture: {picture} cannot be written ({error.strerror})."]) from error


def _in_words(told: Recap) -> str:
    names = words.names_of(told)
    lines = [
        f"{_say(words.days(told.period.first, told.period.last))}, {told.period.zone}: {told.plays:,} plays by "
        f"{told.listeners} of {len(told.members)}, {_say(words.minutes(told))}.",
    ]
    sections: tuple[tuple[str, Sequence[Ranked]], ...] = (
        ("Songs", told.top_tracks), ("Artists", told.top_artists), ("Albums", told.top_albums),
    )  # fmt: skip
    for heading, ranked in sections:
        if ranked:
            lines += ["", heading]
            lines += [
                f"{it.rank:>3}. {_say(words.song(it))}  ({_say(words.played(it, names))})" for it in ranked
            ]
    if told.plays:
        lines += ["", "Plays by hour, from midnight", "  " + " ".join(str(n) for n in told.clock)]
    if told.loops:
        lines += ["", "On repeat"] + [f"  {_say(words.loop(it))}" for it in told.loops[:10]]
    return "\n".join([*lines, "", _say(words.coverage(told))])


async def verify(settings: Settings, folder: Path | None, recap: str) -> tuple[dict[str, object], str]:
    """A frozen recap looked through: is it what was said, and which numbers are others now? Raises `NotFound`.

    `recap` is its number, the beginning of its sha256, or a post that said it (`3/2026-W47`).
    """
    if not _anything(settings, folder):
        raise NotFound(f"There is no recap “{recap}” here.")
    async with _store(settings, folder) as store:
        named = await _said_by(store, recap) if "/" in recap else recap
        found = await _recaps(store).audit(named)
    differs = [
        {
            "id": fact.id, "words": _say(fact.words), "said": fact.value, "now": evidence.value,
            "why": _say(evidence.difference) if evidence.difference is not None else "",
        }
        for fact, evidence in found.differs
    ]  # fmt: skip
    as_json: dict[str, object] = {
        "recap": found.frozen.id,
        "sha256": found.frozen.sha256,
        "written": calendar.iso_utc(found.frozen.made_ms),
        "intact": found.intact,
        "withdrawn": found.facts.withdrawn,
        "facts": len(found.facts.facts),
        "differs": differs,
    }
    return as_json, _audit_in_words(found)


async def _said_by(store: Store, post: str) -> str:
    """The number of the recap that a group's post about a period said. Raises `NotFound`."""
    group, _, key = post.partition("/")
    number = int(group) if group.isdecimal() and len(group) < SHORTEST_HASH else 0
    made = [it for it in await store.deliveries(GroupId(number), key) if it.recap_id]
    if not made:
        raise NotFound(f"There is no post “{post}” here.")
    said = {it.recap_id for it in made}
    if len(said) > 1:
        # Who is seen in one room may not be in another.
        each = ", ".join(f"{it.recap_id} in {plain(it.room.channel)} on {it.room.platform}" for it in made)
        raise NotFound(f"That post says something else in each room: name one of {each}.")
    return str(said.pop())


def _audit_in_words(found: Audit) -> str:
    facts = found.facts
    lines = [
        f"{plain(facts.name)}, {_say(words.days(facts.period.first, facts.period.last))}, written down "
        f"{calendar.iso_utc(found.frozen.made_ms)}, sha256 {found.frozen.sha256[:16]}…"
    ]
    if found.intact:
        lines.append("The document is what was written down then.")
    elif facts.withdrawn:
        lines.append(
            "The document cannot be verified: a member was taken out of it, and it is of version 1, "
            "of which only a whole one can be verified, or it was changed."
        )
    else:
        lines.append("The document is NOT what was written down then: somebody or something has changed it.")
    if facts.withdrawn:
        lines.append(
            f"{facts.withdrawn} took their part back; their numbers and the sums with them are gone."
        )
    same = len(facts.facts) - len(found.differs)
    lines.append(f"Counted again: {same:,} of {len(facts.facts):,} numbers are the same.")
    lines += [
        f"  {_say(fact.words)}: {evidence.value:,} now. {_say(evidence.difference)}"
        for fact, evidence in found.differs
        if evidence.difference is not None
    ]
    return "\n".join(lines)


async def plan(
    settings: Settings, folder: Path | None, prompts: Sequence[str]
) -> list[tuple[dict[str, Any], str]]:
    """What each prompt is understood as, and the songs it suggests: JSON and words.

    Artists are known from the plays in the data folder and from the songbook. The seed is fixed, so that the same
    words give the same answer.
    """
    from bot.core.offline import as_json, plan_read
    from bot.integrations.wordbook import read_wordbook

    wordbook = read_wordbook()
    artists: list[str] = []
    if _anything(settings, folder):
        async with _store(settings, folder) as store:
            artists = [name for name, _ in await store.artists()]
    gazetteer = wordbook.gazetteer(artists)
    planned = [plan_read(words, wordbook, gazetteer, [], SEED) for words in prompts]
    return [(as_json(it), _plan_in_words(it)) for it in planned]


def _plan_in_words(planned: Planned) -> str:
    lines = [" · ".join(map(_say, planned.understood)), *map(_say, planned.notes), ""]
    lines += [f"{n:>3}. {it.title} — {it.artist}  ({it.why})" for n, it in enumerate(planned.suggestions, 1)]
    return "\n".join(lines)


async def back_up(settings: Settings, folder: Path | None, to: Path | None) -> tuple[dict[str, Any], str]:
    """A backup of the database, older ones deleted. Raises `ConfigError`, `NotFound` where there is no database."""
    from bot.integrations.store.backup import back_up, prune

    data, url = _place(settings, folder)
    file = database_file(data, url)
    if file is None:
        raise ConfigError(
            [f"The data is in PostgreSQL, which has a better way. In a shell:  {pg_dump_command(url)}"]
        )
    if not file.exists():
        raise NotFound(f"There is no database {file} yet, so there is nothing to back up.")
    usual = data / "backups"
    kept = to or Path(settings.data.backups or usual)
    now_ms = SystemClock().now_ms()
    made = back_up(file, kept, now_ms)
    gone = prune(file, (usual, kept), now_ms - settings.data.backup_days * calendar.DAY_MS)
    deleted = [str(it) for it in gone]
    told = {"backup": str(made), "bytes": made.stat().st_size, "deleted": deleted}
    lines = [
        f"{made}: complete and checked, {told['bytes']:,} bytes.",
        f"The key {data / 'keys'} is not in it. Keep a copy elsewhere: together they open your members' links.",
    ]
    if deleted:
        lines.append(f"Deleted, because older than {settings.data.backup_days} days: {', '.join(deleted)}.")
    return told, "\n".join(lines)


async def rebuild_songs(settings: Settings, folder: Path | None) -> tuple[dict[str, Any], str]:
    """Which tracks are one song, derived anew for all tracks."""
    async with _store(settings, folder) as store:
        tracks = await Filing(store).rebuild()
    return {"tracks": tracks}, f"{tracks:,} tracks were filed again."


async def rotate_keys(
    settings: Settings, folder: Path | None, *, keep_old: bool
) -> tuple[dict[str, Any], str]:
    """A new key seals everything, and the older ones go. Killed anywhere, it goes on the next time.

    Raises `ConfigError` where an Earshot runs with these keys, or they cannot be written.
    """
    from bot.integrations import vault
    from bot.services.rekeying import rekey

    data, _ = _place(settings, folder)
    key_file = data / "keys"
    with vault.alone(key_file):
        async with _store(settings, folder) as store:
            keyring = vault.open_vault(key_file)
            left = any(vault.sealed_by(it.sealed) in keyring.older for it in await store.all_sealed())
            if not left:  # else an earlier time was cut off: its new key is there already
                keyring = vault.add_key(key_file)
            done = await rekey(store, keyring, lambda sealed: vault.sealed_by(sealed) == keyring.current)
            await store.shred()
        retired = [] if keep_old else sorted(keyring.older)
        if retired:
            vault.retire_older(key_file)
    told = {
        "key": keyring.current, "resealed": done.resealed, "unopened": done.unopened, "retired": retired
    }  # fmt: skip
    lines = [
        f"Sealed anew with key {keyring.current}: {done.resealed}."
        + (f" Gone: key {', '.join(map(str, retired))}." if retired else ""),
        f"Copy {key_file} to its safe place now. A backup from before today is opened by the copy from before alone.",
    ]
    if done.unopened:
        lines.append(f"{done.unopened} could not be opened by any key; their members have to /link again.")
    return told, "\n".join(lines)


def _say(text: Text) -> str:
    """A text for a terminal: no title of a song can move its cursor."""
    return in_english(text, escape=plain)
