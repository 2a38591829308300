import { INSTANT_MAX_MS, isDeeperThan, type Duration, type Instant } from '@tripline/kernel';
import { z } from 'zod';

/** Ids, names and reasons in records of ours are never longer, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 500;
/** Data in records of ours is nested no deeper: events are not by far. */
export const DATA_DEPTH_MAX = 200;

/*
 * What the records between our services are made of. Each field is bounded by what every reader can hold (a date, a column, an index, a
 * call stack): a record past it is refused at parsing, with the field, instead of stopping whoever comes to use it.
 */
export const textSchema = z.string().min(1).max(TEXT_LENGTH_MAX);
export const countSchema = z.int32().min(1);
export const instantSchema = z
  .int()
  .min(-INSTANT_MAX_MS)
  .max(INSTANT_MAX_MS)
  .transform((n) => n as Instant);
export const durationSchema = z
  .int()
  .min(0)
  .transform((n) => n as Duration);
export const dataSchema = z
  .unknown()
  .refine((data) => !isDeeperThan(data, DATA_DEPTH_MAX), `nested deeper than ${DATA_DEPTH_MAX}`)
  .pipe(z.record(z.string(), z.json()));
