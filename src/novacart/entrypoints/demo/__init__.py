"""The demo shop: a catalogue, its pictures and a few people, all made up."""
