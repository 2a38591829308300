import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, Type } from '@nestjs/common';
import type { Watch } from '@tripline/ports';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBodies } from './body-reader.js';
import { problemOf } from './http-problem.js';
import { LogStrategy } from './log-strategy.js';
import { NestLog } from './nest-log.js';
import { ProblemFilter } from './problem-filter.js';
import { endSilentConnections } from './silent-connections.js';
import { WATCH } from './tokens.js';

/** A body past this is refused with 413, unless the application asks for another limit. */
export const BODY_BYTES_MAX = 1_048_576;
/** A request whose head and body have not arrived by then is ended. */
const REQUEST_TIMEOUT_MS = 30_000;
/** One part of an address: the key of a person with the longest id, every character of it escaped, fits. */
const PARAM_LENGTH_MAX = 2_048;

export type HttpAppOptions = { readonly bodyLimitBytes?: number };

/**
 * Makes the one application of a process: HTTP by Fastify, and the log for its `@FromLog` methods. The root module must import a
 * `PortsModule`. Every refusal is JSON of one shape; forwarded-for headers are not believed. Nothing listens yet: see `openApp`.
 */
export async function makeHttpApp(root: Type | DynamicModule, options: HttpAppOptions = {}): Promise<NestFastifyApplication> {
  const bodyLimit = options.bodyLimitBytes ?? BODY_BYTES_MAX;
  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX, ignoreTrailingSlash: true },
    frameworkErrors: refuseAddress,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  readBodies(fastify, bodyLimit);
  endSilentConnections(fastify);
  const settings = { bodyParser: false, abortOnError: false, logger: ['error' as const, 'warn' as const] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, settings);
  const watch = app.get<Watch>(WATCH);
  app.useLogger(new NestLog(watch.logger));
  app.useGlobalFilters(new ProblemFilter(watch));
  return app;
}

/** An address that no route can be looked up by never comes to a controller, nor to its filter. */
function refuseAddress(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  reply.code(problem.getStatus()).type('application/json; charset=utf-8').send(problem.getResponse());
}

/** Initialises the modules, starts reading the log, then listens; resolves with the address. Port 0 takes any free one. */
export async function openApp(
  app: NestFastifyApplication,
  { port, host = '0.0.0.0' }: { readonly port: number; readonly host?: string },
): Promise<string> {
  await app.init();
  app.connectMicroservice({ strategy: app.get(LogStrategy) });
  await app.startAllMicroservices();
  await app.listen(port, host);
  return app.getUrl();
}
