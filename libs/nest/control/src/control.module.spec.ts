import { describe, expect, it } from '@jest/globals';
import { ControlRig, type Answer } from './control.rig.js';

const rig = new ControlRig();
const { ask, post } = rig;

describe('the clock', () => {
  it('is moved ahead, by durations only', async () => {
    const { now, movable } = (await ask('/api/clock')).body;
    expect(movable).toBe(true);
    const moved = await post('/api/clock', { advance: '1h' });
    expect(moved.status).toBe(200);
    expect(moved.body.now - now).toBeGreaterThanOrEqual(3_600_000);
    for (const advance of ['-1h', '0s', '5', 'soon', '9999d', 5])
      expect((await post('/api/clock', { advance })).status).toBe(400);
  });

  it('has no such route where it cannot be moved', async () => {
    const own = await rig.open();
    expect(await ask('/api/clock', {}, own.url)).toMatchObject({ status: 200, body: { movable: false } });
    expect(await ask('/api/clock', { method: 'POST', body: '{"advance":"1h"}' }, own.url)).toMatchObject({ status: 405 });
    await own.app.close();
  });
});

describe('who may ask', () => {
  it('is whoever has the token, where there is one', async () => {
    const own = await rig.open({ token: 'a-token-of-length' });
    for (const authorization of ['', 'Bearer wrong', 'Basic a-token-of-length', 'Bearer a-token-of-length-and-more'])
      expect(await ask('/api/messages', { headers: { authorization } }, own.url)).toMatchObject({
        status: 401,
        body: { error: { code: 'unauthorized' } },
      });
    for (const path of ['/api/triggers', '/api/clock', '/api/live', '/api/switches', '/api/messages'])
      expect((await ask(path, {}, own.url)).status).toBe(401);
    expect((await ask('/api/messages', { headers: { authorization: 'Bearer a-token-of-length' } }, own.url)).status).toBe(200);
    expect((await ask('/health', {}, own.url)).status).toBe(200);
    await own.app.close();
  });

  it('is no other web page', async () => {
    const foreign = (site: string): Promise<Answer> =>
      ask('/api/resume', { method: 'POST', headers: { 'sec-fetch-site': site } });
    expect(await foreign('cross-site')).toMatchObject({ status: 403, body: { error: { code: 'foreign-origin' } } });
    expect((await foreign('same-site')).status).toBe(403);
    expect((await foreign('same-origin')).status).toBe(204);
  });
});

describe('hostile names', () => {
  it('find nothing and break nothing', async () => {
    for (const name of [
      '..%2F..%2Fetc%2Fpasswd',
      '%00',
      "'%3Bdrop%20table",
      'x'.repeat(2_000),
      '%E0%A4%A',
      '__proto__',
      'constructor',
    ])
      for (const path of [
        `/api/triggers/${name}`,
        `/page/${name}`,
        `/api/persons/u%3A${name}`,
        `/api/messages?trigger=${name}`,
      ]) {
        const { status } = await ask(path);
        expect([path, status < 500]).toEqual([path, true]);
      }
    expect((await ask('/api/messages?userId=a%00b')).status).toBeLessThan(500);
    expect((await post('/api/consents', { userId: 'a\0b', channel: 'email', granted: true, source: '\0' })).status).toBeLessThan(
      500,
    );
    expect((await ask('/api/triggers')).status).toBe(200);
  });
});

describe('the page', () => {
  it('is served with a policy that lets nothing foreign in', async () => {
    const response = await fetch(rig.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/);
    const page = await response.text();
    for (const [, path] of page.matchAll(/(?:src|href)="(\/[^"]*)"/g))
      expect([path, (await fetch(rig.url + path!)).status]).toEqual([path, 200]);
  });
});

describe('health', () => {
  it('is well while the outbox runs', async () => {
    expect(await ask('/health')).toMatchObject({
      status: 200,
      body: { checks: { outbox: { ok: true }, counting: { ok: true } } },
    });
  });
});
