import type { PersonState } from './person-state.js';

/** They were set aside, and not released yet. */
export const isAside = ({ gap }: PersonState): boolean => gap !== undefined && gap.to === undefined;
