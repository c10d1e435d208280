"""docs/numbers.md says what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from bot.core.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_is_generated_from_the_rules() -> None:
    spec = importlib.util.spec_from_file_location("generate_numbers", DOCS / "generate_numbers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (DOCS / "numbers.md").read_text(encoding="utf-8")
    assert text == module.numbers(), "run: python docs/generate_numbers.py"
    assert all(rule.says in text and rule.why in text for rule in RULES.values())
