export { describeWithObjectStorage } from './describe-with-object-storage.js';
export { type ObjectStorage } from './open-object-storage.js';
