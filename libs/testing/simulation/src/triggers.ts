import type { JsonObject } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import type { DocumentKind } from '@tripline/ports';

/** When every simulation begins, with its triggers in force. What began before that, and meets another id of its person, may be denied: nobody knows what denied it. */
export const BEGIN = Date.UTC(2026, 0, 1);

/** The window and the settle of every trigger here. */
export const WINDOW_MS = 4_000;
export const SETTLE_MS = 600;

const LENGTH = `${WINDOW_MS}ms`;
type Document = JsonObject & { readonly kind: DocumentKind; readonly name: string };

const trigger = (name: string, when: readonly JsonObject[], more: JsonObject = {}): Document => ({
  kind: 'trigger',
  name,
  purpose: 'marketing',
  when,
  do: [{ id: 'mail', email: 'm', with: { k: 'cart.k' }, expires: '30s' }],
  time: { settle: `${SETTLE_MS}ms` },
  ...more,
});

const cart = { event: 'a', as: 'cart' };
const left = [cart, { not: 'b', for: LENGTH }];

/** What people are watched for: carts that are left, one by one or as one attempt; carts that are bought; silence. */
export const TRIGGERS: readonly Document[] = [
  trigger('left', left, { by: 'k', onRepeat: 'parallel' }),
  trigger('left-first', left, { by: 'k', onRepeat: 'keepFirst' }),
  trigger('left-last', left, { by: 'k', onRepeat: 'restart' }),
  trigger('bought', [cart, { event: 'b', within: LENGTH }], {
    by: 'k',
    onRepeat: 'parallel',
    purpose: 'transactional',
    do: [{ id: 'mail', email: 'm', with: { k: 'cart.k' }, expires: '120s' }],
  }),
  trigger('quiet', [{ inactive: 'login', for: LENGTH }], { do: [{ id: 'call', webhook: 'w', expires: '30s' }] }),
];

/** A trigger that comes and goes. */
export const SEASON = 'season';

/** One of the documents under its name: what fires at once. */
export const seasonal = (n: number): Document =>
  trigger(SEASON, [cart], {
    by: 'k',
    onRepeat: 'parallel',
    do: [{ id: `mail_${n}`, email: 'm', with: { k: 'cart.k' }, expires: '30s' }],
  });

/** Those that the messages go by. */
export const CHANNELS = ['email', 'webhook'] as const satisfies readonly Channel[];

/** What the messages say. */
export const TEMPLATES: readonly Document[] = [
  { kind: 'template', name: 'm', channel: 'email', subject: 'Your cart', text: 'It waits.' },
  { kind: 'template', name: 'w', channel: 'webhook', url: 'https://shop.test/hook', secret: 'hook' },
];
