/** The page's words in its language, as the server put them into the page. */

const table = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * @param {string} key of the page's own words
 * @param {Record<string, string|number>} params for %(name)s
 */
export function say(key, params = {}) {
  const text = table.ui?.[key] ?? key;
  return text.replace(/%\((\w+)\)s/g, (_match, name) => String(params[name] ?? ""));
}

/**
 * The word of a value of the contract, as word("causes", 17).
 * @param {string} kind
 * @param {string|number} value
 */
export function word(kind, value) {
  return table[kind]?.[String(value)] ?? String(value);
}

/** @param {any} error why something was refused, in words */
export function reason(error) {
  if (error?.code && table.refusals?.[error.code]) return table.refusals[error.code];
  if (error?.problems?.length) return error.problems.map((one) => one.text).join("; ");
  return error?.message || say("lost");
}
