import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { RouteConfig } from '@nestjs/platform-fastify';
import { parseJson, parseUtf8 } from '@tripline/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from './http-problem.js';

const RAW = 'triplineRawBytes';
const unpack = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) } as const;

/** On a controller's method: `@Body()` is the body's bytes (`Uint8Array`), of any content type, unpacked but not parsed; undefined without a body. */
export const RawBytes = (): MethodDecorator => RouteConfig({ [RAW]: true });

/**
 * Reads bodies for all routes: JSON (the default) as its value, text and YAML as a string, forms as an object of strings; anything
 * else is refused with 415. Bodies packed with gzip or deflate are unpacked, to at most `bytesMax`.
 */
export function readBodies(fastify: FastifyInstance, bytesMax: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, packed: Buffer) => {
    const bytes = await unpacked(request.headers['content-encoding'], packed, bytesMax);
    const config = request.routeOptions.config as { readonly [RAW]?: boolean };
    if (config[RAW] === true) return bytes;
    return valueOf(mediaTypeOf(request), bytes);
  });
}

async function unpacked(given: string | undefined, packed: Buffer, bytesMax: number): Promise<Buffer> {
  const encoding = given?.trim().toLowerCase();
  if (encoding === undefined || encoding === 'identity') return packed;
  if (!Object.hasOwn(unpack, encoding))
    throw new HttpProblem(415, 'unsupported-encoding', 'content-encoding must be gzip, deflate or absent');
  try {
    return await unpack[encoding as keyof typeof unpack](packed, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new HttpProblem(413, 'too-large', `the body unpacks to more than ${bytesMax} bytes`);
    throw new HttpProblem(400, 'malformed-encoding', `the body is not ${encoding}`);
  }
}

const mediaTypeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';

function valueOf(mediaType: string, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = parseUtf8(bytes);
  if (text === undefined) throw new HttpProblem(400, 'not-utf8', 'the body is not UTF-8');
  if (mediaType.startsWith('text/') || mediaType.endsWith('yaml')) return text;
  if (mediaType === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json'))
    throw new HttpProblem(415, 'unsupported-media-type', `${mediaType} is not read here: send JSON`);
  const value = parseJson(text);
  if (value === undefined) throw new HttpProblem(400, 'malformed-json', 'the body is not JSON');
  return value;
}
