import { describe, expect, test } from '@jest/globals';
import { describeWithBroker } from '@tripline/testing-broker';
import { audit, type Done } from './audit.js';
import { chaos } from './chaos.js';
import type { Kind } from './humans.js';
import { reportOf } from './report.js';

const TIMES = { windowMs: 1_000, settleMs: 100 };

describe('the auditor', () => {
  const sent = (timestamp: number, acked = timestamp) => ({ call: {}, timestamp, acked });
  const done = (kind: Kind, orders: readonly [number, number?][], fields: Partial<Done> = {}): Done => ({
    ...{
      human: { id: 'h', kind, deeds: [] },
      carts: [sent(0)],
      logins: [sent(0)],
      orders: orders.map(([at, acked]) => sent(at, acked)),
    },
    ...fields,
  });
  const mail = (at: number) => ({ action: 'a', to: 'h@shop.example', at });
  const broken = (one: Done, ...mails: number[]): readonly string[] =>
    Object.entries(audit([one], mails.map(mail), TIMES)).flatMap(([name, who]) => (who.length > 0 ? [name] : []));

  test('wants one mail for who abandons, and none for who was known to buy', () => {
    expect(broken(done('abandons', []), 1_100)).toEqual([]);
    expect(broken(done('abandons', []))).toEqual(['lost']);
    expect(broken(done('abandons', []), 1_100, 1_200)).toEqual(['doubled']);
    expect(broken(done('abandons', []), 1_099)).toEqual(['early']);
    expect(broken(done('buys', [[500]]))).toEqual([]);
    expect(broken(done('buys', [[500]]), 1_200)).toEqual(['falseAbsences']);
  });

  test('takes either for who was not known to buy in time', () => {
    for (const one of [
      done('buys', [[500, 1_100]]),
      done('buys-late', [[1_600]]),
      done('abandons', [], { carts: [sent(0, 1_000)] }),
    ]) {
      expect(broken(one)).toEqual([]);
      expect(broken(one, 1_200)).toEqual([]);
    }
  });

  test('an order on a device counts once the device was known to be theirs', () => {
    const elsewhere = (linked: number): Done => done('buys-elsewhere', [[500]], { logins: [sent(0), sent(linked)] });
    expect(broken(elsewhere(1_099), 1_200)).toEqual(['falseAbsences']);
    expect(broken(elsewhere(1_100), 1_200)).toEqual([]);
  });
});

describeWithBroker('chaos', (broker) => {
  test('everything is killed and restarted at random, and nobody is written to twice, or who bought, or not at all', async () => {
    const plan = { seed: 20_261_125, humans: 600, views: 5, forMs: 60_000, windowMs: 15_000, calmMs: 5_000 };
    const outcome = await chaos(plan, broker());
    if (Object.values(outcome.verdict).some(({ length }) => length > 0)) throw new Error(reportOf(outcome));
    expect(outcome.faults.length).toBeGreaterThan(1);
    expect(outcome.mails).toBeGreaterThan(50);
  }, 480_000);
});
