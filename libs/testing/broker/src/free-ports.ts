import { createServer, type AddressInfo } from 'node:net';

export const HOST = '127.0.0.1';

/** Two ports of this machine that nobody listens on just now. */
export async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) => new Promise<number>((resolve) => server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port))),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
