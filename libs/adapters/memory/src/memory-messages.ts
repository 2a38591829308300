import { storableText } from '@tripline/kernel';
import { userIdOf } from '@tripline/model';
import { MESSAGES_MAX, shownAs, type MessageLog, type MessageQuery, type MessageView } from '@tripline/ports';
import type { ActionRow } from './action-table.js';
import type { Connection } from './connection.js';
import { byText } from './order.js';

/** The log of messages: the gate's own rows, as people ask for them. */
export class MemoryMessages implements MessageLog {
  constructor(private readonly connection: Connection) {}

  messages(query: MessageQuery): Promise<readonly MessageView[]> {
    return this.connection.transaction(({ actions }) =>
      actions
        .all()
        .filter((row) => isAskedFor(row, query))
        .sort((a, b) => b.decided - a.decided || byText(b.id, a.id))
        .slice(0, Math.max(0, Math.min(query.max, MESSAGES_MAX)))
        .map(viewOf),
    );
  }
}

const isAskedFor = (row: ActionRow, { person, trigger, status }: MessageQuery): boolean =>
  (person === undefined || row.person === storableText(person)) &&
  (trigger === undefined || row.trigger === storableText(trigger)) &&
  (status === undefined || shownAs(row.status) === status);

function viewOf(row: ActionRow): MessageView {
  const { id, person, trigger, version, step, run, channel, template, status, decided, expires, later } = row;
  const userId = userIdOf(person);
  return {
    ...{ id, person, ...(userId === undefined ? {} : { userId }), trigger, version, step, run, channel, template },
    status: shownAs(status),
    ...(status === 'sent' ? {} : { reason: row.reason ?? status }),
    ...{ at: row.changed, decided, expires, later },
  };
}
