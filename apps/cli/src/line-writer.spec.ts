import { expect, it } from '@jest/globals';
import { LineWriter } from './line-writer.js';

it('writes many lines at a time, and none twice', () => {
  const written: string[] = [];
  const writer = new LineWriter((text) => void written.push(text));
  for (let i = 0; i < 20_000; i++) writer.write({ i });
  writer.flush();
  writer.flush();
  expect(written.length).toBeLessThan(10);
  expect(
    written
      .join('\n')
      .split('\n')
      .map((line) => (JSON.parse(line) as { i: number }).i),
  ).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
});

it("lets no person's data steer the terminal, and changes none of it", () => {
  const written: string[] = [];
  const writer = new LineWriter((text) => void written.push(text));
  const id = 'a\u001b[2J\u009b1m\u007f\u2028\n';
  writer.write({ id });
  writer.flush();
  expect(written[0]).toMatch(/^[\P{Cc}]+$/u);
  expect(JSON.parse(written[0]!)).toEqual({ id });
});
