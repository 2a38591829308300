import { openEmbeddedSystem } from './embedded-system.js';
import { describeMainPath } from './main-path.js';

describeMainPath('the main path in one process', openEmbeddedSystem, { ingest: false });
