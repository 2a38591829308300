import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CLOCK, HttpProblem, RawBytes } from '@tripline/nest-kit';
import type { Clock } from '@tripline/ports';
import { HttpIntake, type CallType, type HttpAnswer, type Rejected } from '@tripline/services-collector';
import type { FastifyRequest } from 'fastify';
import { keyOf } from './basic-key.js';

/** The addresses SDKs post to, short forms included, and what comes there. `import` is where Ruby's, among others, sends its batches. */
const KINDS: Readonly<Record<string, CallType | 'batch'>> = {
  track: 'track',
  t: 'track',
  identify: 'identify',
  i: 'identify',
  alias: 'alias',
  a: 'alias',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  group: 'group',
  g: 'group',
  batch: 'batch',
  b: 'batch',
  import: 'batch',
};

type Accepted = {
  readonly success: true;
  readonly rejected?: readonly { readonly index: number; readonly field: string; readonly message: string }[];
};

@Controller('v1')
export class CallsController {
  constructor(
    @Inject(HttpIntake) private readonly intake: HttpIntake,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** 200 when the log has every call that is not named in `rejected`. */
  @Post(Object.keys(KINDS))
  @HttpCode(200)
  @RawBytes()
  async take(@Body() bytes: Uint8Array | undefined, @Req() request: FastifyRequest): Promise<Accepted> {
    const path = request.routeOptions.url ?? '';
    const kind = KINDS[path.slice(path.lastIndexOf('/') + 1)] ?? 'batch';
    const key = keyOf(request.headers.authorization);
    const answer = await this.intake.take({ kind, bytes: bytes ?? new Uint8Array(), key, path, received: this.clock.now() });
    return acceptedOrThrow(answer);
  }
}

function acceptedOrThrow(answer: HttpAnswer): Accepted {
  if (answer.kind === 'unknown-key')
    throw new HttpProblem(
      401,
      'unknown-write-key',
      'no source has this write key: send it as the user name of Basic authorization',
    );
  if (answer.kind === 'too-large') throw new HttpProblem(413, 'too-large', answer.message);
  if (answer.kind === 'refused') throw new HttpProblem(400, answer.code, 'nothing was accepted', problemsOf(answer.rejected));
  if (answer.rejected.length === 0) return { success: true };
  const rejected = answer.rejected.flatMap(({ index, problems }) =>
    problems.map(({ path, message }) => ({ index, field: path, message })),
  );
  return { success: true, rejected };
}

const problemsOf = (rejected: readonly Rejected[]): readonly { path: string; message: string }[] =>
  rejected.length === 1 && rejected[0] !== undefined
    ? rejected[0].problems
    : rejected.flatMap(({ index, problems }) =>
        problems.map(({ path, message }) => ({ path: path === '' ? `batch.${index}` : `batch.${index}.${path}`, message })),
      );
