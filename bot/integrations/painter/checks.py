"""Which scripts the pictures can show with the fonts that are there."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.core.findings import Finding, fine, warning
from bot.integrations.painter.coverage import scripts
from bot.integrations.painter.fonts import load_fonts

ABOUT = "fonts"


def font_findings(*, system_fonts: bool = True) -> Sequence[Finding]:
    """One finding for all that can be drawn, one for each package that would add more. Blocks for a second."""
    with tempfile.TemporaryDirectory(prefix="earshot-fonts-") as folder:
        reports = scripts(load_fonts(Path(folder), system_fonts=system_fonts).coverage)
    missing: dict[str, list[str]] = {}
    for report in reports:
        if not report.ok:
            missing.setdefault(report.hint, []).append(report.script)
    drawn = sum(report.ok for report in reports)
    return [
        fine(ABOUT, f"pictures can show {drawn} of the {len(reports)} scripts that were tried"),
        *(
            warning(
                ABOUT, f"a picture shows a chip in place of {', '.join(names)}", f"To change that: {hint}"
            )
            for hint, names in missing.items()
        ),
    ]
