import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpProblem } from '@tripline/nest-kit';
import type { FastifyRequest } from 'fastify';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';

/**
 * Lets pass who sends the token, where there is one. `EventSource` sends no headers, so a query parameter `token` is taken too. Whatever
 * changes something is refused to the pages of other sites: a browser sends their requests here as if they were its user's.
 */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #token: Buffer | undefined;

  constructor(@Inject(CONTROL_OPTIONS) { token }: ControlOptions) {
    this.#token = token === undefined ? undefined : Buffer.from(token);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: { token?: string } }>>();
    if (isForeign(request)) throw new HttpProblem(403, 'foreign-origin', 'another site asks for this');
    if (this.#token === undefined) return true;
    const { headers, query } = request;
    const given = Buffer.from(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? query.token ?? '');
    if (given.length === this.#token.length && timingSafeEqual(given, this.#token)) return true;
    throw new HttpProblem(401, 'unauthorized', 'send the API token: authorization: Bearer …');
  }
}

/** Browsers say so themselves; what is no browser says nothing. */
const isForeign = ({ method, headers }: FastifyRequest): boolean =>
  method !== 'GET' && ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']));
