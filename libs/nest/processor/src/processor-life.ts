import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { formatInstant, type Json, type JsonObject } from '@tripline/kernel';
import { GROUPS } from '@tripline/model';
import { HealthChecks, LogHooks, type HealthAnswer } from '@tripline/nest-kit';
import { Stop } from '@tripline/ports';
import { Processor, type TaskReport } from '@tripline/services-processor';

/** Tasks listed by `/health`: those furthest behind. */
const LISTED_MAX = 16;

/** Begins and ends a processor with its application: the reading's hooks, ticks and checkpoints, health. */
@Injectable()
export class ProcessorLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new Stop();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly processor: Processor,
    hooks: LogHooks,
    checks: HealthChecks,
    instance: string | undefined,
    address: string | undefined,
  ) {
    hooks.register(GROUPS.processor, {
      ...(instance === undefined ? {} : { instance }),
      ...(address === undefined ? {} : { address }),
      assigned: (_topic, partition) => processor.assigned(partition),
      revoked: (_topic, partition) => processor.revoked(partition),
      halted: (error, _topic, partition) => processor.halted(error, partition),
    });
    checks.add('processor', () => this.#health());
  }

  onApplicationBootstrap(): void {
    this.#running = this.processor.run(this.#stop);
  }

  /** No more ticks, and a last snapshot of what would take long to replay; the tasks themselves end when the reading does, right after. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.stop();
    await this.#running;
    await this.processor.drain();
  }

  #health(): HealthAnswer {
    const tasks = this.processor.tasks();
    const halted = this.processor.haltedTasks();
    const { gaveUp } = this.processor;
    const standing = this.processor.standingTasks();
    const semantics = this.processor.semantics();
    return {
      ok: halted.length === 0 && standing.length === 0 && gaveUp === undefined,
      fatal: gaveUp !== undefined,
      tasks: tasks.length,
      lag: tasks.reduce((sum, { lag }) => sum + lag, 0),
      furthestBehind: [...tasks].sort((a, b) => b.lag - a.lag).slice(0, LISTED_MAX).map(describe), // prettier-ignore
      semantics: { inForce: [...semantics.inForce], known: { ...semantics.known } },
      halted: halted.map(({ partition, code, instructions }) => ({ partition, code, instructions })),
      ...(standing.length === 0 ? {} : { standing: standing.map((task) => ({ ...task })) }),
      ...(gaveUp === undefined ? {} : { gaveUp }),
    };
  }
}

/** A clock at 1970 is one of a task that has read no tick yet. */
function describe({ partition, position, lag, clock, nextDue, recovery }: TaskReport): Json {
  const due = nextDue === undefined ? {} : { nextDue: formatInstant(nextDue) };
  return { partition, position, lag, clock: formatInstant(clock), ...due, ...describeRecovery(recovery) };
}

const describeRecovery = (recovery: TaskReport['recovery']): JsonObject =>
  recovery === undefined ? {} : { recovery: { ...recovery, secondsLeft: recovery.secondsLeft ?? null } };
