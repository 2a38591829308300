import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the next request is met instead of by the usual answer. `hang`: never; `reset`: the connection is cut once the request was read. */
export type Answer =
  { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | 'hang' | 'reset';

/** A request as it came over HTTP. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type HttpFixture = {
  /** `http://127.0.0.1:port`, without a slash. */
  readonly url: string;
  readonly received: Received[];
  /** Queued: each is used once, in this order. */
  readonly next: (...answers: readonly Answer[]) => void;
  readonly close: () => Promise<void>;
};

/** A real HTTP server for tests; `usual` answers when nothing is queued. It sees every request, also those met by a queued answer; one whose sender goes in the middle is none. */
export async function openHttpFixture(usual: (request: Received) => Answer): Promise<HttpFixture> {
  const received: Received[] = [];
  const queued: Answer[] = [];
  const server = createServer((request, response) => {
    const take = (got: Received): void => {
      received.push(got);
      const answer = usual(got);
      meet(response, queued.shift() ?? answer);
    };
    readRequest(request).then(take, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}`, received, next: (...answers) => void queued.push(...answers), close };
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? '', path: request.url ?? '', headers, text: Buffer.concat(chunks).toString('utf8') };
}

function meet(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(body);
}
