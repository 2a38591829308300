import { makeInstant } from '@tripline/kernel';
import { userIdOf, type Channel } from '@tripline/model';
import type { MessageLog, MessageQuery, MessageView } from '@tripline/ports';
import type { Parameter, Sql } from './sql.js';

/** A query answers at most this many. */
export const MESSAGES_MAX = 1_000;

type MessageRow = Omit<MessageView, 'status' | 'at' | 'decided' | 'expires' | 'reason' | 'userId'> & {
  readonly status: string;
  readonly reason: string | null;
  readonly changed: number;
  readonly decided: number;
  readonly expires: number;
};

/** A row's own statuses by what people are shown. */
const SHOWN: Readonly<Record<string, MessageView['status']>> = {
  waiting: 'held',
  held: 'held',
  handed: 'held',
  sent: 'sent',
  dropped: 'dropped',
  expired: 'dropped',
  recalled: 'recalled',
  failed: 'failed',
  unknown: 'unknown',
};

const COLUMNS = `id, person, trigger, version, step, run, channel, template, status, reason, later,
  changed::float8 as changed, decided::float8 as decided, expires::float8 as expires`;

/** The log of messages: the gate's own rows, as people ask for them. */
export class PostgresMessages implements MessageLog {
  constructor(private readonly sql: Sql) {}

  async messages(query: MessageQuery): Promise<readonly MessageView[]> {
    const statuses = Object.keys(SHOWN).filter((status) => SHOWN[status] === query.status);
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
    status: SHOWN[status] ?? 'unknown',
    ...(why === undefined ? {} : { reason: why }),
    at: makeInstant(changed),
    decided: makeInstant(decided),
    expires: makeInstant(expires),
  };
}
