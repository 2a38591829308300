import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

const PREFIX = '/v1/';
const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, content-encoding, x-retry-count',
  'access-control-max-age': '86400',
};

/** Lets pages of every origin send events: write keys are public, and nothing is read back. Refusals carry the headers too, so that pages see them. */
@Injectable()
export class BrowserAccess implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!request.url.startsWith(PREFIX)) return done();
      reply.headers(HEADERS);
      if (request.method === 'OPTIONS') reply.code(204).send();
      else done();
    });
  }
}
