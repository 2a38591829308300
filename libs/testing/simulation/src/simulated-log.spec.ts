import { describeEventLog } from '@tripline/testing-conformance';
import { Chance } from './chance.js';
import { Life } from './life.js';
import { SharedLog } from './shared-log.js';
import { SimulatedLog } from './simulated-log.js';
import { SimulatedWorld } from './simulated-world.js';
import { calm } from './weather.js';
import { Wire } from './wire.js';

const STEP_MS = 20;

/** Virtual time goes on while the suite looks: so much of it each turn. */
function keepGoing(world: SimulatedWorld): { stop(): Promise<void> } {
  let going = true;
  const run = async (): Promise<void> => {
    while (going) {
      await world.run(world.exactly() + STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const running = run();
  return { stop: () => ((going = false), running) };
}

describeEventLog('simulated', () => {
  const world = new SimulatedWorld(new Chance(1), Date.now());
  const shared = new SharedLog();
  const open = (): SimulatedLog => new SimulatedLog(shared, new Wire(new Life(world, 'process'), calm()));
  const going = keepGoing(world);
  let log = open();
  const reopen = async (): Promise<SimulatedLog> => {
    await log.close();
    return (log = open());
  };
  const close = async (): Promise<void> => {
    await log.close();
    await going.stop();
  };
  return Promise.resolve({ log, reopen, close });
});
