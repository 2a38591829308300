export { makeTwilioProvider, type TwilioOptions } from './twilio-provider.js';
