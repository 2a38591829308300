import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandOutput,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { assert, OperatingError } from '@tripline/kernel';
import { assertObjectName, assertObjectPrefix, isObjectName, SHELF_BYTES_MAX, type ObjectShelf } from '@tripline/ports';
import { isNoSuchKey, s3Failure } from './s3-failure.js';
import { Turns } from './turns.js';

/** A connection that takes longer does not come about. */
const CONNECT_MS = 5_000;
/** One call, its body and its retries: the greatest object at a megabyte a second. */
const CALL_MS = 90_000;
/** Calls at once, and so sockets: further ones wait before the SDK, whose limit for connecting counts the wait for a socket, too. */
const SOCKETS_MAX = 16;
const ATTEMPTS_MAX = 3;

export type S3Options = {
  readonly bucket: string;
  /** Put before every name as it is; as `assertObjectPrefix` has it. Empty by default. */
  readonly prefix?: string;
  /** By default, where the SDK finds it: AWS_REGION, or the profile. */
  readonly region?: string;
  /** Another server than AWS: its URL. */
  readonly endpoint?: string;
  /** The bucket in the path and not in the host's name. By default, where an endpoint is given. */
  readonly forcePathStyle?: boolean;
  /** For a whole call, with its retries, from its turn on: 16 run at once. 90 s by default. */
  readonly callMs?: number;
};

/**
 * Objects in a bucket of S3, or of what speaks as S3 does. Credentials are found by the SDK's own chain: environment, profile, or the
 * role of the machine. A bucket with versions keeps what was replaced and removed until its own rules expire it.
 */
class S3Objects implements ObjectShelf {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #callMs: number;
  readonly #turns = new Turns(SOCKETS_MAX);

  constructor(options: S3Options) {
    this.#client = new S3Client(configOf(options));
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#callMs = options.callMs ?? CALL_MS;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const place = this.#placeOf(name);
    assert(bytes.length <= SHELF_BYTES_MAX, `an object has at most ${SHELF_BYTES_MAX} bytes: ${name}`);
    const command = new PutObjectCommand({ ...place, Body: bytes, ContentLength: bytes.length });
    await this.#translated(`object ${name} could not be written`, (signal) =>
      this.#client.send(command, { abortSignal: signal }),
    );
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const command = new GetObjectCommand(this.#placeOf(name));
    return this.#translated(`object ${name} could not be read`, async (signal) => {
      const answer = await this.#client.send(command, { abortSignal: signal }).catch(noneWhere(isNoSuchKey));
      return answer === undefined ? undefined : readBody(name, answer, signal);
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    assertObjectPrefix(prefix);
    const names: string[] = [];
    let token: string | undefined;
    do token = await this.#listPage(prefix, token, names);
    while (token !== undefined);
    return names.filter(isObjectName).toSorted();
  }

  async remove(name: string): Promise<void> {
    const command = new DeleteObjectCommand(this.#placeOf(name));
    await this.#translated(`object ${name} could not be removed`, (signal) =>
      this.#client.send(command, { abortSignal: signal }).catch(noneWhere(isNoSuchKey)),
    );
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  /** Adds the names of one page, and answers how to ask for the next. */
  async #listPage(prefix: string, token: string | undefined, names: string[]): Promise<string | undefined> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: `${this.#prefix}${prefix}`,
      ContinuationToken: token,
    });
    const page = await this.#translated(`objects ${prefix}* could not be listed`, (signal) =>
      this.#client.send(command, { abortSignal: signal }),
    );
    for (const { Key: key = '' } of page.Contents ?? []) names.push(key.slice(this.#prefix.length));
    return page.IsTruncated === true ? page.NextContinuationToken : undefined;
  }

  #placeOf(name: string): { Bucket: string; Key: string } {
    assertObjectName(name);
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name}` };
  }

  async #translated<T>(failure: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#turns.run(() => work(AbortSignal.timeout(this.#callMs)));
    } catch (error) {
      throw error instanceof OperatingError ? error : s3Failure(`${failure} in bucket ${this.#bucket}`, error);
    }
  }
}

/** Objects in a bucket, which has to be there. Nothing is asked of it yet: the first call tells what is wrong. */
export function openS3Objects(options: S3Options): ObjectShelf {
  assertObjectPrefix(options.prefix ?? '');
  return new S3Objects(options);
}

function configOf({ region, endpoint, forcePathStyle = endpoint !== undefined, callMs = CALL_MS }: S3Options): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle,
    maxAttempts: ATTEMPTS_MAX,
    // Servers other than AWS refuse the checksums which the SDK adds unasked, or answer none; `packObjects` has its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: callMs,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
      socketTimeout: callMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/** The whole body, or an error: one that ends early is not taken for the object. */
async function readBody(name: string, answer: GetObjectCommandOutput, signal: AbortSignal): Promise<Uint8Array> {
  const { Body: body, ContentLength: length } = answer;
  if (body === undefined || length === undefined) throw new Error('the answer has no body, or none of a known length');
  const stop = (): void =>
    void (body as { destroy?: (error: Error) => void }).destroy?.(new Error('no more of the answer came in time'));
  if (length > SHELF_BYTES_MAX) {
    stop();
    throw new OperatingError(
      'object-damaged',
      'never',
      `object ${name} is damaged: it has ${length} bytes, more than any that was put`,
    );
  }
  signal.addEventListener('abort', stop, { once: true });
  try {
    const bytes = await body.transformToByteArray();
    if (bytes.length !== length) throw new Error(`the answer ended after ${bytes.length} of ${length} bytes`);
    return bytes;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Undefined for the errors that `isNone`; the others go on. */
const noneWhere =
  (isNone: (error: unknown) => boolean) =>
  (error: unknown): undefined => {
    if (!isNone(error)) throw error;
  };
