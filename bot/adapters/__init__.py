"""The chat platforms. Each subpackage is the only home of its platform's library."""
