import type { Instant, JsonObject } from '@tripline/kernel';

/** Facts kept of one leaf that the condition has not used: what may still turn out to matter when something arrives late. */
export const FACTS_UNUSED_MAX = 8;

/** An event as one leaf of an open attempt sees it. Facts of one event have one `order`: its turn among the events of the attempt. */
export type Fact = {
  readonly leaf: number;
  readonly at: Instant;
  readonly received: Instant;
  readonly order: number;
  /** The condition rests on it as far as it is known. */
  readonly used: boolean;
  /** Its message id, where an element names it. */
  readonly id?: string;
  /** What expressions read of it; absent where nothing does. */
  readonly kept?: JsonObject;
  /** It stands for all that may have happened from `at` to here, both inclusive: more than is kept singly, or than is remembered. Of what is wanted: nobody knows whether it did. */
  readonly until?: Instant;
};

/** The span in which an absence was asked for; `open`: what comes after it still recalls. */
export type Span = { readonly leaf: number; readonly from: Instant; readonly to: Instant; readonly open?: true };

/** A repeat moved the deadlines of this item of the condition's list: they count from here at the earliest. */
export type Extension = { readonly item: number; readonly at: Instant };

/** Where something stands in event time; events of one instant by their turn. */
export type Mark = { readonly at: Instant; readonly order: number };

export const isAfter = (a: Mark, b: Mark): boolean => a.at > b.at || (a.at === b.at && a.order > b.order);
