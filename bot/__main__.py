"""The command line. What each command prints and returns is in docs/command-line.md.

Heavy parts are imported by the command that needs them, so that `earshot recap` answers at once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Coroutine, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.config import Settings, load
from bot.errors import BadExport, ConfigError, EarshotError, NotFound, NothingPlayed, ServiceError
from bot.text import plain

DONE, BUG, WRONG, UNUSABLE, FAILED = 0, 1, 2, 3, 4

EXIT_CODES = """exit codes:
  0  done
  1  a bug; the traceback is on stderr
  2  the command line or the configuration is wrong, or the data folder cannot be opened
  3  what was given cannot be used (no listening history in it, no such member, nobody yet)
  4  another service failed, or the database or the disk did
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit code; sentences about what went wrong go to stderr."""
    parser = _parser()
    given = parser.parse_args(arguments)
    collect_seldom()
    if given.run is None:
        parser.print_help()
        return WRONG
    try:
        return int(given.run(given))
    except ConfigError as error:
        for problem in error.problems:
            print(f"earshot: {problem}", file=sys.stderr)  # noqa: T201
        return WRONG
    except ServiceError as error:
        print(f"earshot: {error.text}", file=sys.stderr)  # noqa: T201
        return FAILED
    except EarshotError as error:
        print(f"earshot: {error.text}", file=sys.stderr)  # noqa: T201
        return UNUSABLE if isinstance(error, BadExport | NotFound | NothingPlayed) else WRONG
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def collect_seldom() -> None:
    """Plays come by the hundred thousand and hold no cycles: looking for some takes longer than counting them."""
    gc.set_threshold(50_000, 20, 50)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="earshot",
        description="A group's listening: exact, provable, and theirs. Start with: earshot demo",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = _command(
        commands, "demo", _demo, "Earshot in the browser with a practice Spotify; no account, no key",
        "Starts a practice Spotify, a sample group and the lounge, and prints the address to open. Everything is "
        "kept in the data folder, so the next start goes on where this one stopped. Ctrl-C ends it.",
        "earshot demo\n  earshot demo --port 9000 --fresh",
    )  # fmt: skip
    demo.add_argument(
        "--data", type=Path, default=Path("demo-data"), metavar="DIR", help="default: demo-data"
    )
    demo.add_argument(
        "--port", type=int, default=8777, help="the lounge's port; 0 for any free one (default 8777)"
    )
    demo.add_argument("--seed", type=int, default=47, help="which sample listening (default 47)")
    demo.add_argument("--fresh", action="store_true", help="delete the data folder of an earlier demo first")

    run = _command(
        commands, "run", _run, "run Earshot with your config.toml",
        "Reads the configuration and serves until Ctrl-C or SIGTERM.",
        "earshot run\n  earshot run --config /etc/earshot/config.toml",
    )  # fmt: skip
    _config(run)

    doctor = _command(
        commands, "doctor", _doctor, "look at everything that has to be right, and say what to do",
        "Looks at configuration, tokens, data folder, database, key, fonts, ports; with --online also asks Discord, "
        "Slack and Spotify. Changes nothing. The exit code is 0 (warnings allowed), 2 where the configuration is "
        "wrong, or 4 where something outside of it is.",
        "earshot doctor\n  earshot doctor --online --json",
    )  # fmt: skip
    doctor.add_argument("--online", action="store_true", help="ask the services, too")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    _config(doctor)

    invite = _command(
        commands, "invite", _invite, "the pages to add Earshot to a Discord server, with the least permissions",
        "Prints Discord's pages to add the bot to a server, or its commands to one's own account.",
        "earshot invite\n  earshot invite --application 1187654321098765432",
    )  # fmt: skip
    invite.add_argument(
        "--application", default="", metavar="ID", help="the application's id (default: the one of the token)"
    )
    invite.add_argument("--json", action="store_true", help="print JSON")
    _config(invite)

    manifest = _command(
        commands, "manifest", _manifest, "the manifest of the Slack app, to be pasted at api.slack.com/apps",
        "Prints JSON for Create New App → From a manifest. For Socket Mode, or with --http for requests to "
        "[web] public_url.",
        "earshot manifest slack > manifest.json\n  earshot manifest slack --http --short play top",
    )  # fmt: skip
    manifest.add_argument("platform", choices=["slack"])
    manifest.add_argument("--http", action="store_true", help="HTTP instead of Socket Mode")
    manifest.add_argument(
        "--short", nargs="*", metavar="NAME",
        help="commands with a slash of their own (default: play wrapped; without a name none)",
    )  # fmt: skip
    _config(manifest)

    bring = _command(
        commands, "import", _import, "read a Spotify export into the database",
        "Takes the zip that Spotify sends, the unpacked folder, or single JSON files; account data and extended "
        "streaming history. Importing the same files again adds nothing. No network is used.",
        "earshot import my_spotify_data.zip --member Ana\n  earshot import exports/ more.zip --member Ana --json",
    )  # fmt: skip
    bring.add_argument("paths", nargs="+", metavar="PATH", help="a zip, a folder or a JSON file")
    bring.add_argument("--member", required=True, metavar="NAME", help="whose listening it is; made if new")
    bring.add_argument("--tz", metavar="ZONE", help="a new member's time zone, like Europe/Berlin")
    _data(bring)

    recap = _command(
        commands, "recap", _recap, "the facts of some days",
        "Counts the plays of the given local days, first and last included. Without --member, of every member.",
        "earshot recap --from 2026-11-16 --to 2026-11-22 --tz Europe/Berlin\n"
        "  earshot recap --member Ana --from 2025-01-01 --to 2025-12-31 --json --picture ana.png",
    )  # fmt: skip
    recap.add_argument("--member", action="append", metavar="NAME", help="may be given several times")
    recap.add_argument("--from", dest="first", type=_day, metavar="YYYY-MM-DD", required=True)
    recap.add_argument("--to", dest="last", type=_day, metavar="YYYY-MM-DD", required=True)
    recap.add_argument(
        "--tz", metavar="ZONE", help="the zone of days and clock (default: the configured one)"
    )
    recap.add_argument(
        "--top", type=_positive, default=10, metavar="N", help="how long the lists are (default 10)"
    )
    recap.add_argument("--picture", type=Path, metavar="FILE.png", help="write the card")
    recap.add_argument("--facts", action="store_true", help="everything that can be stated, with intervals")
    _data(recap)

    verify = _command(
        commands, "verify", _verify, "count a recap that was shown again, and say what differs",
        "Looks whether the facts that were written down are unchanged, and counts each of them again from the plays. "
        "RECAP is the beginning of the sha256 that /prove shows, the recap's number (/weekly shows it), or a post: the "
        "group's number with the period's key. The exit code is 0 where all is the same, 3 where something differs.",
        "earshot verify 4f3ac09d2b6e8a17\n  earshot verify 12 --json\n  earshot verify 3/2026-W47",
    )  # fmt: skip
    verify.add_argument("recap", metavar="RECAP")
    _data(verify)

    backup = _command(
        commands, "backup", _backup, "a copy of the database, complete and checked, while Earshot runs",
        "Makes a backup of a SQLite database and deletes those older than [data] backup_days. For PostgreSQL it says "
        "what to tell pg_dump. The key is not in it. docs/operating.md says how to restore one.",
        "earshot backup\n  earshot backup --to /mnt/backups --json",
    )  # fmt: skip
    backup.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="where (default: [data] backups, else backups in the data folder)",
    )
    _data(backup)

    keys = _command(
        commands, "keys", _keys, "change the key that opens the tokens in the database",
        "rotate: makes a new key, seals everything anew with it, and deletes the older keys. Earshot has to be "
        "stopped meanwhile. Where it is killed, run it again: it goes on.",
        "earshot keys rotate\n  earshot keys rotate --keep-old",
    )  # fmt: skip
    keys.add_argument("what", choices=["rotate"])
    keys.add_argument(
        "--keep-old", action="store_true", help="keep the older keys; they still open, and seal nothing"
    )
    _data(keys)

    songs = _command(
        commands, "songs", _songs, "derive anew which tracks are one song",
        "rebuild: files all tracks again, by the rules of docs/numbers.md. What came in or changed is filed by itself, "
        "and so is everything after an update that changes the rules; Earshot may run meanwhile.",
        "earshot songs rebuild\n  earshot songs rebuild --data DIR --json",
    )  # fmt: skip
    songs.add_argument("what", choices=["rebuild"])
    _data(songs)

    plan = _command(
        commands, "plan", _plan, "what a prompt is understood as, and the songs it suggests",
        "Reads words as /play does, without a model and without any network. Artists are known from the plays in "
        "the data folder and from the songbook.",
        'earshot plan "90s hip hop for coding, no explicit"\n  earshot plan --lines --json < prompts.txt',
    )  # fmt: skip
    plan.add_argument("words", nargs="?", default=None, metavar="WORDS")
    plan.add_argument(
        "--lines", action="store_true", help="one prompt a line from standard input, an answer a line"
    )
    plan.add_argument(
        "--offline", action="store_true", help="plan without a model (there is no other way yet)"
    )
    _data(plan)
    return parser


def _command(
    commands: Any, name: str, run: Any, short: str, about: str, examples: str
) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=short, description=about, epilog=f"examples:\n  {examples}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    made.set_defaults(run=run)
    return made


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: config.toml where there is one")


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the data folder (default: the configured one)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    _config(parser)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{typed}” is no day; write it like 2026-11-22") from None


def _positive(typed: str) -> int:
    if not typed.isdecimal() or int(typed) < 1:
        raise argparse.ArgumentTypeError(f"“{typed}” has to be a number from 1")
    return int(typed)


def _config_file(given: argparse.Namespace) -> Path | None:
    path: Path | None = given.config
    usual = Path("config.toml")
    return usual if path is None and usual.exists() else path


def _settings(given: argparse.Namespace) -> Settings:
    return load(_config_file(given), os.environ)


def _demo(given: argparse.Namespace) -> int:
    from bot import demo

    return _until_stopped(demo.demo(given.data, given.port, given.seed, fresh=given.fresh))


def _run(given: argparse.Namespace) -> int:
    from bot import serving

    return _until_stopped(serving.run(_settings(given)))


def _doctor(given: argparse.Namespace) -> int:
    from bot import doctor

    found = asyncio.run(doctor.examine(_config_file(given), os.environ, online=given.online))
    _print(given, doctor.as_json(found), doctor.in_words(found))
    return doctor.exit_code(found, WRONG, FAILED)


def _invite(given: argparse.Namespace) -> int:
    from bot import invite

    told = invite.invitation(_settings(given), given.application)
    _print(given, told, invite.invitation_in_words(told))
    return DONE


def _manifest(given: argparse.Namespace) -> int:
    from bot import invite

    made = invite.slack_manifest(_settings(given), http=given.http, short=given.short)
    print(json.dumps(made, ensure_ascii=False, indent=2))  # noqa: T201
    return DONE


def _until_stopped(work: Coroutine[Any, Any, None]) -> int:
    # Whatever is written meanwhile, by libraries too, is for the owner of this process alone.
    os.umask(0o077)
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        return DONE
    return DONE


def _import(given: argparse.Namespace) -> int:
    from bot import oneshot

    progress = _progress(given)
    summary = asyncio.run(
        oneshot.import_export(_settings(given), given.data, given.member, given.paths, given.tz, progress)
    )
    if progress is not None:
        print(file=sys.stderr)  # noqa: T201
    for problem in summary.problems:
        print(f"earshot: {plain(problem.file)}: {plain(problem.reason)}", file=sys.stderr)  # noqa: T201
    _print(given, summary.as_json(), oneshot.import_in_words(given.member, summary))
    return DONE


def _recap(given: argparse.Namespace) -> int:
    from bot import oneshot

    if given.last < given.first:
        raise ConfigError([f"--to {given.last} lies before --from {given.first}."])
    facts, said = asyncio.run(
        oneshot.recap(
            _settings(given),
            given.data,
            given.member,
            given.first,
            given.last,
            given.tz,
            given.top,
            given.picture,
            given.facts,
        )
    )
    _print(given, facts, said)
    return DONE


def _verify(given: argparse.Namespace) -> int:
    from bot import oneshot

    facts, said = asyncio.run(oneshot.verify(_settings(given), given.data, given.recap))
    _print(given, facts, said)
    return DONE if facts["intact"] and not facts["differs"] else UNUSABLE


def _backup(given: argparse.Namespace) -> int:
    from bot import oneshot

    _print(given, *asyncio.run(oneshot.back_up(_settings(given), given.data, given.to)))
    return DONE


def _keys(given: argparse.Namespace) -> int:
    from bot import oneshot

    _print(given, *asyncio.run(oneshot.rotate_keys(_settings(given), given.data, keep_old=given.keep_old)))
    return DONE


def _songs(given: argparse.Namespace) -> int:
    from bot import oneshot

    _print(given, *asyncio.run(oneshot.rebuild_songs(_settings(given), given.data)))
    return DONE


def _plan(given: argparse.Namespace) -> int:
    from bot import oneshot

    if given.lines == (given.words is not None):
        raise ConfigError(["Give the words, or --lines and the words on standard input; not both."])
    prompts = (line.rstrip("\n") for line in sys.stdin) if given.lines else iter([given.words])
    for planned, said in asyncio.run(oneshot.plan(_settings(given), given.data, list(prompts))):
        _print(given, planned, said)
    return DONE


def _progress(given: argparse.Namespace) -> Any:
    """Progress on a terminal's stderr; silent where nobody looks."""
    if given.json or not sys.stderr.isatty():
        return None

    async def show(text: object) -> None:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)  # noqa: T201

    return show


def _print(given: argparse.Namespace, facts: Any, said: str) -> None:
    print(json.dumps(facts, ensure_ascii=False) if given.json else said, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
