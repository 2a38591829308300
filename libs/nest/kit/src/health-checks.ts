import { Injectable } from '@nestjs/common';
import type { Json } from '@tripline/kernel';
import { assert } from '@tripline/kernel';

/** One check's answer. `fatal`: only a new process can mend it, so the liveness probe fails too. Details are for people: no address, no payload. */
export type HealthAnswer = { readonly ok: boolean; readonly fatal?: boolean; readonly [detail: string]: Json | undefined };
export type HealthCheck = () => HealthAnswer | Promise<HealthAnswer>;
export type Health = {
  readonly status: 'ok' | 'failing';
  readonly fatal: boolean;
  readonly checks: Readonly<Record<string, HealthAnswer>>;
};

/** A check that has not answered by then counts as failing. */
export const CHECK_PATIENCE_MS = 2_000;

/** The named checks of a process; every module may add its own. */
@Injectable()
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();

  add(name: string, check: HealthCheck): void {
    assert(!this.#checks.has(name), `one health check is named ${name}`);
    this.#checks.set(name, check);
  }

  /** Asks every check at once. One that throws or does not answer is failing; the others are still told. */
  async health(): Promise<Health> {
    const answers = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await answerOf(check)] as const));
    return {
      status: answers.every(([, answer]) => answer.ok) ? 'ok' : 'failing',
      fatal: answers.some(([, answer]) => !answer.ok && answer.fatal === true),
      checks: Object.fromEntries(answers),
    };
  }
}

async function answerOf(check: HealthCheck): Promise<HealthAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, message: `no answer in ${CHECK_PATIENCE_MS} ms` }), CHECK_PATIENCE_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
