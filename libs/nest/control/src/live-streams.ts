import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpProblem } from '@tripline/nest-kit';
import { LiveFeed } from '@tripline/services-control';
import type { FastifyReply } from 'fastify';

/** A viewer that leaves this much unread is disconnected: it connects again and goes on from then. */
const UNREAD_BYTES_MAX = 1_048_576;
const HEARTBEAT_MS = 15_000;
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

type Stream = FastifyReply['raw'];

/** The open live views of this process, ended with the application. */
@Injectable()
export class LiveStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #open = new Set<Stream>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly feed: LiveFeed) {}

  /** 503 where there are too many. */
  open(reply: FastifyReply): void {
    const stream = reply.raw;
    const leave = this.feed.listen((item) => write(stream, `data: ${JSON.stringify(item)}\n\n`));
    if (leave === undefined) throw new HttpProblem(503, 'too-many-connections', 'too many live views are open');
    reply.hijack();
    stream.writeHead(200, HEADERS).write(':\n\n');
    this.#open.add(stream);
    stream.once('close', () => {
      this.#open.delete(stream);
      leave();
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.feed.open();
    this.#heartbeat = setInterval(() => this.#open.forEach((stream) => write(stream, ':\n\n')), HEARTBEAT_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const stream of this.#open) stream.destroy();
    await this.feed.close();
  }
}

function write(stream: Stream, text: string): void {
  if (stream.writableLength > UNREAD_BYTES_MAX) stream.destroy();
  else stream.write(text);
}
