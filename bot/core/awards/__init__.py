"""Awards: a catalogue of things that one can lead in, and a choice that gives each active member one of their own."""
