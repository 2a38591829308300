import { z } from 'zod';

/** The configuration is wrong; the message lists every bad variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a process's configuration once. An empty variable counts as absent. Throws a `ConfigError` that names all bad and missing
 * variables at once, never a value: it may be a secret. The answer is frozen.
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<S>> {
  const given = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.')}: ${given[String(issue.path[0])] === undefined ? 'is required' : issue.message}`,
  );
  throw new ConfigError(`the configuration is wrong:\n${lines.join('\n')}`);
}

/** The text of `.env.example`: each variable under its description, with its default where it has one. */
export function describeConfig(schema: z.ZodObject): string {
  const variables = Object.entries(schema.shape).map(([name, field]) => {
    const { description, default: standard } = z.toJSONSchema(field as z.ZodType, { io: 'input', unrepresentable: 'any' });
    const required = !(field as z.ZodType).safeParse(undefined).success;
    const comment = `# ${(description ?? name).replaceAll('\n', '\n# ')}${required ? ' (required)' : ''}`;
    const given = typeof standard === 'string' ? standard : JSON.stringify(standard ?? '').replace('""', '');
    return `${comment}\n${required || standard !== undefined ? '' : '# '}${name}=${given}\n`;
  });
  return variables.join('\n');
}
