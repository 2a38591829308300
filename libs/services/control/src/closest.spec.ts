import { expect, it } from '@jest/globals';
import { closest } from './closest.js';

it('offers what was likely meant, and nothing where nothing is near', () => {
  const fields = ['as', 'event', 'within', 'where', 'onRepeat'];
  expect(closest('ass', fields)).toBe('as');
  expect(closest('evnet', fields)).toBe('event');
  expect(closest('wihtin', fields)).toBe('within');
  expect(closest('onrepeat', fields)).toBe('onRepeat');
  expect(closest('colour', fields)).toBeUndefined();
  expect(closest('xy', fields)).toBeUndefined();
  expect(closest('', fields)).toBeUndefined();
});
