import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpProblem } from '@tripline/nest-kit';
import type { FastifyRequest } from 'fastify';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';

/** Lets pass who sends the token, where there is one. `EventSource` sends no headers, so a query parameter `token` is taken too. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #token: Buffer | undefined;

  constructor(@Inject(CONTROL_OPTIONS) { token }: ControlOptions) {
    this.#token = token === undefined ? undefined : Buffer.from(token);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.#token === undefined) return true;
    const { headers, query } = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: { token?: string } }>>();
    const given = Buffer.from(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? query.token ?? '');
    if (given.length === this.#token.length && timingSafeEqual(given, this.#token)) return true;
    throw new HttpProblem(401, 'unauthorized', 'send the API token: authorization: Bearer …');
  }
}
