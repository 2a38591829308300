import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = join(root, 'libs/nest/control/public');
const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const ARGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
jest.setTimeout(60_000);
/** Well before the page would look again unasked. */
const SOON_MS = 3_000;
const NOW = Date.UTC(2026, 0, 1, 12);

/** What the API of this test answers; each test sets what it is about. */
type Answers = {
  mail: readonly object[];
  messages: readonly object[];
  triggers: readonly object[];
  live: readonly object[];
  switches: readonly object[];
  why: object;
  movable: boolean;
  token?: string;
};
const nothing = (): Answers => ({ mail: [], messages: [], triggers: [], live: [], switches: [], why: {}, movable: false });

/** The page with an API that says what it is told to. */
class Stage {
  answers = nothing();
  readonly asked: string[] = [];
  #now = NOW;
  readonly server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const bodies: Buffer[] = [];
    request.on('data', (bytes: Buffer) => bodies.push(bytes));
    request.on('end', () => {
      this.asked.push([request.method, path, Buffer.concat(bodies).toString()].join(' ').trim());
      if (!path.startsWith('/api/')) return void this.file(path === '/' ? '/index.html' : path, response);
      const { token } = this.answers;
      const known = token === undefined || request.headers.authorization === `Bearer ${token}`;
      if (!known) return void response.writeHead(401).end('{}');
      if (path === '/api/live') return void this.stream(response);
      if (request.method === 'POST') this.#now += 3_600_000;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.answer(path)));
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  private answer(path: string): unknown {
    const { mail, messages, triggers, switches, why, movable } = this.answers;
    if (path.endsWith('/why')) return why;
    if (path === '/api/clock') return { now: this.#now, movable };
    return { mail, messages, triggers, switches, deadLetters: [], person: 'u:ada', traits: { name: 'Ada' }, runs: [] };
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': open\n\n');
    for (const item of this.answers.live) response.write(`data: ${JSON.stringify(item)}\n\n`);
  }

  private file(path: string, response: ServerResponse): void {
    const file = join(PAGE, basename(path));
    const type = TYPES[extname(path)];
    if (dirname(path) !== '/' || type === undefined || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  }
}

/** Resolves when a picture was loaded or refused. */
const settled = (image: { readonly complete: boolean; decode(): Promise<void> }): Promise<void> | undefined =>
  image.complete ? undefined : image.decode().catch(() => undefined);

const message = (more: object) => ({
  id: 'act_1',
  person: 'u:ada',
  userId: 'ada',
  trigger: 'abandoned-cart',
  version: 1,
  step: 'mail',
  run: 'run_1',
  channel: 'email',
  template: 'cart-reminder',
  status: 'sent',
  at: NOW,
  decided: NOW,
  expires: NOW,
  later: [],
  ...more,
});
const letter = (more: object) => ({
  ...message({}),
  to: 'ada@shop.example',
  subject: 'Your cart',
  text: 'It is here.',
  html: '<p>It is here.</p>',
  ...more,
});

(BROWSER === undefined ? describe.skip : describe)('the page', () => {
  const stage = new Stage();
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await new Promise<void>((resolve) => stage.server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: BROWSER ?? '', args: ARGS.split(' ') });
  });

  afterEach(async () => {
    await page.close();
    stage.asked.length = 0;
  });

  afterAll(async () => {
    await browser.close();
    stage.server.closeAllConnections();
    await new Promise((resolve) => stage.server.close(resolve));
  });

  async function open(answers: Partial<Answers>): Promise<void> {
    stage.answers = { ...nothing(), ...answers };
    page = await browser.newPage();
    await page.goto(stage.url);
  }

  it('says what to do where there is nothing yet, with its own address and no clock to move', async () => {
    await open({});
    const commands = await page.locator('.command pre').textContent();
    expect(commands).toContain(`curl -u demo: ${stage.url}v1/track`);
    const bodies = [...(commands ?? '').matchAll(/-d '([^']*)'/g)].map((match) => JSON.parse(match[1] ?? '') as unknown);
    expect(bodies).toHaveLength(2);
    expect(await page.locator('.skips').count()).toBe(0);
    expect(await page.locator('#triggers').textContent()).toContain('tripline apply');
  });

  it('moves the clock where it can be moved', async () => {
    await open({ movable: true });
    await page.getByRole('button', { name: '1 h', exact: true }).click();
    await page.getByText('An hour has passed').waitFor();
    expect(stage.asked).toContain('POST /api/clock {"advance":"1h"}');
  });

  it('shows what was sent, and what was dropped and why', async () => {
    await open({
      mail: [letter({})],
      messages: [message({}), message({ id: 'act_2', person: 'u:bob', status: 'dropped', reason: 'no-consent' })],
    });
    await page.frameLocator('iframe').getByText('It is here.').waitFor();
    await page.getByRole('button', { name: 'dropped 1' }).click();
    const rows = await page.locator('tbody tr').allTextContents();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/bob.*abandoned-cart.*dropped.*no consent for this purpose/);
  });

  it('shows a trigger that is paused, and stops one only when asked twice', async () => {
    const trigger = {
      name: 'cart',
      version: 1,
      publishedAt: NOW,
      withdrawn: false,
      document: { when: [{ event: 'a' }], do: [] },
    };
    await open({ triggers: [trigger], switches: [{ scope: 'cart', state: 'paused', at: NOW, by: 'api' }] });
    await page.locator('.trigger .state.paused').waitFor();
    await page.getByRole('button', { name: 'stop', exact: true }).click();
    expect(stage.asked).not.toContain('POST /api/triggers/cart/stop {}');
    const stopped = page.waitForResponse((response) => response.url().endsWith('/stop'));
    await page.getByRole('button', { name: 'really stop?' }).click();
    await stopped;
    expect(stage.asked).toContain('POST /api/triggers/cart/stop {}');
  });

  it('says what triggers wait for and do in all forms of the language, and which pause it is', async () => {
    const document = {
      when: [
        { any: [{ page: '/pricing*' }, { all: [{ event: 'a', times: 3, within: '1d' }, { enters: 'vip' }] }] },
        { not: 'b' },
        { stay: '/x', for: '3m' },
        { notSeen: 'c', within: '7d' },
      ],
      do: [
        { wait: { for: '1d', at: '09:00' } },
        {
          if: 'mail.clicked',
          do: [{ id: 'm', web: 'hint' }],
          else: [
            {
              id: 's',
              split: [
                { arm: 'none', share: 10, holdout: true, do: [] },
                { arm: 'all', share: 90, do: [{ id: 'n', sms: 'text' }] },
              ],
            },
          ],
        },
      ],
    };
    await open({
      triggers: [{ name: 'cart', version: 1, publishedAt: NOW, withdrawn: false, document }],
      switches: [{ scope: 'cart', state: 'paused', entries: 'closed', messages: 'drop', at: NOW, by: 'api' }],
    });
    expect(await page.locator('.trigger .state').textContent()).toBe('paused: nothing begins, messages are dropped');
    expect(await page.locator('.trigger .condition').textContent()).toBe(
      'any of (page /pricing* · all of (a 3 times within 1d · enters vip)), then no b in between, then on /x for 3m, then no c within 7d',
    );
    const steps = (await page.locator('.trigger .steps li').allTextContents()).map((text) => text.trim());
    expect(steps).toEqual([
      '1d until 09:00',
      'if mail.clicked',
      'web hint',
      'else',
      'arm none 10, nothing is sent',
      'arm all 90',
      'text text',
    ]);
  });

  it('tells why a trigger did or did not write, run by run', async () => {
    const by = {
      event: 'order.completed',
      id: 'm2',
      timestamp: '2026-01-01T01:00:00.000Z',
      received: '2026-01-01T01:00:00.000Z',
    };
    const why = {
      told: [
        {
          person: 'u:ada',
          at: by.received,
          by,
          trigger: 'abandoned-cart',
          version: 1,
          run: 'run_1',
          what: 'exit',
          says: 'exit: ends the run',
        },
      ],
      messages: [message({ status: 'recalled', reason: 'exit' })],
      gaps: ['what came before the log begins is not known'],
    };
    await open({ why, messages: [message({ status: 'recalled', reason: 'exit' })] });
    await page.locator('td').getByRole('button', { name: 'abandoned-cart' }).click();
    await page.locator('.explained li').getByText('exit: ends the run').waitFor();
    const told = (await page.locator('.explained').innerText()).replace(/\s+/g, ' ');
    expect(told).toMatch(/Run run_1 .* order\.completed exit: ends the run .* message mail recalled they did what ends it/);
    expect(told).toContain('what came before the log begins is not known');
    expect(stage.asked).toContain('GET /api/persons/u%3Aada/why');
  });

  it('shows what a person wrote as text, and lets no mail run, load or lead away', async () => {
    const evil = '<img src=x onerror="top.hit=1"><script>top.hit=1</script>';
    const elsewhere = `${stage.url.replace('127.0.0.1', 'localhost')}elsewhere`;
    const html = `${evil}<img src="${elsewhere}.png"><style>@import "${elsewhere}.css"</style><meta http-equiv="refresh" content="0;url=${elsewhere}.html"><p id="end">The end</p>`;
    await open({
      mail: [letter({ subject: evil, to: evil, html })],
      messages: [message({ person: `u:${evil}`, reason: evil, status: 'dropped' })],
      triggers: [
        {
          name: evil,
          version: 1,
          publishedAt: NOW,
          withdrawn: false,
          document: { when: [{ event: evil }], do: [{ id: evil, email: evil }] },
        },
      ],
      live: [{ kind: 'event', at: NOW, person: `u:${evil}`, name: evil }],
    });
    const sheet = page.frameLocator('iframe');
    await sheet.getByText('The end').waitFor();
    for (const image of await sheet.locator('img').all()) await image.evaluate(settled);
    await page.locator('.live code').getByText('onerror').waitFor();
    expect(await page.locator('.reader h3').textContent()).toBe(evil);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate('globalThis.hit')).toBeUndefined();
    expect([page.url(), stage.asked.filter((it) => it.includes('elsewhere'))]).toEqual([stage.url, []]);
  });

  it('shows an outcome as it comes, and looks again at once', async () => {
    const outcome = { kind: 'outcome', at: NOW, person: 'u:ada', trigger: 'abandoned-cart', step: 'mail', status: 'sent' };
    await open({ live: [outcome] });
    await page.locator('.live .chip.sent').waitFor();
    const looks = (): number => stage.asked.filter((it) => it === 'GET /api/messages').length;
    const deadline = performance.now() + SOON_MS;
    while (looks() < 2 && performance.now() < deadline) await page.waitForTimeout(50);
    expect(looks()).toBeGreaterThanOrEqual(2);
  });

  it('asks for a token where one is needed, and goes on with it', async () => {
    await open({ token: 'secret', messages: [message({})] });
    await page.getByRole('textbox', { name: 'Token' }).fill('secret');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('tbody tr').waitFor();
  });
});
