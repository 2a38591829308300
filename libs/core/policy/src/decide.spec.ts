import { describe, expect, test } from '@jest/globals';
import { makeInstant, minutes, plus, type Instant } from '@tripline/kernel';
import { CHANNELS, PURPOSES, REASONS, type Reason } from '@tripline/model';
import { makeAction, makeProfile, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { decide, HANDOVERS_MAX, PAUSE_LOOK, PROFILE_LOOK } from './decide.js';
import { STRICT, type Facts, type GatePolicy, type Look } from './gate-facts.js';

const NOW = plus(START, minutes(30));
const FREE: Facts = {
  stopped: false,
  paused: undefined,
  withdrawn: false,
  recalled: false,
  profile: makeProfile({ email: 'ada@shop.example', phone: '+49 151 1234567' }),
  consent: true,
  suppressed: false,
};
const look = (facts: Partial<Facts> = {}, fields: Partial<Look> = {}): Look => ({
  ...{ action: makeAction(), firstLook: true, attempts: 0 },
  ...fields,
  facts: { ...FREE, ...facts },
});
const reasonOf = (given: Look, now: Instant = NOW, policy = STRICT): string => {
  const decision = decide(given, now, policy);
  return decision.kind === 'send' ? 'handed-over' : decision.reason;
};

describe('the gate', () => {
  test('lets go what nothing objects to, to the address it looked at', () => {
    expect(decide(look(), NOW, STRICT)).toEqual({ kind: 'send', to: 'ada@shop.example' });
    const sms = look({}, { action: makeAction({ channel: 'sms' }) });
    expect(decide(sms, NOW, STRICT)).toEqual({ kind: 'send', to: '+491511234567' });
    for (const channel of ['web', 'webhook'] as const)
      expect(decide(look({ profile: undefined }, { action: makeAction({ channel }) }), NOW, STRICT)).toEqual({ kind: 'send' });
  });

  test('drops by the first rule that objects, and holds only for a pause or a profile that is behind', () => {
    expect(decide(look({ stopped: true }), NOW, STRICT)).toEqual({ kind: 'drop', status: 'dropped', reason: 'stopped' });
    expect(decide(look({ recalled: true }), NOW, STRICT)).toEqual({ kind: 'drop', status: 'recalled', reason: 'recalled' });
    expect(decide(look({ paused: 'hold' }), NOW, STRICT)).toEqual({
      ...{ kind: 'hold', reason: 'trigger-paused', until: plus(NOW, PAUSE_LOOK) },
    });
    const behind = look({}, { action: makeAction({ profileRevision: 2 }) });
    expect(decide(behind, NOW, STRICT)).toEqual({ kind: 'hold', reason: 'profile-behind', until: plus(NOW, PROFILE_LOOK) });
    expect(reasonOf(look({ profile: undefined }, { action: makeAction({ profileRevision: 1 }) }))).toBe('profile-behind');
    expect(reasonOf(look({}, { action: makeAction({ profileRevision: 1 }) }))).toBe('handed-over');
    expect(reasonOf(look({ withdrawn: true }))).toBe('trigger-withdrawn');
    expect(reasonOf(look({ suppressed: true }))).toBe('suppressed');
    expect(reasonOf(look({ profile: makeProfile({ email: 'nonsense' }) }))).toBe('no-address');
  });

  test('a pause that drops does so at once, behind what no waiting can mend', () => {
    expect(decide(look({ paused: 'drop' }), NOW, STRICT)).toEqual({ kind: 'drop', status: 'dropped', reason: 'trigger-paused' });
    expect(decide(look({ paused: 'drop', recalled: true }), NOW, STRICT)).toMatchObject({ status: 'recalled' });
    expect(decide(look({ paused: 'drop' }), makeAction().expires, STRICT)).toMatchObject({ status: 'expired' });
  });

  test('a pause does not hide that a message was recalled or has expired', () => {
    expect(reasonOf(look({ paused: 'hold', recalled: true }))).toBe('recalled');
    expect(reasonOf(look({ paused: 'hold' }), makeAction().expires)).toBe('expired');
  });

  test('expires at the very instant of expiry', () => {
    const action = makeAction({ expires: plus(NOW, 1 as never) });
    expect(reasonOf(look({}, { action }))).toBe('handed-over');
    expect(decide(look({}, { action }), action.expires, STRICT)).toEqual({ kind: 'drop', status: 'expired', reason: 'expired' });
  });

  test('is stale only past ready and grace, and only at the first look', () => {
    const { ready, grace } = makeAction();
    const last = plus(ready, grace);
    const next = plus(last, 1 as never);
    expect([reasonOf(look(), last), reasonOf(look(), next)]).toEqual(['handed-over', 'stale']);
    expect(reasonOf(look({}, { firstLook: false }), next)).toBe('handed-over');
    expect(reasonOf(look({ paused: 'hold' }), next)).toBe('trigger-paused');
  });

  test('what is held is looked at no later than it expires', () => {
    const action = makeAction({ expires: plus(NOW, 7 as never) });
    expect(decide(look({ paused: 'hold' }, { action }), NOW, STRICT)).toMatchObject({ until: action.expires });
  });

  test('marketing asks for permission, by what the ledger says; an installation may assume it, never against a no', () => {
    const assumed: GatePolicy = { consent: 'assumed' };
    expect([reasonOf(look({ consent: undefined })), reasonOf(look({ consent: false }))]).toEqual(['no-consent', 'no-consent']);
    expect(reasonOf(look({ consent: undefined }), NOW, assumed)).toBe('handed-over');
    expect(reasonOf(look({ consent: false }), NOW, assumed)).toBe('no-consent');
    expect(reasonOf(look({ consent: false }, { action: makeAction({ purpose: 'transactional' }) }))).toBe('handed-over');
    expect(reasonOf(look({ consent: false }, { action: makeAction({ channel: 'webhook' }) }))).toBe('handed-over');
    expect(reasonOf(look({ consent: undefined }, { action: makeAction({ channel: 'web' }) }))).toBe('no-consent');
  });

  test('suppression holds for every purpose', () => {
    expect(reasonOf(look({ suppressed: true }, { action: makeAction({ purpose: 'transactional' }) }))).toBe('suppressed');
  });

  test('an action is not handed over for ever', () => {
    expect(reasonOf(look({}, { attempts: HANDOVERS_MAX - 1, firstLook: false }))).toBe('handed-over');
    expect(decide(look({}, { attempts: HANDOVERS_MAX }), NOW, STRICT)).toMatchObject({
      status: 'failed',
      reason: 'attempts-exhausted',
    });
  });
});

describe('whatever the facts', () => {
  const facts: fc.Arbitrary<Facts> = fc.record({
    stopped: fc.boolean(),
    paused: fc.constantFrom('hold' as const, 'drop' as const, undefined),
    withdrawn: fc.boolean(),
    recalled: fc.boolean(),
    suppressed: fc.boolean(),
    consent: fc.constantFrom(true, false, undefined),
    profile: fc.option(
      fc.record({
        person: fc.constant('u:ada'),
        revision: fc.integer({ min: 1, max: 3 }),
        traits: fc.constantFrom({}, FREE.profile!.traits),
      }),
      { nil: undefined },
    ),
  });
  const looks: fc.Arbitrary<Look> = fc.record({
    firstLook: fc.boolean(),
    attempts: fc.integer({ min: 0, max: HANDOVERS_MAX }),
    facts,
    action: fc
      .record({
        channel: fc.constantFrom(...CHANNELS),
        purpose: fc.constantFrom(...PURPOSES),
        profileRevision: fc.integer({ min: 0, max: 3 }),
      })
      .map(makeAction),
  });
  const instants = fc.integer({ min: START, max: START + 4 * 86_400_000 }).map(makeInstant);
  const policies = fc.constantFrom<GatePolicy>(STRICT, { consent: 'assumed' });

  test('nothing stopped, withdrawn, recalled, paused, suppressed, expired or refused goes out', () => {
    fc.assert(
      fc.property(looks, instants, policies, (given, now, policy) => {
        const { facts, action } = given;
        const decision = decide(given, now, policy);
        if (decision.kind !== 'send') return;
        expect([facts.stopped, facts.withdrawn, facts.recalled, facts.paused !== undefined, facts.suppressed]).not.toContain(
          true,
        );
        expect(now).toBeLessThan(action.expires);
        if (action.purpose === 'marketing' && action.channel !== 'webhook') expect(facts.consent).not.toBe(false);
        if (action.channel === 'email' || action.channel === 'sms') expect(decision.to).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('a further objection never turns a refusal into a sending, and never moves the reason behind it', () => {
    const objections: readonly Partial<Facts>[] = [
      { stopped: true },
      { withdrawn: true },
      { recalled: true },
      { suppressed: true },
    ];
    const rank = (reason: string): number => REASONS.indexOf(reason as Reason);
    fc.assert(
      fc.property(looks, instants, policies, fc.constantFrom(...objections), (given, now, policy, objection) => {
        const before = reasonOf(given, now, policy);
        const after = reasonOf({ ...given, facts: { ...given.facts, ...objection } }, now, policy);
        expect(after).not.toBe('handed-over');
        expect(rank(after)).toBeLessThanOrEqual(rank(before));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a hold ends after now and not after expiry', () => {
    fc.assert(
      fc.property(looks, instants, policies, (given, now, policy) => {
        const decision = decide(given, now, policy);
        if (decision.kind !== 'hold') return;
        expect(decision.until).toBeGreaterThan(now);
        expect(decision.until).toBeLessThanOrEqual(given.action.expires);
      }),
    );
  });
});
