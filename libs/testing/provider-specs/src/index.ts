export { openHttpFixture, type Answer, type HttpFixture, type Received } from './http-fixture.js';
export { openSendGridSpecServer, openTwilioSpecServer, type ProviderServer } from './provider-server.js';
export { type Checked } from './spec-checker.js';
