"""Media: ports and audio for call control."""
