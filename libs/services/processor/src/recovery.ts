import { between, type Instant } from '@tripline/kernel';

/** How a task gets on with what was in the log already when it was opened. */
export type RecoveryProgress = {
  readonly to: number;
  readonly left: number;
  readonly perSecond: number;
  /** Undefined until anything was applied. */
  readonly secondsLeft: number | undefined;
};

/** Fewer records than this are read on without a word. */
export const RECOVERY_RECORDS_MIN = 1_000;

/** The reading of records `[from, to)`, begun at an instant. */
export class Recovery {
  constructor(
    private readonly from: number,
    private readonly to: number,
    private readonly began: Instant,
  ) {}

  isOver(position: number): boolean {
    return position >= this.to;
  }

  /** Worth telling? */
  get isLong(): boolean {
    return this.to - this.from >= RECOVERY_RECORDS_MIN;
  }

  progress(position: number, now: Instant): RecoveryProgress {
    const left = Math.max(0, this.to - position);
    const perSecond = Math.round((1_000 * (position - this.from)) / Math.max(1, between(this.began, now)));
    return { to: this.to, left, perSecond, secondsLeft: perSecond === 0 ? undefined : Math.ceil(left / perSecond) };
  }
}
