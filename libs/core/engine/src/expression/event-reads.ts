import type { Expression } from './expression.js';

/** Names that are properties of the event beside the expression: `event.x` and bare ones. Others are harmless here. */
export const eventReads = ({ reads }: Expression): string[] =>
  [...reads].flatMap(([name, fields]) => (name === 'event' ? [...fields] : [name]));
