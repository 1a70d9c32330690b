/**
 * The browser's audio leg: microphone in, the box's audio out, one RTCPeerConnection that is
 * made anew whenever the network changes, ICE fails or the box has lost its side.
 */

import { retryDelay, describe } from "./media_plan.js";

const GATHERING_MS = 1000;
const DISCONNECTED_MS = 3000;
const MICROPHONE = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

/** Events: "state" with detail {state, problem}; see media_plan.js for the states. */
export class AudioLeg extends EventTarget {
  state = "off";
  /** @type {MediaStream|null} */ microphone = null;
  /** @type {MediaStream|null} */ speaker = null;
  #peer = null;
  #offer;
  #player;
  #tries = 0;
  #timer = 0;
  #generation = 0;

  /**
   * @param {(sdp: string) => Promise<string>} offer SDP offer to the box, its answer back
   * @param {HTMLAudioElement} player plays what the box sends
   */
  constructor(offer, player) {
    super();
    this.#offer = offer;
    this.#player = player;
    addEventListener("online", () => this.renew());
    navigator.connection?.addEventListener?.("change", () => this.renew());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#devicesChanged());
  }

  /** Ask for the microphone, then connect. */
  async start() {
    this.#set("asking");
    try {
      this.microphone = await openMicrophone();
    } catch (error) {
      this.#set("failed", describe(error));
      return;
    }
    for (const track of this.microphone.getTracks()) {
      track.addEventListener("ended", () => this.#set("failed", "microphone_ended"));
    }
    await this.renew();
  }

  /** Build the leg anew: the network changed, or the box lost it. */
  async renew() {
    if (this.microphone === null) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    const generation = ++this.#generation;
    this.#drop();
    this.#set("connecting");
    try {
      await this.#connect(generation);
    } catch (error) {
      if (generation === this.#generation) this.#later(describe(error));
    }
  }

  /** Whether a renewal is under way. */
  get busy() {
    return this.state === "connecting" || this.state === "asking" || this.#timer !== 0;
  }

  async #connect(generation) {
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.#peer = peer;
    const [track] = this.microphone.getAudioTracks();
    const transceiver = peer.addTransceiver(track, { direction: "sendrecv", streams: [this.microphone] });
    preferTelephony(transceiver);
    peer.addEventListener("track", (event) => this.#play(event.track));
    peer.addEventListener("connectionstatechange", () => this.#changed(peer));
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await this.#offer(peer.localDescription.sdp);
    if (generation !== this.#generation) return;
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
  }

  #play(track) {
    this.speaker = new MediaStream([track]);
    this.#player.srcObject = this.speaker;
    this.#player.play().catch(() => this.#set(this.state, "playback_blocked"));
  }

  #changed(peer) {
    if (peer !== this.#peer) return;
    if (peer.connectionState === "connected") {
      this.#tries = 0;
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#set("connected");
    } else if (peer.connectionState === "failed") {
      this.#later("network");
    } else if (peer.connectionState === "disconnected") {
      this.#set("lost");
      this.#timer ||= setTimeout(() => this.renew(), DISCONNECTED_MS);
    }
  }

  #later(problem) {
    this.#set("lost", problem);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.renew(), retryDelay(this.#tries++));
  }

  #drop() {
    this.#peer?.close();
    this.#peer = null;
  }

  async #devicesChanged() {
    const alive = this.microphone?.getAudioTracks().some((track) => track.readyState === "live");
    if (!alive && this.state !== "asking") await this.start();
  }

  #set(state, problem = "") {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, problem } }));
  }
}

async function openMicrophone() {
  // Browsers hide the whole interface on a page without TLS.
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no TLS", "SecurityError");
  return navigator.mediaDevices.getUserMedia(MICROPHONE);
}

/** Offer what a telephone line has, A-law first; nothing to convert in the box. */
function preferTelephony(transceiver) {
  const order = ["audio/PCMA", "audio/PCMU", "audio/telephone-event"];
  const codecs = RTCRtpReceiver.getCapabilities("audio").codecs.filter(
    (codec) => order.includes(codec.mimeType) && codec.clockRate === 8000,
  );
  codecs.sort((a, b) => order.indexOf(a.mimeType) - order.indexOf(b.mimeType));
  transceiver.setCodecPreferences(codecs);
}

/** All addresses are in the description, or enough time has passed: the box takes no trickle. */
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}
