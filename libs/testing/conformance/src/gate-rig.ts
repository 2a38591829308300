import { afterEach, beforeEach } from '@jest/globals';
import { makeInstant, seconds, type Instant } from '@tripline/kernel';
import type { Action, Decision } from '@tripline/model';
import type { Outgoing, Published, Untold, Waiting } from '@tripline/ports';
import { makeAction, START } from '@tripline/testing-builders';
import type { Draft } from './catalogue-drafts.js';
import type { GatePlace, GatePorts } from './gate-place.js';

export const at = (ms: number): Instant => makeInstant(START + ms);
export const NOW = at(1_000);
export const LEASE = seconds(30);
export const SEND: Decision = { kind: 'send', to: 'ada@shop.example' };
export const holdUntil = (until: Instant): Decision => ({ kind: 'hold', reason: 'profile-behind', until });
export const PAUSED: Decision = { kind: 'hold', reason: 'trigger-paused', until: at(1_000_000) };
export const DROP: Decision = { kind: 'drop', status: 'dropped', reason: 'no-consent' };
export const many = (count: number, fields: Partial<Action> = {}): Action[] =>
  Array.from({ length: count }, (_, i) => makeAction({ id: `act_${String(i).padStart(5, '0')}`, ...fields }));
export const idsOf = (items: readonly (Waiting | Untold)[]): string[] => items.map((item) => item.action.id).sort();

/** A database of its own for each test, with the steps that many of them take. */
export class GateRig {
  #place: GatePlace | undefined;
  #ports: GatePorts | undefined;

  constructor(open: () => Promise<GatePlace>) {
    beforeEach(async () => {
      this.#place = await open();
      this.#ports = await this.#place.ports();
    });
    afterEach(async () => {
      await this.ports.close();
      await this.place.close();
    });
  }

  get place(): GatePlace {
    return opened(this.#place);
  }
  get ports(): GatePorts {
    return opened(this.#ports);
  }

  readonly publish = (...drafts: Draft[]): Promise<readonly Published[]> => this.ports.catalogue.publish(drafts, 'ops', at(1));
  readonly outbox = (): Promise<readonly Outgoing[]> => this.ports.catalogue.outbox(100);
  readonly admit = (...actions: Action[]): Promise<number> => this.ports.gatehouse.admit(actions, NOW);
  readonly claim = (now = NOW, max = 100): Promise<readonly Waiting[]> => this.ports.gatehouse.claim(now, LEASE, max);
  readonly decide = (action: Action, decision: Decision, now = NOW): Promise<readonly Untold[]> =>
    this.ports.gatehouse.decide([{ action, decision }], now);
  readonly statusOf = async (id = 'act_1'): Promise<string | undefined> =>
    (await this.ports.messages.messages({ max: 100 })).find((message) => message.id === id)?.status;
  readonly reasonOf = async (id = 'act_1'): Promise<string | undefined> =>
    (await this.ports.messages.messages({ max: 100 })).find((message) => message.id === id)?.reason;
  readonly handOver = async (action = makeAction()): Promise<void> => {
    await this.admit(action);
    await this.claim();
    await this.decide(action, SEND);
    await this.ports.gatehouse.told([{ action, decision: SEND, attempt: 1 }]);
  };
}

function opened<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a database is open within a test only');
  return value;
}
