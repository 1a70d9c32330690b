"""WebRTC leg of an agent's browser: SDP, ICE-lite, DTLS-SRTP.  Sans-I/O: time is an argument.

sdp.py   offer in, answer out (RFC 8866, RFC 9429)
stun.py  STUN messages (RFC 8489) and what an ICE-lite agent answers (RFC 8445)
dtls.py  DTLS handshake over datagrams in memory, SRTP keys out (RFC 5764)
leg.py   `WebRtcLeg`: one browser; `WebRtcSocket`: many legs on one UDP socket

Errors: `WebRtcError` (errors.py) > `OfferError`, `StunError`, `DtlsError`.
"""
