/** The sign in the bar that tells whether the page is live; and the way out when it cannot be. */

import { byId, setIcon } from "./dom.js";
import { announce, notice } from "./announce.js";
import { say } from "./words.js";

/** @param {import("./live.js").Live} live */
export function showConnection(live) {
  const sign = byId("link");
  const show = (up) => {
    sign.dataset.up = String(up);
    setIcon(sign.querySelector("svg"), up ? "dot" : "broken");
    byId("link-text").textContent = say(up ? "up" : "down");
  };
  live.addEventListener("up", () => show(true));
  live.addEventListener("down", () => {
    show(false);
    announce(say("down"), true);
  });
  live.addEventListener("gone", () => {
    notice(say("gone"), "bad");
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  });
}
