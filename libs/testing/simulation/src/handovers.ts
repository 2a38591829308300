import type { MemoryPorts } from '@tripline/adapters-memory';
import type { Instant } from '@tripline/kernel';
import type { AttemptLedger, Begun, SendResult } from '@tripline/ports';

/** One asking of a dispatcher whether a message may go; `kind` is missing where it was not answered. */
export type Beginning = {
  readonly by: string;
  readonly action: string;
  readonly attempt: number;
  readonly asked: Instant;
  kind?: Begun['kind'];
};

/** A result that a dispatcher was told is kept. */
export type Kept = {
  readonly action: string;
  readonly attempt: number;
  readonly kind: SendResult['kind'];
  readonly told: Instant;
};

/** One call to a provider. `taken`: it had the effect, whatever was answered; `answer` is missing where nobody heard one. */
export type Call = {
  readonly by: string;
  readonly action: string;
  readonly asked: Instant;
  taken: boolean;
  answer?: SendResult['kind'];
};

/** What passes between dispatchers, ledger and providers, as somebody beside them sees it. */
export class Handovers {
  readonly beginnings: Beginning[] = [];
  readonly kept: Kept[] = [];
  readonly calls: Call[] = [];

  /** The ports of a process, looked at from its side. */
  watched(ports: MemoryPorts, by: string, now: () => Instant): MemoryPorts {
    const { attempts } = ports;
    const begin: AttemptLedger['begin'] = async (...given) => {
      const [{ action, attempt }] = given;
      const beginning: Beginning = { by, action, attempt, asked: now() };
      this.beginnings.push(beginning);
      const begun = await attempts.begin(...given);
      beginning.kind = begun.kind;
      return begun;
    };
    const finish: AttemptLedger['finish'] = async (...given) => {
      const [{ action, attempt }, { kind }] = given;
      await attempts.finish(...given);
      this.kept.push({ action, attempt, kind, told: now() });
    };
    return { ...ports, attempts: { begin, finish } };
  }
}
