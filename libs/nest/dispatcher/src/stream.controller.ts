import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { Problem } from '@tripline/kernel';
import { makePersonKey, parseId, type PersonKey } from '@tripline/model';
import { HttpProblem } from '@tripline/nest-kit';
import type { FastifyReply } from 'fastify';
import { WebStreams } from './web-streams.js';

/** The write keys that may open streams. */
export const STREAM_KEYS = Symbol('StreamKeys');

type Asked = Readonly<Record<string, unknown>>;

/** Where browsers listen for messages to their person. */
@Controller('v1/stream')
export class StreamController {
  constructor(
    @Inject(WebStreams) private readonly streams: WebStreams,
    @Inject(STREAM_KEYS) private readonly keys: ReadonlySet<string>,
  ) {}

  /** Server-sent events, one a message, by `userId` or `anonymousId`. `EventSource` sends no headers: the write key is in the query. */
  @Get()
  open(@Query() asked: Asked, @Res() reply: FastifyReply): void {
    const { writeKey } = asked;
    reply.header('access-control-allow-origin', '*');
    if (typeof writeKey !== 'string' || !this.keys.has(writeKey))
      throw new HttpProblem(401, 'unknown-write-key', 'no source has this write key');
    this.streams.open(personOf(asked), reply);
  }
}

function personOf(asked: Asked): PersonKey {
  const problems: Problem[] = [];
  const idOf = (name: string): string | undefined => {
    if (asked[name] === undefined) return undefined;
    const id = parseId(name, asked[name]);
    if (id.ok) return id.value;
    problems.push(...id.problems);
    return undefined;
  };
  const person = makePersonKey({ userId: idOf('userId'), anonymousId: idOf('anonymousId') });
  if (problems.length > 0 || person === undefined)
    throw new HttpProblem(400, 'invalid', 'userId or anonymousId says whose messages are meant', problems);
  return person;
}
