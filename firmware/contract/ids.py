"""Names of things.  All are text, so that they read the same in logs, JSON and SQL."""

from typing import NewType

CallId = NewType(
    "CallId", str
)  # "20261122T101502.123-7": start in UTC and a counter; sorts by time
LegId = NewType("LegId", str)  # "<call>.<n>": one connection of a call (CSTA "connection")
AgentId = NewType("AgentId", str)  # the log-in number, "8001"
QueueId = NewType("QueueId", str)  # the key in the configuration, "sales"
TrunkId = NewType("TrunkId", str)  # the key in the configuration, "e1"
RecordingId = NewType("RecordingId", str)  # "<call>-<n>"
Token = NewType("Token", str)  # what log-in returns and every command carries
