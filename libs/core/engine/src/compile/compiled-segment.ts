import type { Duration, Instant } from '@tripline/kernel';
import type { AggregateKind, Segment } from '@tripline/model';
import type { Expression } from '../expression/expression.js';

/** One aggregate: which events count, and what is taken of each. */
export type AggregatePart = {
  readonly name: string;
  readonly kind: AggregateKind;
  readonly event: string;
  readonly where?: Expression;
  readonly value?: Expression;
  readonly within: Duration;
};

/** A segment ready to be judged. */
export type CompiledSegment = {
  readonly name: string;
  readonly version: number;
  readonly segment: Segment;
  readonly aggregates: readonly AggregatePart[];
  readonly where: Expression;
  readonly keep?: Expression;
  /** The traits it reads; `*` is all. */
  readonly traits: ReadonlySet<string>;
  /** More events can only bring people in: nothing that did not happen lets anybody join, so that joining is known at once. */
  readonly rising: boolean;
  /** What its aggregates are, in a few characters: values kept under another are another's. */
  readonly test: string;
  readonly settle: Duration;
  /** From when on this version is in force. */
  readonly since: Instant;
  /** From when on its aggregates know everything: their longest window after the first events they know. */
  readonly warm: Instant;
  /** When history ended the warming: whoever was unknown by then is judged anew, at that instant. */
  readonly filled?: Instant;
};
