/** How loud a stream is, for a <meter>. */

const INTERVAL_MS = 120;
const FLOOR_DB = -60;

/**
 * @param {AudioContext} context
 * @param {HTMLMeterElement} meter 0 to 100
 * @returns {(stream: MediaStream|null) => void} call with each new stream
 */
export function levelMeter(context, meter) {
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const samples = new Float32Array(analyser.fftSize);
  let source = null;
  setInterval(() => {
    if (source === null || document.hidden) return;
    analyser.getFloatTimeDomainData(samples);
    meter.value = percent(samples);
  }, INTERVAL_MS);
  return (stream) => {
    source?.disconnect();
    source = stream === null ? null : new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    source?.connect(analyser);
    if (source === null) meter.value = 0;
  };
}

/** @param {Float32Array} samples -1 to 1 @returns {number} 0 at -60 dBFS, 100 at full scale */
export function percent(samples) {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
  const db = 10 * Math.log10(power + 1e-12);
  return Math.round(Math.max(0, Math.min(100, (1 - db / FLOOR_DB) * 100)));
}
