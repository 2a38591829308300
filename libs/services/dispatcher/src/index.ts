export { ATTEMPTS_MAX, RETRY_AFTER_MAX } from './attempt-policy.js';
export { ATTEMPT_PATIENCE, CALLS_MAX, Dispatcher, type DispatcherOptions } from './dispatcher.js';
export { makeMailboxProvider } from './mailbox-provider.js';
export { type UnsubscribeUrl } from './make-message.js';
export { WebHub, type Deliver } from './web-hub.js';
export { type WebMessage } from './web-inbox.js';
