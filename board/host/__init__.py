"""Host side of the boards: the link of a board and the client of callbox-isdn."""
