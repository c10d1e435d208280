"""Pictures in seven layouts, drawn by typst with fonts from dependencies. The only home of typst and fonts."""

from bot.integrations.painter.coverage import ScriptReport, scripts
from bot.integrations.painter.fonts import FontSet, load_fonts
from bot.integrations.painter.painter import TypstPainter

__all__ = ["FontSet", "ScriptReport", "TypstPainter", "load_fonts", "scripts"]
