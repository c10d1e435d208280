"""What is too long for a custom id: kept here in memory, with a mark of it on the button.

That is only what a call takes with it that was typed (features put ids on buttons). It is somebody's own words, so it
is not written down; after a restart such a button asks for them again.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping

from bot.chat.packing import packed, unpacked
from bot.errors import NotFound
from bot.text import t

SHELF_MOST = 1000
_KEPT = "@kept"


class Shelf:
    """Packs calls for buttons and unpacks them; remembers the newest long ones."""

    def __init__(self, most: int = SHELF_MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[str, dict[str, str]]] = OrderedDict()

    def packed(self, action: str, args: Mapping[str, str]) -> str:
        """The call as a string that a button can carry."""
        try:
            return packed(action, args)
        except ValueError:
            mark = hashlib.sha256(json.dumps([action, dict(args)]).encode()).hexdigest()[:32]
        self._kept[mark] = (action, dict(args))
        self._kept.move_to_end(mark)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return packed(_KEPT, {"mark": mark})

    def unpacked(self, whole: str) -> tuple[str, dict[str, str]]:
        """The call. Raises `NotFound` for one that is not remembered any more."""
        action, args = unpacked(whole)
        if action != _KEPT:
            return action, args
        try:
            return self._kept[args.get("mark", "")]
        except KeyError:
            raise NotFound(
                t("I was restarted, and this button could not hold all that you had typed. Please ask again.")
            ) from None
