/**
 * Function keys of the desk.  Function keys only, so that typing a note never acts on a call
 * (WCAG 2.1.4).
 */

/** @type {Record<string, string>} key -> id of the buttons, the first usable one is pressed */
export const KEYS = {
  F2: ["answer", "dial-now"],
  F4: ["hangup"],
  F8: ["hold", "retrieve"],
  F9: ["ready", "pause"],
};

/** Press the button that belongs to a key. */
export function listen() {
  addEventListener("keydown", (event) => {
    const ids = KEYS[event.key];
    if (ids === undefined || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    event.preventDefault();
    const button = ids.map((id) => document.getElementById(id)).find(usable);
    button?.click();
  });
}

function usable(button) {
  return button !== null && !button.disabled && button.offsetParent !== null;
}
