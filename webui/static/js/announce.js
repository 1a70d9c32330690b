/** Tell a screen reader, and show a short message to everybody else. */

import { byId } from "./dom.js";

/**
 * @param {string} text
 * @param {boolean} urgent interrupts what is being read
 */
export function announce(text, urgent = false) {
  const region = byId(urgent ? "say-now" : "say");
  // The same words twice are news too: an empty region first makes them be read again.
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/**
 * A message at the page's edge; it stays until dismissed or replaced.
 * @param {string} text
 * @param {"info"|"bad"} kind
 */
export function notice(text, kind = "info") {
  const box = byId("notice");
  box.dataset.kind = kind;
  byId("notice-text").textContent = text;
  box.hidden = false;
  announce(text, kind === "bad");
}

/** Take the message away. */
export function clearNotice() {
  byId("notice").hidden = true;
}
