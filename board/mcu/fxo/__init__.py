# The FXO board: one state machine a line, ring, supervision, dialling, blocks.
