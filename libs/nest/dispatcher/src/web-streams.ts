import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { PersonKey } from '@tripline/model';
import { HttpProblem } from '@tripline/nest-kit';
import { WebHub, type WebMessage } from '@tripline/services-dispatcher';
import type { FastifyReply } from 'fastify';

/** Proxies end connections that are silent for a minute. */
export const HEARTBEAT_MS = 15_000;
/** A browser that leaves this much unread is disconnected; what it did not take is kept. */
const UNREAD_BYTES_MAX = 1_048_576;
/** How long a browser waits before it connects again. */
const RETRY_MS = 3_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  connection: 'close',
  'access-control-allow-origin': '*',
  'x-accel-buffering': 'no',
};

type Stream = FastifyReply['raw'];

/** The open server-sent event streams of this process: one heartbeat for all, ended with the application. */
@Injectable()
export class WebStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #open = new Set<Stream>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly hub: WebHub) {}

  /**
   * Connects a browser to what is sent to its person. 503 where there are too many connections; 400 where the request came behind another
   * on its connection: the answer would never have its turn, and nobody would be told when the browser leaves.
   */
  open(person: PersonKey, reply: FastifyReply): void {
    const stream = reply.raw;
    if (stream.socket === null) throw new HttpProblem(400, 'pipelined', 'a stream needs a connection of its own');
    const begin = (): void => {
      if (!stream.headersSent) begun(reply);
    };
    const leave = this.hub.connect(person, (message) => (begin(), deliver(stream, message)));
    if (leave === undefined)
      throw new HttpProblem(503, 'too-many-connections', 'this person or this server has too many streams open');
    begin();
    this.#open.add(stream);
    stream.once('close', () => {
      this.#open.delete(stream);
      leave();
    });
  }

  onApplicationBootstrap(): void {
    this.#heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  }

  /** Writes a comment to every stream; also how a connection that is gone is noticed. */
  beat(): void {
    for (const stream of this.#open) if (!isSlow(stream)) stream.write(':\n\n');
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#heartbeat);
    for (const stream of this.#open) endNow(stream);
  }
}

function begun(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, HEADERS).write(`retry: ${RETRY_MS}\n\n`);
}

function deliver(stream: Stream, message: WebMessage): boolean {
  if (stream.destroyed || stream.writableEnded || isSlow(stream)) return false;
  stream.write(`id: ${message.id}\ndata: ${JSON.stringify(message)}\n\n`);
  return true;
}

/** The server waits for its connections: one that nobody reads, or whose other side is gone, must not hold it. */
function endNow(stream: Stream): void {
  if (stream.writableLength > 0) stream.destroy();
  else stream.end(() => stream.socket?.destroy());
}

/** Ends a stream that is not being read. */
function isSlow(stream: Stream): boolean {
  if (stream.writableLength <= UNREAD_BYTES_MAX) return false;
  stream.destroy();
  return true;
}
