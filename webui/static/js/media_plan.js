/**
 * Decisions of the audio leg that need no browser.
 *
 * States: off, asking (for the microphone), connecting, connected, lost (tries again by itself),
 * failed (a person has to do something).
 */

const FIRST_MS = 500;
const LONGEST_MS = 8000;

/** @param {number} tries failed so far @returns {number} ms until the next one */
export function retryDelay(tries) {
  return Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
}

const PROBLEMS = {
  NotAllowedError: "microphone_refused",
  SecurityError: "microphone_insecure",
  NotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
  NotReadableError: "microphone_in_use",
  AbortError: "microphone_in_use",
};

/** @param {any} error @returns {string} key of the words that say what is wrong */
export function describe(error) {
  return PROBLEMS[error?.name] ?? "network";
}

/**
 * Whether the box has lost a leg that this side believes to be up.
 * @param {string} state of the leg
 * @param {any} agent AgentView
 * @param {number} connectedFor ms since the leg came up here
 */
export function boxLostIt(state, agent, connectedFor) {
  return state === "connected" && agent !== null && !agent.telephone && connectedFor > 3000;
}
