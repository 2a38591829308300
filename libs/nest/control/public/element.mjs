/**
 * Makes an element. Strings become text, never markup: whatever a person is called, it is only shown. `undefined` and `false` are left out.
 * Of the attributes, functions are listeners (`onclick`), booleans are present or absent.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.flat(3).filter((child) => child !== undefined && child !== false));
  return made;
}

/** The element of the page with this id. */
export const place = (id) => document.getElementById(id);

/**
 * Answers a function that shows data in its place, and does nothing while the data is the same: so what a reader has selected, opened
 * or scrolled to stays.
 */
export function whenChanged(show) {
  let shown;
  return (...data) => {
    const now = JSON.stringify(data);
    if (now === shown) return;
    shown = now;
    show(...data);
  };
}
