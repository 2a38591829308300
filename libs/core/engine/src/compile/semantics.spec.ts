import { describe, expect, test } from '@jest/globals';
import type { Control } from '@tripline/model';
import { applyControl, encodeDefinitions, parseDefinitions, semanticsOf, type Definitions } from './definitions.js';
import { makeProgram } from './program.js';
import { SEMANTICS, SEMANTICS_KNOWN, SEMANTICS_MAX, SEMANTICS_MIN } from './semantics.js';

const settings = (revision: number, semantics?: number): Control => {
  const change = { type: 'settings', zone: 'UTC', zoneData: '2026a', ...(semantics === undefined ? {} : { semantics }) } as const;
  return { kind: 'control', of: 'settings', name: 'settings', revision, change };
};
const after = (...controls: readonly Control[]): Definitions =>
  controls.reduce<Definitions>((all, each) => applyControl(all, each), []);

describe('the semantics of a program', () => {
  test.each([
    ['the first, where none are told', [], 1],
    ['the first, where settings leave them out', [settings(1)], 1],
    ['those that are told', [settings(1, 7)], 7],
    ['those before, where newer settings leave them out', [settings(1, 7), settings(2)], 7],
    ['the highest: they are never lowered', [settings(1, 7), settings(2, 3)], 7],
    ['not those of an older revision', [settings(2, 7), settings(1, 9)], 7],
  ])('are %s', (_what, controls, number) => {
    const definitions = parseDefinitions(encodeDefinitions(after(...controls)));
    expect([semanticsOf(definitions), makeProgram(definitions).semantics]).toEqual([number, number]);
  });

  test('are those of the options for as long as no settings say others', () => {
    expect(makeProgram([], { semantics: 4 }).semantics).toBe(4);
    expect(makeProgram(after(settings(1, 7)), { semantics: 4 }).semantics).toBe(7);
  });

  test('of a new installation are known to this build', () => {
    expect(SEMANTICS_KNOWN).toEqual({ min: SEMANTICS_MIN, max: SEMANTICS_MAX });
    expect(SEMANTICS).toBeGreaterThanOrEqual(SEMANTICS_MIN);
    expect(SEMANTICS).toBeLessThanOrEqual(SEMANTICS_MAX);
  });
});
