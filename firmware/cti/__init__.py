"""Computer-telephony integration: commands in, events and live views out."""
