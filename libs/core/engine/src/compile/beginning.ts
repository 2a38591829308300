import type { Leaf, Node } from './condition.js';

/** An attempt begins with what comes first in a sequence, with any element of a group. */
export function openersOf(node: Node): readonly Leaf[] {
  if (node.kind === 'event' || node.kind === 'times') return [node.leaf];
  if (node.kind === 'sequence') return node.items.slice(0, 1).flatMap((item) => openersOf(item.node));
  return 'nodes' in node ? node.nodes.flatMap(openersOf) : [];
}

/** Does it begin with one event, whichever of several; a spell counts as one. */
export function isOne(node: Node): boolean {
  if (node.kind === 'sequence') return node.items[0] !== undefined && isOne(node.items[0].node);
  const isSpell = (each: Node): boolean => each.kind === 'absence' && each.strict;
  return node.kind === 'event' || (node.kind === 'any' && node.nodes.every((each) => each.kind === 'event' || isSpell(each)));
}
