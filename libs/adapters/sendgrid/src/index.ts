export { makeSendGridProvider, type SendGridOptions } from './sendgrid-provider.js';
