"""auth.*, users.*, bots.*, team.*: who is who."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.twins.slack.calls import Call, serves
from tests.twins.slack.model import Json, Person


@serves("auth.test")
def auth_test(call: Call) -> Json:
    return {
        "url": f"https://{call.team.domain}.slack.com/",
        "team": call.team.name,
        "user": call.team.bot.handle,
        "team_id": call.team.id,
        "user_id": call.team.bot.id,
        "bot_id": call.team.bot_id,
        "is_enterprise_install": False,
    }


@serves("auth.revoke")
def auth_revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    call.installation.refusal = "token_revoked"
    return {"revoked": True}


@serves("users.info", "users:read")
def users_info(call: Call) -> Json:
    return {"user": _told(call.person(), call.twin.clock(), locale=call.flag("include_locale"))}


@serves("users.list", "users:read")
def users_list(call: Call) -> Json:
    now, locale = call.twin.clock(), call.flag("include_locale")
    members = [_told(person, now, locale=locale) for person in call.team.people.values()]
    return {"members": members, "cache_ts": int(now), "response_metadata": {"next_cursor": ""}}


@serves("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    team = call.team
    bot = {
        "id": team.bot_id,
        "name": team.bot.name,
        "user_id": team.bot.id,
        "app_id": team.app_id,
        "deleted": False,
    }
    return {"bot": bot}


@serves("team.info", "team:read")
def team_info(call: Call) -> Json:
    team = call.team
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"https://{team.domain}.slack.com/",
        }
    }


def _told(person: Person, now: float, *, locale: bool) -> Json:
    offset = datetime.fromtimestamp(now, ZoneInfo(person.tz)).utcoffset()
    told: Json = {
        "id": person.id,
        "team_id": person.team.id,
        "name": person.handle,
        "deleted": person.deleted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "profile": {"real_name": person.name, "display_name": person.name, "team": person.team.id},
    }
    if person.deleted:
        return told
    if locale:
        told["locale"] = person.locale
    return told | {
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "is_admin": person.admin or person.owner,
        "is_owner": person.owner,
        "is_primary_owner": person.owner,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }
