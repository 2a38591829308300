import type { PersonKey } from '@tripline/model';
import type { Chance } from './chance.js';

/** Something a human does, under one of their ids. `afterMs` from the beginning it is sent, `happenedMs` it says it happened. */
export type Deed = {
  readonly id: string;
  readonly human: number;
  readonly person: PersonKey;
  /** Of an identify: the device that is this user's. */
  readonly device?: string;
  /** Of an identify: where the user is written to. */
  readonly address?: string;
  readonly name: 'a' | 'b' | 'login' | 'identify';
  readonly key: number;
  readonly afterMs: number;
  readonly happenedMs: number;
  readonly way: 'http' | 'ingest';
  /** Sent so often, each time until it is acknowledged. */
  readonly times: number;
};

const KEYS = 2;
/** More orders than memory keeps one by one may deny a cart that is told late. */
const ORDERS_MAX = 3;

type Ids = { readonly user: PersonKey; readonly devices: readonly PersonKey[] };

/** What so many humans do in so long a time: carts, orders and logins, under users and devices, early, late, twice and out of order. */
export function makeDeeds(chance: Chance, humans: number, spanMs: number): readonly Deed[] {
  return Array.from({ length: humans }, (_, i) => deedsOf(chance, i + 11, spanMs)).flat();
}

/** Whose an id is. */
export const humanOf = (person: string): number => Number(person.slice(2).split('-')[0]);

function deedsOf(chance: Chance, human: number, spanMs: number): readonly Deed[] {
  const devices = Array.from({ length: chance.between(0, 2) }, (_, i): PersonKey => `a:${human}-${i}`);
  const ids: Ids = { user: `u:${human}`, devices };
  const count = chance.between(3, 14);
  const names = Array.from({ length: count }, () => chance.one(['a', 'a', 'a', 'b', 'b', 'login', 'login'] as const));
  const kept = names.filter((name, i) => name !== 'b' || names.slice(0, i).filter((n) => n === 'b').length < ORDERS_MAX);
  const acts = kept.map((name, i) => deed(chance, ids, human, i, name, spanMs));
  const known = devices.filter(() => chance.happens(0.8));
  const hello = chance.happens(0.85) ? [greeting(human, ids)] : [];
  return [...hello, ...acts, ...known.map((device, i) => identify(chance, ids, human, i, device, spanMs))];
}

/** Says where to write to. */
const greeting = (human: number, { user: person }: Ids): Deed => ({
  ...{ id: `${human}-hello`, human, person, name: 'identify', key: 0, address: `${human}@shop.test` },
  ...{ afterMs: 0, happenedMs: 0, way: 'http', times: 1 },
});

function deed(chance: Chance, ids: Ids, human: number, i: number, name: Deed['name'], spanMs: number): Deed {
  const afterMs = chance.between(0, spanMs);
  const person = chance.happens(0.6) ? ids.user : chance.one([ids.user, ...ids.devices]);
  return { id: `${human}-${name}-${i}`, human, person, name, key: chance.between(1, KEYS), afterMs, ...howOf(chance, afterMs) };
}

function identify(chance: Chance, ids: Ids, human: number, i: number, device: PersonKey, spanMs: number): Deed {
  const afterMs = chance.between(0, spanMs);
  const how = howOf(chance, afterMs);
  return { id: `${human}-id-${i}`, human, person: ids.user, device: device.slice(2), name: 'identify', key: 0, afterMs, ...how };
}

function howOf(chance: Chance, afterMs: number): Pick<Deed, 'happenedMs' | 'way' | 'times'> {
  return {
    happenedMs: afterMs - latenessOf(chance),
    way: chance.happens(0.6) ? 'http' : 'ingest',
    times: chance.happens(0.15) ? 2 : 1,
  };
}

/** Most happen as they are told; some are told late, a few before they happened. */
function latenessOf(chance: Chance): number {
  const kind = chance.between(0, 19);
  if (kind < 12) return chance.between(0, 20);
  if (kind < 16) return chance.between(0, 1_500);
  if (kind < 19) return chance.between(0, 9_000);
  return -chance.between(1, 3_000);
}
