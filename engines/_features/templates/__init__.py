"""Programs that stand alone: read as text and shown to the person, never imported here."""
