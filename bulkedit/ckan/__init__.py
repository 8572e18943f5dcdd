"""Talking to a catalogue: the only importer of ckanapi and requests."""
