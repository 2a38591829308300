/** The order of UTF-16 units, whatever the language. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
