import { CHANNELS, type Channel } from '@tripline/model';
import {
  describeConfig,
  INSTANCE,
  KAFKA_BROKERS,
  listSetting,
  LOG_LEVEL,
  partitionsSetting,
  portSetting,
  readConfig,
} from '@tripline/nest-kit';
import { z } from 'zod';

const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/, message: 'must be an http(s) address' });
const flag = z.enum(['true', 'false'], 'must be true or false').transform((given) => given === 'true');

/** `name=value` pairs, the value up to the next comma; the problem names no value, for its place is the log. */
const pairsOf = (message: string) =>
  listSetting.transform((parts, context): Record<string, string> => {
    const pairs = parts.map((part) => /^([^=\s]+)=(\S+)$/.exec(part));
    if (pairs.every((pair) => pair !== null)) return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
const secrets = pairsOf('must be pairs of name and secret, as crm=whsec_…|whsec_…,erp=whsec_…').transform((pairs) =>
  Object.fromEntries(Object.entries(pairs).map(([name, values]) => [name, values.split('|')])),
);

const PROVIDERS = ['mailbox', 'sendgrid', 'twilio', 'webhook', 'stream'] as const;
type ProviderName = (typeof PROVIDERS)[number];

/** What a provider serves, and the variables it cannot do without. */
const NEEDS: Readonly<Record<ProviderName, { readonly channels: readonly string[]; readonly variables: readonly string[] }>> = {
  mailbox: { channels: ['email', 'sms', 'webhook'], variables: [] },
  sendgrid: { channels: ['email'], variables: ['SENDGRID_API_KEY', 'MAIL_FROM'] },
  twilio: { channels: ['sms'], variables: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'] },
  webhook: { channels: ['webhook'], variables: ['WEBHOOK_SECRETS'] },
  stream: { channels: ['web'], variables: ['WRITE_KEYS'] },
};

const providerOf = (given: { CHANNEL: Channel; PROVIDER?: ProviderName | undefined }): ProviderName =>
  given.PROVIDER ?? (given.CHANNEL === 'web' ? 'stream' : 'mailbox');

const schema = z
  .object({
    CHANNEL: z
      .enum(CHANNELS, `must be one of ${CHANNELS.join(', ')}`)
      .describe('The channel this process serves: email, sms, web or webhook'),
    PROVIDER: z
      .enum(PROVIDERS, `must be one of ${PROVIDERS.join(', ')}`)
      .optional()
      .describe(
        'Who sends: mailbox (kept and shown, nothing leaves; the default), sendgrid, twilio or webhook; on web always stream',
      ),
    KAFKA_BROKERS,
    DATABASE_URL: text.describe('PostgreSQL: attempts, templates, profiles, the mailbox'),
    PORT: portSetting('Port for health, metrics and, on web, /v1/stream'),
    PARTITIONS: partitionsSetting(),
    INSTANCE,
    LOG_LEVEL,
    MAIL_FROM: text.optional().describe('Sender of e-mail whose template names none: Shop <shop@shop.example>'),
    SENDGRID_API_KEY: text.optional().describe('SendGrid: the key, SG.…'),
    SENDGRID_BASE_URL: url.optional().describe('SendGrid: another address than its own, for the EU region or a stand-in'),
    SENDGRID_SANDBOX: flag.default(false).describe('SendGrid: true checks requests and delivers nothing'),
    TWILIO_ACCOUNT_SID: z
      .string()
      .regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits')
      .optional()
      .describe('Twilio: the account'),
    TWILIO_AUTH_TOKEN: text.optional().describe('Twilio: the token of the account'),
    TWILIO_FROM: text.optional().describe('Twilio: the sender, a number or a messaging service (MG…)'),
    TWILIO_BASE_URL: url.optional().describe('Twilio: another address than its own, for a stand-in'),
    TWILIO_STATUS_CALLBACK: url.optional().describe('Twilio: where it tells what becomes of a message'),
    WEBHOOK_SECRETS: secrets
      .optional()
      .describe('Webhooks: secrets by name, as crm=whsec_…,erp=whsec_…; several of one name, parted by |, all sign'),
    WEBHOOK_ALLOW: listSetting
      .optional()
      .describe('Webhooks: addresses and ranges beside the public ones, for development: 127.0.0.1,10.0.0.0/8'),
    WEBHOOK_ALLOW_HTTP: flag.default(false).describe('Webhooks: true takes endpoints without TLS too'),
    WRITE_KEYS: pairsOf('must be pairs of write key and source name, as key1=web,key2=shop')
      .optional()
      .describe('Web: write keys and the names of their sources, as key1=web,key2=shop'),
  })
  .superRefine((given, context) => {
    const provider = providerOf(given);
    const { channels, variables } = NEEDS[provider];
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (!channels.includes(given.CHANNEL)) issue('PROVIDER', `${provider} does not serve the channel ${given.CHANNEL}`);
    for (const name of variables)
      if (given[name as keyof typeof given] === undefined) issue(name, `is required by the provider ${provider}`);
  });

export type DispatcherConfig = Readonly<z.output<typeof schema> & { PROVIDER: ProviderName }>;

/** Throws a `ConfigError` that names every bad variable. */
export function readDispatcherConfig(env: Readonly<Record<string, string | undefined>> = process.env): DispatcherConfig {
  const config = readConfig(schema, env);
  return Object.freeze({ ...config, PROVIDER: providerOf(config) });
}

/** The text of `.env.example`. */
export const describeDispatcherConfig = (): string => describeConfig(schema);
