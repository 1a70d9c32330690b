/**
 * The sign in the bar that tells whether the page is live, the banner that tells of a restart, and
 * the way out when there is no connection.
 */

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
  const banner = byId("draining");
  live.addEventListener("change", () => {
    const { draining } = live.picture;
    if (draining && banner.hidden) announce(banner.textContent.trim());
    banner.hidden = !draining;
  });
  live.addEventListener("gone", () => {
    notice(say("gone"), "bad");
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  });
}
