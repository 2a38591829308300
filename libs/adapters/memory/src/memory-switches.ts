import { storableText, type Instant } from '@tripline/kernel';
import type { Pausing, Switch, Switches, SwitchState } from '@tripline/ports';
import type { Connection } from './connection.js';
import { putOut } from './control-outbox.js';
import { lookAgain } from './gate-intake.js';
import { headKey } from './memory-catalogue.js';
import { byText } from './order.js';
import type { Tables } from './tables.js';

/**
 * Stops and pauses in memory. Setting one makes what it concerns due at once: held messages too are dropped, or go, within a look. The switch is in force
 * before that.
 */
export class MemorySwitches implements Switches {
  constructor(private readonly connection: Connection) {}

  async set(given: string, state: SwitchState, now: Instant, by: string, pausing: Partial<Pausing> = {}): Promise<void> {
    const scope = storableText(given);
    await this.connection.transaction((tables) => {
      const entries =
        state === 'stopped' ? (tables.switches.get(scope)?.entries ?? 'open') : moveEntries(tables, scope, state, pausing);
      tables.switches.put(scope, { scope, state, entries, messages: messagesOf(state, pausing), at: now, by: storableText(by) });
    });
    await this.connection.transaction((tables) => lookAgain(tables, scope, now));
  }

  all(): Promise<readonly Switch[]> {
    return this.connection.transaction(({ switches }) => [...switches.rows()].sort((a, b) => byText(a.scope, b.scope)));
  }
}

const messagesOf = (state: SwitchState, { messages = 'hold' }: Partial<Pausing>): Switch['messages'] =>
  state === 'running' ? 'go' : state === 'stopped' ? 'drop' : messages;

/** Puts a control record out where entries are closed or opened by this; answers how they stand then. */
function moveEntries(
  tables: Tables,
  trigger: string,
  state: 'paused' | 'running',
  { entries: asked = 'open' }: Partial<Pausing>,
): Pausing['entries'] {
  const head = tables.heads.get(headKey('trigger', trigger));
  if (head === undefined || head.withdrawn) return 'open';
  const next = state === 'paused' ? asked : 'open';
  const before = tables.switches.get(trigger)?.entries ?? 'open';
  if (next !== before) putOut(tables, 'trigger', trigger, { type: next === 'closed' ? 'pause' : 'resume' });
  return next;
}
