import { minus, storableText, type Duration, type Instant } from '@tripline/kernel';
import type { Dispatch } from '@tripline/model';
import type { AttemptLedger, Begun, SendResult } from '@tripline/ports';
import type { Connection } from './connection.js';
import { load, store } from './stored.js';
import { isStopped } from './switch-rules.js';
import { keyOfAll, type AttemptRow, type Tables } from './tables.js';

/** Calls to providers, written down in memory. */
export class MemoryAttempts implements AttemptLedger {
  constructor(private readonly connection: Connection) {}

  /** Looks for a recall and a stop and writes the attempt in one transaction: the last moment for either is the call itself. */
  begin(dispatch: Dispatch, _provider: string, now: Instant, patience: Duration): Promise<Begun> {
    return this.connection.transaction((tables) => {
      const refused = refusalOf(tables, dispatch);
      const before = tables.attempts.get(keyOf(dispatch));
      if (before !== undefined) return begunBefore(before, now, patience, refused !== undefined || dispatch.expires <= now);
      if (refused !== undefined) return { kind: 'recalled', reason: refused };
      if (dispatch.expires <= now) return { kind: 'expired' };
      tables.attempts.put(keyOf(dispatch), { begun: now });
      return { kind: 'go' };
    });
  }

  /** The first result stays. */
  finish(dispatch: Dispatch, result: SendResult, _now: Instant): Promise<void> {
    return this.connection.transaction(({ attempts }) => {
      const begun = attempts.get(keyOf(dispatch));
      if (begun !== undefined && begun.result === undefined) attempts.put(keyOf(dispatch), { ...begun, result: store(result) });
    });
  }
}

const keyOf = ({ action, attempt }: Dispatch): string => keyOfAll(storableText(action), attempt);

/** Why it may not go out; undefined where it may. */
const refusalOf = (tables: Tables, { action, trigger }: Dispatch): string | undefined =>
  tables.recalls.get(storableText(action)) ?? (isStopped(tables, storableText(trigger)) ? 'stopped' : undefined);

function begunBefore({ begun, result }: AttemptRow, now: Instant, patience: Duration, over: boolean): Begun {
  if (result !== undefined) return { kind: 'done', result: load(result) };
  return begun > minus(now, patience) ? { kind: 'busy' } : { kind: 'unfinished', over };
}
