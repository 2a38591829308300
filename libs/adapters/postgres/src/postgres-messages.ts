import { makeInstant } from '@tripline/kernel';
import { userIdOf, type Channel } from '@tripline/model';
import {
  ACTION_STATUSES,
  MESSAGES_MAX,
  shownAs,
  type ActionStatus,
  type MessageLog,
  type MessageQuery,
  type MessageView,
} from '@tripline/ports';
import type { Parameter, Sql } from './sql.js';

type MessageRow = Omit<MessageView, 'status' | 'at' | 'decided' | 'expires' | 'reason' | 'userId'> & {
  readonly status: ActionStatus;
  readonly reason: string | null;
  readonly changed: number;
  readonly decided: number;
  readonly expires: number;
};

const COLUMNS = `id, person, trigger, version, step, run, channel, template, status, reason, later,
  changed::float8 as changed, decided::float8 as decided, expires::float8 as expires`;

/** The log of messages: the gate's own rows, as people ask for them. */
export class PostgresMessages implements MessageLog {
  constructor(private readonly sql: Sql) {}

  async messages(query: MessageQuery): Promise<readonly MessageView[]> {
    const statuses = ACTION_STATUSES.filter((status) => shownAs(status) === query.status);
    const given: (readonly [string, Parameter])[] = [
      ...(query.person === undefined ? [] : [['person =', query.person] as const]),
      ...(query.trigger === undefined ? [] : [['trigger =', query.trigger] as const]),
      ...(query.status === undefined ? [] : [['status = any', statuses] as const]),
    ];
    const where = given.map(([test], i) => `${test}($${i + 1})`).join(' and ');
    const limit = Math.max(0, Math.min(query.max, MESSAGES_MAX));
    const rows = await this.sql.rows<MessageRow>(
      `select ${COLUMNS} from actions ${where && `where ${where}`} order by decided desc, id desc limit ${limit}`,
      given.map(([, value]) => value),
    );
    return rows.map(viewOf);
  }
}

function viewOf({ status, reason, changed, decided, expires, ...row }: MessageRow): MessageView {
  const userId = userIdOf(row.person);
  const why = status === 'sent' ? undefined : (reason ?? status);
  return {
    ...row,
    channel: row.channel satisfies Channel,
    ...(userId === undefined ? {} : { userId }),
    status: shownAs(status),
    ...(why === undefined ? {} : { reason: why }),
    at: makeInstant(changed),
    decided: makeInstant(decided),
    expires: makeInstant(expires),
  };
}
