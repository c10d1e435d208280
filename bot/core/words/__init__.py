"""From a person's words to what they ask for: folding, tokens, names, years, amounts, reading."""
