"""Errors of the WebRTC leg.

WebRtcError
    OfferError   an SDP offer that cannot be answered: told to whoever sent it
    StunError    a datagram that is no valid STUN message: counted, answered with `code` if any
    DtlsError    the handshake failed: the leg is lost
"""


class WebRtcError(Exception):
    """Something about a WebRTC leg went wrong."""


class OfferError(WebRtcError):
    """The offer cannot be answered; the text says why in words for a log or a page."""


class StunError(WebRtcError):
    """Not a STUN message, or one that is refused with the error `code` (RFC 8489 14.8)."""

    def __init__(self, text: str, code: int = 0) -> None:
        """`code` 0 means: drop without an answer."""
        super().__init__(text)
        self.code = code


class DtlsError(WebRtcError):
    """The DTLS handshake failed, or the peer is not who the offer said."""
