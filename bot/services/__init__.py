"""The flows, each told once: gather through ports, decide in the core, act through ports."""
