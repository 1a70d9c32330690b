"""The box's side of the audio leg, made of aiortc: answers an offer and sends silence."""

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack


class FarSide:
    """Answers each offer with a new peer, as the daemon moves the leg; keeps the last."""

    def __init__(self) -> None:
        self.peers: list[RTCPeerConnection] = []
        self.offers: list[str] = []

    async def answer(self, sdp: str) -> str:
        self.offers.append(sdp)
        await self.lose()
        peer = RTCPeerConnection()
        self.peers.append(peer)
        peer.addTrack(AudioStreamTrack())
        await peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        return peer.localDescription.sdp

    async def lose(self) -> None:
        """The leg is gone on this side."""
        peers, self.peers = self.peers, []
        for peer in peers:
            await peer.close()
