import { createHash } from 'node:crypto';
import { normaliseAddress, type Channel } from '@tripline/model';

/** What of an address is kept on the suppression list: enough to know it again, not enough to read it. */
export const addressHash = (channel: Channel, address: string): string =>
  createHash('sha256')
    .update(`${channel}:${normaliseAddress(channel, address)}`)
    .digest('hex');
