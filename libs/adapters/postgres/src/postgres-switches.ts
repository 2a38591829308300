import type { Instant } from '@tripline/kernel';
import type { Pausing, Switch, Switches, SwitchState } from '@tripline/ports';
import { SwitchEntity } from './entities/switch.entity.js';
import { lookAgain } from './gate-intake.js';
import { PUBLISHING, putOut } from './postgres-catalogue.js';
import type { Sql, Statements } from './sql.js';

const BEFORE = `
  select exists (select 1 from heads where kind = 'trigger' and name = $1 and not withdrawn) as live,
         coalesce((select entries from switches where scope = $1), 'open') as entries`;

/**
 * Stops and pauses in PostgreSQL. Setting one makes what it concerns due at once: held messages too are dropped, or go, within a look. The switch is in
 * force before that: what is held may be much, and a stop does not wait for it. Nor does it wait for a publication, as closing entries does.
 */
export class PostgresSwitches implements Switches {
  constructor(private readonly sql: Sql) {}

  async set(scope: string, state: SwitchState, now: Instant, by: string, pausing: Partial<Pausing> = {}): Promise<void> {
    await this.sql.transaction(async (sql, manager) => {
      const entries = state === 'stopped' ? {} : { entries: await moveEntries(sql, scope, state, pausing) };
      const row = { scope, state, ...entries, messages: messagesOf(state, pausing), at: now, by };
      await manager.upsert(SwitchEntity, row, ['scope']);
    });
    await lookAgain(this.sql, scope, now);
  }

  all(): Promise<readonly Switch[]> {
    return this.sql.entities((manager) => manager.find(SwitchEntity, { order: { scope: 'ASC' } }));
  }
}

const messagesOf = (state: SwitchState, { messages = 'hold' }: Partial<Pausing>): Switch['messages'] =>
  state === 'running' ? 'go' : state === 'stopped' ? 'drop' : messages;

/** Puts a control record out where entries are closed or opened by this, in the order of publications; answers how they stand then. */
async function moveEntries(
  sql: Statements,
  trigger: string,
  state: 'paused' | 'running',
  { entries: asked = 'open' }: Partial<Pausing>,
): Promise<Pausing['entries']> {
  await sql.rows(PUBLISHING);
  const [before] = await sql.rows<{ live: boolean; entries: Pausing['entries'] }>(BEFORE, [trigger]);
  if (before?.live !== true) return 'open';
  const next = state === 'paused' ? asked : 'open';
  if (next !== before.entries) await putOut(sql, 'trigger', trigger, { type: next === 'closed' ? 'pause' : 'resume' });
  return next;
}
