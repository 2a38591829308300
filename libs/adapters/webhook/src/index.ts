export { makeWebhookProvider, type WebhookOptions, type WebhookProvider } from './webhook-provider.js';
export { type Secrets } from './signer.js';
