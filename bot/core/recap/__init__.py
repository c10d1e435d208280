"""The facts of a period: computed from counted plays, each one exact and open to proof."""
