export { makeMailboxProvider, WebHub, type UnsubscribeUrl } from '@tripline/services-dispatcher';
export { DispatcherModule, type DispatcherModuleOptions } from './dispatcher.module.js';
