"""The lounge: a web chat on loopback, for the demo, for the operator's preview, and for scripts.

`page/` is what the browser gets; it uses nothing but the JSON API that `docs/lounge-api.md` describes.
"""

from bot.adapters.lounge.lounge import Lounge
from bot.adapters.lounge.residents import EveryResident, LoungeRoom, OneResident, Residents

__all__ = ["EveryResident", "Lounge", "LoungeRoom", "OneResident", "Residents"]
