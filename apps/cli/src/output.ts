/** Where a command writes: what was asked for, and everything else. */
export type Output = { readonly out: (line: string) => void; readonly err: (line: string) => void };

/** 0: done. 1: refused, failed, or not possible as asked. 2: the command line itself is wrong. 3: the control plane, or the collector, does not answer. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command is given beside its arguments. */
export type Surroundings = {
  readonly output: Output;
  /** Ctrl-C, for a command that would go on for ever. */
  readonly interrupted: () => Promise<void>;
};

/** `1 example`, `2 examples`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
