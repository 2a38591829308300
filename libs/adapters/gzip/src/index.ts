export { packObjects } from './packed-objects.js';
