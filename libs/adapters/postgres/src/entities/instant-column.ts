/** A bigint column of milliseconds: the client reads such columns as text. */
export const INSTANT_COLUMN = {
  type: 'bigint',
  transformer: { from: (value: string | number): number => Number(value), to: (value: number): number => value },
} as const;
