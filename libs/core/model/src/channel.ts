export const CHANNELS = ['email', 'sms', 'web', 'webhook'] as const;
/** A way to reach a person. */
export type Channel = (typeof CHANNELS)[number];
export const isChannel = (text: string): text is Channel => (CHANNELS as readonly string[]).includes(text);

/** Why a message is sent: `marketing` needs consent and is capped; `transactional` is neither; suppression holds for all. */
export const PURPOSES = ['marketing', 'transactional'] as const;
export type Purpose = (typeof PURPOSES)[number];
