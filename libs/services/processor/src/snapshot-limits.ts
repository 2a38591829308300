import { seconds, type Duration } from '@tripline/kernel';

/** A snapshot takes the place of a state of our own that is behind it by so many records: fetching it is then faster than reading them again. */
export const RESTORE_GAIN_MIN = 100_000;
/** What one process holds shall take no longer than this to replay from its snapshots, all tasks one after another. */
export const REPLAY_MAX: Duration = seconds(60);
/** Two snapshots of one task are at least so far apart. */
export const SNAPSHOT_SPACING: Duration = seconds(30);

/** When snapshots are taken, and when one is gone on from. */
export type SnapshotLimits = { readonly restoreGainMin: number; readonly replayMax: Duration; readonly spacing: Duration };

export const SNAPSHOT_LIMITS: SnapshotLimits = {
  restoreGainMin: RESTORE_GAIN_MIN,
  replayMax: REPLAY_MAX,
  spacing: SNAPSHOT_SPACING,
};
