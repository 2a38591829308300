import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { hasWords, says } from './says.js';

const folder = new URL('../', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !/\.(spec|rig)\.ts$/.test(name),
);

/** Every name that the engine tells something under: what stands in its source. */
const told = sources.flatMap((name) => {
  const source = readFileSync(new URL(name, folder), 'utf8');
  const calls = [...source.matchAll(/(?:\.note|\.trace\?\.|\bnoted)\(([^;]*?)[,)](?: |;|\n)/g)].map(([call]) => call);
  const tables = source.match(/const TRACED = .*|const refused = [^;]*;|function (?:objectionTo|exitedSince)[^]*?\n}/g) ?? [];
  return [...calls, ...tables].flatMap((text) =>
    [...text.matchAll(/'([a-z]+(?:[-.][a-z]+)*)'/g)].map(([, each]) => each as string),
  );
});

describe('what is told', () => {
  it('has words for people, whatever it is', () => {
    expect(told.length).toBeGreaterThan(50);
    for (const expected of ['where', 'attempt.waits', 'run-limited', 'opening-exited', 'event-late'])
      expect(told).toContain(expected);
    const names = told.filter((name) => !NO_NAMES.has(name));
    expect([...new Set(names)].filter((name) => !hasWords(name))).toEqual([]);
  });

  it('says the predicate, its answer and the values it read', () => {
    const detail = { path: 'when.0.where', text: 'value >= 20', values: { value: 5 }, answer: false };
    expect(says({ what: 'where', detail })).toBe('where value >= 20 says no: value = 5');
    expect(says({ what: 'where', detail: { ...detail, values: {}, answer: 'unknown' } })).toBe('where value >= 20 says unknown');
    expect(says({ what: 'where', detail: { ...detail, values: { long: 'x'.repeat(200) } } })).toHaveLength(115);
    expect(says({ what: 'limit', detail: { runs: 1, per: '7d', counted: 1, reserved: 0, answer: true } })).toBe(
      'limit 1 run per 7d: 1 counted, 0 under way; no more',
    );
  });

  it('says whose messages brought somebody into a segment', () => {
    const detail = { segment: 'vip', values: { spent: 600 }, cause: 't' };
    expect(says({ what: 'segment.entered', detail })).toBe('enters vip: spent = 600, by messages of t');
    expect(says({ what: 'segment.left', detail })).toBe('leaves vip: spent = 600, by messages of t');
  });

  it('a name it does not know is said as it is written', () => {
    expect(says({ what: 'something-new.yet' })).toBe('something new yet');
    expect(says({ what: 'constructor' })).toBe('constructor');
  });
});

/** What stands between quotes there and names something else. */
const NO_NAMES = new Set(['await', 'matching', 'event', 'open', 'done', 'failed', 'boolean']);
