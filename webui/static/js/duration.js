/** Durations as people read them, on the daemon's clock. */

/** How far the daemon's clock is ahead of the browser's, in ms. */
let offset = 0;

/** @param {number} serverNow UTC ms as the daemon sees it now */
export function setClock(serverNow) {
  offset = serverNow - Date.now();
}

/** @returns {number} UTC ms by the daemon's clock */
export function now() {
  return Date.now() + offset;
}

/**
 * @param {number} ms
 * @returns {string} m:ss, from an hour on h:mm:ss; never negative
 */
export function clock(ms) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** Show the time since (data-since) or until (data-until) in every such element of the page. */
export function tickAll() {
  for (const node of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = node.dataset;
    const text = until ? clock(Number(until) - now() + 999) : since ? clock(now() - Number(since)) : "";
    if (node.textContent !== text) node.textContent = text;
  }
}
