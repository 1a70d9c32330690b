// Put into each page before its own scripts: keeps what the remote audio track plays.
window.heard = { rate: 48000, blocks: [] };
window.peers = [];

const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(...options) {
    super(...options);
    window.peers.push(this);
    this.addEventListener("track", (event) => keep(event.track));
  }
};

// The voice as it is in the file: what a browser filters out of it is not ours to measure.
const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (open) {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = () => open({ audio: plain });
}

async function keep(track) {
  const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 500 }).readable.getReader();
  for (;;) {
    const { value, done } = await frames.read();
    if (done) return;
    const block = new Float32Array(value.numberOfFrames);
    value.copyTo(block, { planeIndex: 0, format: "f32-planar" });
    window.heard.rate = value.sampleRate;
    window.heard.blocks.push(Int16Array.from(block, (x) => Math.round(x * 32767)));
    value.close();
  }
}

/** Blocks kept since the last time, as 16-bit samples in base64: far quicker than a list. */
window.takeHeard = async () => {
  const blob = new Blob(window.heard.blocks.splice(0));
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.addEventListener("load", resolve));
  reader.readAsDataURL(blob);
  await read;
  return { rate: window.heard.rate, pcm: reader.result.split(",")[1] ?? "" };
};

/** Send back what is received instead of the microphone. */
window.loopBack = () => {
  const peer = window.peers.at(-1);
  return peer.getSenders()[0].replaceTrack(peer.getReceivers()[0].track);
};

/** Mean time in ms that a packet has waited in the browser's jitter buffer. */
window.jitterBufferMs = async () => {
  for (const report of (await window.peers.at(-1).getStats()).values()) {
    if (report.type !== "inbound-rtp") continue;
    return (1000 * report.jitterBufferDelay) / report.jitterBufferEmittedCount;
  }
  return NaN;
};
