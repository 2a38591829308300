import {
  describeAttemptLedger,
  describeCatalogue,
  describeEventMemory,
  describeGatehouse,
  type GatePlace,
} from '@tripline/testing-conformance';
import { MemoryDatabase } from './memory-database.js';

function open(): Promise<GatePlace> {
  const database = new MemoryDatabase();
  return Promise.resolve({ ports: () => Promise.resolve(database.connect()), close: () => Promise.resolve() });
}

describeGatehouse('memory', open);
describeAttemptLedger('memory', open);
describeCatalogue('memory', open);
describeEventMemory('memory', open);
