"""The sandbox's own switchboard under /_practice: what is going on, and faults on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from bot.sandbox.accounts import Accounts
from bot.sandbox.faults import AT_ONCE, Faults, UnknownFault, parse_fault
from bot.sandbox.limits import Limits
from bot.sandbox.listeners import Listener
from bot.sandbox.objects import iso
from bot.sandbox.parameters import json_object
from bot.sandbox.refusals import Refusal


class Control:
    """Handlers of the switchboard. A JSON content type is asked for, so that no web page can post to it."""

    def __init__(
        self,
        faults: Faults,
        accounts: Accounts,
        limits: Limits,
        listeners: Mapping[str, Listener],
        now_ms: Callable[[], int],
    ) -> None:
        self._faults = faults
        self._accounts = accounts
        self._limits = limits
        self._listeners = listeners
        self._now_ms = now_ms

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_practice", self.show),
            web.post("/_practice/faults", self.add),
            web.delete("/_practice/faults", self.clear),
        ]

    async def show(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "now": iso(self._now_ms()),
                "listeners": list(self._listeners),
                "seats": self._accounts.seats(),
                "calls_in_24_hours": self._limits.used(),
                "faults": self._faults.waiting(),
            }
        )

    async def add(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise Refusal(415, "Send the fault as application/json.")
        try:
            fault = parse_fault(await json_object(request))
        except UnknownFault as error:
            raise Refusal(400, str(error)) from error
        if fault.listener is not None and fault.listener not in self._listeners:
            raise Refusal(400, f"listener is one of {', '.join(self._listeners)}.")
        if fault.kind not in AT_ONCE:
            self._faults.add(fault)
            return web.json_response({"faults": self._faults.waiting()}, status=201)
        if fault.listener is None:
            raise Refusal(400, f"{fault.kind} needs a listener.")
        end = self._accounts.revoke if fault.kind == "revoke" else self._accounts.expire_access
        return web.json_response({"ended": end(fault.listener)}, status=201)

    async def clear(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({"faults": []})
