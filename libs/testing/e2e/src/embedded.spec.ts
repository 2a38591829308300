import { openEmbeddedSystem } from './embedded-system.js';
import { openHostedSystem } from './hosted-system.js';
import { describeMainPath } from './main-path.js';

describeMainPath('the main path in one process', openEmbeddedSystem, { kill: true, ingest: false });
describeMainPath('the main path in one process, with a collector that can stop', openHostedSystem, { kill: false, ingest: true });
