import type { Instant, JsonObject } from '@tripline/kernel';

/** placeholder, replaced within the hour */
export type PersonState = {
  readonly traits: JsonObject;
  readonly revision: number;
  readonly next?: { due: Instant; deadline: Instant };
};
