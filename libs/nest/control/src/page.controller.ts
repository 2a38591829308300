import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { HttpProblem } from '@tripline/nest-kit';
import type { FastifyReply } from 'fastify';

const FOLDER = new URL('../public/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Nothing from elsewhere, nothing inline; mail is shown in sandboxed frames, which may style themselves. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page and its few files, read once: there is nothing else to be asked for by name. */
@Controller()
export class PageController {
  readonly #files = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER))]));

  @Get()
  page(@Res() reply: FastifyReply): void {
    this.#send('index.html', reply);
  }

  @Get('page/:file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    this.#send(name, reply);
  }

  #send(name: string, reply: FastifyReply): void {
    const bytes = this.#files.get(name);
    if (bytes === undefined) throw new HttpProblem(404, 'not-found', 'there is no such file');
    const headers = {
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    };
    void reply
      .headers(headers)
      .type(TYPES[extname(name)] ?? 'application/octet-stream')
      .send(bytes);
  }
}
