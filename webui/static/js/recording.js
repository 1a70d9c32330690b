/** Plays a call's recordings: two channels, one wave each; caller above, agent below. */

import WaveSurfer from "/static/vendor/wavesurfer.js";
import { setIcon } from "./dom.js";
import { clock } from "./duration.js";
import { say } from "./words.js";

const HEIGHT = 64;

for (const section of document.querySelectorAll("[data-recording]")) player(section);

/** @param {HTMLElement} section */
function player(section) {
  const find = (selector) => section.querySelector(selector);
  const button = find("[data-play]");
  const seek = find(".seek input");
  const wave = WaveSurfer.create({
    container: find(".wave"),
    url: section.dataset.recording,
    height: HEIGHT,
    sampleRate: 8000,
    normalize: false,
    cspNonce: document.querySelector('meta[name="style-nonce"]').content,
    cursorColor: colour("--text"),
    splitChannels: [waveIn("--accent"), waveIn("--ok")],
  });

  button.addEventListener("click", () => wave.playPause());
  seek.addEventListener("input", () => wave.setTime(Number(seek.value)));
  wave.on("ready", (duration) => {
    seek.max = String(duration);
    find("[data-length]").textContent = clock(duration * 1000);
  });
  wave.on("timeupdate", (time) => {
    seek.value = String(time);
    seek.setAttribute("aria-valuetext", clock(time * 1000));
    find("[data-at]").textContent = clock(time * 1000);
  });
  for (const event of ["play", "pause", "finish"]) wave.on(event, () => showPlaying(button, wave));
  wave.on("error", () => {
    find("[data-problem]").textContent = say("unplayable");
    find("[data-problem]").hidden = false;
    button.disabled = true;
  });
}

function showPlaying(button, wave) {
  const playing = wave.isPlaying();
  button.setAttribute("aria-pressed", String(playing));
  setIcon(button.querySelector("svg"), playing ? "hold" : "play");
  button.querySelector("span").textContent = say(playing ? "pause" : "play");
}

function waveIn(name) {
  return { waveColor: colour(name), progressColor: colour("--muted"), height: HEIGHT };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
