import { days, type Duration } from '@tripline/kernel';
import type { Instruction } from '../compile/compiled-trigger.js';
import type { Condition, Node } from '../compile/condition.js';
import { RUN_LIFE } from '../condition/judgement.js';
import { SILENCE_AFTER_EXPIRY } from '../journey/watching.js';

/**
 * How long a run can take, from its start to its last step, at most: so long an event that ends it must be remembered, for a run that is
 * taken over from another id of the person. No longer than `RUN_LIFE` beyond its waits; what a repeat prolongs is not in it.
 */
export const lifeOf = ({ root }: Condition, steps: readonly Instruction[]): Duration =>
  sum([spanOf(root), ...steps.map(stepSpan)]);

const sum = (spans: readonly Duration[]): Duration => spans.reduce((all, span) => all + span, 0) as Duration;
const most = (spans: readonly Duration[]): Duration => Math.max(0, ...spans) as Duration;

function spanOf(node: Node): Duration {
  switch (node.kind) {
    case 'event':
    case 'times':
      return node.within ?? RUN_LIFE;
    case 'absence':
    case 'silence':
      return node.for;
    case 'look':
      return 0 as Duration;
    case 'sequence':
      return (
        node.within ?? sum(node.items.map((item, i) => (i === 0 && item.node.kind === 'event' ? NO_TIME : spanOf(item.node))))
      );
    case 'all':
    case 'any':
      return node.within ?? most(node.nodes.map(spanOf));
  }
}
const NO_TIME = 0 as Duration;

function stepSpan(step: Instruction): Duration {
  if (step.kind === 'pause') return step.at === undefined ? step.length : sum([step.length, days(2)]);
  if (step.kind === 'await') return step.length;
  return step.kind === 'message' ? sum([step.expires, SILENCE_AFTER_EXPIRY]) : NO_TIME;
}
