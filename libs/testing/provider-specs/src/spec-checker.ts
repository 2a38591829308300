import { createRequire } from 'node:module';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import type { Received } from './http-fixture.js';

/** A request as the provider's document reads it: the body, and everything the document objects to. */
export type Checked = Received & { readonly body: Record<string, unknown>; readonly problems: readonly string[] };

type Schema = { readonly properties?: Readonly<Record<string, unknown>> };
type Body = { readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> } };

const FORMATS = {
  email: /^[^\s@]+@[^\s@]+$/,
  'phone-number': /^\+[1-9]\d{1,14}$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
};

const read = createRequire(import.meta.url);

/** Reads a provider's OpenAPI document out of an npm package and checks requests against it. `prefix` is what the paths in it leave out; the values of a `form` are text and read as the types it names. */
export async function openSpecChecker(module: string, prefix: string, form: boolean): Promise<(request: Received) => Checked> {
  const api = new OpenAPIBackend({
    definition: structuredClone(read(module)) as Document,
    quick: true,
    ajvOpts: { strict: false, allErrors: true, logger: false, coerceTypes: form, formats: FORMATS },
  });
  await api.init();
  return (request) => {
    const body = parseBody(request);
    const path = request.path.startsWith(prefix) ? request.path.slice(prefix.length) : `/outside${request.path}`;
    const asked = { method: request.method, path, headers: { ...request.headers }, body: structuredClone(body) };
    const operation = api.router.matchOperation(asked);
    if (operation === undefined) return { ...request, body, problems: [`no operation ${request.method} ${request.path}`] };
    const { errors } = api.validateRequest(asked, operation);
    const wrong = (errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
    return { ...request, body, problems: [...wrong, ...unknownFields(operation as Body, request, body)] };
  };
}

function parseBody(request: Received): Record<string, unknown> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(request.text));
  try {
    return JSON.parse(request.text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The documents do not forbid further fields; a misspelt optional one would go unseen. */
function unknownFields(operation: Body, request: Received, body: Record<string, unknown>): readonly string[] {
  const type = request.headers['content-type']?.split(';')[0] ?? '';
  const schema = operation.requestBody?.content?.[type]?.schema;
  if (schema?.properties === undefined) return [`a body of type ${type} is not taken`];
  const known = new Set(Object.keys(schema.properties));
  return Object.keys(body).flatMap((name) => (known.has(name) ? [] : [`/requestBody/${name} unknown field`]));
}
