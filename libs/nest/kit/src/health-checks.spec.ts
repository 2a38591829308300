import { describe, expect, it } from '@jest/globals';
import { HealthChecks } from './health-checks.js';

describe('the health of a process', () => {
  it('is ok when every check is', async () => {
    const checks = new HealthChecks();
    checks.add('log', () => ({ ok: true, groups: 2 }));
    checks.add('database', () => Promise.resolve({ ok: true }));
    expect(await checks.health()).toEqual({
      status: 'ok',
      fatal: false,
      checks: { log: { ok: true, groups: 2 }, database: { ok: true } },
    });
  });

  it('is failing when a check throws, and still tells the others', async () => {
    const checks = new HealthChecks();
    checks.add('database', () => Promise.reject(new Error('no connection')));
    checks.add('log', () => ({ ok: true }));
    const health = await checks.health();
    expect(health.status).toBe('failing');
    expect(health.fatal).toBe(false);
    expect(health.checks).toEqual({ database: { ok: false, message: 'no connection' }, log: { ok: true } });
  });

  it('is fatal only when a failing check says so', async () => {
    const checks = new HealthChecks();
    checks.add('a', () => ({ ok: true, fatal: true }));
    expect((await checks.health()).fatal).toBe(false);
    checks.add('b', () => ({ ok: false, fatal: true }));
    expect((await checks.health()).fatal).toBe(true);
  });

  it('refuses two checks of one name', () => {
    const checks = new HealthChecks();
    checks.add('log', () => ({ ok: true }));
    expect(() => checks.add('log', () => ({ ok: true }))).toThrow('one health check is named log');
  });
});
