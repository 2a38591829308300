import { Injectable } from '@nestjs/common';
import { assert } from '@tripline/kernel';
import type { Subscription } from '@tripline/ports';

/** What a service wants to know of its group beside the batches; see `Subscription`. */
export type GroupHooks = Pick<Subscription, 'assigned' | 'revoked' | 'halted' | 'instance' | 'address'>;

/** Where a provider says, before the application listens (in its constructor or `onModuleInit`), how its group is to be read. */
@Injectable()
export class LogHooks {
  readonly #byGroup = new Map<string, GroupHooks>();

  register(group: string, hooks: GroupHooks): void {
    assert(!this.#byGroup.has(group), `the hooks of ${group} are registered once`);
    this.#byGroup.set(group, hooks);
  }

  of(group: string): GroupHooks {
    return this.#byGroup.get(group) ?? {};
  }
}
