/** How the update page follows the box, also while the box is away.  No DOM here. */

export const BUSY_MS = 1000;
export const CALM_MS = 10000;

/**
 * @typedef {{state: string, since: number|null, restarting: boolean}} Link
 * `since`: when the box stopped to answer; `restarting`: it had said that it would.
 */

/** @returns {Link} */
export function begin(state) {
  return { state, since: null, restarting: false };
}

const BEFORE_RESTART = new Set(["draining", "rebooting", "proving"]);

/** The box did not answer. @param {Link} link @param {number} now */
export function silent(link, now) {
  const restarting = link.restarting || BEFORE_RESTART.has(link.state);
  return { ...link, since: link.since ?? now, restarting };
}

/** The box answered with a state. @param {Link} link */
export function heard(link, state) {
  return { state, since: null, restarting: false };
}

/** When to ask again, in ms: often while something goes on or the box is away. */
export function pause(link, going) {
  return going || link.since !== null ? BUSY_MS : CALM_MS;
}

/** @param {number} bytes @returns {string} megabytes with one decimal */
export function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
