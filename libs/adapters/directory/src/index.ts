export { openDirectoryObjects } from './directory-objects.js';
