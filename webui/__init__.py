"""The pages of the box: log-in, agent desk, live page, calls, administration.

Thin: the daemon decides, a view shows.  Nothing is kept here between two requests but
the cookie with the daemon's token.
"""
