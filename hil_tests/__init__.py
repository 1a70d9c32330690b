"""Tests of the whole box: simulated boards and exchange, real daemons, virtual or real time."""
