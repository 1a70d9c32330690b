"""The models behind the prompts: text to phonemes to speech, and speech back to text.

Used by `make prompts` only, in its own virtual environment; nothing of it is on the box.
"""
