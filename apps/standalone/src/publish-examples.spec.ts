import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { publishExamples } from './publish-examples.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const ALL = ['abandoned-cart', 'onboarding', 'win-back'];

let server: Server;
let url: string;
/** What the control plane has, as far as it is asked here: documents by name, and whether each is withdrawn. */
let documents: Record<'templates' | 'triggers', Map<string, boolean>>;
let published: string[];

beforeEach(async () => {
  documents = { templates: new Map(), triggers: new Map() };
  published = [];
  server = createServer((request, response) => {
    const kind = request.url === '/api/templates' ? 'templates' : 'triggers';
    const listed = [...documents[kind]].map(([name, withdrawn]) => ({ name, withdrawn }));
    if (request.method === 'GET') return response.end(JSON.stringify({ [kind]: listed }));
    return void text(request).then((body) => {
      const [, one, name] = /^kind: (\w+)\nname: (\S+)/m.exec(body) ?? [];
      documents[`${one as 'trigger' | 'template'}s`].set(name!, false);
      published.push(name!);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

it('publishes every example once, whatever the owner made of it since: a restart takes nothing back', async () => {
  expect(await publishExamples(url, EXAMPLES)).toEqual(ALL);
  expect(published).toEqual(expect.arrayContaining([...ALL, 'cart-reminder']));
  published = [];
  documents.triggers.set('onboarding', true);
  expect(await publishExamples(url, EXAMPLES)).toEqual(['abandoned-cart', 'win-back']);
  expect(published).toEqual([]);
});
