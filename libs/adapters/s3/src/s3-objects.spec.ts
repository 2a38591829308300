import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeUtf8 } from '@tripline/kernel';
import { SHELF_BYTES_MAX, type ObjectShelf } from '@tripline/ports';
import { describeObjectShelf } from '@tripline/testing-conformance';
import { describeWithObjectStorage } from '@tripline/testing-object-storage';
import { openS3Objects, type S3Options } from './s3-objects.js';

const REGION = 'us-east-1';
const PREFIXES = ['tripline/', 'one/', 'two/'];
const FOREIGN = 'one/Not Ours';

describeWithObjectStorage('S3', (storage) => {
  /** A bucket of its own, and how to be rid of it. */
  async function makeBucket(): Promise<{ client: S3Client; options: S3Options; close: () => Promise<void> }> {
    const { endpoint } = storage();
    const client = new S3Client({ region: REGION, endpoint, forcePathStyle: true });
    const bucket = `tripline-test-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const options = { bucket, region: REGION, endpoint };
    const close = async (): Promise<void> => {
      for (const prefix of PREFIXES) {
        const shelf = openS3Objects({ ...options, prefix });
        await Promise.all((await shelf.list('')).map((name) => shelf.remove(name)));
      }
      // A key that is none of ours, by way of the SDK.
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: FOREIGN }));
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    };
    return { client, options, close };
  }

  describeObjectShelf('S3', async () => {
    const { options, close } = await makeBucket();
    return { shelf: () => openS3Objects({ ...options, prefix: 'tripline/' }), close };
  });

  test('two prefixes of one bucket do not see each other, nor what is none of ours', async () => {
    const { client, options, close } = await makeBucket();
    await client.send(new PutObjectCommand({ Bucket: options.bucket, Key: FOREIGN, Body: '' }));
    const [one, two, all] = ['one/', 'two/', ''].map((prefix) => openS3Objects({ ...options, prefix }));
    await one!.put('a', encodeUtf8('1'));
    await two!.put('a', encodeUtf8('2'));
    expect([await one!.list(''), await two!.list(''), await all!.list('')]).toEqual([['a'], ['a'], ['one/a', 'two/a']]);
    expect(await one!.get('a')).toEqual(encodeUtf8('1'));
    await close();
  });

  test('a bucket that is not there is told as such, with what to do, by every call', async () => {
    const shelf = openS3Objects({ bucket: `none-${randomUUID()}`, region: REGION, endpoint: storage().endpoint });
    const said = {
      code: 'object-store',
      retry: 'never',
      message: expect.stringMatching(/in bucket none-.*NoSuchBucket.*make the bucket/),
    };
    const calls = [() => shelf.get('a'), () => shelf.put('a', new Uint8Array()), () => shelf.list(''), () => shelf.remove('a')];
    for (const call of calls) await expect(call()).rejects.toMatchObject(said);
  });
});

describe('a server that does not do as it should', () => {
  beforeAll(() => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  });
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function against(answer: RequestListener, callMs = 20_000): Promise<ObjectShelf> {
    const listening = createServer(answer);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    return openS3Objects({ bucket: 'b', region: REGION, endpoint: `http://127.0.0.1:${port}`, callMs });
  }
  const refusal =
    (status: number, code: string): RequestListener =>
    (request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
    };

  test.each([
    [403, 'AccessDenied', 'never', /allow s3:GetObject.*s3:ListBucket/],
    [403, 'SignatureDoesNotMatch', 'never', /the secret that belongs/],
    [400, 'SomethingNew', 'never', /see what the storage says/],
    [403, 'RequestTimeTooSkewed', 'later', /RequestTimeTooSkewed/],
    [503, 'SlowDown', 'later', /SlowDown/],
    [500, 'InternalError', 'later', /InternalError/],
  ] as const)('%i %s is for %s', async (status, code, retry, message) => {
    const shelf = await against(refusal(status, code));
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-store', retry, message: expect.stringMatching(message) });
  });

  test('tries again what the server could not answer once', async () => {
    let calls = 0;
    const shelf = await against((request, response) =>
      ++calls === 1 ? refusal(503, 'SlowDown')(request, response) : response.setHeader('content-length', '5').end('there'),
    );
    expect(await shelf.get('a')).toEqual(encodeUtf8('there'));
    expect(calls).toBe(2);
  });

  test('is asked no more at once than there are sockets; the others wait, longer than a connection may take', async () => {
    let [now, most] = [0, 0];
    const shelf = await against((_, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.setHeader('content-length', '5').end('there');
      }, 2_700);
    });
    const read = await Promise.all(Array.from({ length: 40 }, () => shelf.get('a')));
    expect([read.filter((bytes) => bytes?.length === 5).length, most]).toEqual([40, 16]);
  }, 30_000);

  test('is not waited for when it says nothing', async () => {
    const shelf = await against(() => undefined, 300);
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
    await expect(shelf.put('a', new Uint8Array(9))).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
  });

  test('is not waited for when it stops in the middle of an object', async () => {
    const shelf = await against((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    }, 500);
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
  });

  test('and hangs up in the middle of an object has not given one', async () => {
    const shelf = await against((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
  });

  test('is not read when it offers more than an object has', async () => {
    const shelf = await against((_, response) => {
      response.writeHead(200, { 'content-length': String(SHELF_BYTES_MAX + 1) });
      response.write('begin');
    });
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-damaged', retry: 'never' });
  });

  test('is not there at all', async () => {
    const shelf = await against(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    await expect(shelf.list('')).rejects.toMatchObject({
      code: 'object-store',
      retry: 'later',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
  });
});
