import type { Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';

/** Anonymous ids of a user that are asked before a deadline is decided: the newest; older ones are not asked any more. */
export const DEVICES_MAX = 10;

/** Of an anonymous id: whose it is since a link of that event time. What still comes is forwarded there. */
export type Stub = {
  readonly user: PersonKey;
  readonly at: Instant;
  /** Who was handed the runs, where it is not that user: what becomes of their messages is told there. */
  readonly heir?: PersonKey;
};

/** Of a user: an anonymous id of theirs; `taken`: its handoff was taken over. */
export type Device = { readonly person: PersonKey; readonly taken?: true };

/** The ids that have not answered yet whether there is more that was received before `due`. Nothing is decided meanwhile. */
export type Asking = { readonly due: Instant; readonly waiting: readonly PersonKey[] };

/** What connects an id with the others of its person. An anonymous id has a stub, a user devices. */
export type Identity = {
  readonly stub?: Stub;
  /** The newest last. */
  readonly devices?: readonly Device[];
  readonly asking?: Asking;
};

type Maybe<T> = T | null;
export type StoredIdentity = [
  ...[stub: Maybe<[user: string, at: number, heir?: string]>, devices?: [person: string, taken: number][]],
  ...[asking?: [due: number, waiting: string[]]],
];

/** As it is stored: what is not there is left out at the end. */
export function packIdentity({ stub, devices, asking }: Identity): StoredIdentity {
  const packed: StoredIdentity = [stub === undefined ? null : packStub(stub)];
  if (devices !== undefined || asking !== undefined) packed.push((devices ?? []).map(packDevice));
  if (asking !== undefined) packed.push([asking.due, [...asking.waiting]]);
  return packed;
}

export function unpackIdentity([stub, devices, asking]: StoredIdentity): Identity {
  return {
    ...(stub === null ? {} : { stub: unpackStub(stub) }),
    ...(devices === undefined ? {} : { devices: devices.map(unpackDevice) }),
    ...(asking === undefined ? {} : { asking: { due: asking[0] as Instant, waiting: asking[1] } }),
  };
}

const packStub = ({ user, at, heir }: Stub): [string, number, string?] => (heir === undefined ? [user, at] : [user, at, heir]);
const unpackStub = ([user, at, heir]: [string, number, string?]): Stub => ({
  ...{ user, at: at as Instant },
  ...(heir === undefined ? {} : { heir }),
});
const packDevice = ({ person, taken }: Device): [string, number] => [person, taken === true ? 1 : 0];
const unpackDevice = ([person, taken]: [string, number]): Device => (taken === 1 ? { person, taken: true } : { person });
